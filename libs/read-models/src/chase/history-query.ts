// Whose hands an action was in, how often its deadline moved and why, how often it was chased and what came of it: read from the
// case's stream and the action's own.
import type { EventStore } from '@app/event-store';
import { SELECT_ACTIONS, toActionRow, type FoundAction } from '../cases/actions-queries.js';
import { daysBetween, localDateAt } from '../dates.js';
import { decode, sealed, type Happened, type OnCase, type OnChase } from '../history.js';
import type { ActionHistory, ReadModels } from '../questions.js';
import type { Ask } from '../sql.js';

type Written<T> = { -readonly [K in keyof T]: T[K] };
type Hand = Written<ActionHistory['hands'][number]>;
type Chase = Omit<ActionHistory['chases'][number], 'answers'> & { answers: ActionHistory['chases'][number]['answers'][number][] };

/** Who holds it: it changes hands when somebody accepts, declines or is excluded, and is laid down when it is done. */
const handsOf = (events: readonly OnCase[], actionId: string, today: string): ActionHistory['hands'] => {
  const hands: Hand[] = [];
  const layDown = (at: string): void => {
    const last = hands.at(-1);
    if (last && last.until === undefined) last.until = at;
  };
  const take = (at: string, organisationId: string, userId: string | undefined, accepted: boolean): void => {
    const last = hands.at(-1);
    if (last?.until === undefined && last?.organisationId === organisationId && last.userId === userId) {
      if (accepted) last.acceptedAt ??= at;
      return;
    }
    layDown(at);
    hands.push({
      organisationId,
      ...(userId !== undefined && { userId }),
      from: at,
      days: 0,
      ...(accepted && { acceptedAt: at }),
    });
  };
  for (const event of events) {
    const { at } = event;
    if (event.type === 'WorkerExcluded') {
      const last = hands.at(-1);
      if (last?.until === undefined && last?.userId === event.data.userId) take(at, last.organisationId, undefined, false);
      continue;
    }
    if (!('actionId' in event.data) || event.data.actionId !== actionId) continue;
    if (event.type === 'ActionAgreed') take(at, event.data.ownerOrganisationId, event.data.ownerUserId, false);
    else if (event.type === 'ActionAccepted') take(at, hands.at(-1)!.organisationId, event.data.userId, true);
    else if (event.type === 'ActionDeclined') take(at, hands.at(-1)!.organisationId, undefined, false);
    else if (event.type === 'HandoverAccepted') take(at, event.data.organisationId, event.data.userId, true);
    else if (event.type === 'ActionCompleted' || event.type === 'ActionCancelled') layDown(at);
  }
  return hands.map((hand) => ({
    ...hand,
    days: daysBetween(localDateAt(hand.from), hand.until === undefined ? today : localDateAt(hand.until)),
  }));
};

const movesOf = (events: readonly OnCase[], actionId: string): ActionHistory['moves'] =>
  events.flatMap((event) => {
    if (event.type !== 'DeadlineMoved' || event.data.actionId !== actionId) return [];
    const { at, userId, organisationId, data } = event;
    const ground = sealed(event, 'ground');
    return [{ at, userId, organisationId, from: data.from, to: data.to, ...(ground && { ground }) }];
  });

const chasesOf = (events: readonly OnChase[]): ActionHistory['chases'] => {
  const chases = new Map<string, Chase>();
  for (const event of events) {
    const { at, userId, organisationId } = event;
    if (event.type === 'ActionChased') {
      const { chaseId, by, to } = event.data;
      const note = sealed(event, 'note');
      chases.set(chaseId, { chaseId, at, by, userId, organisationId, to, ...(note && { note }), answers: [] });
    } else if (event.type === 'ChaseAnswered') {
      const answer = sealed(event, 'answer');
      chases.get(event.data.chaseId)?.answers.push({ at, userId, ...(answer && { answer }) });
    }
  }
  return [...chases.values()];
};

const stepsOf = (events: readonly OnChase[]): ActionHistory['steps'] =>
  events.flatMap((event) => {
    if (event.type === 'ChaseAnswered' || (event.type === 'ActionChased' && event.data.by === 'hand')) return [];
    const { type, at, userId } = event;
    const taken = { type, at, userId };
    if (event.type === 'MeetingMissed') {
      const { heldOn, deadline, meetingId } = event.data;
      return [{ ...taken, on: heldOn, deadline, meetingId }];
    }
    const { on } = event.data;
    switch (event.type) {
      case 'AcceptanceChased':
        return [{ ...taken, on }];
      case 'StepOvertaken':
        return [{ ...taken, on, deadline: event.data.deadline, step: event.data.step }];
      case 'ActionEscalated': {
        const reason = sealed(event, 'reason');
        return [{ ...taken, on, deadline: event.data.deadline, why: event.data.why, ...(reason && { reason }) }];
      }
      default:
        return [{ ...taken, on, deadline: event.data.deadline }];
    }
  });

const ofKind = <K extends Happened['kind']>(events: readonly Happened[], kind: K) =>
  events.filter((event): event is Extract<Happened, { kind: K }> => event.kind === kind);

/** @throws SchemaError, UnknownEventError when one of the streams holds an event that cannot be read */
export const historyQuery =
  (ask: Ask, store: EventStore): ReadModels['actionHistory'] =>
  async (actionId, today) => {
    const [row] = await ask<FoundAction>(`${SELECT_ACTIONS()} where a.action_id = $1`, [actionId]);
    if (!row) return undefined;
    const [ofCase, chased] = await Promise.all(
      [`case-${row.case_id}`, `chase-${actionId}`].map(async (stream) => (await store.readStream(stream)).map(decode)),
    );
    const onCase = ofKind(ofCase!, 'case');
    const onChase = ofKind(chased!, 'chase');
    return {
      action: toActionRow(today)(row),
      hands: handsOf(onCase, actionId, today),
      moves: movesOf(onCase, actionId),
      chases: chasesOf(onChase),
      steps: stepsOf(onChase),
    };
  };
