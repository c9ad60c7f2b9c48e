// Who belongs to a group on a day, and through whom.
import { membershipOf } from './membership.js';

const group = {
  members: [
    { userId: 'ane', from: '2026-01-01' },
    { userId: 'bo', from: '2026-01-01', until: '2026-06-01' },
    { userId: 'dea', from: '2026-09-01' },
  ],
  deputies: [
    { userId: 'ane', deputyUserId: 'cai' },
    { userId: 'bo', deputyUserId: 'cai-of-bo' },
    { userId: 'ane', deputyUserId: 'dea' },
  ],
};
const left = (userId: string) => (userId === 'ane' ? '2026-11-24' : undefined);

it.each([
  ['ane', '2026-11-01', 'member'],
  ['bo', '2026-05-31', 'member'],
  ['bo', '2026-06-01', undefined],
  ['cai', '2026-11-23', 'deputy'],
  // Who left the organisation lets nobody in, member of the group or not.
  ['cai', '2026-11-24', undefined],
  ['cai-of-bo', '2026-05-31', 'deputy'],
  ['cai-of-bo', '2026-06-01', undefined],
  ['dea', '2026-08-31', 'deputy'],
  ['dea', '2026-12-01', 'member'],
  ['nobody', '2026-11-01', undefined],
] as const)('%s on %s: %s', (userId, day, expected) => {
  expect(membershipOf(group, userId, day, left)).toBe(expected);
});
