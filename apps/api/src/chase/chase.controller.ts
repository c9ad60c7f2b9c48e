// /api/actions/{id}/…, /api/chase, /api/silences: chasing by hand, whose hands, what is overdue, what moves, where nothing is heard.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, requireAccess, type Action } from '@app/access';
import { STREAMS, streamName, type CaseState, type Told } from '@app/domain';
import { loadState } from '@app/event-store';
import { ActionPage } from '../cases/case-answers.dto.js';
import { together } from '../cases/shapes.js';
import { requireStaff } from '../cases/staff.js';
import type { ActionFilter, ActionRow } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { factsOf, requireCase } from '../core/guards.js';
import { PageQuery, pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Escalator } from '../steering/escalator.js';
import {
  ActionHistoryAnswer,
  ActionParams,
  BulkHandoverAnswer,
  BulkHandoverBody,
  ChaseAnswerBody,
  ChaseBody,
  ChaseParams,
  EscalationBody,
  HolderParams,
  OverdueList,
  SilencePage,
} from './chase.dto.js';
import { SILENCE_TEXT, silenceRuleOf } from './silence.js';
import { toldOf } from './told.js';

/** An action as a command about it needs it. */
interface Found {
  readonly caseId: string;
  readonly actionId: string;
  readonly personId: string;
  readonly open: boolean;
  readonly deadline: string;
  readonly deadlineMoves: number;
  readonly holder: Told;
}

