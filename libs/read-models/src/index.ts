// Read models: the tables the screens are answered from, kept up with the log by projections.
export * from './questions.js';
export * from './errors.js';
export { decodeCursor, encodeCursor, pageOf } from './cursor.js';
export { READ_MODEL_MIGRATIONS } from './schema.js';
export {
  startProjections,
  type ProjectionHealth,
  type ProjectionLog,
  type ProjectionOptions,
  type Projections,
} from './runner.js';
export { rebuildReadModels, type RebuildOptions, type Rebuilt } from './rebuild.js';
export { erasedSoFar, type ErasedSoFar } from './erasures/queries.js';
export { createReadModels, type ReadModelOptions } from './read-models.js';
export type { ParkedStream } from './projections.js';
export { BACKGROUND, enter, IS_STAFF, type CurrentContext, type DatabaseContext } from './context.js';
export { calendarOn, ownOn } from './chase/ladder-history-query.js';
export { asking, reaching, type Ask } from './sql.js';
