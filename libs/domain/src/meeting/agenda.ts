// How an agenda comes about: what the read models propose, and what people changed of it by hand.
import { AGENDA_REASONS, type AgendaItem } from './events.js';

/** What was changed by hand before the meeting opened. */
export interface AgendaOverrides {
  readonly added: readonly AgendaItem[];
  /** Case ids. */
  readonly removed: readonly string[];
  /** The wished order, case ids first to last; cases not named follow in the agenda's own order. */
  readonly order: readonly string[];
}

const rank = (item: AgendaItem): number => Math.min(...item.reasons.map((reason) => AGENDA_REASONS.indexOf(reason)));

/** Puts the cases of `order` first, in that order; all others keep theirs. */
export const inOrder = (items: readonly AgendaItem[], order: readonly string[]): AgendaItem[] => {
  const wish = (item: AgendaItem) => {
    const place = order.indexOf(item.caseId);
    return place < 0 ? order.length : place;
  };
  return [...items].sort((a, b) => wish(a) - wish(b));
};

/**
 * The agenda: the proposal without what was removed, with what was added, the most pressing reason first (the order of
 * AGENDA_REASONS), then as people wished. A case comes once, with every reason it has; one that was also put there by
 * hand keeps the item id it got then.
 */
export const composeAgenda = (proposed: readonly AgendaItem[], overrides: AgendaOverrides): AgendaItem[] => {
  const byCase = new Map<string, AgendaItem>();
  for (const { itemId, caseId, personId, reasons } of [...proposed, ...overrides.added]) {
    if (overrides.removed.includes(caseId)) continue;
    const all = new Set([...(byCase.get(caseId)?.reasons ?? []), ...reasons]);
    byCase.set(caseId, { itemId, caseId, personId, reasons: AGENDA_REASONS.filter((reason) => all.has(reason)) });
  }
  const ranked = [...byCase.values()].sort((a, b) => rank(a) - rank(b));
  return inOrder(ranked, overrides.order);
};
