// Who may see which rows: the second line, in the database. Personal tables have row-level security, forced on their owner too.
import { IS_STAFF, pseudonymousOf } from './context.js';
import { TABLES } from './rows.js';
import { nameOf, personalOf, type Table } from './tables.js';

/** What auditors outside the authorities get of a table: ids, dates and codes, as those in it do who read only logs. Never a text. */
const PSEUDONYMOUS: Readonly<Record<string, string>> = {
  persons: 'person_id, merged_into, address_protected, null::json as doc',
  cases: `case_id, case_number, person_id, group_id, area_id, status, live, responsible_organisation_id, organisation_ids, excluded_user_ids,
    referred_at, ended_at, json_build_object('organisations', doc -> 'organisations', 'outcome', doc -> 'outcome') as doc`,
  mentions: 'position, case_id, stream, revision',
  // Of the text only which event it is of: that is how a withdrawal is found.
  disclosures: `position, case_id, group_id, meeting_id, at, refused, ((doc::jsonb - 'content' - 'necessity')
    || jsonb_build_object('content', jsonb_build_object('eventId', doc -> 'content' -> 'eventId')))::json as doc`,
  withdrawals: 'event_id, case_id, told, at, doc',
  erasures: `erasure_id, person_id, case_id, status, proposed_at, ((doc::jsonb - 'reason') #- '{withdrawn,reason}')::json as doc`,
  legal_holds: "hold_id, person_id, case_id, lifted, review_on, (doc::jsonb - 'note')::json as doc",
  escalations: `escalation_id, action_id, case_id, group_id, status, waiting_since, passed_meetings, decided_in, todo, ((doc::jsonb - 'summary')
    #- '{nameOpened,necessity}' #- '{directors,reason}' #- '{decision,decision}' #- '{decision,otherAction}')::json as doc`,
  spot_checks: 'spot_check_id, last_day, unexplained, doc',
  drawn_look_ups: "event_id, drawn_at, waiting, (doc::jsonb #- '{review,note}')::json as doc",
  access_log: "position, at, user_id, case_ids, person_ids, (doc::jsonb - 'text')::json as doc",
};

const policies = (schema: string, t: Table<never>): string[] => {
  const name = nameOf(schema, t);
  return [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `create policy staff on ${name} for select to fremdrift_staff using (${IS_STAFF})`,
    `create policy background on ${name} to fremdrift_background using (true) with check (true)`,
    `create policy windows on ${name} for select to fremdrift_windows using (true)`,
  ];
};

/** Once the tables are filled: COPY does not go together with row-level security. Until then nobody but their owner gets to them. */
export const protect = (schema: string): string[] => {
  const [personal, pseudonymous] = [personalOf(schema), pseudonymousOf(schema)];
  const views = Object.entries(PSEUDONYMOUS).map(([name, columns]) => {
    const view = `${pseudonymous}.${name}`;
    return [
      `create view ${view} as select ${columns} from ${personal}.${name}`,
      `grant select on ${view} to fremdrift_auditor`,
      `alter view ${view} owner to fremdrift_windows`,
    ];
  });
  return [
    ...TABLES.filter((t) => !t.clear).flatMap((t) => policies(schema, t)),
    // An owner of things in a schema must be allowed to make them there: for this moment only.
    `grant usage, create on schema ${pseudonymous} to fremdrift_windows`,
    `grant usage on schema ${personal} to fremdrift_windows`,
    `grant select on all tables in schema ${personal} to fremdrift_windows`,
    ...views.flat(),
    `revoke create on schema ${pseudonymous} from fremdrift_windows`,
    `grant usage on schema ${schema} to fremdrift_runtime, fremdrift_staff, fremdrift_auditor, fremdrift_outsider, fremdrift_background`,
    `grant select on all tables in schema ${schema} to fremdrift_runtime, fremdrift_staff, fremdrift_auditor, fremdrift_outsider, fremdrift_background`,
    `grant insert, update on all tables in schema ${schema} to fremdrift_background`,
    `grant usage on schema ${personal} to fremdrift_staff, fremdrift_background`,
    `grant select on all tables in schema ${personal} to fremdrift_staff`,
    `grant select, insert, update on all tables in schema ${personal} to fremdrift_background`,
    `grant usage on schema ${pseudonymous} to fremdrift_auditor`,
  ];
};
