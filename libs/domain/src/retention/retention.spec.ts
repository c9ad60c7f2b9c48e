// When the texts of a month in the access log have been kept for long enough: to the day, by the rule set of that day, once.
import { command, given } from '@app/testing';
import { DEFAULT_RULE_SET } from '../ruleset/ruleset.js';
import { monthAfter, monthsDue, retentionDecider } from './retention.js';

const years = (accessLogYears: number) => ({ retention: { ...DEFAULT_RULE_SET.retention, accessLogYears } });

describe('the months that are due', () => {
  it('are whole months, two years old to their last day', () => {
    expect(DEFAULT_RULE_SET.retention.accessLogYears).toBe(2);
    expect(monthsDue('2026-11', '2028-11-30', DEFAULT_RULE_SET)).toEqual([]);
    expect(monthsDue('2026-11', '2028-12-01', DEFAULT_RULE_SET)).toEqual(['2026-11']);
    expect(monthsDue('2026-11', '2029-02-01', DEFAULT_RULE_SET)).toEqual(['2026-11', '2026-12', '2027-01']);
  });
  it('follow the rule set', () => {
    expect(monthsDue('2026-11', '2028-12-01', years(5))).toEqual([]);
    expect(monthsDue('2026-11', '2028-01-01', years(1))).toEqual(['2026-11', '2026-12']);
  });
  it('go over the end of a year', () => {
    expect([monthAfter('2026-12'), monthAfter('2026-09'), monthAfter('2026-01')]).toEqual(['2027-01', '2026-10', '2026-02']);
  });
});

describe('what is erased', () => {
  // Today is 24 November 2026.
  const erase = (from: string) => command('EraseAccessTexts', { from });
  const erased = (month: string) => ({ type: 'AccessTextsErased' as const, data: { month } });

  it('is every month that is due, and none twice', () => {
    given(retentionDecider).when(erase('2024-09')).then(erased('2024-09'), erased('2024-10'));
    given(retentionDecider, erased('2024-09')).when(erase('2024-09')).then(erased('2024-10'));
    given(retentionDecider, erased('2024-09'), erased('2024-10')).when(erase('2024-09')).then();
  });
  it('is nothing of a month of which a day is younger', () => {
    given(retentionDecider).when(erase('2024-11')).then();
  });
});
