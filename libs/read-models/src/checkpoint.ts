// Where the read models are in the log, and the one transaction in which a batch's rows and that place change together.
import type { Batch, Position } from '@app/event-store';
import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { BACKGROUND, enter } from './context.js';
import { indexPersons, type Search } from './persons/person-indexes.js';
import { decodeAll, fold, load, park, type ParkedStream } from './projections.js';
import { Rows } from './rows.js';
import { personalOf, upsert } from './tables.js';

/** Somebody else moved the checkpoint: a rebuild swapped its tables in, or another process leads. */
export class CheckpointMovedError extends Error {
  override readonly name = 'CheckpointMovedError';
  constructor() {
    super('the checkpoint was moved by somebody else');
  }
}

/** What a checkpoint says whose tables were just replaced. */
export const MOVED = 'moved';

export const readCheckpoint = async (em: Pick<EntityManager, 'query'>, schema: string): Promise<Position> => {
  for (;;) {
    const [row] = await em.query<{ position: Position }[]>(`select position from ${schema}.checkpoint`);
    if (!row) throw new Error('the read models have no checkpoint');
    if (row.position !== MOVED) return row.position;
  }
};

export const readParked = async (em: Pick<EntityManager, 'query'>, schema: string): Promise<ParkedStream[]> =>
  em.query<ParkedStream[]>(
    `select stream, position, event_id as "eventId", type, reason from ${schema}.parked_streams order by position`,
  );

export interface Applied {
  readonly registryChanged: boolean;
  readonly parked: readonly ParkedStream[];
  /** The rows as they are stored now, for the next batch: they need not be read again while nobody else moves the checkpoint. */
  readonly kept: Rows;
}

/** Writes newly parked streams and the new checkpoint, beside their rows. The caller's transaction. */
export const writeProgress = async (
  em: EntityManager,
  schema: string,
  newlyParked: readonly ParkedStream[],
  position: Position,
  registryChangedAt: Position | undefined,
): Promise<void> => {
  for (const { stream, position: at, eventId, type, reason } of newlyParked) {
    await em.query(
      `insert into ${schema}.parked_streams (stream, position, event_id, type, reason) values ($1, $2, $3, $4, $5)`,
      [stream, at, eventId, type, reason],
    );
    // What the rest of the stream says is not known: the address may be protected by now.
    if (stream.startsWith('person-'))
      await em.query(`update ${personalOf(schema)}.persons set address_protected = true where person_id = $1`, [stream.slice(7)]);
  }
  await em.query(`update ${schema}.checkpoint set position = $1, registry_position = coalesce($2, registry_position)`, [
    position,
    registryChangedAt,
  ]);
};

/** A value the database does not take (a NUL character, a number out of range): the event's fault, not the connection's. */
const isBadData = (error: unknown): boolean =>
  error instanceof QueryFailedError && /^2[123]/.test((error.driverError as { code?: string }).code ?? '');

/**
 * Applies a batch to the live tables: rows and checkpoint in one transaction.
 * @param after where the checkpoint must stand
 * @param parked by stream; a stream parked now is added once that is committed
 * @param kept what {@link Applied} gave for the batch before, or empty
 * @throws CheckpointMovedError; KeyStoreUnavailableError, or the database's error, when nothing was written
 */
export const applyBatch = async (
  dataSource: DataSource,
  schema: string,
  after: Position,
  batch: Batch,
  parked: Map<string, ParkedStream>,
  search: Search | undefined,
  kept = new Rows(false),
): Promise<Applied> => {
  const known = new Map(parked);
  const events = decodeAll(batch.events, known);
  const personIndexes = await indexPersons(events, search);
  try {
    const applied = await dataSource.transaction(async (em) => {
      await enter(em, BACKGROUND);
      // Locks the row, also against a swap: what follows finds the same tables by the same names.
      const [row] = await em.query<{ position: Position }[]>(`select position from ${schema}.checkpoint for update`);
      if (row?.position !== after) throw new CheckpointMovedError();
      await load(events, kept, em, schema);
      const registryChangedAt = fold(events, kept, personIndexes, known);
      const newlyParked = [...known.values()].filter(({ stream }) => !parked.has(stream));
      for (const changes of kept.takeChanges()) await upsert(em, schema, changes);
      await writeProgress(em, schema, newlyParked, batch.position, registryChangedAt);
      // Parking writes to rows behind their back.
      return {
        registryChanged: registryChangedAt !== undefined,
        parked: newlyParked,
        kept: newlyParked.length > 0 ? new Rows(false) : kept,
      };
    });
    for (const stream of applied.parked) parked.set(stream.stream, stream);
    return applied;
  } catch (error) {
    if (!isBadData(error)) throw error;
    return applySingly(dataSource, schema, after, batch, parked, search, error);
  }
};

/** The database refused a value: finds the event that brought it, and parks its stream. */
const applySingly = async (
  dataSource: DataSource,
  schema: string,
  after: Position,
  batch: Batch,
  parked: Map<string, ParkedStream>,
  search: Search | undefined,
  refusal: unknown,
): Promise<Applied> => {
  const [event, ...others] = batch.events;
  if (!event) throw refusal;
  if (others.length === 0) {
    const poison = park(event, refusal);
    await dataSource.transaction(async (em) => {
      await enter(em, BACKGROUND);
      const [row] = await em.query<{ position: Position }[]>(`select position from ${schema}.checkpoint for update`);
      if (row?.position !== after) throw new CheckpointMovedError();
      await writeProgress(em, schema, [poison], batch.position, undefined);
    });
    parked.set(poison.stream, poison);
    return { registryChanged: false, parked: [poison], kept: new Rows(false) };
  }
  let at = after;
  let registryChanged = false;
  const newlyParked: ParkedStream[] = [];
  for (const [i, single] of batch.events.entries()) {
    const position = i === batch.events.length - 1 ? batch.position : single.position;
    const applied = await applyBatch(dataSource, schema, at, { events: [single], position }, parked, search);
    at = position;
    registryChanged ||= applied.registryChanged;
    newlyParked.push(...applied.parked);
  }
  return { registryChanged, parked: newlyParked, kept: new Rows(false) };
};
