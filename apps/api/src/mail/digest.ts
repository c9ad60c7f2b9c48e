// Monday's list: what is one's own, in one mail instead of many. Composed of what holds on that morning, not of what was once reminded of.
import { DEFAULT_MAIL, isWorkingDay, YEARLY_CLOSING_DAYS } from '@app/domain';
import { addDays, instantAt, weekdayOf } from '@app/platform';
import type { ActionRow, Registry } from '@app/read-models';
import { standsInFor } from '../chase/told.js';
import type { Ports } from '../core/ports.js';
import type { ActionFacts, DigestFacts, Message } from './kinds.js';
import type { Delivery } from './outbox.js';
import { readableBy } from './readers.js';

const DIGEST_TIME = '08:00';
/** A deadline so many days ahead is on the list. */
const AHEAD_DAYS = 14;
const MEETING_AHEAD_DAYS = 7;
/** Public holidays and the days most houses are closed; a group's own closing days shift nobody's Monday. */
const CALENDAR = { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };

/** The Monday of a local date's week. */
export const weekOf = (date: string): string => addDays(date, 1 - weekdayOf(date));

/**
 * From when on a week's list goes out: 08:00 in Copenhagen, on Monday, or on the first working day after it.
 * @param week its Monday
 * @returns UTC; undefined: a week without a working day
 */
export const digestDueAt = (week: string): string | undefined => {
  const day = [0, 1, 2, 3, 4].map((days) => addDays(week, days)).find((date) => isWorkingDay(date, CALENDAR));
  return day === undefined ? undefined : instantAt(day, DIGEST_TIME);
};

/** Who is to see to it: the reader, and whom they stand in for. */
interface Hands {
  readonly userIds: readonly string[];
  readonly organisationId: string | undefined;
}
/** Whoever was asked: of an action on its way to another, the receiver. */
const awaits = ({ awaitsAcceptanceSince, handoverTo, ...row }: ActionRow, { userIds, organisationId }: Hands): boolean => {
  const asked = handoverTo ?? { organisationId: row.ownerOrganisationId, userId: row.ownerUserId };
  const theirs = asked.userId === undefined ? asked.organisationId === organisationId : userIds.includes(asked.userId);
  return awaitsAcceptanceSince !== undefined && theirs;
};
const factsOf = (row: ActionRow, hands: Hands) => {
  const { caseId, caseNumber, actionId, deadline } = row;
  return { caseId, caseNumber, actionId, deadline, awaitsAcceptance: awaits(row, hands) };
};

/** @param waiting what was kept for the list, of actions in whoever's hands. @returns undefined: nothing is theirs */
const listOf = async (
  ports: Ports,
  registry: Registry,
  userId: string,
  waiting: readonly Delivery[],
): Promise<DigestFacts | undefined> => {
  const { readModels, clock } = ports;
  const on = clock.today();
  const scope = { all: true, userId } as const;
  const paging = { limit: 200 };
  const { organisationId } = registry.users.get(userId) ?? {};
  const groups = [...registry.groups.values()]
    .filter((group) => group.members.some((m) => m.userId === userId && m.from <= on && (m.until === undefined || on < m.until)))
    .map(({ groupId }) => groupId);
  const standsIn = [...registry.groups.values()].flatMap((group) =>
    standsInFor(registry, group, userId, on).map((id) => ({ id, groupId: group.groupId })),
  );
  const ofUser = async (id: string): Promise<readonly ActionRow[]> => {
    const [due, asked] = await Promise.all([
      readModels.actions(scope, { ownerUserId: id, dueBefore: addDays(on, AHEAD_DAYS + 1) }, paging, on),
      readModels.actions(scope, { awaitsAcceptanceOf: id }, paging, on),
    ]);
    return [...due.items, ...asked.items];
  };
  /** Nobody is named: it is every member's of the organisation, until one of them accepts it. */
  const ofOrganisation = async (): Promise<readonly ActionRow[]> => {
    if (organisationId === undefined) return [];
    const { items } = await readModels.actions({ groups, userId }, { unnamedOf: organisationId }, paging, on);
    return items.filter((row) => row.awaitsAcceptanceSince !== undefined || row.deadline <= addDays(on, AHEAD_DAYS));
  };
  const lists = await Promise.all([
    ofUser(userId),
    ofOrganisation(),
    ...standsIn.map(async ({ id, groupId }) => (await ofUser(id)).filter((row) => row.groupId === groupId)),
  ]);
  const told = await Promise.all(
    waiting.flatMap(({ facts }) => (facts.action ? [readModels.action(facts.action.actionId, on)] : [])),
  );
  const found = [...lists.flat(), ...told.filter((row) => row !== undefined)];
  const cases = found.map(({ caseId }) => caseId);
  const readable = await readableBy(ports, registry, userId, cases);
  const open = found.filter((row) => row.status !== 'completed' && row.status !== 'cancelled' && readable.has(row.caseId));
  const hands = { userIds: [userId, ...standsIn.map(({ id }) => id)], organisationId };
  const actions = [...new Map(open.map((row) => [row.actionId, factsOf(row, hands)])).values()].sort(byDeadline);
  const next = await readModels.meetingToCome(groups, clock.now().toISOString());
  if (actions.length === 0) return undefined;
  if (!next || next.localDate > addDays(on, MEETING_AHEAD_DAYS)) return { on, actions };
  const { meetingId, localDate, startsAt, endsAt } = next;
  return { on, actions, meeting: { meetingId, localDate, startsAt, endsAt, sequence: 0 } };
};
/** Earliest first. */
export const byDeadline = (a: ActionFacts, b: ActionFacts): number =>
  a.deadline < b.deadline ? -1 : a.deadline > b.deadline ? 1 : a.actionId < b.actionId ? -1 : 1;

/**
 * All lists of a week.
 * @param waiting what was kept for them
 */
export const composeDigests = async (
  ports: Ports,
  week: string,
  waiting: readonly Delivery[],
): Promise<readonly Omit<Message, 'messageId'>[]> => {
  const waitingFor = new Map<string, Delivery[]>();
  for (const message of waiting) waitingFor.set(message.userId, [...(waitingFor.get(message.userId) ?? []), message]);
  const registry = await ports.readModels.registry();
  const today = ports.clock.today();
  const wants = (userId: string): boolean => {
    const user = registry.users.get(userId);
    if (!user || (user.leftOn !== undefined && user.leftOn <= today)) return false;
    const { reminders, chases } = user.mail ?? DEFAULT_MAIL;
    return reminders === 'digest' || chases === 'digest' || waitingFor.has(userId);
  };
  const members = [...registry.groups.values()].flatMap((group) => [
    ...group.members.map(({ userId }) => userId),
    ...group.deputies.map(({ deputyUserId }) => deputyUserId),
  ]);
  const messages: Omit<Message, 'messageId'>[] = [];
  for (const userId of [...new Set([...members, ...waitingFor.keys()])].filter(wants)) {
    const digest = await listOf(ports, registry, userId, waitingFor.get(userId) ?? []);
    if (!digest) continue;
    const id = ports.idFor(`${userId} ${week}`, 'mail digest');
    messages.push({ id, kind: 'digest', userId, happenedAt: digestDueAt(week)!, facts: { digest } });
  }
  return messages;
};
