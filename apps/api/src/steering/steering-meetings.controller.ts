// /api/steering-meetings: the fortnightly meetings, what is before them, and that they were held.
import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mayAccess, requireAccess, steeringGroups, type Action } from '@app/access';
import type { SteeringMeetingState } from '@app/domain';
import type { SteeringMeetingRow } from '@app/read-models';
import { together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { requireGroup } from '../core/guards.js';
import { pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { steeringInvited, steeringTimesOf } from './series.js';
import { escalationShape, requireEscalation } from './shapes.js';
import {
  HoldingBody,
  PlanSteeringMeetingBody,
  SteeringAgendaAnswer,
  SteeringMeetingAnswer,
  SteeringMeetingPage,
  SteeringMeetingParams,
  SteeringMeetingQuery,
  SteeringWhenBody,
} from './steering.dto.js';

type Command = Asked<'steeringMeeting'>;
const answerOf = ({ invited, attended, decided, undecided, place, ...meeting }: SteeringMeetingRow): SteeringMeetingAnswer => ({
  ...meeting,
  invited: [...invited],
  ...(place !== undefined && { place }),
  ...(attended && { attended: [...attended], decided: [...decided!], undecided: [...undecided!] }),
});

@ApiTags('Steering group')
@Controller('api/steering-meetings')
export class SteeringMeetingsController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get()
  @Answers({ summary: 'Steering meetings, newest first', answer: SteeringMeetingPage, errors: [400] })
  async list(@TheCall() call: Call, @Query() query: SteeringMeetingQuery): Promise<SteeringMeetingPage> {
    requireAccess(call.principal, 'readSteeringMeetings');
    const readModels = await this.ask.readModels(call);
    const filter = query.status === undefined ? {} : { status: query.status };
    const { items, next } = await readModels.steeringMeetings(steeringGroups(call.principal), filter, pagingOf(query));
    return { items: items.map(answerOf), ...(next !== undefined && { next }) };
  }

  @Get('next')
  @Answers({ summary: 'The next steering meeting', answer: SteeringMeetingAnswer, errors: [404] })
  async next(@TheCall() call: Call): Promise<SteeringMeetingAnswer> {
    return answerOf(await this.found(call, 'next'));
  }

  @Get(':steeringMeetingId')
  @Answers({ summary: 'One steering meeting', answer: SteeringMeetingAnswer, errors: [400, 404] })
  async one(@TheCall() call: Call, @Param() { steeringMeetingId }: SteeringMeetingParams): Promise<SteeringMeetingAnswer> {
    return answerOf(await this.found(call, steeringMeetingId));
  }

  @Get(':steeringMeetingId/agenda')
  @Answers({
    summary: 'What is before the meeting: undecided escalations of the group, longest waiting first, and what it decided',
    description: 'Composes itself until the meeting is held. Without names.',
    answer: SteeringAgendaAnswer,
    errors: [400, 404],
  })
  async agenda(@TheCall() call: Call, @Param() { steeringMeetingId }: SteeringMeetingParams): Promise<SteeringAgendaAnswer> {
    const { principal } = call;
    const first = requireAccess(principal, 'readSteeringMeetings');
    const row = await this.found(call, steeringMeetingId);
    const decision = together(first, requireAccess(principal, 'readEscalations'));
    // Who is too close to a case does not see that it is there.
    const rows = (await this.ports.readModels.steeringAgenda(row)).filter(
      ({ excludedUserIds }) => !excludedUserIds.includes(principal.userId),
    );
    for (const escalation of rows) requireEscalation(principal, 'readEscalations', escalation);
    const items = rows.map((escalation) => escalationShape(principal, escalation, this.ask.today, { named: false }));
    const caseIds = rows.map(({ caseId }) => caseId);
    const answer = { meeting: answerOf(row), items };
    return this.out.reveal<SteeringAgendaAnswer>(call, { purpose: 'steering-meeting.agenda', decision, caseIds }, answer);
  }

  @Post()
  @Changes({
    summary: 'Plan a steering meeting',
    description: 'The fortnightly series plans its own; this is for one more.',
    status: 201,
  })
  async plan(@TheCall() call: Call, @Body() body: PlanSteeringMeetingBody): Promise<Receipt> {
    requireAccess(call.principal, 'runSteeringMeeting');
    requireGroup(call.principal, 'runSteeringMeeting', body.groupId);
    const registry = await (await this.ask.readModels(call)).registry();
    const group = registry.groups.get(body.groupId)!;
    const { groupId, localDate, place } = body;
    const { commandId, idFor } = this.changer.begin(call);
    const steeringMeetingId = idFor('steering meeting');
    const invited = steeringInvited(registry, group, localDate);
    const data = { steeringMeetingId, groupId, ...steeringTimesOf(group, body), invited, ...(place !== undefined && { place }) };
    const command = (): Command => ({ type: 'PlanSteeringMeeting', data });
    return this.changer.change(call, 'steeringMeeting', steeringMeetingId, command, { commandId });
  }

  @Put(':steeringMeetingId/schedule')
  @Changes({ summary: 'Move the steering meeting' })
  async move(
    @TheCall() call: Call,
    @Param() { steeringMeetingId }: SteeringMeetingParams,
    @Body() body: SteeringWhenBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'runSteeringMeeting');
    const { groups } = await (await this.ask.readModels(call)).registry();
    return this.change(call, steeringMeetingId, (groupId) => ({
      type: 'MoveSteeringMeeting',
      data: { steeringMeetingId, ...steeringTimesOf(groups.get(groupId)!, body) },
    }));
  }

  @Post(':steeringMeetingId/cancellation')
  @Changes({ summary: 'Cancel the steering meeting' })
  cancel(@TheCall() call: Call, @Param() { steeringMeetingId }: SteeringMeetingParams): Promise<Receipt> {
    return this.change(call, steeringMeetingId, () => ({ type: 'CancelSteeringMeeting', data: { steeringMeetingId } }));
  }

  @Post(':steeringMeetingId/holding')
  @Changes({
    summary: 'Record that it was held, and by whom',
    description:
      'When its decisions are recorded: what is undecided then waits for the next. After two such meetings it is stuck.',
  })
  async hold(
    @TheCall() call: Call,
    @Param() { steeringMeetingId }: SteeringMeetingParams,
    @Body() { attended }: HoldingBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'runSteeringMeeting');
    const row = await this.found(call, steeringMeetingId, 'runSteeringMeeting');
    const { readModels } = this.ports;
    const { users } = await readModels.registry();
    const there = [...new Set(attended)].map((userId) => {
      const user = users.get(userId);
      if (!user)
        throw new RefusedError({ rule: 'user.unenrolled', en: 'The user is not enrolled.', da: 'Brugeren er ikke oprettet.' });
      return { userId, organisationId: user.organisationId };
    });
    const before = await readModels.steeringAgenda(row);
    const idsOf = (status: 'open' | 'decided') => before.filter((e) => e.status === status).map((e) => e.escalationId);
    const data = { steeringMeetingId, attended: there, decided: idsOf('decided'), undecided: idsOf('open') };
    return this.change(call, steeringMeetingId, () => ({ type: 'HoldSteeringMeeting', data }));
  }

  private change(call: Call, steeringMeetingId: string, command: (groupId: string) => Command): Promise<Receipt> {
    const action: Action = 'runSteeringMeeting';
    requireAccess(call.principal, action);
    return this.changer.change(call, 'steeringMeeting', steeringMeetingId, (state: SteeringMeetingState) => {
      if (state.status === 'none') throw new NotFoundError(action);
      const { groupId } = state.planned;
      requireGroup(call.principal, action, groupId);
      return command(groupId);
    });
  }

  /** `next`: the first that is to come. @throws NotFoundError */
  private async found(
    call: Call,
    steeringMeetingId: string,
    action: Action = 'readSteeringMeetings',
  ): Promise<SteeringMeetingRow> {
    requireAccess(call.principal, action);
    const readModels = await this.ask.readModels(call);
    const now = this.ports.clock.now().toISOString();
    const row =
      steeringMeetingId === 'next'
        ? await readModels.nextSteeringMeeting(steeringGroups(call.principal), now)
        : await readModels.steeringMeeting(steeringMeetingId);
    if (!row || !mayAccess(call.principal, action, { type: 'Group', groupId: row.groupId })) throw new NotFoundError(action);
    return row;
  }
}
