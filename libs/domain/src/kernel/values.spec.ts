// Dates that deadlines are made of.
import { monthLater } from './values.js';

it.each([
  ['2026-11-24', '2026-12-24'],
  ['2026-12-31', '2027-01-31'],
  ['2027-01-31', '2027-02-28'],
  ['2028-01-30', '2028-02-29'],
  ['2026-10-31', '2026-11-30'],
])('a month from %s ends on %s', (from, to) => {
  expect(monthLater(from)).toBe(to);
});
