// The ladder at work: finds the actions something falls due for, and takes their steps. Every step once, in whichever process.
import type { CommandBus } from '@nestjs/cqrs';
import { STREAMS, streamName } from '@app/domain';
import { loadState, OutcomeUnknownError, UnavailableError } from '@app/event-store';
import type { LadderRow, Registry } from '@app/read-models';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';
import { toldOf } from './told.js';

/** Rows read at once. */
const CHUNK = 200;
/** Commands under way at once: they commit together. */
const AT_ONCE = 8;

const climb = async (ports: Ports, bus: CommandBus, registry: Registry, row: LadderRow, today: string): Promise<void> => {
  const { actionId, caseId, personId, groupId, ladder, revision, held } = row;
  // The case as it is now, not as the read models knew it: what was done a moment ago is chased no more.
  const { state } = await loadState(ports.store, streamName('case', caseId), STREAMS.case.decider, STREAMS.case.codec);
  const action = state.status === 'none' ? undefined : state.actions.find((a) => a.actionId === actionId);
  const group = registry.groups.get(groupId);
  if (state.status === 'none' || !action || !group) return;
  const { handover, ownerOrganisationId, ownerUserId, deadline, deadlineMoves, accepted } = action;
  const holder = toldOf(registry, groupId, state, { organisationId: ownerOrganisationId, userId: ownerUserId }, today);
  const asked = handover
    ? toldOf(registry, groupId, state, { organisationId: handover.toOrganisationId, userId: handover.toUserId }, today)
    : holder;
  const { asked: ask, ...agreed } = ladder;
  const data = {
    ...{ caseId, actionId, personId, open: action.status === 'open', deadline, deadlineMoves, held, holder, asked },
    // Accepted a moment ago: nobody is asked any more.
    ladder: ask && (handover !== undefined || !accepted) ? ladder : agreed,
    calendar: { closingDays: group.closingDays, yearlyClosingDays: group.yearlyClosingDays },
    chaseId: ports.idFor(actionId, `chase ${deadlineMoves}`),
  };
  await bus.execute(
    new Change({
      ...{ category: 'chase', id: actionId, actor: PROGRAMME, commandHash: 'ladder' },
      // Two processes that saw the same of it send the same command.
      commandId: ports.idFor(actionId, `ladder ${revision}`),
      command: () => ({ type: 'ClimbLadder', data }) as never,
    }),
  );
};

export class Chaser extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('Chaser', 'the ladder was not climbed');
  }

  protected async lookNow(): Promise<void> {
    const { readModels, clock, lastWritten } = this.ports;
    await readModels.reach(lastWritten);
    const today = clock.today();
    const due = await readModels.ladderDue(today);
    for (let i = 0; i < due.length; i += CHUNK) {
      const rows = [...(await readModels.onLadder(due.slice(i, i + CHUNK)))];
      const registry = await readModels.registry();
      const worker = async () => {
        for (let row = rows.pop(); row; row = rows.pop()) await this.climb(registry, row, today);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }
  }

  /** One action that cannot be read does not hold up the others; a store that is out of reach does. */
  private async climb(registry: Registry, row: LadderRow, today: string): Promise<void> {
    try {
      await climb(this.ports, this.bus, registry, row, today);
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof OutcomeUnknownError) throw error;
      this.logger.warn(`action ${row.actionId} was not chased: ${error instanceof Error ? error.constructor.name : 'error'}`);
    }
  }
}
