// Draws a spot check of every week by itself, once, when the week is over. Weeks it was not running for are made up for.
import type { CommandBus } from '@nestjs/cqrs';
import { spotCheckId, USUAL_SIZE } from '@app/domain';
import { addDays, instantAt, weekdayOf } from '@app/platform';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';
import { sampleOf } from './spot-checks.js';

/** Longer ago nothing is recent. */
const WEEKS = 4;

export class SpotChecker extends Periodic {
  /** Mondays of weeks that need no other look: drawn, or nobody looked. */
  private readonly settled = new Set<string>();

  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('SpotChecks', 'the spot check of the week was not drawn');
  }

  protected async lookNow(): Promise<void> {
    const { clock } = this.ports;
    const today = clock.today();
    const thisMonday = addDays(today, 1 - weekdayOf(today));
    // What was shown at the very end of the week is in the log by then.
    const soon = clock.now().getTime() - Date.parse(instantAt(thisMonday, '00:00')) < 60_000;
    for (let weeks = WEEKS; weeks > (soon ? 1 : 0); weeks--) await this.draw(addDays(thisMonday, -7 * weeks));
  }

  private async draw(from: string): Promise<void> {
    if (this.settled.has(from)) return;
    const { readModels, store } = this.ports;
    const period = { from, to: addDays(from, 6), size: USUAL_SIZE };
    const id = spotCheckId(period);
    await readModels.reach(await store.head());
    const sample = (await readModels.spotCheck(id)) ? undefined : await sampleOf(this.ports, period);
    if (sample && sample.population > 0)
      await this.bus.execute(
        new Change({
          ...{ category: 'spotCheck', id, actor: PROGRAMME, commandHash: 'weekly' },
          commandId: this.ports.idFor(id, 'draw spot check'),
          command: () => ({ type: 'DrawSpotCheck', data: { ...period, sample } }) as never,
        }),
      );
    this.settled.add(from);
  }
}
