// Access: who may do and see what, and the log of who saw it.
export * from './actions.js';
export * from './policies.js';
export * from './require-access.js';
export * from './case-scope.js';
export * from './break-glass.js';
export * from './spot-checks.js';
export * from './log-events.js';
export * from './access-log.js';
