// On whose behalf the database is asked, from the moment a request is signed in: everything awaited for it has the same. Whatever
// happens without a request says so. Nothing set: the database shows nothing.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '@app/access';
import { BACKGROUND, type DatabaseContext } from '@app/read-models';

const storage = new AsyncLocalStorage<{ context: DatabaseContext | undefined }>();

export const currentContext = (): DatabaseContext | undefined => storage.getStore()?.context;

/** Who sees no person, of whatever kind: their questions are answered from numbers and the registry. */
const SEES_NO_PERSON: readonly Principal['role'][] = ['partner', 'politicalMember', 'administrator'];

/** Outside the authorities only auditors see more than numbers: pseudonyms. */
export const contextOf = ({ userId, kind, role }: Principal): DatabaseContext => {
  if (SEES_NO_PERSON.includes(role)) return { role: 'outsider' };
  if (kind !== 'other') return { role: 'staff', userId, kind };
  return { role: role === 'auditor' ? 'auditor' : 'outsider' };
};

/** A request's: nobody's, until it is signed in. */
export const beginRequest = (next: () => void): void => storage.run({ context: undefined }, next);
export const signedIn = (principal: Principal): void => {
  const held = storage.getStore();
  if (held) held.context = contextOf(principal);
};

/** What happens without a request. */
export const inBackground = <T>(work: () => Promise<T>): Promise<T> => storage.run({ context: BACKGROUND }, work);
