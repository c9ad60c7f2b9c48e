// Where nothing was heard: cases without an event, questions without an answer ("declined" is one), follow-ups that did not happen.
import type { Sealed } from '@app/personal-data';
import type { CaseTableRow } from '../cases/tables.js';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { daysBetween, localDateAt } from '../dates.js';
import type { ReadModels, SilenceRow, SilenceRule } from '../questions.js';
import { at, inScope, joinPerson, Parameters, type Ask } from '../sql.js';

type Found = CaseTableRow & { readonly person_name: Sealed | null };

/** A paused case rests: of it only what others owe is silence. */
export const silencesOf = (row: Found, { silentAfterDays, waitedSince }: SilenceRule, today: string): SilenceRow[] => {
  const { doc, status } = row;
  const since = (date: string, reason: SilenceRow['reason'], more: Partial<SilenceRow> = {}): SilenceRow => ({
    caseId: row.case_id,
    caseNumber: row.case_number,
    personId: row.person_id,
    groupId: row.group_id,
    areaId: row.area_id,
    reason,
    since: date,
    days: daysBetween(date, today),
    ...more,
    ...(row.person_name && { personName: row.person_name }),
  });
  const resting = status === 'paused' && doc.pausedUntil !== undefined && doc.pausedUntil > today;
  const lastOn = localDateAt(row.last_activity_at);
  const silent = !resting && (status === 'open' || status === 'paused') && daysBetween(lastOn, today) >= silentAfterDays;
  return [
    ...(silent ? [since(lastOn, 'silent-case')] : []),
    ...doc.asked
      .filter(({ on }) => on <= waitedSince)
      .map(({ on, requestId, toOrganisationId }) => since(on, 'unanswered-request', { requestId, toOrganisationId })),
    ...(resting ? [] : doc.followUps.filter((on) => on <= waitedSince)).map((on) => since(on, 'missed-follow-up')),
  ];
};

const keyOf = ({ since, caseId, reason, requestId = '' }: SilenceRow): string[] => [since, caseId, reason, requestId];
const compare = (a: readonly string[], b: readonly string[]): number => {
  const i = a.findIndex((part, n) => part !== b[n]);
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1;
};

export const silencesQuery =
  (ask: Ask): ReadModels['silences'] =>
  async (scope, ruleOf, paging, today) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    const rows = await ask<Found>(
      `select c.*, p.doc -> 'name' as person_name from ${at('cases')} c
       ${joinPerson()} where ${where.join(' and ')} and c.live`,
      values,
    );
    const after = paging.after === undefined ? undefined : decodeCursor('silences', 4, paging.after);
    const found = rows
      .flatMap((row) => silencesOf(row, ruleOf(row.group_id), today))
      .sort((a, b) => compare(keyOf(a), keyOf(b)))
      .filter((silence) => after === undefined || compare(keyOf(silence), after) > 0);
    return pageOf(
      found.slice(0, limit + 1),
      limit,
      (silence) => silence,
      (silence) => encodeCursor('silences', keyOf(silence)),
    );
  };
