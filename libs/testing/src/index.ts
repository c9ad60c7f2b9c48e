export * from './database.js';
export * from './given.js';
