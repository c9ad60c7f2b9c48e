// The process between the ladder, the steering group and the case: an escalated action is received with its evidence, a decision returns
// to the case as actions that the ladder chases, what was taken to the directors comes up when their answer is due, and what was done
// meanwhile is resolved. Every command's id derives from the event that caused it: any number of processes may look, and a look that was
// broken off anywhere is taken up by the next.
import type { CommandBus } from '@nestjs/cqrs';
import {
  decodeAny,
  STREAMS,
  streamName,
  textField,
  type CaseState,
  type Evidence,
  type ExistingEscalation,
  type StreamCategory,
} from '@app/domain';
import { loadState, OutcomeUnknownError, UnavailableError, type StoredEvent } from '@app/event-store';
import { ErasedError, readStored } from '@app/personal-data';
import { localDateAt } from '@app/platform';
import type { ActionHistory, EscalationTodo } from '@app/read-models';
import { Change, type Asked } from '../core/change.js';
import { RefusedError } from '../core/errors.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';

type ExistingCase = Exclude<CaseState, { status: 'none' }>;
type Refused = { readonly command: string; readonly rule: string };
/** Escalations under way at once: their commands commit together. */
const AT_ONCE = 8;
const dateOf = (at: string): string => localDateAt(new Date(at));

/** Dates, organisations and staff: none of the texts. */
export const evidenceOf = ({ hands, moves, chases, steps }: ActionHistory): Evidence => ({
  hands: hands.map(({ organisationId, userId, from, until, days, acceptedAt }) => ({
    ...{ organisationId, from: dateOf(from), days, accepted: acceptedAt !== undefined },
    ...(userId !== undefined && { userId }),
    ...(until !== undefined && { until: dateOf(until) }),
  })),
  moves: moves.map(({ at, from, to, userId, organisationId }) => ({ on: dateOf(at), from, to, userId, organisationId })),
  chases: chases.map(({ at, by, answers }) => ({ on: dateOf(at), by, answers: answers.length })),
  missedMeetings: steps.flatMap(({ meetingId, on }) => (meetingId === undefined ? [] : [{ meetingId, heldOn: on }])),
});

