// Small helps for writing SQL by hand: numbered parameters, and the cases somebody may see.
import { UnavailableError } from '@app/event-store';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { queryIn, type CurrentContext } from './context.js';
import { midnightOf } from './dates.js';
import type { CaseScope } from './questions.js';

/** Collects parameters; `p(value)` is its placeholder. */
export class Parameters {
  readonly values: unknown[] = [];
  readonly p = (value: unknown): string => `$${this.values.push(value)}`;
}

/** Asks the database. Names are resolved anew by every statement, so that a swap of the tables is never seen. */
export type Ask = <R>(sql: string, parameters?: unknown[]) => Promise<R[]>;
/**
 * @param current in whose name: looked up at every question. Without it, the registry and the checkpoint are all there is
 * @throws UnavailableError when the database does not answer
 */
export const asking =
  (dataSource: DataSource, current: CurrentContext = () => undefined): Ask =>
  <R>(sql: string, parameters: unknown[] = []) => {
    const context = current();
    return reaching(() => (context ? queryIn<R>(dataSource, context, sql, parameters) : dataSource.query<R[]>(sql, parameters)));
  };

/** `work` is nothing but statements. @throws UnavailableError when the database does not answer them */
export const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw refusedByServer(error) ? error : new UnavailableError('the database cannot be reached', { cause: error });
  }
};

/** What the server itself answered, unless it is of class 08, 53 or 57: shutting down, starting up, out of connections or space. */
const refusedByServer = (error: unknown): boolean => {
  const answer = (error as { driverError?: unknown }).driverError ?? error;
  return answer instanceof pg.DatabaseError && !/^(08|53|57)/.test(answer.code ?? '');
};

/** A table of the read models: which one a name means depends on who asks (`context.ts`). */
export const at = (name: string): string => name;

/** Joins `p`: who a case `c` is about, as it is shown: of two that were merged the one that survived. */
export const joinPerson = (): string =>
  `left join ${at('persons')} o on o.person_id = c.person_id
   left join ${at('persons')} p on p.person_id = coalesce(o.merged_into, o.person_id)`;
/** Whether the address of `p` is protected: that of any of its registrations. */
export const addressProtected = (): string =>
  `(p.address_protected or exists (select 1 from ${at('persons')} m where m.merged_into = p.person_id and m.address_protected))`;

/** What happened to `p` in life, whichever of the registrations it was recorded of: to be joined on `p.person_id`. */
export const lifeOfAll = (): string =>
  `(select coalesce(r.merged_into, r.person_id) as person_id, max(e.moved_on) as moved_on, max(e.came_of_age_on) as came_of_age_on
    from ${at('life_events')} e join ${at('persons')} r using (person_id) group by 1)`;

/** `= $1` keeps an index in order where `= any($1)` does not. */
export const isOneOf = (column: string, values: readonly string[], p: Parameters['p']): string =>
  values.length === 1 ? `${column} = ${p(values[0])}` : `${column} = any(${p(values)})`;

/** Conditions on `c`, the cases, that select exactly the scope. Undefined: nothing is in it. */
export const inScope = (scope: CaseScope, p: Parameters['p']): string[] | undefined => {
  if ('none' in scope) return undefined;
  const notExcluded = `not (${p(scope.userId)} = any(c.excluded_user_ids))`;
  if ('all' in scope) return [notExcluded];
  if (scope.groups.length === 0) return undefined;
  const inGroups = isOneOf('c.group_id', scope.groups, p);
  if (!('organisationId' in scope)) return [inGroups, notExcluded];
  return [inGroups, `c.organisation_ids @> array[${p(scope.organisationId)}]::text[]`, notExcluded];
};

/** An instant, or the first of a local date in Copenhagen. */
export const instantOf = (time: string): string => (time.length === 10 ? midnightOf(time) : new Date(time).toISOString());
