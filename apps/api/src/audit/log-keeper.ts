// What was looked for is kept for as long as the rule set says; then the key of its month is destroyed. Who looked, when and why stays.
import type { CommandBus } from '@nestjs/cqrs';
import { LOG_SUBJECT } from '@app/access';
import { ACCESS_LOG, monthsDue, streamName } from '@app/domain';
import { START, type EventStore } from '@app/event-store';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';

/** What the log says is erased, for the key store. */
export const erasedMonths = async (store: Pick<EventStore, 'readStream'>) =>
  (await store.readStream(streamName('retention', ACCESS_LOG))).map(({ data }) => ({
    subjectId: LOG_SUBJECT,
    scope: (data as { readonly month: string }).month,
  }));

/** The event first: what breaks off before the key is gone is finished at the next start, or by the next month. */
export class LogKeeper extends Periodic {
  /** Of the first event of the log. */
  private from: string | undefined;
  /** Months whose keys this process knows to be destroyed. */
  private destroyed = 0;

  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('LogKeeper', 'what was looked for was not erased');
  }

  protected async lookNow(): Promise<void> {
    const { store, clock, keys, lastWritten, readModels } = this.ports;
    await readModels.reach(lastWritten); // the rule set in force
    this.from ??= (await store.readAll(START, { limit: 1 })).events[0]?.metadata.at.slice(0, 7);
    if (this.from === undefined) return;
    const today = clock.today();
    const due = monthsDue(this.from, today, await this.ports.ruleSetOn(today));
    if (due.length <= this.destroyed) return;
    const { from } = this;
    await this.bus.execute(
      new Change({
        ...{ category: 'retention', id: ACCESS_LOG, actor: PROGRAMME, commandHash: 'retention' },
        commandId: this.ports.idFor(due.at(-1)!, 'erase access texts'),
        command: () => ({ type: 'EraseAccessTexts', data: { from } }) as never,
      }),
    );
    const gone = await keys.destroyAgain(await erasedMonths(store));
    this.destroyed = due.length;
    if (gone > 0) this.logger.log(`what was looked for in ${gone} months is erased`);
  }
}
