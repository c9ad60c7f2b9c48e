// What leaves of an escalation, and to whom: the steering group gets the case without a name, auditors pseudonyms without texts.
import { mayAccess, requireAccess, type AccessDecision, type Action, type Principal, type Resource } from '@app/access';
import { dateAfter } from '@app/domain';
import { localDateAt } from '@app/platform';
import type { EscalationRow } from '@app/read-models';
import { NotFoundError } from '../core/errors.js';

const resourceOf = ({ groupId, excludedUserIds, nameOpened, status }: EscalationRow): Resource => ({
  ...{ type: 'Escalation', groupId, excludedUserIds },
  // An escalation that has ended needs no name any more.
  nameOpened: nameOpened !== undefined && status === 'open',
});

/** @throws NotFoundError when the principal may not read it, or there is none; AccessDeniedError when it may read but not do this */
export const requireEscalation = (principal: Principal, action: Action, row: EscalationRow | undefined): AccessDecision => {
  if (!row) throw new NotFoundError(action);
  const resource = resourceOf(row);
  if (!mayAccess(principal, 'readEscalations', resource)) throw new NotFoundError(action, [row.caseId]);
  return requireAccess(principal, action, resource);
};

export const mayReadName = (principal: Principal, row: EscalationRow): boolean =>
  mayAccess(principal, 'readEscalationName', resourceOf(row));

const DAY_MS = 86_400_000;
const daysFrom = (at: string, today: string): number =>
  Math.max(0, Math.round((Date.parse(today) - Date.parse(localDateAt(new Date(at)))) / DAY_MS));

/** @param today local date in Europe/Copenhagen */
export const escalationShape = (
  principal: Principal,
  row: EscalationRow,
  today: string,
  { named }: { readonly named: boolean },
): object => {
  const { caseId, personId, excludedUserIds: _, summarisedAt: __, personName, ...rest } = row;
  const { summary, nameOpened, directors, decision, ...bare } = rest;
  const texts = mayAccess(principal, 'readEscalationSummary', resourceOf(row));
  const without = <T extends object>(it: T | undefined, ...names: (keyof T)[]): Partial<T> | undefined =>
    it && texts
      ? it
      : it && (Object.fromEntries(Object.entries(it).filter(([key]) => !names.includes(key as keyof T))) as Partial<T>);
  const endedAt = row.decision?.at ?? row.resolved?.at;
  const until = endedAt === undefined ? today : localDateAt(new Date(endedAt));
  return {
    ...bare,
    // The steering group speaks of case numbers.
    ...(principal.role !== 'steeringMember' && { caseId, personId }),
    waitingDays: daysFrom(row.waitingSince, until),
    ...(texts && summary && { summary }),
    ...(named && personName && mayReadName(principal, row) && { personName }),
    ...(nameOpened && { nameOpened: without(nameOpened, 'necessity') }),
    ...(directors && {
      directors: {
        ...without(directors, 'reason'),
        overdue: row.status === 'open' && dateAfter(directors.answerBy, 0) < today,
      },
    }),
    ...(decision && { decision: without(decision, 'decision', 'otherAction') }),
  };
};
