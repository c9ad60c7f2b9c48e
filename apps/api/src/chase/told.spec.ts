// Who is told: somebody, as long as anybody who may see the case is there.
import type { GroupRow, Registry } from '@app/read-models';
import { toldOf } from './told.js';

const TODAY = '2026-11-24';
const user = (userId: string, organisationId: string, role = 'participant') =>
  [userId, { userId, organisationId, role }] as const;
const USERS = new Map([
  user('lead', 'sekretariat', 'projectLead'),
  user('holder', 'buf'),
  user('deputy', 'buf'),
  user('colleague', 'buf'),
  user('other', 'sof'),
]);
const away = (userId: string) => ({ userId, from: '2026-11-01', backOn: '2027-02-01' });
const told = (
  group: { members: readonly string[]; absent?: readonly string[]; deputy?: string },
  excludedUserIds: readonly string[] = [],
) => {
  const row = {
    members: group.members.map((userId) => ({ userId, from: '2026-01-01' })),
    absences: (group.absent ?? []).map(away),
    deputies: group.deputy === undefined ? [] : [{ userId: 'holder', deputyUserId: group.deputy }],
  } as unknown as GroupRow;
  const registry = { groups: new Map([['g', row]]), users: USERS } as unknown as Registry;
  const organisations = [{ organisationId: 'buf' }, { organisationId: 'sof' }];
  const theCase = { organisations, excludedUserIds } as unknown as Parameters<typeof toldOf>[2];
  return toldOf(registry, 'g', theCase, { organisationId: 'buf', userId: 'holder' }, TODAY).to;
};
const members = ['lead', 'holder', 'colleague', 'other'];

it('is the holder who is here', () => expect(told({ members })).toEqual(['holder']));
it('is the deputy of who is away', () => {
  expect(told({ members, absent: ['holder'], deputy: 'deputy' })).toEqual(['deputy']);
});
it('is a colleague when nobody stands in, or who stands in is away as well', () => {
  expect(told({ members, absent: ['holder'] })).toEqual(['colleague']);
  expect(told({ members, absent: ['holder', 'deputy'], deputy: 'deputy' })).toEqual(['colleague']);
});
it('is no deputy who belongs to the group only for somebody who has left it', () => {
  const without = { members: ['lead', 'colleague', 'other'], deputy: 'deputy' };
  expect(told(without)).toEqual(['colleague']);
  expect(told({ ...without, members: ['lead', 'other'] })).toEqual(['lead']);
  // A deputy who is a member as well goes on reading the case.
  expect(told({ members: ['lead', 'colleague', 'deputy'], deputy: 'deputy' })).toEqual(['deputy']);
});
it('is who leads the group when the organisation has nobody here, also where theirs takes no part in the case', () => {
  expect(told({ members: ['lead', 'holder', 'other'], absent: ['holder'] })).toEqual(['lead']);
});
it('is nobody who is excluded from the case, whoever they are', () => {
  expect(told({ members, absent: ['holder'] }, ['colleague'])).toEqual(['lead']);
  expect(told({ members, absent: ['holder'] }, ['colleague', 'lead'])).toEqual([]);
});
