// What the ladder knows of an action, kept in the action's own row: what was agreed, what was done so far, and when to look again.
import {
  askedAfter,
  awaitsEscalation,
  chaseDecider,
  DEFAULT_RULE_SET,
  missedUntil,
  nextStepOn,
  YEARLY_CLOSING_DAYS,
  type LadderThresholds,
  type OnLadder,
  type RuleSet,
  type WorkCalendar,
} from '@app/domain';
import type { ActionTableRow, ChaseDoc } from '../cases/tables.js';
import { localDateAt } from '../dates.js';
import type { OnCase } from '../history.js';
import type { GroupRow } from '../questions.js';
import type { Rows } from '../rows.js';

const groupOf = (rows: Rows, groupId: string): GroupRow | undefined =>
  rows.registry.get(`group-${groupId}`)?.doc as GroupRow | undefined;
const calendarOf = (rows: Rows, groupId: string): WorkCalendar =>
  groupOf(rows, groupId) ?? { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };
/** The group's own, or those of the rule set that was in force. */
export const thresholdsOf = (own: LadderThresholds | undefined, ruleSet: RuleSet | undefined): LadderThresholds =>
  own ?? (ruleSet ?? DEFAULT_RULE_SET).ladder;

/** A deadline begins a ladder of its own, under the thresholds of the day it is set. */
export const begun = (deadline: string, deadlineMoves: number, { at }: OnCase, thresholds: LadderThresholds) => ({
  deadline,
  deadlineMoves,
  setOn: localDateAt(at),
  thresholds,
});
const begunHere = (rows: Rows, groupId: string, deadline: string, deadlineMoves: number, event: OnCase) => {
  const ruleSet = rows.registry.get(`ruleset-${event.ruleSetId}`)?.doc as RuleSet | undefined;
  return begun(deadline, deadlineMoves, event, thresholdsOf(groupOf(rows, groupId)?.ladder, ruleSet));
};

/** What an event that asks for an acceptance is known by. */
export const asking = ({ eventId, at }: OnCase): NonNullable<OnLadder['asked']> => ({ eventId, on: localDateAt(at) });

export const newLadder = (rows: Rows, groupId: string, deadline: string, event: OnCase): ChaseDoc => ({
  ladder: { ...begunHere(rows, groupId, deadline, 0, event), asked: asking(event) },
  climbed: chaseDecider.initialState,
  revision: -1,
});
export const movedLadder = (
  rows: Rows,
  { group_id, deadline_moves, chase }: ActionTableRow,
  deadline: string,
  event: OnCase,
): ChaseDoc => ({
  ...chase,
  ladder: { ...chase.ladder, ...begunHere(rows, group_id, deadline, deadline_moves + 1, event) },
  escalatedOn: undefined,
});
/** After an event that may ask somebody to accept the action, or be the answer. `action`: as it was. */
export const askedBy = ({ chase, status, owner_user_id, doc }: ActionTableRow, event: OnCase): ChaseDoc => {
  const handover = doc.handoverTo && { toOrganisationId: doc.handoverTo.organisationId, toUserId: doc.handoverTo.userId };
  const before = { accepted: status === 'accepted', ownerUserId: owner_user_id ?? undefined, handover };
  return { ...chase, ladder: { ...chase.ladder, asked: askedAfter(chase.ladder.asked, before, event, asking(event)) } };
};

/** With the columns that the ladder's look finds it by; an action that is done is never found. */
export const findable = (rows: Rows, action: ActionTableRow): ActionTableRow => {
  const { ladder, climbed } = action.chase;
  if (!action.open) return { ...action, next_step_on: null, missed_until: null, asked_on: null };
  return {
    ...action,
    next_step_on: nextStepOn(ladder, climbed, calendarOf(rows, action.group_id)) ?? null,
    missed_until: awaitsEscalation(ladder, climbed) ? missedUntil(ladder, climbed) : null,
    asked_on: ladder.asked?.on ?? null,
  };
};
