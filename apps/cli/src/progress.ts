// How far a long command is: a bar on a terminal, a plain line now and then in a log.
import cliProgress from 'cli-progress';
import type { Io } from './io.js';
import { both } from './unusable.js';

export interface Progress {
  /** `total` when it has changed: what is counted may still grow. */
  at(done: number, total?: number): void;
  stop(): void;
}

/** @param what is counted, in both languages; `every`: so many make a line where no bar can be drawn */
export const startProgress = (total: number, io: Io, what: { en: string; da: string; every: number }): Progress => {
  let of = total;
  if (!io.terminal) {
    return {
      at: (done, now = of) => {
        of = now;
        if (done % what.every === 0 || done === of) io.err(both(`${done} of ${of} ${what.en}`, `${done} af ${of} ${what.da}`));
      },
      stop: () => undefined,
    };
  }
  const bar = new cliProgress.SingleBar({
    format: `{bar} {value}/{total} ${both(what.en, what.da)}, {eta_formatted}`,
    stream: io.terminal,
    hideCursor: true,
    barsize: 30,
  });
  let started = false;
  return {
    at: (done, now = of) => {
      if (!started) bar.start(now, done);
      started = true;
      if (now !== of) bar.setTotal(now);
      of = now;
      bar.update(done);
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
};
