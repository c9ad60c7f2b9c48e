// Drawing a spot check of the access log (rule 10), and drawing it again from the log alone.
import { drawSample, seedOf } from '@app/access';
import { daysOf, type DrawnLookUp, type Sample } from '@app/domain';
import type { StoredEvent } from '@app/event-store';
import { addDays, instantAt, localDateAt } from '@app/platform';
import type { SpotCheckRow } from '@app/read-models';
import type { Ports } from '../core/ports.js';
import { Explanations } from './explanations.js';

interface Period {
  /** Local dates, both inclusive. */
  readonly from: string;
  readonly to: string;
}
const instantsOf = ({ from, to }: Period): Period => ({ from: instantAt(from, '00:00'), to: instantAt(addDays(to, 1), '00:00') });
const dayOf = (at: string): string => localDateAt(new Date(at));

const seedsOf = async ({ keys }: Pick<Ports, 'keys'>, period: Period) => {
  const key = await keys.named('spot-checks');
  return daysOf(period).map((day) => ({ day, seed: seedOf(key, day) }));
};
const drawFrom = (
  lookUps: readonly { readonly eventId: string; readonly at: string; readonly organisationId: string }[],
  seeds: Sample['seeds'],
  size: number,
): readonly string[] =>
  drawSample(
    lookUps.map(({ eventId, at, organisationId }) => ({ eventId, organisationId, day: dayOf(at) })),
    new Map(seeds.map(({ day, seed }) => [day, seed])),
    size,
  );

/** The read models must be at the end of the log. */
export const sampleOf = async (ports: Ports, period: Period & { readonly size: number }): Promise<Sample> => {
  const { readModels } = ports;
  const seeds = await seedsOf(ports, period);
  const all = await readModels.lookUps(instantsOf(period));
  const drawn = drawFrom(all, seeds, period.size);
  const rows = drawn.flatMap((id) => all.find(({ eventId }) => eventId === id) ?? []);
  const entries = new Map((await readModels.accessEntries(rows)).map((entry) => [entry.eventId, entry]));
  const explanations = new Explanations(ports);
  const lookUps: DrawnLookUp[] = [];
  for (const { eventId, at, userId, organisationId } of rows)
    lookUps.push({ eventId, at, userId, organisationId, ...(await explanations.of(entries.get(eventId)!)) });
  const last = all.at(-1)?.eventId;
  return { population: all.length, ...(last !== undefined && { last }), seeds, lookUps };
};

export interface Reproduced {
  /** The key gives these seeds. */
  readonly seeds: boolean;
  /** How many look-ups of the period the log holds, up to the last that took part; undefined: that one is not there. */
  readonly population: number | undefined;
  /** The same look-ups, in the same order. */
  readonly sample: boolean;
}

/** From the log itself, not from what is computed from it: who alters or drops an entry is found out. */
export const reproduce = async (ports: Ports, row: SpotCheckRow): Promise<Reproduced> => {
  const seeds = JSON.stringify(await seedsOf(ports, row)) === JSON.stringify(row.seeds.map(({ day, seed }) => ({ day, seed })));
  const all = await readLookUps(ports, row);
  const drawn = all && drawFrom(all, row.seeds, row.size);
  const sample = JSON.stringify(drawn) === JSON.stringify(row.lookUps.map(({ eventId }) => eventId));
  return { seeds, population: all?.length, sample };
};

const LOOK_UPS = ['PersonalDataShown', 'PersonalDataSearched', 'PersonalDataExported'];
const AT_ONCE = 5_000;
/** Entries reach the log moments after they are stamped, never a day. */
const lookUpOf = ({ id, metadata: { at, organisation } }: StoredEvent) => ({ eventId: id, at, organisationId: organisation });

const readLookUps = async ({ store, readModels }: Ports, row: SpotCheckRow) => {
  if (row.last === undefined) return [];
  const { from, to } = instantsOf(row);
  const found: ReturnType<typeof lookUpOf>[] = [];
  let position = await readModels.accessLogBefore(instantsOf({ from: addDays(row.from, -1), to: row.to }).from);
  for (;;) {
    const batch = await store.readAll(position, { filter: { streamPrefixes: ['access-'], types: LOOK_UPS }, limit: AT_ONCE });
    for (const event of batch.events) {
      if (event.metadata.at >= from && event.metadata.at < to) found.push(lookUpOf(event));
      if (event.id === row.last) return found;
    }
    if (batch.position === position) return undefined;
    position = batch.position;
  }
};