export class Escalator extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('Escalator', 'escalations were not looked at');
  }

  /** Something happened that this process may have to follow up: not to wait for the next look, where this program looks at all. */
  nudge(): Promise<void> {
    return this.ports.configuration.role === 'api' ? Promise.resolve() : this.look();
  }

  protected async lookNow(): Promise<void> {
    const { readModels, lastWritten } = this.ports;
    await readModels.reach(lastWritten);
    const todos = [...(await readModels.escalationsToDo())];
    const worker = async () => {
      for (let todo = todos.pop(); todo; todo = todos.pop()) await this.tryToFollow(todo);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** One that cannot be read does not hold up the others; a store that is out of reach does. */
  private async tryToFollow(todo: EscalationTodo): Promise<void> {
    try {
      await this.follow(todo);
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof OutcomeUnknownError) throw error;
      const kind = error instanceof Error ? error.constructor.name : 'error';
      this.logger.warn(`escalation ${todo.escalationId} was not followed: ${kind}`);
    }
  }

  private async follow(todo: EscalationTodo): Promise<void> {
    const { escalationId, actionId, caseId } = todo;
    const { store } = this.ports;
    // The streams as they are now, not as the read models knew them.
    const { state: theCase } = await loadState(store, streamName('case', caseId), STREAMS.case.decider, STREAMS.case.codec);
    if (theCase.status === 'none') return;
    const { decider, codec } = STREAMS.escalation;
    const { state } = await loadState(store, streamName('escalation', escalationId), decider, codec);
    if (state.status === 'none') return this.receive(todo, theCase);
    if (state.status === 'decided') return this.returnDecision(state, escalationId);
    if (state.status === 'resolved') return;
    const status = theCase.actions.find((action) => action.actionId === actionId)?.status;
    if (status === 'completed' || status === 'cancelled') return this.resolve(todo, status);
    if (todo.followedBy !== undefined) return this.resolve(todo, 'escalated-again');
    if (state.directors && !state.followUp) return this.followDirectors(state, escalationId);
  }

  private async receive({ escalationId, actionId, caseId, follows }: EscalationTodo, { referred, areaId }: ExistingCase) {
    const { store, readModels, clock } = this.ports;
    const cause = (await store.readStream(streamName('chase', actionId))).find(({ id }) => id === escalationId);
    const history = await readModels.actionHistory(actionId, clock.today());
    if (!cause || !history) return;
    const escalated = decodeAny(cause.type, cause.metadata.v, readStored(cause.data).clear);
    if (escalated.type !== 'ActionEscalated') return;
    const { deadline, why } = escalated.data;
    const { personId, groupId, caseNumber, ageBand } = referred;
    await this.send('escalation', escalationId, 'receive', cause.id, {
      type: 'ReceiveEscalation',
      data: {
        ...{ escalationId, actionId, caseId, personId, groupId, areaId, caseNumber, ageBand, deadline, why },
        ...{ escalatedAt: cause.metadata.at, evidence: evidenceOf(history) },
        ...(follows !== undefined && { follows }),
      },
    });
  }

  private resolve({ escalationId, caseId }: EscalationTodo, how: 'completed' | 'cancelled' | 'escalated-again') {
    const data = { escalationId, caseId, how };
    return this.send('escalation', escalationId, 'resolve', escalationId, { type: 'ResolveEscalation', data });
  }

  /** What the decision asks of the case, in order. */
  private async returnDecision({ decision, returned }: ExistingEscalation, escalationId: string): Promise<void> {
    if (!decision || returned) return;
    const { caseId, actionId, decisionId, outcome, owner, dueOn: deadline, newActionId } = decision;
    const made = await this.lastOf(escalationId, 'SteeringDecisionMade');
    const text = await this.openText(made, 'decision');
    const asked: (readonly [id: string, command: Asked<'case'>])[] = [];
    if (text !== undefined) {
      const move: Asked<'case'> = { type: 'MoveDeadline', data: { caseId, actionId, to: deadline, ground: text } };
      if (newActionId !== undefined) {
        const description = (await this.openText(made, 'otherAction')) ?? text;
        const { organisationId: ownerOrganisationId, userId: ownerUserId } = owner;
        const data = { caseId, actionId: newActionId, ownerOrganisationId, deadline, description };
        asked.push([newActionId, { type: 'AgreeAction', data: { ...data, ...(ownerUserId !== undefined && { ownerUserId }) } }]);
      }
      if (newActionId !== undefined && outcome === 'change-plan')
        asked.push(['', { type: 'CancelAction', data: { caseId, actionId, ground: text } }]);
      else asked.push([actionId, move]);
      if (outcome === 'assign') {
        const { organisationId: toOrganisationId, userId: toUserId } = owner;
        const data = { caseId, actionId, toOrganisationId, ...(toUserId !== undefined && { toUserId }) };
        asked.push([actionId, { type: 'OfferHandover', data }]);
      }
    }
    const carried = new Set<string>();
    const refused: Refused[] = text === undefined ? [{ command: 'OpenText', rule: 'erased' }] : [];
    for (const [id, command] of asked) {
      const rule = await this.refusedBy(caseId, made.id, command);
      // What comes after builds on it: nothing is cancelled for an action that was not agreed.
      if (rule !== undefined) {
        refused.push({ command: command.type, rule });
        break;
      }
      if (id !== '') carried.add(id);
    }
    const data = { escalationId, decisionId, caseId, actionIds: [...carried], refused };
    await this.send('escalation', escalationId, 'returned', made.id, { type: 'RecordDecisionReturned', data });
  }

  private async followDirectors({ received: { caseId }, directors }: ExistingEscalation, escalationId: string): Promise<void> {
    const taken = await this.lastOf(escalationId, 'TakenToDirectors');
    const [followUpId, on] = [this.ports.idFor(taken.id, 'follow-up'), directors!.answerBy];
    const note = await this.openText(taken, 'reason');
    const followUp = { caseId, followUpId, on, ...(note !== undefined && { note }) };
    const rule = await this.refusedBy(caseId, taken.id, { type: 'ScheduleFollowUp', data: followUp });
    const refused = rule === undefined ? [] : [{ command: 'ScheduleFollowUp', rule }];
    const data = { escalationId, caseId, followUpId, on, refused };
    await this.send('escalation', escalationId, 'follow-up', taken.id, { type: 'RecordDirectorsFollowUp', data });
  }

  private async lastOf(escalationId: string, type: string): Promise<StoredEvent> {
    const events = await this.ports.store.readStream(streamName('escalation', escalationId));
    return events.findLast((event) => event.type === type)!;
  }
  /** Undefined: there is none, or its key is destroyed. */
  private async openText({ id: eventId, type, data }: StoredEvent, name: string): Promise<string | undefined> {
    const { subject, text } = readStored(data);
    const envelope = text[name];
    if (!subject || !envelope) return undefined;
    const { field } = textField(type, name);
    const [opened] = await this.ports.vault.openMany([{ eventId, subjectId: subject.id, field, envelope }]);
    return opened;
  }

  /** The rule by which the case does not take it. */
  private async refusedBy(caseId: string, cause: string, command: Asked<'case'>): Promise<string | undefined> {
    try {
      await this.send('case', caseId, command.type, cause, command);
      return undefined;
    } catch (error) {
      if (error instanceof RefusedError) return error.refusal.rule;
      if (error instanceof ErasedError) return 'erased';
      throw error;
    }
  }

  private async send<K extends StreamCategory>(category: K, id: string, what: string, cause: string, command: Asked<K>) {
    await this.bus.execute(
      new Change({
        ...{ category, id, actor: PROGRAMME, commandHash: 'escalation', causation: cause },
        // Two processes that saw the same send the same command.
        commandId: this.ports.idFor(cause, what),
        command: () => command as never,
      }),
    );
  }
}
