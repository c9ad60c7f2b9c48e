// Which store: the one place that knows both.
import { createEventStoreDbEventStore } from './eventstoredb/index.js';
import { createPostgresEventStore } from './postgres/store.js';
import type { EventStore } from './port.js';

export interface EventStoreSettings {
  /** The PostgreSQL that has the read models, and the events too unless `eventStoreUrl` is given. */
  readonly databaseUrl: string;
  readonly eventStoreUrl?: string | undefined;
  /** Lines for the operator, nothing personal in them. */
  readonly log?: (line: string) => void;
}

/** @throws ConnectionStringError; UnavailableError when the store does not answer; Error when PostgreSQL is not durable */
export const openEventStore = ({ databaseUrl, eventStoreUrl, log }: EventStoreSettings): Promise<EventStore> =>
  eventStoreUrl === undefined
    ? createPostgresEventStore({ connectionString: databaseUrl, ...(log && { log }) })
    : createEventStoreDbEventStore({ connectionString: eventStoreUrl, ...(log && { log }) });
