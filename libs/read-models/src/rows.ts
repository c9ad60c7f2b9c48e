// All rows a projection works on in memory, table by table, and how they come from and go to the database.
import type { EntityManager } from 'typeorm';
import { breakGlassesTable } from './access-log/break-glass.js';
import { accessLogTable } from './access-log/projection.js';
import { chasesTable } from './chase/chases.js';
import { accessRequestsTable, withholdingsTable } from './access-requests/projection.js';
import { actionsTable, casesTable, followUpsTable, mentionsTable, requestsTable } from './cases/tables.js';
import { restsTable, withdrawalsTable } from './cases/withdrawals.js';
import { erasuresTable, legalHoldsTable } from './erasures/projection.js';
import { meetingsTable } from './meetings/projection.js';
import { informingTable } from './persons/informing.js';
import { overviewsTable } from './overview/projection.js';
import { personSearchTable } from './persons/person-search.js';
import { lifeTable } from './persons/life.js';
import { mergesTable, personsTable } from './persons/projection.js';
import { registryTable } from './registry/projection.js';
import { disclosuresTable } from './sharing-log/projection.js';
import { drawnLookUpsTable, spotChecksTable } from './spot-checks/projection.js';
import { escalationsTable, steeringMeetingsTable } from './steering/tables.js';
import { TableRows, type Changes, type Table } from './tables.js';

export const TABLES = [
  registryTable,
  personsTable,
  personSearchTable,
  mergesTable,
  lifeTable,
  informingTable,
  accessRequestsTable,
  withholdingsTable,
  casesTable,
  actionsTable,
  chasesTable,
  followUpsTable,
  requestsTable,
  mentionsTable,
  meetingsTable,
  escalationsTable,
  steeringMeetingsTable,
  disclosuresTable,
  withdrawalsTable,
  restsTable,
  erasuresTable,
  legalHoldsTable,
  overviewsTable,
  accessLogTable,
  breakGlassesTable,
  spotChecksTable,
  drawnLookUpsTable,
] as unknown as readonly Table<never>[];

export class Rows {
  readonly #undo: (() => void)[] = [];
  readonly #all: TableRows<object>[] = [];

  /** @param complete the tables are empty, and all that will be in them comes from here, until {@link forgetHalf} */
  constructor(private complete: boolean) {}

  #of<R extends object>(t: Table<R>): TableRows<R> {
    const rows = new TableRows(t, this.#undo, () => this.complete);
    this.#all.push(rows as unknown as TableRows<object>);
    return rows;
  }

  readonly registry = this.#of(registryTable);
  readonly persons = this.#of(personsTable);
  readonly personSearch = this.#of(personSearchTable);
  readonly merges = this.#of(mergesTable);
  readonly life = this.#of(lifeTable);
  readonly informing = this.#of(informingTable);
  readonly accessRequests = this.#of(accessRequestsTable);
  readonly withholdings = this.#of(withholdingsTable);
  readonly cases = this.#of(casesTable);
  readonly actions = this.#of(actionsTable);
  readonly chases = this.#of(chasesTable);
  readonly followUps = this.#of(followUpsTable);
  readonly requests = this.#of(requestsTable);
  readonly mentions = this.#of(mentionsTable);
  readonly meetings = this.#of(meetingsTable);
  readonly escalations = this.#of(escalationsTable);
  readonly steeringMeetings = this.#of(steeringMeetingsTable);
  readonly disclosures = this.#of(disclosuresTable);
  readonly withdrawals = this.#of(withdrawalsTable);
  readonly rests = this.#of(restsTable);
  readonly erasures = this.#of(erasuresTable);
  readonly legalHolds = this.#of(legalHoldsTable);
  readonly overviews = this.#of(overviewsTable);
  readonly accessLog = this.#of(accessLogTable);
  readonly breakGlasses = this.#of(breakGlassesTable);
  readonly spotChecks = this.#of(spotChecksTable);
  readonly drawnLookUps = this.#of(drawnLookUpsTable);

  get size(): number {
    return this.#all.reduce((sum, rows) => sum + rows.size, 0);
  }

  /** Reads what was announced and is not here yet: one query per table. */
  async load(em: Pick<EntityManager, 'query'>, schema: string): Promise<void> {
    for (const rows of this.#all) await rows.load(em, schema);
  }

  /** Runs one event's changes: all of them, or on a throw none. */
  attempt(change: () => void): void {
    this.#undo.length = 0;
    try {
      change();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  /** Taken from here to be written. `appendOnly`: without the rows that may be changed again, which can wait. */
  takeChanges(which: 'all' | 'appendOnly' = 'all'): Changes[] {
    return this.#all
      .filter((rows) => which === 'all' || rows.table.appendOnly)
      .map((rows) => rows.takeChanges())
      .filter((changes) => changes !== undefined);
  }

  /** Lets go of the rows changed longest ago; what was changed must be written already. */
  forgetHalf(): void {
    this.complete = false;
    for (const rows of this.#all) rows.forgetHalf();
  }
}