@ApiTags('Chasing')
@Controller('api')
export class ChaseController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly escalator: Escalator,
  ) {}

  @Post('actions/:actionId/chases')
  @Changes({ summary: 'Chase an action by hand', description: 'Who has it in hand is told, or deputies.', status: 201 })
  chase(@TheCall() call: Call, @Param() { actionId }: ActionParams, @Body() { note }: ChaseBody): Promise<Receipt> {
    return this.change(call, 'chaseAction', actionId, (found, idFor) => {
      const chaseId = idFor('chase');
      return [chaseId, { type: 'ChaseAction', data: { ...found, chaseId, ...(note !== undefined && { note }) } }];
    });
  }

  @Post('actions/:actionId/chases/:chaseId/answer')
  @Changes({ summary: 'Answer a chase', description: 'By the organisation that has the action in hand.', status: 201 })
  answer(
    @TheCall() call: Call,
    @Param() { actionId, chaseId }: ChaseParams,
    @Body() { answer }: ChaseAnswerBody,
  ): Promise<Receipt> {
    return this.change(call, 'reportAction', actionId, ({ caseId, personId }, idFor) => {
      const answerId = idFor('answer');
      return [answerId, { type: 'AnswerChase', data: { caseId, actionId, personId, chaseId, answerId, answer } }];
    });
  }

  @Post('actions/:actionId/escalation')
  @Changes({
    summary: 'Escalate an action at once',
    description: 'Ends its ladder until the deadline is moved, and puts it before the steering group.',
    status: 201,
  })
  async escalate(
    @TheCall() call: Call,
    @Param() { actionId }: ActionParams,
    @Body() { reason }: EscalationBody,
  ): Promise<Receipt> {
    const receipt = await this.change(call, 'escalateAction', actionId, (found) => [
      actionId,
      { type: 'EscalateAction', data: { ...found, reason } },
    ]);
    await this.escalator.nudge();
    return receipt;
  }

  @Get('actions/:actionId/history')
  @Answers({
    summary: 'Whose hands: holders, moves of the deadline, chases with their answers, steps of the ladder',
    answer: ActionHistoryAnswer,
    errors: [400, 404],
  })
  async history(@TheCall() call: Call, @Param() { actionId }: ActionParams): Promise<ActionHistoryAnswer> {
    const first = requireAccess(call.principal, 'readCase');
    const readModels = await this.ask.readModels(call);
    const found = await readModels.actionHistory(actionId, this.ask.today);
    const facts = found && (await readModels.caseFacts(found.action.caseId));
    const decision = together(first, requireCase(call.principal, 'readCase', found?.action.caseId ?? '', facts));
    const purpose = { purpose: 'action.history', decision, caseIds: [found!.action.caseId] };
    return this.out.reveal<ActionHistoryAnswer>(call, purpose, found);
  }

  @Get('chase/overdue')
  @Answers({
    summary: 'Overdue actions by organisation and age',
    description: 'Of the cases you may see. Ages in calendar days. Counts only: nobody’s texts.',
    answer: OverdueList,
  })
  async overdue(@TheCall() call: Call): Promise<OverdueList> {
    requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    const { today } = this.ask;
    return { asOf: today, items: [...(await readModels.overdue(caseScope(call.principal), today))] };
  }

  @Get('chase/most-moved')
  @Answers({ summary: 'Open actions whose deadline moved, most often first', answer: ActionPage, errors: [400] })
  async mostMoved(@TheCall() call: Call, @Query() query: PageQuery): Promise<ActionPage> {
    const decision = requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    const page = await readModels.mostMoved(caseScope(call.principal), pagingOf(query), this.ask.today);
    const caseIds = page.items.map((row) => row.caseId);
    return this.out.reveal<ActionPage>(call, { purpose: 'actions.most-moved', decision, caseIds }, page);
  }

  @Get('silences')
  @Answers({
    summary: 'Where nothing is heard: silent cases, unanswered requests, follow-ups that did not happen',
    description: 'Longest first. “Declined” is an answer (Retsplejeloven § 115, stk. 4).',
    answer: SilencePage,
    errors: [400],
  })
  async silences(@TheCall() call: Call, @Query() query: PageQuery): Promise<SilencePage> {
    const decision = requireAccess(call.principal, 'listCases');
    const readModels = await this.ask.readModels(call);
    const { today } = this.ask;
    const [{ groups }, ruleSet] = [await readModels.registry(), await this.ports.ruleSetOn(today)];
    const ruleOf = (groupId: string) => silenceRuleOf(groups.get(groupId), ruleSet, today);
    const page = await readModels.silences(caseScope(call.principal), ruleOf, pagingOf(query), today);
    const answer = { ...page, items: page.items.map((silence) => ({ ...silence, ...SILENCE_TEXT[silence.reason] })) };
    const caseIds = [...new Set(page.items.map(({ caseId }) => caseId))];
    return this.out.reveal<SilencePage>(call, { purpose: 'silences.list', decision, caseIds }, answer);
  }

  @Post('users/:userId/handover')
  @Changes({
    summary: 'Offer all open actions of somebody who leaves to somebody else',
    description:
      'Of the cases you lead; also what was offered to them and not accepted. The old owner stays responsible until the receiver accepts; GET /api/actions?awaitsAcceptance=true shows what waits.',
    answer: BulkHandoverAnswer,
  })
  async handOver(
    @TheCall() call: Call,
    @Param() { userId }: HolderParams,
    @Body() body: BulkHandoverBody,
  ): Promise<BulkHandoverAnswer> {
    requireAccess(call.principal, 'manageCase');
    const readModels = await this.ask.readModels(call);
    if (!(await readModels.registry()).users.has(userId))
      throw new RefusedError({ rule: 'user.unenrolled', en: 'The user is not enrolled.', da: 'Brugeren er ikke oprettet.' });
    await requireStaff(this.ports, body.toOrganisationId, body.toUserId);
    const { commandId } = this.changer.begin(call);
    const scope = caseScope(call.principal);
    const answer: BulkHandoverAnswer = { offered: [], notOffered: [] };
    const all = async (filter: ActionFilter): Promise<readonly ActionRow[]> => {
      const rows: ActionRow[] = [];
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const paging = { limit: 200, ...(after !== undefined && { after }) };
        const page = await readModels.actions(scope, filter, paging, this.ask.today);
        rows.push(...page.items);
        after = page.next;
      }
      return rows;
    };
    // What is theirs, and what was offered to them by name: nobody else could say yes or no to it.
    const found = [...(await all({ ownerUserId: userId })), ...(await all({ awaitsAcceptanceOf: userId }))];
    for (const { actionId, caseId, caseNumber } of new Map(found.map((row) => [row.actionId, row])).values()) {
      try {
        await this.changer.change(
          call,
          'case',
          caseId,
          (state: CaseState) => {
            requireCase(call.principal, 'manageCase', caseId, factsOf(state));
            return { type: 'OfferHandover', data: { caseId, actionId, ...body } };
          },
          { commandId: this.ports.idFor(commandId, actionId) },
        );
        answer.offered.push({ actionId, caseId, caseNumber });
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        const { rule, da, en } = error.refusal;
        answer.notOffered.push({ actionId, caseId, caseNumber, rule, da, en });
      }
    }
    return answer;
  }

  /** Access to the case is asked on its stream as it is now; the command goes to the action's own. */
  private async change(
    call: Call,
    action: Action,
    actionId: string,
    command: (found: Found, idFor: (what: string) => string) => readonly [id: string, command: Asked<'chase'>],
  ): Promise<Receipt> {
    requireAccess(call.principal, action);
    const { commandId, idFor } = this.changer.begin(call);
    const readModels = await this.ask.readModels(call);
    const caseId = (await readModels.action(actionId, this.ask.today))?.caseId;
    if (caseId === undefined) throw new NotFoundError(action);
    const { state } = await loadState(this.ports.store, streamName('case', caseId), STREAMS.case.decider, STREAMS.case.codec);
    const found = state.status === 'none' ? undefined : state.actions.find((a) => a.actionId === actionId);
    requireCase(call.principal, action, caseId, factsOf(state), found?.ownerOrganisationId);
    if (state.status === 'none' || !found) throw new NotFoundError(action);
    const { ownerOrganisationId: organisationId, ownerUserId: userId, deadline, deadlineMoves, status } = found;
    const { personId, groupId } = state.referred;
    const holder = toldOf(await readModels.registry(), groupId, state, { organisationId, userId }, this.ask.today);
    const about = { caseId, actionId, personId, open: status === 'open', deadline, deadlineMoves };
    const asked = command({ ...about, holder }, idFor);
    return { ...(await this.changer.change(call, 'chase', actionId, () => asked[1], { commandId })), id: asked[0] };
  }
}
