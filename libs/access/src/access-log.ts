// The access log (rule 9): what is shown was logged first. If it cannot be written, nothing is shown.
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Actor, FieldClass, Subject } from '@app/domain';
import {
  InvalidAppendError,
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  type EventStore,
  type NewEvent,
} from '@app/event-store';
import type { BreakGlassVerdict } from './break-glass.js';
import { accessLogCodec, accessLogEvents } from './log-events.js';
import { policiesInForce } from './policies.js';

interface Shown {
  readonly personIds: readonly string[];
  readonly fieldClasses: readonly FieldClass[];
}
/** One response, as the log tells of it. Ids and codes only; the criterion of a search is sealed before it is written. */
export type AccessLogEntry = {
  readonly actor: Actor;
  readonly requestId: string;
  /** Code of what it was for, such as `case.read`. */
  readonly purpose: string;
  /** From the decision that gave (or refused) access. */
  readonly policies: readonly string[];
  readonly caseIds?: readonly string[];
} & (
  | ({ readonly type: 'PersonalDataShown' | 'PersonalDataExported' } & Shown)
  | ({
      readonly type: 'PersonalDataSearched';
      readonly criterion: string;
      /** Whom it found: the criterion is theirs, and erased with them. */
      readonly subject?: Subject;
    } & Shown)
  | { readonly type: 'AccessRefused'; readonly action: string }
  | (Shown & {
      readonly type: 'BreakGlassOpened';
      readonly breakGlassId: string;
      /** UTC. */
      readonly until: string;
      readonly subject: Subject;
      readonly reason: string;
    })
  | (Shown & {
      readonly type: 'BreakGlassReviewed';
      readonly breakGlassId: string;
      readonly verdict: BreakGlassVerdict;
      readonly note?: string;
    })
);
/** What is sealed before it is written. */
type LogText = 'criterion' | 'reason' | 'note';

/** The entry is not known to be in the log: answer 503 and show nothing. The cause holds nothing personal. */
export class AccessLogUnavailableError extends Error {
  override readonly name = 'AccessLogUnavailableError';
  constructor(cause?: unknown) {
    super('the access log cannot be written', { cause });
  }
}

export interface AccessLogOptions {
  /** What the programme takes for now. */
  readonly clock: () => Date;
  /** Random UUIDs. */
  readonly newId: () => string;
  /**
   * Encrypts the text of an entry (`accessLogEvents[type].text`) for the event of this id, under the subject's key: a person's, or
   * one a month (UTC), so that criteria can expire. Without it a search cannot be logged and so not be made.
   */
  readonly seal?: (
    eventId: string,
    type: AccessLogEntry['type'],
    subject: Subject,
    text: { readonly [F in LogText]?: string },
  ) => Promise<object>;
  /** Milliseconds of real time an entry may take to be committed. Default 2000. */
  readonly limit?: number;
}

interface Waiting {
  readonly stream: string;
  readonly event: NewEvent;
  readonly isWaiting: () => boolean;
  /** Without a cause: it is committed. */
  readonly settle: (failure?: AccessLogUnavailableError) => void;
}

/** Whose texts in the log are nobody's in particular; the scope is the month they were written in. */
export const LOG_SUBJECT = 'access-log';

/** What of an entry is sealed, and under whose key; without a subject under that of the month. */
const sealedOf = (
  entry: AccessLogEntry,
): { readonly text: { readonly [F in LogText]?: string }; readonly subject?: Subject | undefined } | undefined => {
  switch (entry.type) {
    case 'PersonalDataSearched':
      return { text: { criterion: entry.criterion }, subject: entry.subject };
    case 'BreakGlassOpened':
      return { text: { reason: entry.reason }, subject: entry.subject };
    case 'BreakGlassReviewed':
      return entry.note === undefined ? undefined : { text: { note: entry.note } };
    default:
      return undefined;
  }
};

