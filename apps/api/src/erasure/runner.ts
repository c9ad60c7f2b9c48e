// Carries out what was approved: intent, keys, record. Driven by events and the clock; doing it again changes nothing.
import type { CommandBus } from '@nestjs/cqrs';
import type { ErasureRow } from '@app/read-models';
import { Change, type Asked } from '../core/change.js';
import { RefusedError } from '../core/errors.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';
import { keysOf, tracesOf } from './traces.js';

/**
 * The point of no return is an event, and comes before the keys are touched: after a crash, or when an older key store is
 * restored, what it names is destroyed again. The record comes after, and says which keys it were.
 */
const carryOut = async (
  ports: Ports,
  bus: CommandBus,
  { erasureId, personId, caseId, status, proposedAt, causedBy }: ErasureRow,
): Promise<void> => {
  const stream = `person-${personId}`;
  const ask = (command: Asked<'person'>, causation: string) =>
    bus.execute(
      new Change({
        ...{ category: 'person', id: personId, actor: PROGRAMME, causation },
        ...{ commandId: ports.idFor(causation, command.type), commandHash: 'erasure', command: () => command as never },
      }),
    );
  // Past the point of no return nothing that fails further on keeps a key alive.
  if (status === 'started') await ports.keys.destroy(keysOf({ personId, caseId }));
  const ruleSet = await ports.ruleSetOn(ports.clock.today());
  const { facts, affected } = await tracesOf(ports, { personId, caseId }, ruleSet, proposedAt);
  if (status === 'approved') await ask({ type: 'StartErasure', data: { personId, erasureId, facts } }, causedBy!);
  const started = (await ports.store.readStream(stream)).find(
    ({ type, data }) => type === 'ErasureStarted' && (data as { erasureId: string }).erasureId === erasureId,
  );
  if (!started) return; // a case was reopened: withdrawn
  const keys = await ports.keys.destroy(keysOf({ personId, caseId }));
  await forgetImports(ports, { personId, caseId });
  await ask({ type: 'CompleteErasure', data: { personId, erasureId, keys, affected } }, started.id);
};

/** The ledger of imports finds people by keyed hashes of their rows: an index like that of CPR numbers. */
const forgetImports = async ({ ask }: Ports, { personId, caseId }: { personId: string; caseId?: string | undefined }) => {
  if (caseId === undefined) await ask('delete from imports.ledger where person_id = $1', [personId]);
  else await ask('delete from imports.ledger where person_id = $1 and case_id = $2', [personId, caseId]);
};

export class Eraser extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('Eraser', 'erasures could not be carried out');
  }

  protected async lookNow(): Promise<void> {
    await this.ports.readModels.reach(this.ports.lastWritten);
    for (const erasure of await this.ports.readModels.erasuresToCarryOut(this.ports.clock.now().toISOString())) {
      try {
        await carryOut(this.ports, this.bus, erasure);
        this.logger.log(`erasure ${erasure.erasureId} carried out`);
      } catch (error) {
        // Somebody placed a hold or withdrew it meanwhile. Whatever it is, the others go on.
        if (error instanceof RefusedError) this.logger.log(`erasure ${erasure.erasureId} stopped: ${error.message}`);
        else
          this.logger.warn(`erasure ${erasure.erasureId} failed: ${error instanceof Error ? error.constructor.name : 'error'}`);
      }
    }
  }
}
