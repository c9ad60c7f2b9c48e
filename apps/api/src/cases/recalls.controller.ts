// Disclosures that lacked their basis: recalled, and what may rest on them put before a human. Who got one is told by /api/withdrawals.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { caseScope, mayAccess, requireAccess, type Principal } from '@app/access';
import { CATEGORIES, REST_REASONS, REVIEW_VERDICTS, type Category, type SharedDisclosure } from '@app/domain';
import { RevisionConflictError } from '@app/event-store';
import type { TimelineEntry } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';
import { factsOf, ofAuthority, requireCase, resourceOf } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { CaseParams } from './case-requests.dto.js';
import { ids, isText, ToldAnswer, writtenText } from './withdrawals.controller.js';

export class DisclosureParams extends CaseParams {
  @Id() disclosureId!: string;
}
export class RecallBody {
  @Text(2000, { example: 'Jobcentret deltog ikke i sagen, da det blev videregivet.' }) ground!: string;
}
export class ReviewRecallBody {
  @Id({ description: 'One of those that may rest on it.' }) eventId!: string;
  @Word(REVIEW_VERDICTS, { description: '`withdraw`: its text is withdrawn; an open action is cancelled too.' })
  verdict!: (typeof REVIEW_VERDICTS)[number];
  @Text(2000, { example: 'Aftalen bygger på skolens egen melding og ikke på det.' }) reason!: string;
}
export class RecallsQuery extends PageQuery {
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Those where something waits to be looked at.' })
  open?: boolean;
}
export class RestAnswer {
  @Id() eventId!: string;
  @Text(100, { example: 'ActionAgreed' }) eventType!: string;
  @Word(REST_REASONS, {
    example: 'possible',
    description: 'It cites it, was caused by it, is of the same agenda item, or comes from who got it and came later.',
  })
  why!: (typeof REST_REASONS)[number];
  @Id({ optional: true }) actionId?: string;
  @Flag({ description: 'Nobody has looked yet. Not once the texts are erased: there is nothing to look at.' }) open!: boolean;
  @Word(REVIEW_VERDICTS, { optional: true }) verdict?: (typeof REVIEW_VERDICTS)[number];
  @Moment({ optional: true }) reviewedAt?: string;
  @Id({ optional: true, example: 'project-lead' }) reviewedBy?: string;
}
export class RecallAnswer {
  @Id() disclosureId!: string;
  @Id() eventId!: string;
  @Text(100, { example: 'InformationShared' }) eventType!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id() groupId!: string;
  @Moment() at!: string;
  @Id({ example: 'coordinator' }) by!: string;
  @Id({ example: 'sof' }) fromOrganisationId!: string;
  @Moment() sharedAt!: string;
  @Word(CATEGORIES, { optional: true, example: 'school' }) category?: Category;
  @Id({ optional: true, description: 'Where it was said.' }) meetingId?: string;
  @Nested(() => ToldAnswer, { many: true }) told!: ToldAnswer[];
  @Nested(() => RestAnswer, { many: true }) rests!: RestAnswer[];
}
export class RecallPage {
  @Nested(() => RecallAnswer, { many: true }) items!: RecallAnswer[];
  @ApiProperty(NEXT) next?: string;
}

/** Somebody changed the case between the look at what rests on it and the recall: look again, so often. */
const LOOKS = 3;

/** Of a case that the principal's authority takes part in no more. */
const mayRecallLeft = (principal: Principal, facts: Parameters<typeof resourceOf>[0] | undefined): boolean =>
  facts !== undefined && mayAccess(principal, 'recallDisclosure', { ...resourceOf(facts), authorityLeft: true });

@ApiTags('Cases')
@Controller('api')
export class RecallsController {
  constructor(
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly ports: Ports,
  ) {}

