// Publishes every week's figures by itself, once: at the first look of the week, or when the first area is there.
import type { CommandBus } from '@nestjs/cqrs';
import { overviewId } from '@app/domain';
import { weekOf } from '@app/platform';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';

export class Publisher extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('Publisher', 'the figures of the week were not published');
  }

  protected async lookNow(): Promise<void> {
    const { readModels, clock, lastWritten } = this.ports;
    await readModels.reach(lastWritten);
    const today = clock.today();
    const week = weekOf(today);
    if ((await readModels.registry()).areas.size === 0 || (await readModels.publishedOverview(week))) return;
    const areas = await readModels.countForOverview(today);
    await this.bus.execute(
      new Change({
        ...{ category: 'overview', id: overviewId(week), actor: PROGRAMME, commandHash: 'weekly' },
        commandId: this.ports.idFor(week, 'publish overview'),
        command: () => ({ type: 'PublishOverview', data: { week, areas } }) as never,
      }),
    );
  }
}
