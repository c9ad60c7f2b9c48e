import { isSealed } from './sealed.js';

it('a sealed text is an object that says it is one, and nothing else is', () => {
  expect(isSealed({ sealed: true, eventId: 'e-1' })).toBe(true);
  for (const other of [undefined, null, true, 'sealed', 1, [], {}, { sealed: false }, { sealed: 'true' }, () => {}])
    expect([other, isSealed(other)]).toEqual([other, false]);
  expect(isSealed(Object.assign(() => {}, { sealed: true }))).toBe(false);
});
