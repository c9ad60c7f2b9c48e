// Many messages of one kind to one person, as after an import or when somebody hands all over: one mail with a list in their place.
import { byDeadline } from './digest.js';
import type { Message } from './kinds.js';

/** From so many actions on. */
const MANY = 4;

type Said = Omit<Message, 'messageId'>;
/** One message in place of several. */
export interface Together {
  readonly message: Said;
  /** Ids of what it stands for. */
  readonly of: readonly string[];
}

/**
 * @param messages that would go out now, in the order of the log
 * @param on local date in Europe/Copenhagen
 * @param idFor an id of its own for what it is given, always the same
 * @returns what goes out in place of several; what is in none of them goes out as it is
 */
export const together = (messages: readonly Said[], on: string, idFor: (lastId: string) => string): readonly Together[] => {
  const alike = new Map<string, Said[]>();
  for (const message of messages) {
    const key = `${message.kind} ${message.userId}`;
    if (message.facts.action) alike.set(key, [...(alike.get(key) ?? []), message]);
  }
  return [...alike.values()].flatMap((several) => {
    const told = several.flatMap(({ facts: { action } }) => action ?? []);
    // What the kind says it says of all of them.
    const actions = [...new Map(told.map((action) => [action.actionId, { ...action, awaitsAcceptance: false }])).values()];
    if (actions.length < MANY) return [];
    const { id, kind, userId, happenedAt } = several.at(-1)!;
    const facts = { digest: { on, actions: actions.sort(byDeadline) } };
    return [{ message: { id: idFor(id), kind, userId, happenedAt, facts }, of: several.map((message) => message.id) }];
  });
};
