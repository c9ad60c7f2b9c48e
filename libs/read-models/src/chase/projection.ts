// How the ladder's steps, chases and answers change the action they are about.
import { ANY_LADDER, chaseDecider, type OnLadder, type WhichLadder } from '@app/domain';
import { putSummary, withNews } from '../cases/projection.js';
import type { CaseTableRow } from '../cases/tables.js';
import { localDateAt } from '../dates.js';
import type { Happened, OnChase, OnGroup } from '../history.js';
import type { Rows } from '../rows.js';
import { needChases, projectChases } from './chases.js';
import { findable } from './ladder-row.js';

export const needChase = (event: OnChase, rows: Rows): void => {
  const { data } = event;
  rows.cases.need(data.caseId);
  rows.actions.need(data.actionId);
  needChases(event, rows);
};
/** What can be announced only once the rows of cases are here: the calendar of their group, the rule set in force. */
export const needCalendars = (events: readonly Happened[], rows: Rows): void => {
  for (const event of events) {
    if (event.kind === 'group' && event.type === 'ClosingDaysSet') rows.actions.needBy('group_id', event.data.groupId);
    if (event.kind !== 'case' && event.kind !== 'chase') continue;
    if (event.type === 'ActionAgreed' || event.type === 'DeadlineMoved') rows.registry.need(`ruleset-${event.ruleSetId}`);
    const groupId = event.type === 'CaseReferred' ? event.data.groupId : rows.cases.get(event.data.caseId)?.group_id;
    if (groupId !== undefined) rows.registry.need(`group-${groupId}`);
  }
};

/** Other working days, other dates: of every open action of the group. */
export const projectCalendar = (event: OnGroup, rows: Rows): void => {
  if (event.type !== 'ClosingDaysSet') return;
  for (const action of rows.actions.having('group_id', event.data.groupId))
    if (action.open) rows.actions.put(findable(rows, action));
};

/** What is told of it on the case's timeline; the ladder's own steps are no activity in the case. */
const ON_TIMELINE: readonly OnChase['type'][] = ['ActionChased', 'ChaseAnswered', 'ActionEscalated'];

const isOn = ({ deadline, deadlineMoves }: WhichLadder, ladder: OnLadder): boolean =>
  deadlineMoves === ANY_LADDER ? deadline === ladder.deadline : deadlineMoves === ladder.deadlineMoves;

/** An action that is not known (its case's stream is parked) is left alone. */
export const projectChase = (event: OnChase, rows: Rows): void => {
  const { caseId, actionId } = event.data;
  const row: CaseTableRow | undefined = rows.cases.get(caseId);
  const action = rows.actions.get(actionId);
  if (!row || !action) return;
  projectChases(event, rows);
  const { chase } = action;
  const changed = findable(rows, {
    ...action,
    chase: {
      ...chase,
      climbed: chaseDecider.evolve(chase.climbed, event),
      revision: event.revision,
      ...(event.type === 'ActionChased' && { lastChasedOn: localDateAt(event.at) }),
      // Of an earlier deadline when it was moved in the same moment: that escalation is over.
      ...(event.type === 'ActionEscalated' && isOn(event.data, chase.ladder) && { escalatedOn: localDateAt(event.at) }),
    },
  });
  rows.actions.put(changed);
  putSummary(rows, row, changed, event.type === 'ChaseAnswered' ? { at: event.at, ...withNews(row.doc, event.position) } : {});
  if (ON_TIMELINE.includes(event.type)) {
    const { position, stream, revision } = event;
    rows.mentions.put({ position, case_id: caseId, stream, revision });
  }
};
