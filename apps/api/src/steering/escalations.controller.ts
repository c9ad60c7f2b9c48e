// /api/escalations: what no lower level could move, with its evidence; summaries, names, decisions, the way to the directors.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { escalationScope, requireAccess, type Action } from '@app/access';
import { STREAMS, streamName, type CaseOfDecision, type MeetingOfDecision } from '@app/domain';
import { loadState } from '@app/event-store';
import type { Sealed } from '@app/personal-data';
import type { EscalationRow } from '@app/read-models';
import { together } from '../cases/shapes.js';
import { requireStaff } from '../cases/staff.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Escalator } from './escalator.js';
import { escalationShape, mayReadName, requireEscalation } from './shapes.js';
import {
  DecisionBody,
  DirectorsBody,
  EscalationAnswer,
  EscalationPage,
  EscalationParams,
  EscalationQuery,
  NameOpeningBody,
  SummaryBody,
} from './steering.dto.js';

@ApiTags('Steering group')
@Controller('api/escalations')
export class EscalationsController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly escalator: Escalator,
  ) {}

  @Get()
  @Answers({
    summary: 'Escalations, longest waiting first',
    description: 'Without names. Auditors get pseudonyms and no texts.',
    answer: EscalationPage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: EscalationQuery): Promise<EscalationPage> {
    const { principal } = call;
    const decision = requireAccess(principal, 'readEscalations');
    const readModels = await this.ask.readModels(call);
    const { limit: _, after: __, ...filter } = query;
    const page = await readModels.escalations(escalationScope(principal), filter, pagingOf(query));
    const items = page.items.map((row) => escalationShape(principal, row, this.ask.today, { named: false }));
    const caseIds = page.items.map(({ caseId }) => caseId);
    return this.out.reveal<EscalationPage>(call, { purpose: 'escalations.list', decision, caseIds }, { ...page, items });
  }

  @Get(':escalationId')
  @Answers({ summary: 'One escalation with its evidence', answer: EscalationAnswer, errors: [400, 404] })
  async one(@TheCall() call: Call, @Param() { escalationId }: EscalationParams): Promise<EscalationAnswer> {
    const { principal } = call;
    const first = requireAccess(principal, 'readEscalations');
    const row = await (await this.ask.readModels(call)).escalation(escalationId);
    let decision = together(first, requireEscalation(principal, 'readEscalations', row));
    const named = mayReadName(principal, row!);
    if (named) decision = together(decision, requireEscalation(principal, 'readEscalationName', row));
    const { caseId, personId } = row!;
    const purpose = named ? 'escalation.read-name' : 'escalation.read';
    const answer = escalationShape(principal, row!, this.ask.today, { named });
    return this.out.reveal<EscalationAnswer>(call, { purpose, decision, caseIds: [caseId], personIds: [personId] }, answer);
  }

  @Post(':escalationId/summary')
  @Changes({
    summary: 'Write what stands still, without a name',
    description: 'The steering group reads this instead of the action’s own words. The last one counts.',
    status: 201,
  })
  async summarise(
    @TheCall() call: Call,
    @Param() { escalationId }: EscalationParams,
    @Body() { summary }: SummaryBody,
  ): Promise<Receipt> {
    const row = await this.found(call, 'summariseEscalation', escalationId);
    const identifying = await this.identifying(row);
    const { commandId, idFor } = this.changer.begin(call);
    const summaryId = idFor('summary');
    const data = { escalationId, summaryId, summary, identifying };
    return this.change(call, escalationId, { type: 'SummariseEscalation', data }, commandId);
  }

  @Post(':escalationId/name-opening')
  @Changes({
    summary: 'Open the name to the steering group, for this escalation, until it ends',
    description: 'Its necessity is on record (Retsplejeloven § 115), and every look at the name is logged.',
    status: 201,
  })
  async openName(
    @TheCall() call: Call,
    @Param() { escalationId }: EscalationParams,
    @Body() { necessity }: NameOpeningBody,
  ): Promise<Receipt> {
    await this.found(call, 'openEscalationName', escalationId);
    return this.change(call, escalationId, { type: 'OpenEscalationName', data: { escalationId, necessity } });
  }

  @Post(':escalationId/directors')
  @Changes({
    summary: 'Take it to the directors at once',
    description:
      'The case is on the weekly agenda when their answer is due. It stays before the steering group until it is decided.',
    status: 201,
  })
  async toDirectors(
    @TheCall() call: Call,
    @Param() { escalationId }: EscalationParams,
    @Body() { answerBy, reason }: DirectorsBody,
  ): Promise<Receipt> {
    await this.found(call, 'takeToDirectors', escalationId);
    const receipt = await this.change(call, escalationId, {
      type: 'TakeToDirectors',
      data: { escalationId, answerBy, reason },
    });
    await this.escalator.nudge();
    return receipt;
  }

  @Post(':escalationId/decision')
  @Changes({
    summary: 'Decide it',
    description:
      'assign: another organisation is offered the action. grant: an action of its own for who pays. return: an answer. change-plan: another deadline, or another action. ' +
      'The decision returns to the case by itself, is on the next weekly agenda, and the ladder chases it from `dueOn`.',
    status: 201,
  })
  async decide(@TheCall() call: Call, @Param() { escalationId }: EscalationParams, @Body() body: DecisionBody): Promise<Receipt> {
    const { caseId, actionId } = await this.found(call, 'decideEscalation', escalationId);
    const { steeringMeetingId, ownerOrganisationId, ownerUserId, ...said } = body;
    const meeting = steeringMeetingId === undefined ? undefined : await this.meeting(steeringMeetingId);
    if (ownerOrganisationId !== undefined) await requireStaff(this.ports, ownerOrganisationId, ownerUserId);
    const theCase = await this.theCase(caseId, actionId);
    const { commandId, idFor } = this.changer.begin(call);
    const [decisionId, newActionId] = [idFor('decision'), idFor('action')];
    const owner = ownerOrganisationId === undefined ? undefined : { organisationId: ownerOrganisationId };
    const receipt = await this.change(
      call,
      escalationId,
      {
        type: 'DecideEscalation',
        data: {
          ...{ ...said, escalationId, decisionId, newActionId, theCase },
          ...(meeting && { meeting }),
          ...(owner && { owner: { ...owner, ...(ownerUserId !== undefined && { userId: ownerUserId }) } }),
        },
      },
      commandId,
    );
    await this.escalator.nudge();
    return { ...receipt, id: decisionId };
  }

  /** @throws NotFoundError, AccessDeniedError */
  private async found(call: Call, action: Action, escalationId: string): Promise<EscalationRow> {
    requireAccess(call.principal, action);
    const row = await (await this.ask.readModels(call)).escalation(escalationId);
    requireEscalation(call.principal, action, row);
    return row!;
  }

  private change(call: Call, escalationId: string, command: Asked<'escalation'>, commandId?: string): Promise<Receipt> {
    return this.changer.change(call, 'escalation', escalationId, () => command, {
      ...(commandId !== undefined && { commandId }),
    });
  }

  /** What would tell who it is, by any registration of the person. Read to refuse it, shown to nobody. */
  private async identifying({ personId }: EscalationRow): Promise<string[]> {
    const { vault, readModels } = this.ports;
    const identities = (await readModels.registrationsOf(personId)).map(({ identity }) => identity);
    const opened = async (sealed: readonly (Sealed | undefined)[]): Promise<string[]> =>
      (await vault.openMany(sealed.filter((text) => text !== undefined))).filter((text) => text !== undefined);
    const names = await opened(identities.flatMap(({ name, alias }) => [name, alias]));
    const others = await opened(identities.flatMap(({ cpr, phone, address }) => [cpr, phone, address]));
    // A name is known by each of its words; a number or an address only as a whole.
    const words = names.flatMap((text) => text.split(/[\s,]+/));
    return [...names, ...others, ...words.filter((word) => word.length > 1)];
  }

  /** @throws NotFoundError */
  private async meeting(steeringMeetingId: string): Promise<MeetingOfDecision> {
    const { decider, codec } = STREAMS.steeringMeeting;
    const { state } = await loadState(this.ports.store, streamName('steeringMeeting', steeringMeetingId), decider, codec);
    if (state.status === 'none') throw new NotFoundError('readSteeringMeetings');
    const { planned, localDate, status } = state;
    return { steeringMeetingId, groupId: planned.groupId, localDate, cancelled: status === 'cancelled' };
  }

  private async theCase(caseId: string, actionId: string): Promise<CaseOfDecision> {
    const { state } = await loadState(this.ports.store, streamName('case', caseId), STREAMS.case.decider, STREAMS.case.codec);
    const action = state.status === 'none' ? undefined : state.actions.find((a) => a.actionId === actionId);
    if (state.status === 'none' || !action) throw new NotFoundError('decideEscalation', [caseId]);
    const { status, deadline, ownerOrganisationId: organisationId, ownerUserId: userId } = action;
    return {
      ...{ actionOpen: status === 'open', deadline, excludedUserIds: state.excludedUserIds },
      holder: { organisationId, ...(userId !== undefined && { userId }) },
      organisationIds: state.organisations.map((o) => o.organisationId),
    };
  }
}