  @Post('cases/:caseId/disclosures/:disclosureId/recall')
  @Changes({
    summary: 'Recall a disclosure that lacked its basis',
    description:
      'By who shared it or leads the group; what the police shared, by the police, also when they have left the case. Who got it can read it no more and is told. What may rest on it is listed, and marked wherever it shows, until a human has looked.',
    status: 201,
  })
  async recall(
    @TheCall() call: Call,
    @Param() { caseId, disclosureId }: DisclosureParams,
    @Body() body: RecallBody,
  ): Promise<Receipt> {
    const { principal } = call;
    requireAccess(principal, 'recallDisclosure');
    const own = ofAuthority(principal, await this.ports.readModels.registry());
    for (let look = 1; ; look++) {
      const readModels = await this.ask.readModels(call);
      // Which meetings spoke of the case is read there: also what another process wrote down a moment ago.
      await readModels.reach(await this.ask.head());
      const facts = await readModels.caseFacts(caseId);
      const leftIds = facts ? await readModels.caseIdsLeftBy(facts.personId, own) : [];
      const left = leftIds.includes(caseId) && mayRecallLeft(principal, facts);
      if (!left) requireCase(principal, 'recallDisclosure', caseId, facts);
      const found = await readModels.recallable(caseId, disclosureId);
      if (!found) throw new NotFoundError('recallDisclosure', [caseId]);
      const disclosure = await this.disclosureOf(found.entry);
      // Who has left answers for what the own authority shared, and is told nothing of the rest.
      if (left && !own.includes(disclosure.fromOrganisationId)) throw new NotFoundError('recallDisclosure', [caseId]);
      const { rests, revision } = found;
      try {
        const receipt = await this.changer.change(
          call,
          'case',
          caseId,
          (state) => {
            if (!left || !mayRecallLeft(principal, factsOf(state)))
              requireCase(principal, 'recallDisclosure', caseId, factsOf(state));
            return { type: 'RecallDisclosure', data: { caseId, disclosure, rests, ground: body.ground } };
          },
          { expectedRevision: revision },
        );
        return { ...receipt, id: disclosureId };
      } catch (error) {
        if (!(error instanceof RevisionConflictError) || look === LOOKS) throw error;
      }
    }
  }

  @Post('cases/:caseId/recalls/:disclosureId/reviews')
  @Changes({
    summary: 'Say of one thing that may rest on a recalled disclosure whether it is kept',
    description:
      'By who leads the group, with a reason. `withdraw` withdraws its text, and cancels it when it is an open action.',
    status: 201,
  })
  async review(
    @TheCall() call: Call,
    @Param() { caseId, disclosureId }: DisclosureParams,
    @Body() { eventId, verdict, reason }: ReviewRecallBody,
  ): Promise<Receipt> {
    const { principal } = call;
    requireAccess(principal, 'reviewRecalls');
    const readModels = await this.ask.readModels(call);
    requireCase(principal, 'reviewRecalls', caseId, await readModels.caseFacts(caseId));
    const entry = verdict === 'withdraw' ? await readModels.timelineEntry(caseId, eventId) : undefined;
    // Nobody is told that something was withdrawn that was not found.
    if (verdict === 'withdraw' && !entry) throw new NotFoundError('reviewRecalls', [caseId]);
    const text = isText(entry) ? { text: writtenText(entry) } : {};
    const receipt = await this.changer.change(call, 'case', caseId, (state) => {
      requireCase(principal, 'reviewRecalls', caseId, factsOf(state));
      return { type: 'ReviewRecall', data: { caseId, disclosureId, eventId, verdict, reason, ...text } };
    });
    return { ...receipt, id: eventId };
  }

  @Get('recalls')
  @Answers({
    summary: 'Recalled disclosures of your groups, who was told, and what may rest on them',
    description: 'For who leads a group. Nothing of what was said.',
    answer: RecallPage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: RecallsQuery): Promise<RecallPage> {
    const decision = requireAccess(call.principal, 'reviewRecalls');
    const readModels = await this.ask.readModels(call);
    const filter = query.open === undefined ? {} : { open: query.open };
    const page = await readModels.recalls(caseScope(call.principal, 'reviewRecalls'), filter, pagingOf(query));
    const caseIds = page.items.map(({ caseId }) => caseId);
    return this.out.reveal<RecallPage>(call, { purpose: 'recalls.list', decision, caseIds }, page);
  }

  /** The disclosure from its clear part; of what kind its sharer is, from the registry. */
  private async disclosureOf({ eventId, type, at, meetingId, data }: TimelineEntry): Promise<SharedDisclosure> {
    const { disclosureId, category, fromOrganisationId, saidAt, recipients } = data as {
      disclosureId: string;
      category: Category;
      fromOrganisationId: string;
      saidAt?: string;
      recipients: unknown;
    };
    // Of an organisation nobody knows nothing is recalled by others.
    const fromKind = (await this.ports.readModels.registry()).organisations.get(fromOrganisationId)?.kind ?? 'police';
    return {
      ...{ disclosureId, eventId, eventType: type, sharedAt: saidAt ?? at, category, fromOrganisationId, fromKind },
      ...(meetingId !== undefined && { meetingId }),
      recipients: ids(recipients),
    };
  }
}
