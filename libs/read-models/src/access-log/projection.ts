// Who saw what: one row per response with personal data, search, export and refusal (rule 9).
import { sealed, type OnAccess } from '../history.js';
import type { AccessLogRow } from '../questions.js';
import { projectBreakGlass } from './break-glass.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface AccessLogEntry {
  position: string;
  at: string;
  user_id: string;
  case_ids: readonly string[];
  person_ids: readonly string[];
  doc: AccessLogRow;
}
export const accessLogTable = table<AccessLogEntry>({
  name: 'access_log',
  key: 'position',
  columns: { position: 'text', at: 'text', user_id: 'text', case_ids: 'text[]', person_ids: 'text[]', doc: 'json' },
  indexes: ['(at, position)', '(user_id, at, position)', 'using gin (case_ids)', 'using gin (person_ids)'],
  appendOnly: true,
});

export const projectAccess = (event: OnAccess, rows: Rows): void => {
  const { eventId, type, at, position, data } = event;
  const text = sealed(event, 'criterion') ?? sealed(event, 'reason') ?? sealed(event, 'note');
  rows.accessLog.put({
    position,
    at,
    user_id: data.userId,
    case_ids: data.caseIds,
    person_ids: data.personIds,
    doc: { eventId, type, at, ...data, ...(text && { text }) },
  });
  projectBreakGlass(event, rows);
};
