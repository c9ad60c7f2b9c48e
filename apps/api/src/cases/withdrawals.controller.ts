// Texts about the wrong person: /api/cases/{caseId}/withdrawals withdraws one, /api/withdrawals tells those who got it to forget it.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { caseScope, requireAccess } from '@app/access';
import { CATEGORIES, type Category, type WrittenText } from '@app/domain';
import type { TimelineEntry } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';
import { factsOf, requireCase } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Reveal } from '../core/reveal.js';
import { WITHDRAWN_WHY } from './case-answers.dto.js';
import { CaseParams } from './case-requests.dto.js';

export class WithdrawTextBody {
  @Id({ description: 'The event of the timeline whose texts are withdrawn, also one of a meeting.' }) eventId!: string;
  @Text(2000, { example: 'Skrevet på den forkerte: det handler om en anden med samme navn.' }) ground!: string;
}
export class WithdrawalParams {
  @Id({ description: 'The event whose texts are withdrawn.' }) eventId!: string;
}
export class WithdrawalsQuery extends PageQuery {
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Those not acknowledged yet: by your organisation, or for who leads by any.' })
  open?: boolean;
}
export class ToldAnswer {
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Moment({ optional: true, description: 'Missing: not yet.' }) acknowledgedAt?: string;
  @Id({ optional: true, example: 'jobcenter-participant' }) acknowledgedBy?: string;
}
export class WithdrawalAnswer {
  @Id({ description: 'The event whose texts are withdrawn.' }) eventId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id() groupId!: string;
  @Moment() at!: string;
  @Id({ example: 'coordinator' }) by!: string;
  @Text(100, { example: 'InformationShared', description: 'What kind of text you got.' }) eventType!: string;
  @Word(WITHDRAWN_WHY, {
    description: 'About the wrong person, written on a disclosure that was recalled, or shared without a basis itself.',
  })
  why!: (typeof WITHDRAWN_WHY)[number];
  @Id({ optional: true, description: 'The disclosure that was recalled.' }) disclosureId?: string;
  @Moment({ description: 'When it was written.' }) writtenAt!: string;
  @Word(CATEGORIES, { optional: true, example: 'school' }) category?: Category;
  @Id({ optional: true, description: 'Where it was said.' }) meetingId?: string;
  @Nested(() => ToldAnswer, { many: true, description: 'Who got it and must forget it: your organisation; for who leads all.' })
  told!: ToldAnswer[];
}
export class WithdrawalPage {
  @Nested(() => WithdrawalAnswer, { many: true }) items!: WithdrawalAnswer[];
  @ApiProperty(NEXT) next?: string;
}

export const ids = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((each) => (each as { organisationId: string }).organisationId) : [];
/** Who wrote the texts of an event and who got them, from its clear part. */
export const writtenText = ({ eventId, type, at, userId, organisationId, meetingId, data }: TimelineEntry): WrittenText => {
  const { fromUserId, toOrganisationId, recipients, category } = data as {
    fromUserId?: string;
    toOrganisationId?: string;
    recipients?: unknown;
    category?: Category;
  };
  const got = recipients === undefined ? toOrganisationId && [toOrganisationId] : ids(recipients);
  return {
    ...{ eventId, eventType: type, writtenAt: at, organisationId },
    writtenBy: [userId, ...(fromUserId === undefined ? [] : [fromUserId])],
    ...(category !== undefined && { category }),
    ...(meetingId !== undefined && { meetingId }),
    ...(got && { recipients: got }),
  };
};
/** What cannot be withdrawn: a withdrawal or a recall itself, and what holds no text. */
export const isText = (entry: TimelineEntry | undefined): entry is TimelineEntry =>
  entry !== undefined &&
  entry.type !== 'TextWithdrawn' &&
  entry.type !== 'DisclosureRecalled' &&
  entry.type !== 'RecallReviewed' &&
  Object.keys(entry.texts).length > 0;

@ApiTags('Cases')
@Controller('api')
export class WithdrawalsController {
  constructor(
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Post('cases/:caseId/withdrawals')
  @Changes({
    summary: 'Withdraw a text that was written about the wrong person',
    description:
      'By who wrote it or leads the group. From then on no answer holds it: it shows as withdrawn. Those who got it are told to forget it.',
    status: 201,
  })
  async withdraw(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: WithdrawTextBody): Promise<Receipt> {
    const { principal } = call;
    requireAccess(principal, 'withdrawText');
    const readModels = await this.ask.readModels(call);
    requireCase(principal, 'withdrawText', caseId, await readModels.caseFacts(caseId));
    const entry = await readModels.timelineEntry(caseId, body.eventId);
    if (!isText(entry)) throw new NotFoundError('withdrawText', [caseId]);
    const text = writtenText(entry);
    const receipt = await this.changer.change(call, 'case', caseId, (state) => {
      requireCase(principal, 'withdrawText', caseId, factsOf(state));
      return { type: 'WithdrawText', data: { caseId, text, ground: body.ground } };
    });
    return { ...receipt, id: body.eventId };
  }

  @Get('withdrawals')
  @Answers({
    summary: 'Texts you got that were withdrawn or recalled: forget them, and what you made of them',
    description: 'Case numbers and kinds of text only. Who leads a group sees all of its cases, and who has not answered.',
    answer: WithdrawalPage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: WithdrawalsQuery): Promise<WithdrawalPage> {
    const decision = requireAccess(call.principal, 'readWithdrawals');
    const readModels = await this.ask.readModels(call);
    const scope = caseScope(call.principal);
    const filter = query.open === undefined ? {} : { open: query.open };
    const { items, next } = await readModels.withdrawals(scope, filter, pagingOf(query));
    const { organisationId } = call.principal;
    const told = (all: (typeof items)[number]['told']) =>
      'organisationId' in scope ? all.filter((each) => each.organisationId === organisationId) : all;
    const answer = { items: items.map((row) => ({ ...row, told: told(row.told) })), ...(next !== undefined && { next }) };
    const caseIds = items.map(({ caseId }) => caseId);
    return this.out.reveal<WithdrawalPage>(call, { purpose: 'withdrawals.list', decision, caseIds }, answer);
  }

  @Post('withdrawals/:eventId/acknowledgement')
  @Changes({
    summary: 'Say that your organisation has forgotten a withdrawn text',
    description: 'Also what was copied from it. Once for the whole organisation.',
  })
  async acknowledge(@TheCall() call: Call, @Param() { eventId }: WithdrawalParams): Promise<Receipt> {
    requireAccess(call.principal, 'readWithdrawals');
    const readModels = await this.ask.readModels(call);
    const { items } = await readModels.withdrawals(caseScope(call.principal), { eventId }, { limit: 1 });
    const [row] = items;
    if (!row) throw new NotFoundError('readWithdrawals');
    const { caseId } = row;
    const command = { type: 'AcknowledgeWithdrawal', data: { caseId, eventId } } as const;
    return { ...(await this.changer.change(call, 'case', caseId, () => command)), id: eventId };
  }
}
