// Personal data: keys apart from the events, text sealed before it is appended, search without reading.
export * from './key-store.js';
export { loadMasterKey, exportMasterKey, importMasterKey } from './master-key.js';
export { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
export { openPostgresKeyStore, type PostgresKeyStore } from './postgres-key-store.js';
export { openKeyStore } from './open.js';
export { backupKeys, backupPostgresKeys, restoreKeys, restorePostgresKeys, type BackupSummary } from './key-backup.js';
export { rotateMasterKey, rotatePostgresMasterKey, type RotationSummary } from './key-rotation.js';
export type { Envelope, Place } from './envelope.js';
export * from './sealed.js';
export { Vault, readStored, type Envelopes, type PlainEvent, type StoredData, type Texts } from './vault.js';
export { BlindIndex, canonicalJson, type NameQuery, type NameTokens } from './blind-index.js';
export { birthDateOf, cprWarnings, normaliseCpr, type CprWarning } from './cpr.js';
