// What is asked of an opening and its review: words, minutes, and the clock.
import { DEFAULT_RULE_SET } from '@app/domain';
import { alarmBefore, decideOpening, decideReview, isOver } from './break-glass.js';

const AT = '2026-11-24T08:00:00.000Z';
const open = (reason: string, minutes = 60) => decideOpening({ reason, minutes }, AT, DEFAULT_RULE_SET);
const GOOD = 'Borgeren klager over opslag, og navnet skal sammenholdes med klagen';

describe('an opening', () => {
  it('says why in words: empty phrases are no reason', () => {
    for (const reason of ['', ' ', '...', 'ok', 'se ovenfor', 'Det er nødvendigt.', 'kort'])
      expect([reason, open(reason)]).toEqual([
        reason,
        { refusal: expect.objectContaining({ rule: 'break-glass.reason' }) as unknown },
      ]);
    expect(open(GOOD)).toEqual({ until: '2026-11-24T09:00:00.000Z' });
  });
  it('lasts at most 60 minutes', () => {
    expect(open(GOOD, 1)).toEqual({ until: '2026-11-24T08:01:00.000Z' });
    for (const minutes of [0, -1, 61, 1.5, Number.NaN])
      expect(open(GOOD, minutes)).toMatchObject({ refusal: { rule: 'break-glass.minutes' } });
  });
  it('is over at the very instant it ends', () => {
    const until = '2026-11-24T09:00:00.000Z';
    expect(isOver({ until }, '2026-11-24T08:59:59.999Z')).toBe(false);
    expect(isOver({ until }, until)).toBe(true);
  });
  it('alarms when nobody has reviewed it for seven days', () => {
    expect(alarmBefore('2026-12-01T08:00:00.000Z')).toBe(AT);
  });
});

it('is refused in a sentence of each language, with the article', () => {
  const sentence = expect.stringMatching(/^\S.{8,}\.$/) as string;
  const said = (rule: string) => ({
    refusal: { rule, en: sentence, da: sentence, source: expect.stringMatching(/art\. 5/) as string },
  });
  const review = (earlier: Parameters<typeof decideReview>[0]) =>
    decideReview(earlier, { by: 'chief', verdict: 'not-justified' }, DEFAULT_RULE_SET);
  expect(open('ok')).toEqual(said('break-glass.reason'));
  expect(open(GOOD, 61)).toEqual(said('break-glass.minutes'));
  expect(review(undefined)).toEqual(said('break-glass.note'));
  expect(review({ by: 'other', verdict: 'justified' })).toEqual(said('break-glass.reviewed'));
});

describe('a review', () => {
  const review = (verdict: 'justified' | 'not-justified', note?: string, earlier?: { by: string; verdict: string }) =>
    decideReview(earlier, { by: 'chief', verdict, ...(note !== undefined && { note }) }, DEFAULT_RULE_SET);
  it('says what was not right', () => {
    expect(review('justified')).toBe('review');
    expect(review('not-justified', 'Der er ingen klage, og navnet var kendt')).toBe('review');
    for (const note of [undefined, 'ok'])
      expect(review('not-justified', note)).toMatchObject({ refusal: { rule: 'break-glass.note' } });
  });
  it('runs twice: the same again is nothing, another is refused; the first holds', () => {
    expect(review('justified', undefined, { by: 'chief', verdict: 'justified' })).toBe('nothing');
    for (const earlier of [
      { by: 'chief', verdict: 'not-justified' },
      { by: 'other', verdict: 'justified' },
    ])
      expect(review('justified', undefined, earlier)).toMatchObject({ refusal: { rule: 'break-glass.reviewed' } });
  });
});
