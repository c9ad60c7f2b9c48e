// What happens by itself, driven by events and the clock: a look once a minute, and at once when asked.
import { Logger } from '@nestjs/common';
import { inBackground } from './context.js';

const EVERY_MS = 60_000;

/** All of them, in order: the token under which they are handed out. */
export const PERIODICS = Symbol('periodics');

export abstract class Periodic {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  protected readonly logger: Logger;

  /** @param failure what is logged, with the kind of error, when a look breaks off */
  constructor(
    name: string,
    private readonly failure: string,
  ) {
    this.logger = new Logger(name);
  }

  /** Does what is due; doing it again, in any process, changes nothing. */
  protected abstract lookNow(): Promise<void>;

  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), EVERY_MS);
  }
  /** When what is under way is done. */
  stop(): Promise<void> {
    clearInterval(this.timer);
    return this.looking;
  }
  /** One look after the other. A failure is logged, and tried again at the next. */
  look(): Promise<void> {
    this.looking = this.looking.then(() =>
      inBackground(() => this.lookNow()).catch((error: unknown) => {
        this.logger.warn(`${this.failure}: ${error instanceof Error ? error.constructor.name : 'error'}`);
      }),
    );
    return this.looking;
  }
}
