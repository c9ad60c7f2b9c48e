export * from './port.js';
export * from './run-decider.js';
export { RecentStreams } from './recent-streams.js';
export { createMemoryEventStore } from './memory.js';
export { createPostgresEventStore, type PostgresEventStoreOptions } from './postgres/store.js';
export { EVENT_STORE_DDL, EVENT_STORE_MIGRATIONS } from './postgres/schema.js';
export { ConnectionStringError, createEventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './eventstoredb/index.js';
export { openEventStore } from './open.js';
