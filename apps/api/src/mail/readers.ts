// Who may still be told of a case: asked when a list is made, and again when a message goes out. What is on its way may be hours old.
import type { CaseFacts, Registry } from '@app/read-models';
import { mayReadCase } from '../core/guards.js';
import type { Ports } from '../core/ports.js';
import { principalOf } from '../core/sign-in.js';
import type { Facts } from './kinds.js';

/** @returns ids of those cases that the user may read today, by the policies of every other answer */
export const readableBy = async (
  { readModels, clock }: Ports,
  registry: Registry,
  userId: string,
  caseIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const user = registry.users.get(userId);
  const principal = user && principalOf(user, registry, clock.today());
  if (!principal) return new Set();
  const known = await readModels.caseFactsOf([...new Set(caseIds)]);
  return new Set(known.filter((theCase) => mayReadCase(principal, theCase)).map(({ caseId }) => caseId));
};

const isExcluded = ({ excludedUserIds }: CaseFacts, userId: string): boolean => excludedUserIds.includes(userId);

/** @returns what the user may still be told of it; undefined: nothing */
export const stillTold = async (
  ports: Ports,
  registry: Registry,
  { userId, facts }: { readonly userId: string; readonly facts: Facts },
): Promise<Facts | undefined> => {
  const { action, theCase, digest } = facts;
  // A withdrawn text, a recalled disclosure: told also to those who take part no more. They got it.
  if (theCase) {
    const [known] = await ports.readModels.caseFactsOf([theCase.caseId]);
    return known && !isExcluded(known, userId) ? facts : undefined;
  }
  const about = action ? [action] : (digest?.actions ?? []);
  if (about.length === 0) return facts;
  const readable = await readableBy(
    ports,
    registry,
    userId,
    about.map(({ caseId }) => caseId),
  );
  if (!about.some(({ caseId }) => readable.has(caseId))) return undefined;
  if (!digest) return facts;
  return { ...facts, digest: { ...digest, actions: digest.actions.filter(({ caseId }) => readable.has(caseId)) } };
};
