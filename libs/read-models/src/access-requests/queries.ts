// Access requests and their deadlines; and all that a report is made of, as it stood at a place in the log.
import type { EventStore, Position, StoredEvent } from '@app/event-store';
import { readMentions, timelineEntry } from '../cases/timeline-query.js';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { REGISTRATIONS } from '../persons/queries.js';
import type { AccessRequestQuestions, AccessRequestRow, LookRow, Trace } from '../questions.js';
import { at, inScope, isOneOf, Parameters, type Ask } from '../sql.js';
import type { AccessRequestTableRow } from './projection.js';

interface Found extends AccessRequestTableRow {
  readonly withheld: number;
  readonly next_review_on: string | null;
  readonly merge_undone: boolean;
}
const WITHHELD = (what: string) =>
  `(select ${what} from ${at('withholdings')} w where not w.released and w.person_id in (${REGISTRATIONS('r.person_id')}))`;
const COLUMNS = () =>
  `select r.*, ${WITHHELD('count(*)::int')} as withheld, ${WITHHELD('min(w.review_on)')} as next_review_on,
     exists (select 1 from ${at('merges')} m where m.into_person_id = r.person_id
       and m.position < r.position and m.undone_position > r.position) as merge_undone
   from ${at('access_requests')} r`;
const requestRow = ({ doc, ...row }: Found): AccessRequestRow => ({
  requestId: row.request_id,
  personId: row.person_id,
  receivedOn: row.received_on,
  dueOn: row.due_on,
  answered: row.answered,
  mergeUndone: row.merge_undone,
  ...(doc as Pick<AccessRequestRow, 'registeredBy' | 'withdrawn' | 'police' | 'reports'>),
  withheldParts: row.withheld,
  ...(row.next_review_on !== null && { nextReviewOn: row.next_review_on }),
});

/** Of `r`, a request. */
const HAS_STATUS = {
  waiting: 'not r.answered and not r.withdrawn',
  answered: 'r.answered and not r.withdrawn',
  withdrawn: 'r.withdrawn',
} as const;

interface MergedAt {
  readonly person_id: string;
  readonly into_person_id: string;
}

/** Who wrote about these persons, wherever it stands: their own streams, their cases', and what meetings and the ladder said of those. */
export const readAbout = async (ask: Ask, store: EventStore, personIds: readonly string[]): Promise<StoredEvent[]> => {
  const cases = await ask<{ case_id: string }>(`select case_id from ${at('cases')} where person_id = any($1)`, [personIds]);
  const mentions = await ask<{ stream: string; revision: number }>(
    `select m.stream, m.revision from ${at('mentions')} m join ${at('cases')} c using (case_id)
     where c.person_id = any($1) and m.stream not like 'person-%'`,
    [personIds],
  );
  const streams = [...personIds.map((id) => `person-${id}`), ...cases.map(({ case_id }) => `case-${case_id}`)];
  const read = await Promise.all(streams.map((stream) => store.readStream(stream)));
  return [...read.flat(), ...(await readMentions(store)(mentions))].sort((a, b) => (a.position < b.position ? -1 : 1));
};

/** Undefined when it is about nobody of them. */
export const traceOf = (stored: StoredEvent, personIds: readonly string[]): Trace | undefined => {
  const entry = timelineEntry(stored);
  const [text] = Object.values(entry.texts);
  const { personId, caseId } = entry.data as { personId?: string; caseId?: string };
  const about = text?.subjectId ?? (entry.type.startsWith('DisclosureRefused') ? personId : undefined);
  if (about === undefined || !personIds.includes(about)) return undefined;
  const scope = text ? text.scope : (caseId ?? 'identity');
  const place = { position: stored.position, personId: about, ruleSetId: stored.metadata.ruleSet };
  return { ...entry, ...place, ...(scope !== 'identity' && { caseId: scope }) };
};

/** Of `c`, a case: one of these organisations took part in it, and none does any more. */
const LEFT_BY = (organisationIds: string): string =>
  `c.left_organisation_ids && ${organisationIds}::text[] and not c.organisation_ids && ${organisationIds}::text[]`;

