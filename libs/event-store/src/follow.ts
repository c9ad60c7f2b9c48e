// Subscriptions of the stores that are read by key: pages of readAll, a bell for news, a poll in case the bell was not heard.
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError, type Batch, type Position } from './port.js';

/** Wakes who waits for news. A ring between a look and the wait is not lost. */
export class Bell {
  #rings = 0;
  readonly #waiting = new Set<() => void>();
  get rings(): number {
    return this.#rings;
  }
  ring(): void {
    this.#rings++;
    for (const wake of this.#waiting) wake();
  }
  /** Until a ring after the `seen`th, at most `ms`, or until the signal aborts. */
  async wait(seen: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#rings !== seen || signal.aborted) return;
    await new Promise<void>((done) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        done();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** A page of the log; `more`: the log went on when it was read. */
export interface Page extends Batch {
  readonly more: boolean;
}

export interface Follow {
  readonly read: (after: Position) => Promise<Page>;
  readonly bell: Bell;
  /** Ends the subscription: the caller's signal, and the store's own. */
  readonly signals: readonly AbortSignal[];
  /** Looks again at least this often. */
  readonly pollMs: number;
  /** Looks at most this often while small pages keep coming, so that following costs the writers little. */
  readonly restMs: number;
  readonly log?: (line: string) => void;
}

const LONGEST_BACKOFF_MS = 5_000;

async function* pages(start: Position, { read, bell, pollMs, restMs, log }: Follow, signal: AbortSignal): AsyncGenerator<Batch> {
  const aborted = new Promise<undefined>((done) => signal.addEventListener('abort', () => done(undefined)));
  const look = (after: Position) => {
    const page = read(after);
    page.catch(() => {}); // Whoever awaits it sees the error; an abandoned one is nobody's.
    return { seen: bell.rings, at: performance.now(), page };
  };
  let position = start;
  let ahead: ReturnType<typeof look> | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const looked = ahead ?? look(position);
    ahead = undefined;
    let page: Page | undefined;
    try {
      page = await Promise.race([looked.page, aborted]);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (failures++ === 0) log?.(`a subscription lost its connection (${error.message}) and tries again`);
      const backoff = Math.min(LONGEST_BACKOFF_MS, 25 * 2 ** failures);
      await delay(backoff, undefined, { signal }).catch(() => {});
      continue;
    }
    if (!page) return;
    failures = 0;
    if (page.position === position) {
      await bell.wait(looked.seen, pollMs, signal);
      continue;
    }
    position = page.position;
    if (page.more) ahead = look(position);
    yield { events: page.events, position };
    const rested = performance.now() - looked.at;
    if (!page.more && rested < restMs) await delay(restMs - rested, undefined, { signal }).catch(() => {});
  }
}

/** An endless iterable over the log after `start`; each iteration begins there anew. */
export const follow = (start: Position, options: Follow): AsyncIterable<Batch> => ({
  [Symbol.asyncIterator]: () => {
    const own = new AbortController();
    const stop = () => own.abort();
    for (const signal of options.signals) {
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
    }
    const finish = () => {
      stop();
      for (const signal of options.signals) signal.removeEventListener('abort', stop);
    };
    const generator = pages(start, options, own.signal);
    return {
      next: async () => {
        try {
          const result = await generator.next();
          if (result.done) finish();
          return result;
        } catch (error) {
          finish();
          throw error;
        }
      },
      return: async () => {
        finish(); // A next() that waits for news ends first: a generator answers in order.
        return generator.return(undefined);
      },
    };
  },
});
