// The domain: pure TypeScript, one folder per stream. Imports nothing outside itself.
export * from './kernel/schema.js';
export * from './kernel/events.js';
export * from './kernel/decider.js';
export * from './kernel/vocabulary.js';
export * from './organisation/organisation.js';
export * from './user/user.js';
export * from './group/group.js';
export * from './hotspot/hotspot.js';
export * from './ruleset/ruleset.js';
export * from './person/person.js';
export * from './information-sharing/information-sharing.js';
export * from './case/case.js';
export * from './meeting/meeting.js';
