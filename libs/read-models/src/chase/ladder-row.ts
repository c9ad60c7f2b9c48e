// What the ladder knows of an action, kept in the action's own row: what was agreed, what was done so far, and when to look again.
import {
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
const thresholdsOf = (rows: Rows, groupId: string, ruleSetId: string): LadderThresholds =>
  groupOf(rows, groupId)?.ladder ??
  (rows.registry.get(`ruleset-${ruleSetId}`)?.doc as RuleSet | undefined)?.ladder ??
  DEFAULT_RULE_SET.ladder;

/** A deadline begins a ladder of its own, under the thresholds of the day it is set. */
const begun = (rows: Rows, groupId: string, deadline: string, { at, ruleSetId }: OnCase) => ({
  deadline,
  setOn: localDateAt(at),
  thresholds: thresholdsOf(rows, groupId, ruleSetId),
});

/** Somebody has to accept, from this event on. */
export const askedBy = ({ eventId, at }: OnCase): NonNullable<OnLadder['asked']> => ({ eventId, on: localDateAt(at) });

export const newLadder = (rows: Rows, groupId: string, deadline: string, event: OnCase): ChaseDoc => ({
  ladder: { ...begun(rows, groupId, deadline, event), asked: askedBy(event) },
  climbed: chaseDecider.initialState,
  revision: -1,
});
export const movedLadder = (rows: Rows, { group_id, chase }: ActionTableRow, deadline: string, event: OnCase): ChaseDoc => ({
  ...chase,
  ladder: { ...chase.ladder, ...begun(rows, group_id, deadline, event) },
  escalatedOn: undefined,
});
export const asking = (chase: ChaseDoc, asked: OnLadder['asked']): ChaseDoc => ({
  ...chase,
  ladder: { ...chase.ladder, asked },
});

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
