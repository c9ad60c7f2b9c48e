// Two registrations of one young person (a double): one becomes an alias of the other, which survives. Told in the stream of the alias.
// Nothing is sealed anew: every text keeps its subject and its key, so that undoing the merge takes them apart again.
import { accept, refuse, type Command, type Decision } from '../kernel/decider.js';
import { event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { id } from '../kernel/schema.js';
import { erasureUnderWay, personErased } from './erasure.js';

export const mergeEvents = {
  /** From here on questions about `personId` are answered with `intoPersonId`. */
  PersonMerged: event(1, { personId: id, mergeId: id, intoPersonId: id }, { reason: text(15, 'social') }),
  /** They were two after all. Texts written in between are put before a human. */
  PersonMergeUndone: event(1, { personId: id, mergeId: id, intoPersonId: id }, { reason: text(16, 'social') }),
};
export type MergeEvent = EventOf<typeof mergeEvents>;
type MergeFolded = FoldedOf<typeof mergeEvents>;

/** What is known of the two from the read models when the command is built; one merge at a time is under way. */
export interface MergeFacts {
  /** The one that is to survive is an alias itself. */
  readonly survivorIsMerged: boolean;
  /** An erasure of everything about the one that is to survive is under way, or done. */
  readonly survivorIsErased: boolean;
  /** Others are aliases of the one that is to become an alias. */
  readonly hasAliases: boolean;
}
export type MergeCommand =
  | Command<'MergePerson', { personId: string; mergeId: string; intoPersonId: string; reason: string; facts: MergeFacts }>
  | Command<'UndoMerge', { personId: string; reason: string }>;

interface Merge {
  readonly mergeId: string;
  readonly intoPersonId: string;
}
export interface MergeState {
  readonly merge?: Merge | undefined;
  readonly undone: boolean;
}
export const NOT_MERGED: MergeState = { undone: false };

export const isMergeEvent = <E extends { readonly type: string }>(event: E | MergeFolded): event is MergeFolded =>
  Object.hasOwn(mergeEvents, event.type);
export const isMergeCommand = (command: { readonly type: string }): command is MergeCommand =>
  command.type === 'MergePerson' || command.type === 'UndoMerge';

export const evolveMerge = <S extends MergeState>(state: S, { type, data }: MergeFolded): S =>
  type === 'PersonMerged'
    ? { ...state, merge: { mergeId: data.mergeId, intoPersonId: data.intoPersonId } }
    : { ...state, merge: undefined, undone: true };

export const personMerged = refuse(
  'person.merged',
  'The person is merged into another: change that one, or undo the merge first.',
  'Personen er lagt sammen med en anden: ret den anden, eller ophæv sammenlægningen først.',
);
const mergeChain = refuse(
  'merge.chain',
  'One of them is merged already: merge with the one that survived, or undo that merge first.',
  'En af dem er allerede lagt sammen: brug den, der blev stående, eller ophæv den sammenlægning først.',
);
const mergeSelf = refuse('merge.self', 'These are the same person already.', 'Det er allerede den samme person.');

/** @param erasing an erasure of everything about the alias is under way or done */
export const decideMerge = (
  command: MergeCommand,
  { merge, undone }: MergeState,
  erasing: 'no' | 'under-way' | 'done',
): Decision<MergeEvent> => {
  const { personId, reason } = command.data;
  const subject: Subject = { id: personId, scope: 'identity' };
  if (command.type === 'UndoMerge') {
    if (!merge) return undone ? nothing : notFound('merge');
    return accept({ type: 'PersonMergeUndone', data: { personId, ...merge }, subject, text: { reason } });
  }
  const { mergeId, intoPersonId, facts } = command.data;
  if (merge?.intoPersonId === intoPersonId) return nothing;
  if (intoPersonId === personId) return mergeSelf;
  if (merge || facts.survivorIsMerged || facts.hasAliases) return mergeChain;
  if (erasing === 'done') return personErased;
  if (erasing === 'under-way' || facts.survivorIsErased) return erasureUnderWay;
  return accept({ type: 'PersonMerged', data: { personId, mergeId, intoPersonId }, subject, text: { reason } });
};
