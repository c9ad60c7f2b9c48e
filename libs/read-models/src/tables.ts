// How rows are kept: a table's description, the rows a batch works on in memory, and the one statement that writes them.
import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import { copyIn } from './copy.js';

export type Column = 'text' | 'int' | 'bool' | 'text[]' | 'json';

/** `json` holds what is shown but never searched. Text sorts by code point, so that JavaScript and SQL agree. */
export interface Table<R extends object> {
  readonly name: string;
  readonly key: keyof R & string;
  readonly columns: { readonly [C in keyof R]-?: Column };
  /** What follows `create index on {schema}.{table}`. */
  readonly indexes: readonly string[];
  /** Percent of a page that is filled at first: room for new versions of its rows. Default 100. */
  readonly fillFactor?: number;
  /** Nothing in it is about a young person: it is in the schema that whoever signs in may read. All other tables are not. */
  readonly clear?: true;
  /** Rows are written once and never looked at again by a projection. */
  readonly appendOnly?: true;
}
export const table = <R extends object>(definition: Table<R>): Table<R> => definition;

/** The schema of personal tables that belongs to the one of the others. */
export const personalOf = (schema: string): string => `${schema}_personal`;
export const nameOf = (schema: string, { name, clear }: Pick<Table<never>, 'name' | 'clear'>): string =>
  `${clear ? schema : personalOf(schema)}.${name}`;

const SQL_TYPE: Record<Column, string> = { text: 'text', int: 'int', bool: 'boolean', 'text[]': 'text[]', json: 'json' };
const columnsOf = (t: Table<never>) => Object.entries<Column>(t.columns);

export const createTable = (schema: string, t: Table<never>): string => {
  const columns = columnsOf(t).map(([name, type]) => {
    const collation = type.startsWith('text') ? ' collate "C"' : '';
    const storage = type === 'json' ? ' storage external' : ''; // ciphertext does not compress
    return `${name} ${SQL_TYPE[type]}${storage}${collation}${name === t.key ? ' primary key' : ''}`;
  });
  return `create table ${nameOf(schema, t)} (${columns.join(', ')}) with (fillfactor = ${t.fillFactor ?? 100})`;
};
export const createIndexes = (schema: string, t: Table<never>): string[] =>
  t.indexes.map((index) => `create index on ${nameOf(schema, t)} ${index}`);

const insertFrom = (schema: string, t: Table<never>, source: string): string => {
  const names = columnsOf(t).map(([name]) => name);
  const changes = names.filter((name) => name !== t.key).map((name) => `${name} = excluded.${name}`);
  return (
    `insert into ${nameOf(schema, t)} (${names.join(', ')}) select ${names.join(', ')} from ${source} ` +
    `on conflict (${t.key}) do update set ${changes.join(', ')}`
  );
};

/** Rows of one table to be written. */
export interface Changes {
  readonly table: Table<never>;
  readonly rows: readonly object[];
}

/** All rows in one statement. */
export const upsert = async (em: Pick<EntityManager, 'query'>, schema: string, { table: t, rows }: Changes): Promise<void> => {
  const columns = columnsOf(t).map(([name, type]) => `${name} ${SQL_TYPE[type]}`);
  await em.query(insertFrom(schema, t, `json_to_recordset($1) as r(${columns.join(', ')})`), [JSON.stringify(rows)]);
};

/**
 * Rows in PostgreSQL's format, for a rebuild.
 * @param merge rows with the same key may be there already, or twice in the data: the last one holds
 */
export const copy = async (
  client: ClientBase,
  schema: string,
  t: Table<never>,
  data: readonly Buffer[],
  merge: boolean,
): Promise<void> => {
  const target = merge ? 'pg_temp.incoming' : nameOf(schema, t);
  const names = columnsOf(t).map(([name]) => name);
  if (merge) await client.query(`create temp table incoming (like ${nameOf(schema, t)}) on commit drop`);
  await copyIn(client, `copy ${target} (${names.join(', ')}) from stdin`, data);
  if (!merge) return;
  await client.query(insertFrom(schema, t, `(select distinct on (${t.key}) * from ${target} order by ${t.key}, ctid desc) r`));
  await client.query(`drop table ${target}`);
};

