// How rows are kept: a table's description, the rows a batch works on in memory, and the one statement that writes them.
import type { EntityManager } from 'typeorm';

export type Column = 'text' | 'int' | 'bool' | 'text[]' | 'json';

/** `json` holds what is shown but never searched. Text sorts by code point, so that JavaScript and SQL agree. */
export interface Table<R extends object> {
  readonly name: string;
  readonly key: keyof R & string;
  readonly columns: { readonly [C in keyof R]-?: Column };
  /** What follows `create index on {schema}.{table}`. */
  readonly indexes: readonly string[];
  /** Rows are written once and never looked at again by a projection. */
  readonly appendOnly?: true;
}
export const table = <R extends object>(definition: Table<R>): Table<R> => definition;

const SQL_TYPE: Record<Column, string> = { text: 'text', int: 'int', bool: 'boolean', 'text[]': 'text[]', json: 'json' };
const columnsOf = (t: Table<never>) => Object.entries<Column>(t.columns);

export const createTable = (schema: string, t: Table<never>): string => {
  const columns = columnsOf(t).map(
    ([name, type]) =>
      `${name} ${SQL_TYPE[type]}${type.startsWith('text') ? ' collate "C"' : ''}${name === t.key ? ' primary key' : ''}`,
  );
  return `create table ${schema}.${t.name} (${columns.join(', ')})`;
};
export const createIndexes = (schema: string, t: Table<never>): string[] =>
  t.indexes.map((index) => `create index on ${schema}.${t.name} ${index}`);

const upsertSql = (schema: string, t: Table<never>): string => {
  const columns = columnsOf(t);
  const names = columns.map(([name]) => name);
  const changes = names.filter((name) => name !== t.key).map((name) => `${name} = excluded.${name}`);
  return (
    `insert into ${schema}.${t.name} (${names.join(', ')}) ` +
    `select ${names.join(', ')} from json_to_recordset($1) as r(${columns.map(([n, type]) => `${n} ${SQL_TYPE[type]}`).join(', ')}) ` +
    `on conflict (${t.key}) do update set ${changes.join(', ')}`
  );
};

type Undo = () => void;

/** One table's rows in memory. Rows are never changed, only replaced, so that a failed event can be taken back. */
export class TableRows<R extends object> {
  readonly #rows = new Map<string, R | undefined>();
  #changed = new Map<string, R>();
  readonly #missing = new Set<string>();
  readonly #missingBy = new Map<string, Set<string>>();

  constructor(
    readonly table: Table<R>,
    private readonly undo: Undo[],
    /** Nothing was ever let go of: a row that is not here does not exist. */
    private readonly isComplete: () => boolean,
  ) {}

  get size(): number {
    return this.#rows.size;
  }

  /** Announces that a row will be asked for. */
  need(key: string): void {
    if (this.#rows.has(key)) return;
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

  put(row: R): void {
    const key = row[this.table.key] as string;
    const changed = this.#changed.get(key);
    if (!this.table.appendOnly) {
      const before = this.#rows.get(key);
      const known = this.#rows.has(key);
      this.undo.push(() => (known ? this.#rows.set(key, before) : this.#rows.delete(key)));
      this.#rows.set(key, row);
    }
    this.undo.push(() => (changed ? this.#changed.set(key, changed) : this.#changed.delete(key)));
    this.#changed.set(key, row);
  }

  async load(em: EntityManager, schema: string): Promise<void> {
    const select = `select * from ${schema}.${this.table.name} where`;
    const found: R[] = [];
    if (this.#missing.size > 0)
      found.push(...(await em.query<R[]>(`${select} ${this.table.key} = any($1)`, [[...this.#missing]])));
    for (const [column, values] of this.#missingBy)
      found.push(...(await em.query<R[]>(`${select} ${column} = any($1)`, [[...values]])));
    for (const row of found) {
      const key = row[this.table.key] as string;
      if (!this.#rows.has(key)) this.#rows.set(key, row);
    }
    for (const key of this.#missing) if (!this.#rows.has(key)) this.#rows.set(key, undefined);
    this.#missing.clear();
    this.#missingBy.clear();
  }

  /** What was changed since the last time this was asked, as the statement that writes it. */
  takeChanges(schema: string): { sql: string; parameters: [string] } | undefined {
    if (this.#changed.size === 0) return undefined;
    const rows = [...this.#changed.values()];
    this.#changed = new Map();
    return { sql: upsertSql(schema, this.table as unknown as Table<never>), parameters: [JSON.stringify(rows)] };
  }

  clear(): void {
    this.#rows.clear();
  }
}