const BATCH_SIZE = 500;
const RETRY_AFTER_MS = 25;
/** Turns of the event loop before each append. A busy process has more to write by then; to an idle one they are microseconds. */
const TURNS = 8;
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** One per process: it alone writes the streams `access-{process}-{day}`, day in UTC. Entries that wait are written together. */
export class AccessLog {
  readonly #limit: number;
  readonly #process: string;
  #queue: Waiting[] = [];
  #writing = false;
  /** Where the stream that is being written stands; undefined: read it. */
  #tail: { readonly stream: string; readonly revision: number } | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'append' | 'readStream'>,
    private readonly options: AccessLogOptions,
  ) {
    this.#limit = options.limit ?? 2000;
    this.#process = options.newId();
  }

  /**
   * Resolves when the entry is committed.
   * @throws AccessLogUnavailableError when that failed, or is not known within the time limit
   */
  record(entry: AccessLogEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      let waits = true;
      const settle = (failure?: AccessLogUnavailableError) => {
        if (!waits) return;
        waits = false;
        clearTimeout(timer);
        if (failure) reject(failure);
        else resolve();
      };
      const timer = setTimeout(() => settle(new AccessLogUnavailableError('time limit')), this.#limit);
      this.#event(entry).then(
        (event) => {
          const stream = `access-${this.#process}-${event.metadata.at.slice(0, 10)}`;
          this.#queue.push({ stream, event, settle, isWaiting: () => waits });
          if (!this.#writing) void this.#writeAll();
        },
        (cause: unknown) => settle(new AccessLogUnavailableError(cause)),
      );
    });
  }

  async #event(entry: AccessLogEntry): Promise<NewEvent> {
    const { type, actor, requestId, purpose } = entry;
    const id = this.options.newId();
    const clear = {
      userId: actor.userId,
      organisationId: actor.organisationId,
      purpose,
      caseIds: unique(entry.caseIds ?? []),
      policies: unique(entry.policies),
      requestId,
      ...(entry.type === 'AccessRefused'
        ? { action: entry.action }
        : { personIds: unique(entry.personIds), fieldClasses: unique(entry.fieldClasses) }),
      ...((entry.type === 'BreakGlassOpened' || entry.type === 'BreakGlassReviewed') && { breakGlassId: entry.breakGlassId }),
      ...(entry.type === 'BreakGlassOpened' && { until: entry.until }),
      ...(entry.type === 'BreakGlassReviewed' && { verdict: entry.verdict }),
    };
    const at = this.options.clock().toISOString();
    const { version } = accessLogEvents[type];
    accessLogCodec.decode(type, version, clear);
    let data: object = clear;
    const sealed = sealedOf(entry);
    if (sealed) {
      if (!this.options.seal) throw new Error('no seal');
      const subject = sealed.subject ?? { id: LOG_SUBJECT, scope: at.slice(0, 7) };
      data = { ...clear, subject, text: await this.options.seal(id, type, subject, sealed.text) };
    }
    const metadata = {
      v: version,
      commandId: id,
      commandHash: 'none', // nothing is ever asked for again under the same key
      actor: actor.userId,
      organisation: actor.organisationId,
      authority: actor.authorityId,
      at,
      ruleSet: policiesInForce().version,
      causation: requestId,
    };
    return { id, type, data, metadata };
  }

  /** One append at a time; what arrives meanwhile is the next batch. Never throws. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    for (;;) {
      for (let n = 0; n < TURNS; n++) await turn();
      this.#queue = this.#queue.filter((w) => w.isWaiting());
      const first = this.#queue[0];
      if (!first) break;
      const end = this.#queue.findIndex((w) => w.stream !== first.stream);
      await this.#write(this.#queue.splice(0, Math.min(end === -1 ? BATCH_SIZE : end, BATCH_SIZE)));
    }
    this.#writing = false;
  }

  /** Gives each of the batch its verdict, unless its own time is over first; what nobody waits for is not tried again. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    const stream = batch[0]!.stream;
    const events = batch.map((w) => w.event);
    while (batch.some((w) => w.isWaiting())) {
      try {
        if (this.#tail?.stream !== stream) this.#tail = { stream, revision: await this.#inTime(this.#lastRevision(stream)) };
        const { revision } = await this.#inTime(this.store.append(stream, this.#tail.revision, events));
        this.#tail = { stream, revision };
        for (const w of batch) w.settle();
        return;
      } catch (error) {
        // An append given up on came through late. These events are not among what is there.
        if (error instanceof RevisionConflictError) this.#tail = undefined;
        // Unknown: the same bytes at the same revision; if they are there already, that is the receipt.
        else if (!(error instanceof OutcomeUnknownError)) {
          // One bad entry must not take the others with it.
          if (error instanceof InvalidAppendError && batch.length > 1) for (const w of batch) await this.#write([w]);
          else for (const w of batch) w.settle(new AccessLogUnavailableError(error));
          return;
        }
        await pause(RETRY_AFTER_MS); // lets the time of those who wait run out, too
      }
    }
  }

  async #lastRevision(stream: string): Promise<number> {
    const [last] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
    return last?.revision ?? NO_STREAM;
  }

  /** An adapter that never answers must not hold up everybody behind it. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('time limit')), this.#limit);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
