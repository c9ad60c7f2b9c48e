// What every process stands on: configuration, database, clock.
export * from './configuration.js';
export * from './copenhagen.js';
export * from './clock.js';
export * from './database.js';
export * from './embedded-postgres.js';
