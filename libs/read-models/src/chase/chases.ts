// Every chase of an action as a row: who chased for which deadline, and whether it was answered.
import type { OnChase } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface ChaseTableRow {
  chase_id: string;
  action_id: string;
  case_id: string;
  /** Who chased by hand; null: the ladder. */
  user_id: string | null;
  at: string;
  /** The action's deadline then. */
  deadline: string;
  /** The first answer. */
  answered_at: string | null;
}
export const chasesTable = table<ChaseTableRow>({
  name: 'chases',
  key: 'chase_id',
  columns: {
    chase_id: 'text',
    action_id: 'text',
    case_id: 'text',
    user_id: 'text',
    at: 'text',
    deadline: 'text',
    answered_at: 'text',
  },
  indexes: ['(action_id)', '(user_id, at desc, chase_id) where user_id is not null'],
});

export const needChases = (event: OnChase, rows: Rows): void => {
  if (event.type === 'ActionChased') rows.chases.fresh(event.data.chaseId);
  if (event.type === 'ChaseAnswered') rows.chases.need(event.data.chaseId);
};

export const projectChases = (event: OnChase, rows: Rows): void => {
  if (event.type === 'ActionChased') {
    const { chaseId, actionId, caseId, by, deadline } = event.data;
    rows.chases.put({
      chase_id: chaseId,
      action_id: actionId,
      case_id: caseId,
      user_id: by === 'hand' ? event.userId : null,
      at: event.at,
      deadline,
      answered_at: null,
    });
  } else if (event.type === 'ChaseAnswered') {
    const row = rows.chases.get(event.data.chaseId);
    if (row) rows.chases.put({ ...row, answered_at: row.answered_at ?? event.at });
  }
};