export const accessRequestQueries = (ask: Ask, store: EventStore): AccessRequestQuestions => ({
  accessRequest: async (requestId) => {
    const [row] = await ask<Found>(`${COLUMNS()} where r.request_id = $1`, [requestId]);
    return row && requestRow(row);
  },

  accessRequests: async (scope, { status, dueBefore, ofAuthority = [] }, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions || 'none' in scope) return { items: [] };
    const its = `from ${at('cases')} c where c.person_id in (${REGISTRATIONS('r.person_id')})`;
    const within = `exists (select 1 ${its} and ${conditions.join(' and ')})`;
    const without = `not exists (select 1 ${its})`;
    const theirs = [within];
    if (!('organisationId' in scope)) theirs.push(without);
    else if (scope.left)
      theirs.push(`exists (select 1 ${its} and ${isOneOf('c.group_id', scope.groups, p)} and ${LEFT_BY(p(ofAuthority))})`);
    const where = [`(${theirs.join(' or ')})`];
    where.push(`not exists (select 1 ${its} and ${p(scope.userId)} = any(c.excluded_user_ids))`);
    if (status !== undefined) where.push(HAS_STATUS[status]);
    if (dueBefore !== undefined) where.push(`r.due_on < ${p(dueBefore)}`);
    if (paging.after !== undefined) {
      const [on, id] = decodeCursor('access-requests', 2, paging.after);
      where.push(`(r.due_on, r.request_id) > (${p(on)}, ${p(id)})`);
    }
    const rows = await ask<Found>(
      `${COLUMNS()} where ${where.join(' and ')} order by r.due_on, r.request_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, requestRow, (row) => encodeCursor('access-requests', [row.due_on, row.request_id]));
  },

  registrationsAt: async (personId, before) => {
    const merged = await ask<MergedAt>(
      `select person_id, into_person_id from ${at('merges')} where undone_position is null and position < $1
         and (person_id in (${REGISTRATIONS('$2')}) or into_person_id in (${REGISTRATIONS('$2')}))`,
      [before, personId],
    );
    const survivor = merged.find(({ person_id }) => person_id === personId)?.into_person_id ?? personId;
    const aliases = merged.filter(({ into_person_id }) => into_person_id === survivor).map(({ person_id }) => person_id);
    return [...new Set([survivor, personId, ...aliases])].sort();
  },

  withheldUnder: async (partId, personIds) => {
    const [row] = await ask<{ person_id: string }>(
      `select person_id from ${at('withholdings')} where id = any($1) order by released limit 1`,
      [personIds.map((personId) => `${personId} ${partId}`)],
    );
    return row?.person_id;
  },

  caseIdsOf: async (personIds) => {
    const rows = await ask<{ case_id: string }>(
      `select case_id from ${at('cases')} where person_id = any($1) order by referred_at, case_id`,
      [personIds],
    );
    return rows.map(({ case_id }) => case_id);
  },

  caseIdsLeftBy: async (personId, organisationIds) => {
    const rows = await ask<{ case_id: string }>(
      `select c.case_id from ${at('cases')} c where c.person_id in (${REGISTRATIONS('$1')}) and ${LEFT_BY('$2')}`,
      [personId, organisationIds],
    );
    return rows.map(({ case_id }) => case_id);
  },

  caseIdsIn: async ({ caseId, personId }) => {
    const { p, values } = new Parameters();
    const where = ['true'];
    if (caseId !== undefined) where.push(`case_id = ${p(caseId)}`);
    if (personId !== undefined) where.push(`person_id in (${REGISTRATIONS(p(personId))})`);
    const rows = await ask<{ case_id: string }>(
      `select case_id from ${at('cases')} where ${where.join(' and ')} order by referred_at, case_id`,
      values,
    );
    return rows.map(({ case_id }) => case_id);
  },

  tracesOf: async (personIds, before) =>
    (await readAbout(ask, store, personIds))
      .filter(({ position }) => position < before)
      .flatMap((stored) => traceOf(stored, personIds) ?? []),

  looksAt: async (personIds, caseIds, before: Position) =>
    ask<LookRow>(
      `select at, doc ->> 'type' as type, doc ->> 'purpose' as purpose, doc ->> 'organisationId' as "organisationId"
       from ${at('access_log')}
       where (person_ids && $1::text[] or case_ids && $2::text[]) and position < $3
         and doc ->> 'type' in ('PersonalDataShown', 'PersonalDataSearched', 'PersonalDataExported')
       order by at, position`,
      [personIds, caseIds, before],
    ),
});
