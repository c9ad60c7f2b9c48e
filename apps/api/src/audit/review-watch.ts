// Openings of identities that nobody reviews: after seven days it says so in the log, once for each change of their number.
import { alarmBefore } from '@app/access';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';

export class ReviewWatch extends Periodic {
  private told = 0;

  constructor(private readonly ports: Ports) {
    super('BreakGlass', 'it was not looked whether openings wait for review');
  }

  protected async lookNow(): Promise<void> {
    const waiting = await overdueReviews(this.ports);
    if (waiting !== this.told && waiting > 0)
      this.logger.error(
        `${waiting} openings of identities have not been reviewed for 7 days: GET /api/break-glass?unreviewed=true`,
      );
    this.told = waiting;
  }
}

/** Openings that have waited for review for longer than they may. */
export const overdueReviews = ({ readModels, clock }: Pick<Ports, 'readModels' | 'clock'>): Promise<number> =>
  readModels.breakGlassesWaitingSince(alarmBefore(clock.now().toISOString()));
