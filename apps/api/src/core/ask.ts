// What every query does before it reads: wait until the read models hold what the caller has written.
import { Injectable } from '@nestjs/common';
import { positionOf, type Call } from './call.js';
import { BadRequestError } from './errors.js';
import { Ports } from './ports.js';

@Injectable()
export class Ask {
  constructor(private readonly ports: Ports) {}

  /** The read models, at or after the position the caller brings and the last change made in this process. @throws NotCaughtUpError */
  async readModels(call: Call) {
    const brought = positionOf(call);
    if (brought > this.ports.lastWritten && brought > (await this.ports.store.head()))
      throw new BadRequestError(['Fremdrift-Position must be a position from a receipt']);
    const { lastWritten } = this.ports;
    await this.ports.readModels.reach(brought > lastWritten ? brought : lastWritten);
    return this.ports.readModels;
  }

  /** Where the log stands now. */
  head() {
    return this.ports.store.head();
  }

  /** Local date in Europe/Copenhagen. */
  get today(): string {
    return this.ports.clock.today();
  }
}