const CONTROL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string => text.replace(CONTROL, (c) => ESCAPES[c]!);
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** PostgreSQL's text format of COPY. */
export const copyText = ({ table: t, rows }: Changes): Buffer => {
  const columns = columnsOf(t);
  let lines = '';
  for (const row of rows as readonly Record<string, unknown>[]) {
    let separator = '';
    for (const [name, type] of columns) {
      const value = row[name];
      lines += separator;
      separator = '\t';
      if (value === null || value === undefined) lines += '\\N';
      else if (type === 'json') {
        const json = JSON.stringify(value);
        lines += json.includes('\\') ? escaped(json) : json;
      } else if (type === 'text[]') lines += escaped(`{${(value as string[]).map(quoted).join(',')}}`);
      else lines += typeof value === 'string' ? escaped(value) : JSON.stringify(value);
    }
    lines += '\n';
  }
  return Buffer.from(lines);
};

/** Takes one row back to what it was. */
type Undo = () => void;

/** One table's rows in memory. Rows are never changed, only replaced, so that a failed event can be taken back. */
export class TableRows<R extends object> {
  /** The row changed longest ago comes first. Undefined: it is known not to exist. */
  readonly #rows = new Map<string, R | undefined>();
  #changed = new Map<string, R>();
  /** Announced as new and not made yet. A hint that saves a query, no promise: a row that is found all the same holds. */
  readonly #fresh = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #missingBy = new Map<string, Set<string>>();

  constructor(
    readonly table: Table<R>,
    private readonly undo: Undo[],
    /** Nothing was ever let go of: a row that is not here does not exist. */
    private readonly isComplete: () => boolean,
  ) {}

  get size(): number {
    return this.#rows.size + this.#changed.size;
  }

  /** Announces that a row will be made: it is not there yet. */
  fresh(key: string): void {
    if (this.#rows.has(key) || this.#missing.has(key)) return;
    this.#rows.set(key, undefined);
    this.#fresh.add(key);
  }
  /** Announces that a row will be asked for. */
  need(key: string): void {
    if (this.#rows.has(key) && !this.#fresh.has(key)) return;
    if (this.isComplete()) this.#rows.set(key, undefined);
    else this.#missing.add(key);
  }
  /** The same for all rows with a value in a column. */
  needBy(column: keyof R & string, value: string): void {
    if (this.isComplete()) return;
    const values = this.#missingBy.get(column) ?? new Set();
    this.#missingBy.set(column, values.add(value));
  }

  get(key: string): R | undefined {
    const row = this.#rows.get(key);
    if (row === undefined && !this.#rows.has(key)) throw new Error(`a row of ${this.table.name} was not announced`);
    return row;
  }

  /** Those with a value in a column, of the rows that are here: announce them with {@link needBy}. Looks at every row. */
  having(column: keyof R & string, value: string): readonly R[] {
    return [...this.#rows.values()].filter((row): row is R => row !== undefined && row[column] === value);
  }

  put(row: R): void {
    const key = row[this.table.key] as string;
    const before = this.#rows.get(key);
    const changedBefore = this.#changed.get(key);
    const fresh = this.#fresh.delete(key);
    this.undo.push(() => {
      if (!this.table.appendOnly) this.#rows.set(key, before);
      if (changedBefore) this.#changed.set(key, changedBefore);
      else this.#changed.delete(key);
      if (fresh) this.#fresh.add(key);
    });
    this.#changed.set(key, row);
    if (this.table.appendOnly) return;
    this.#rows.delete(key);
    this.#rows.set(key, row);
  }

  async load(em: Pick<EntityManager, 'query'>, schema: string): Promise<void> {
    const select = `select * from ${nameOf(schema, this.table)} where`;
    const found: R[] = [];
    if (this.#missing.size > 0)
      found.push(...(await em.query<R[]>(`${select} ${this.table.key} = any($1)`, [[...this.#missing]])));
    for (const [column, values] of this.#missingBy)
      found.push(...(await em.query<R[]>(`${select} ${column} = any($1)`, [[...values]])));
    for (const row of found) {
      const key = row[this.table.key] as string;
      if (!this.#rows.has(key) || this.#fresh.delete(key)) this.#rows.set(key, row);
    }
    for (const key of this.#missing) if (!this.#rows.has(key)) this.#rows.set(key, undefined);
    this.#missing.clear();
    this.#missingBy.clear();
  }

  /** What was changed since the last time this was asked. */
  takeChanges(): Changes | undefined {
    if (this.#changed.size === 0) return undefined;
    const rows = [...this.#changed.values()];
    this.#changed = new Map();
    return { table: this.table as unknown as Table<never>, rows };
  }

  /** Lets go of the older half. What was changed must be written already. */
  forgetHalf(): void {
    let left = this.#rows.size / 2;
    for (const key of this.#rows.keys()) {
      if (left-- < 1) break;
      this.#rows.delete(key);
      this.#fresh.delete(key);
    }
  }
}
