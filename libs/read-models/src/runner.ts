// Keeps the read models up with the log: one leader among the processes, one subscription, one transaction per batch.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore, Position } from '@app/event-store';
import { ForeignPositionError, START } from '@app/event-store';
import type { DataSource } from 'typeorm';
import { applyBatch, CheckpointMovedError, readCheckpoint, readParked } from './checkpoint.js';
import { CheckpointBeyondLogError, NotCaughtUpError } from './errors.js';
import { STREAM_PREFIXES } from './history.js';
import { openWire, type Wire } from './leadership.js';
import type { Search } from './persons/person-indexes.js';
import type { ParkedStream } from './projections.js';
import { Rows } from './rows.js';
import { SCHEMA } from './schema.js';
import { reaching } from './sql.js';

/** Nest's logger fits. Lines hold ids and codes only. An alarm is an error. */
export interface ProjectionLog {
  log(message: string): void;
  error(message: string): void;
}

export interface ProjectionOptions extends Partial<Search> {
  readonly dataSource: DataSource;
  readonly store: EventStore;
  /** Ends the projections; `done` tells when they have. */
  readonly signal: AbortSignal;
  readonly log: ProjectionLog;
  /** False: this process only reads what others project, and waits for them. Default true. */
  readonly leads?: boolean;
  /** Events per transaction at most. Default 1000. */
  readonly batchSize?: number;
  /** Rows kept from batch to batch, so that what changes often is not read every time: some kilobytes each. Default 8000. */
  readonly rowsKept?: number;
}

export interface ProjectionHealth {
  /** `leading`: this process writes. `standby`: another one does. `failed`: see `error`; nothing goes on without a human. */
  readonly state: 'starting' | 'leading' | 'standby' | 'failed' | 'stopped';
  readonly position: Position;
  readonly parked: readonly ParkedStream[];
  readonly error?: string;
}

export interface Projections {
  /**
   * Resolves once the rows of that position are committed, by whichever process.
   * @throws NotCaughtUpError after `timeoutMs` (default 2,000); CheckpointBeyondLogError when the projections stopped for it
   */
  reach(position: Position, timeoutMs?: number): Promise<void>;
  health(): Promise<ProjectionHealth>;
  /** How often this process changed the registry: an answer made before the last change is old. */
  registryChanges(): number;
  /** Settles when the projections have ended: after the signal, or rejects with what made them stop. */
  readonly done: Promise<void>;
}

/** How often who does not lead looks for itself; mostly the leader says so first. */
const LOOK_MS = 100;
/** How long the leader hurries for somebody in another process, who asks again at every look. */
const HURRY_MS = 1_000;
/** While nobody waits for the rows, this long is gathered for the next transaction: small ones cost the writers most. */
const GATHER_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;

/** What processes tell each other. */
const WANTED = 'wanted ';
const REACHED = 'reached';

/** Wakes all who wait for news of the checkpoint. */
class News {
  #waiting = new Set<() => void>();
  tell(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }
  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(ms, 0));
      this.#waiting.add(wake);
    });
  }
}

const POLL_MS = 25;
/** Waits for the checkpoint: looks at the row. For a process that does not even listen. */
export const reachByPolling = async (dataSource: DataSource, position: Position, timeoutMs = 2_000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while ((await reaching(() => readCheckpoint(dataSource, SCHEMA))) < position) {
    if (performance.now() + POLL_MS > end) throw new NotCaughtUpError(timeoutMs);
    await delay(POLL_MS);
  }
};

