// What waits for somebody to look at it, and nobody does: openings of identities after seven days, look-ups of a spot check after
// fourteen. It says so in the log, once for each change of their number.
import { alarmBefore, unaskedBefore } from '@app/access';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';

export class ReviewWatch extends Periodic {
  private readonly told = new Map<string, number>();

  constructor(private readonly ports: Ports) {
    super('Reviews', 'it was not looked whether reviews wait');
  }

  protected async lookNow(): Promise<void> {
    this.tell(
      await overdueReviews(this.ports),
      'openings of identities have not been reviewed for 7 days: GET /api/break-glass?unreviewed=true',
    );
    this.tell(
      await unaskedLookUps(this.ports),
      'look-ups that nothing explains have waited 14 days for somebody to ask: GET /api/spot-checks?waiting=true',
    );
  }

  private tell(waiting: number, what: string): void {
    if (waiting !== this.told.get(what) && waiting > 0) this.logger.error(`${waiting} ${what}`);
    this.told.set(what, waiting);
  }
}

/** Openings that have waited for review for longer than they may. */
export const overdueReviews = ({ readModels, clock }: Pick<Ports, 'readModels' | 'clock'>): Promise<number> =>
  readModels.breakGlassesWaitingSince(alarmBefore(clock.now().toISOString()));

/** Look-ups that were drawn, that nothing explains, and that nobody has asked about for longer than they may wait. */
export const unaskedLookUps = ({ readModels, clock }: Pick<Ports, 'readModels' | 'clock'>): Promise<number> =>
  readModels.lookUpsWaitingSince(unaskedBefore(clock.now().toISOString()));
