// Which look-ups a spot check takes (rule 10). Nobody can know it before the day is over; everybody who has the seeds and the log can draw
// the same again. Pure.
import { createHash, createHmac } from 'node:crypto';
import { plusMilliseconds } from '@app/domain';

/** What takes part in a draw: an entry of the access log. */
export interface Drawable {
  readonly eventId: string;
  readonly organisationId: string;
  /** Local date in Europe/Copenhagen. */
  readonly day: string;
}

/**
 * Of one day, for ever the same: who draws again gets no other. Nobody knows it without the key, which is in the key store.
 * @param key the service key `spot-checks`
 * @param day local date
 */
export const seedOf = (key: Buffer, day: string): string => createHmac('sha256', key).update(`spot-check ${day}`).digest('hex');

/** Where an entry stands in its day's draw: lower comes first. Its id is random, and made by the server. */
const rankOf = (seed: string, eventId: string): string => createHash('sha256').update(`${seed} ${eventId}`).digest('hex');

/**
 * The entries of the lowest rank, but first the lowest of each organisation. A smaller sample is the beginning of a larger one.
 * @param seeds by local date; what is of another day does not take part
 * @returns ids, in the order they were drawn in
 */
export const drawSample = (lookUps: readonly Drawable[], seeds: ReadonlyMap<string, string>, size: number): readonly string[] => {
  const ranked = lookUps
    .flatMap(({ eventId, organisationId, day }) => {
      const seed = seeds.get(day);
      return seed === undefined ? [] : [{ eventId, organisationId, rank: rankOf(seed, eventId) }];
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const seen = new Set<string>();
  const firsts = ranked.filter(({ organisationId }) => !seen.has(organisationId) && seen.add(organisationId));
  return [...new Set([...firsts, ...ranked])].slice(0, size).map(({ eventId }) => eventId);
};

/** Who has not asked about a look-up that nothing explains, so many days after it was drawn, hears of it everywhere. */
export const ASK_WITHIN_DAYS = 14;
/** What was drawn before this instant and waits alarms. @param at UTC */
export const unaskedBefore = (at: string): string => plusMilliseconds(at, -ASK_WITHIN_DAYS * 86_400_000);