/** Starts at once and never throws: how it goes is in `health()` and `done`. */
export const startProjections = (options: ProjectionOptions): Projections => {
  const { dataSource, store, signal, log, leads = true, batchSize = 1_000, rowsKept = 8_000, vault, blindIndex } = options;
  const search = vault && blindIndex && { vault, blindIndex };
  const news = new News();
  const parked = new Map<string, ParkedStream>();
  let state: ProjectionHealth['state'] = 'starting';
  let reached: Position = START;
  let failure: Error | undefined;
  let registryChanges = 0;
  /** The furthest position somebody waits for, and until when. It may never come. */
  let wanted: Position = START;
  let wantedUntil = 0;
  /** What is waited for in another process. */
  let wantedElsewhere: Position | undefined;
  const urgent = new News();
  const hurryTo = (position: Position, ms: number) => {
    const now = performance.now();
    if (position > wanted || now > wantedUntil) wanted = position;
    wantedUntil = Math.max(wantedUntil, now + ms);
    urgent.tell();
  };
  let wire: Wire | undefined;
  const answerElsewhere = () => {
    if (wantedElsewhere === undefined || wantedElsewhere > reached) return;
    wantedElsewhere = undefined;
    wire?.tell(REACHED);
  };
  const hear = (message: string) => {
    if (message === REACHED) return news.tell();
    if (state !== 'leading' || !message.startsWith(WANTED)) return;
    const position = message.slice(WANTED.length) as Position;
    if (wantedElsewhere === undefined || position > wantedElsewhere) wantedElsewhere = position;
    hurryTo(position, HURRY_MS);
    answerElsewhere();
  };

  /** Where the rows are, which must be a place in this log. */
  const whereWeAre = async (): Promise<Position> => {
    const position = await readCheckpoint(dataSource, SCHEMA);
    const head = await store.head();
    if (position > head) throw new CheckpointBeyondLogError(position, head);
    return position;
  };
  /** Where the rows of another process are, and with them its registry. */
  const look = async (): Promise<void> => {
    const checkpoint = await reaching(() => readCheckpoint(dataSource, SCHEMA));
    if (checkpoint <= reached) return;
    reached = checkpoint;
    registryChanges++; // it may have; asking costs one row
  };

  /** From the checkpoint on, until the signal aborts or something breaks. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    let position = await whereWeAre();
    parked.clear();
    for (const stream of await readParked(dataSource, SCHEMA)) parked.set(stream.stream, stream);
    const advance = (to: Position) => {
      position = to;
      if (to > reached) reached = to;
      news.tell();
      answerElsewhere();
    };
    advance(position);
    registryChanges++;
    let kept = new Rows(false);
    for await (const batch of store.subscribe(position, { filter: { streamPrefixes: STREAM_PREFIXES }, signal, batchSize })) {
      if (signal.aborted) return;
      const applied = await applyBatch(dataSource, SCHEMA, position, batch, parked, search, kept);
      kept = applied.kept;
      if (kept.size > rowsKept) kept.forgetHalf();
      for (const { stream, position: at, type, reason } of applied.parked)
        log.error(`ALARM: stream ${stream} is parked at position ${at} (${type}): ${reason}`);
      if (applied.registryChanged) registryChanges++;
      advance(batch.position);
      const hurried = wanted > reached && performance.now() < wantedUntil;
      if (batch.events.length < batchSize && !hurried) await urgent.wait(GATHER_MS);
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      try {
        state = 'standby';
        wire = await openWire(dataSource, hear);
        const over = AbortSignal.any([signal, wire.lost]);
        if (!leads) {
          await whereWeAre();
          failures = 0;
          if (!over.aborted) await once(over, 'abort');
          continue;
        }
        if (!(await wire.lead(over))) continue;
        state = 'leading';
        const before = reached;
        await follow(over).finally(() => {
          if (reached > before) failures = 0;
        });
      } catch (error) {
        if (error instanceof CheckpointBeyondLogError || error instanceof ForeignPositionError) throw error;
        if (error instanceof CheckpointMovedError) {
          log.log('the read models were rebuilt; going on from their checkpoint');
          continue;
        }
        if (signal.aborted) break;
        const backoff = Math.min(LONGEST_BACKOFF_MS, 50 * 2 ** failures);
        if (failures++ === 0) log.error(`ALARM: the projections stand still: ${nameOf(error)}; trying again`);
        await delay(backoff, undefined, { signal }).catch(() => {});
      } finally {
        state = 'standby';
        await wire?.close().catch(() => {});
        wire = undefined;
      }
    }
  };

  const done = run().then(
    () => {
      state = 'stopped';
      news.tell();
    },
    (error: Error) => {
      state = 'failed';
      failure = error;
      log.error(`ALARM: the projections have stopped: ${error.message}`);
      news.tell();
      throw error;
    },
  );
  done.catch(() => {}); // also told in health(), so that not awaiting it is no crash

  return {
    done,
    registryChanges: () => registryChanges,
    reach: async (position, timeoutMs = 2_000) => {
      const refuseAfterFailure = () => {
        if (failure) throw failure;
      };
      // Rows of a log that is no longer there are no answer, however old the position.
      refuseAfterFailure();
      if (reached >= position) return;
      const end = performance.now() + timeoutMs;
      hurryTo(position, timeoutMs);
      while (reached < position) {
        refuseAfterFailure();
        if (state !== 'leading') {
          await look();
          if (reached >= position) return;
          wire?.tell(`${WANTED}${position}`);
        }
        const left = end - performance.now();
        if (left <= 0) throw new NotCaughtUpError(timeoutMs);
        await news.wait(state === 'leading' ? left : Math.min(left, LOOK_MS));
      }
    },
    health: async () => ({
      state,
      position: await readCheckpoint(dataSource, SCHEMA),
      parked: await readParked(dataSource, SCHEMA),
      ...(failure && { error: failure.message }),
    }),
  };
};

/** A driver's message may quote a row: only the kind of error is told, with the database's code. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = (error as { driverError?: { code?: string } }).driverError ?? (error as { code?: string });
  return code === undefined ? error.name : `${error.name} ${code}`;
};
