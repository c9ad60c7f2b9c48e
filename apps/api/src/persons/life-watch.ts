// What happens in the lives of the young and is found by a clock: who turns 18 today; and that the cases of the dead are closed.
import type { CommandBus } from '@nestjs/cqrs';
import { bornEighteenYearsBefore } from '@app/domain';
import { addDays } from '@app/platform';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';

/** Days looked back over at the first look, for what an outage or a jump of the clock passed over; and at every other. */
const FIRST_LOOK_DAYS = 400;
const LOOK_DAYS = 7;

export class LifeWatch extends Periodic {
  private last: string | undefined;

  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('LifeWatch', 'birthdays and deaths were not looked at');
  }

  protected async lookNow(): Promise<void> {
    const { readModels, clock, lastWritten } = this.ports;
    await readModels.reach(lastWritten);
    const today = clock.today();
    await this.comeOfAge(today, this.last !== undefined && this.last >= addDays(today, -LOOK_DAYS) ? LOOK_DAYS : FIRST_LOOK_DAYS);
    this.last = today;
    await this.closeCasesOfTheDead();
  }

  /** By the blind index: nobody's date of birth is opened. Local dates in Europe/Copenhagen. */
  private async comeOfAge(today: string, lookBack: number): Promise<void> {
    const { ports } = this;
    const days = Array.from({ length: lookBack }, (_, i) => addDays(today, -i)).flatMap((on) =>
      bornEighteenYearsBefore(on).map((born) => ({ birthIndex: ports.blindIndex.birthIndex(born), on })),
    );
    for (const personId of await ports.readModels.comingOfAge(days))
      await this.bus.execute(
        new Change({
          ...{
            category: 'person',
            id: personId,
            actor: PROGRAMME,
            commandHash: 'life',
            commandId: ports.idFor(personId, 'came of age'),
          },
          command: () => ({ type: 'RecordCameOfAge', data: { personId } }),
        }),
      );
  }

  /** Also one that was opened again, or referred in the same moment: nobody is chased or reminded about the dead. */
  private async closeCasesOfTheDead(): Promise<void> {
    const { ports } = this;
    for (const { caseId, revision } of await ports.readModels.liveCasesOfTheDead())
      await this.bus.execute(
        new Change({
          ...{
            category: 'case',
            id: caseId,
            actor: PROGRAMME,
            commandHash: 'life',
            commandId: ports.idFor(caseId, `death ${revision}`),
          },
          command: () => ({ type: 'CloseAfterDeath', data: { caseId } }),
        }),
      );
  }
}
