// Carries out what was approved: intent, keys, record. Driven by events and the clock; doing it again changes nothing.
import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import type { ErasureRow } from '@app/read-models';
import { Change, type Asked } from '../core/change.js';
import { RefusedError } from '../core/errors.js';
import type { Ports } from '../core/ports.js';
import { PROGRAMME } from '../meetings/series.js';
import { keysOf, tracesOf } from './traces.js';

const EVERY_MS = 60_000;

/**
 * The point of no return is an event, and comes before the keys are touched: after a crash, or when an older key store is
 * restored, what it names is destroyed again. The record comes after, and says which keys it were.
 */
const carryOut = async (
  ports: Ports,
  bus: CommandBus,
  { erasureId, personId, caseId, status, causedBy }: ErasureRow,
): Promise<void> => {
  const stream = `person-${personId}`;
  const ask = (command: Asked<'person'>, causation: string) =>
    bus.execute(
      new Change({
        ...{ category: 'person', id: personId, actor: PROGRAMME, causation },
        ...{ commandId: ports.idFor(causation, command.type), commandHash: 'erasure', command: () => command as never },
      }),
    );
  const ruleSet = await ports.ruleSetOn(ports.clock.today());
  const { facts, affected } = await tracesOf(ports, { personId, caseId }, ruleSet);
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
const forgetImports = async ({ dataSource }: Ports, { personId, caseId }: { personId: string; caseId?: string | undefined }) => {
  if (caseId === undefined) await dataSource.query('delete from imports.ledger where person_id = $1', [personId]);
  else await dataSource.query('delete from imports.ledger where person_id = $1 and case_id = $2', [personId, caseId]);
};

/** Looks once a minute, and at once when asked. */
export class Eraser {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private readonly logger = new Logger('Eraser');

  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {}

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
    this.looking = this.looking.then(() => this.lookNow());
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    try {
      await this.ports.readModels.reach(this.ports.lastWritten);
      for (const erasure of await this.ports.readModels.erasuresToCarryOut(this.ports.clock.now().toISOString())) {
        try {
          await carryOut(this.ports, this.bus, erasure);
          this.logger.log(`erasure ${erasure.erasureId} carried out`);
        } catch (error) {
          // Somebody placed a hold or withdrew it meanwhile.
          if (!(error instanceof RefusedError)) throw error;
          this.logger.log(`erasure ${erasure.erasureId} stopped: ${error.message}`);
        }
      }
    } catch (error) {
      this.logger.warn(`erasures could not be carried out: ${error instanceof Error ? error.constructor.name : 'error'}`);
    }
  }
}
