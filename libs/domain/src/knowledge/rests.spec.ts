// What may rest on a disclosure: each reason, who is left out, and how it carries on.
import type { Happening } from './knowledge.js';
import { restsOn } from './rests.js';

const caseId = 'c1';
const time = (minutes: number) => new Date(Date.parse('2026-11-24T08:00:00.000Z') + minutes * 60_000).toISOString();
const on = (
  eventId: string,
  minute: number,
  organisationId: string,
  type: string,
  data: object = {},
  causation?: string,
): Happening => ({
  ...{ eventId, at: time(minute), organisationId, event: { type, data: { caseId, ...data } } as unknown as Happening['event'] },
  ...{ led: false, ...(causation !== undefined && { causation }) },
});
/** A meeting with BUF and SOF in the room for the first item; BUF left before the second. */
const room = (): Happening[] => {
  const [meetingId, excludedUserIds] = ['m1', [] as string[]];
  const organisations = ['buf', 'sof'].map((organisationId) => ({ organisationId, kind: 'municipal', authorityId: 'k' }));
  const of = (minute: number, type: string, data: object) =>
    on(`${type}${minute}`, minute, 'hotspot', type, { meetingId, at: time(minute), ...data });
  const item = (itemId: string) => ({ itemId, personId: 'p1', organisations, excludedUserIds });
  return [
    of(0, 'MeetingPlanned', { groupId: 'g', localDate: '2026-11-24', startsAt: time(0), endsAt: time(60), invited: [] }),
    of(0, 'MeetingOpened', { agenda: [] }),
    ...organisations.map((organisation, n) => of(1, 'AttendeeArrived', { attendeeId: `a${n}`, organisation })),
    of(12, 'ItemOpened', item('i1')),
    of(14, 'ItemShut', { itemId: 'i1', why: 'done' }),
    of(15, 'AttendeeLeft', { attendeeId: 'a0' }),
    of(16, 'ItemOpened', item('i2')),
    of(18, 'ItemShut', { itemId: 'i2', why: 'done' }),
  ];
};
const shared = (disclosureId: string, from: string, to: readonly string[], more: object = {}) => ({
  ...{
    disclosureId,
    fromOrganisationId: from,
    recipients: to.map((organisationId) => ({ organisationId, basis: 'internal' })),
    ...more,
  },
});
const of = (...history: Happening[]) => restsOn(history, caseId, 'd1').map(({ eventId, why }) => `${eventId} ${why}`);
const origin = on('e1', 10, 'sof', 'InformationShared', shared('d1', 'sof', ['buf']));

describe('what may rest on a disclosure', () => {
  it('everything that who got it recorded once they had it: possible; not what others did, nor what came before', () => {
    const events = [
      on('e0', 5, 'buf', 'ProgressReported'),
      origin,
      on('e2', 11, 'buf', 'ProgressReported', { actionId: 'a9' }),
      on('e3', 12, 'sof', 'ProgressReported'),
      on('e4', 13, 'police', 'ProgressReported'),
      on('e5', 14, 'police', 'ActionAgreed', { actionId: 'a1', ownerOrganisationId: 'buf' }),
      on('e6', 15, 'buf', 'ActionAccepted', { actionId: 'a1' }),
    ];
    expect(of(...events)).toEqual(['e2 possible', 'e5 possible']);
    // Why not is said in words, too.
    expect(of(...events, on('e7', 16, 'buf', 'ActionDeclined', { actionId: 'a1' }))).toContain('e7 possible');
    expect(restsOn(events, caseId, 'd1')[0]).toEqual({
      eventId: 'e2',
      eventType: 'ProgressReported',
      why: 'possible',
      actionId: 'a9',
    });
    expect(of(...events, on('e7', 16, 'buf', 'TextWithdrawn', { eventId: 'e2', told: [] }))).toEqual(['e5 possible']);
  });
  it('what says so: a disclosure that cites it, what it caused', () => {
    const cites = on('e2', 11, 'police', 'InformationShared', shared('d2', 'police', ['bif'], { repeats: 'd1' }));
    expect(of(origin, cites, on('e3', 12, 'bif', 'ProgressReported'))).toEqual(['e2 cites', 'e3 possible']);
    expect(of(origin, on('e2', 11, 'police', 'ActionAgreed', { actionId: 'a1', ownerOrganisationId: 'police' }, 'e1'))).toEqual([
      'e2 caused-by',
    ]);
  });
  it('of what was said in the room: notes and decisions of the same item from when it was said, whoever wrote them down', () => {
    const said = on(
      'e1',
      20,
      'bif',
      'InformationSharedInRoom',
      shared('d1', 'sof', ['buf'], { meetingId: 'm1', itemId: 'i1', saidAt: time(10) }),
    );
    const inMeeting = { meetingId: 'm1', itemId: 'i1' };
    const events = [
      on('e2', 9, 'bif', 'ItemDiscussed', inMeeting),
      on('e3', 12, 'bif', 'ItemDiscussed', inMeeting),
      on('e4', 13, 'bif', 'ActionAgreed', { actionId: 'a1', ownerOrganisationId: 'police', inMeeting }),
      // The sharer's own further words, and another item's.
      on('e5', 14, 'bif', 'InformationSharedInRoom', shared('d2', 'sof', ['police'], { ...inMeeting, saidAt: time(14) })),
      on('e6', 17, 'bif', 'ItemDiscussed', { meetingId: 'm1', itemId: 'i2' }),
      said,
      on('e7', 30, 'bif', 'MinutesCorrected', inMeeting),
    ];
    expect(of(...room(), ...events)).toEqual(['e3 same-item', 'e4 same-item', 'e7 same-item']);
  });
  it('what is noted and agreed of an item that somebody who had got it was in the room for, whoever wrote it down', () => {
    const [first, second] = ['i1', 'i2'].map((itemId) => ({ inMeeting: { meetingId: 'm1', itemId } }));
    const events = [
      on('e2', 17, 'police', 'ItemDiscussed', first!.inMeeting),
      on('e3', 18, 'police', 'ActionAgreed', { actionId: 'a1', ownerOrganisationId: 'police', ...first }),
      on('e4', 19, 'police', 'FollowUpScheduled', { followUpId: 'f1', ...first }),
      on('e5', 20, 'police', 'MinutesCorrected', first!.inMeeting),
      // By then BUF had left: SOF, which shared it, was there alone.
      on('e6', 21, 'police', 'ItemDiscussed', second!.inMeeting),
      on('e7', 22, 'police', 'FollowUpScheduled', { followUpId: 'f2', ...second }),
    ];
    expect(of(...room(), origin, ...events)).toEqual(['e2 possible', 'e3 possible', 'e4 possible', 'e5 possible']);
    // What nobody can say who was there for: the meeting is not known, or the item was never open.
    expect(of(origin, ...events)).toHaveLength(6);
    const unopened = room().filter(({ event }) => event.type !== 'ItemOpened');
    expect(of(...unopened, origin, ...events)).toHaveLength(6);
  });
  it('what was noted before anybody in the room had got it rests on nothing', () => {
    const early = on('e0', 13, 'police', 'ItemDiscussed', { meetingId: 'm1', itemId: 'i1' });
    const later = on('e1', 30, 'sof', 'InformationShared', shared('d1', 'sof', ['buf']));
    expect(of(...room(), early, later)).toEqual([]);
  });
  it('all that who leads the group wrote down afterwards: for others, and able to read it; also when it cannot be known who led', () => {
    const decided = [
      on('e2', 11, 'hotspot', 'DeadlineMoved', { actionId: 'a1', from: '2026-12-01', to: '2026-12-08' }),
      on('e3', 12, 'hotspot', 'CaseClosed', { outcome: 'other', at: time(12) }),
      on('e4', 13, 'hotspot', 'InformationShared', shared('d2', 'hotspot', ['police'])),
      // Led: who said it, not who wrote it down.
      on('e5', 14, 'hotspot', 'InformationSharedInRoom', shared('d3', 'bif', ['sof'], { itemId: 'i9', saidAt: time(14) })),
      on('e6', 15, 'sof', 'InformationShared', shared('d4', 'sof', ['bif'])),
    ];
    expect(of(origin, ...decided)).toEqual([]);
    // The sharer's own further words rest on nothing.
    const possible = ['e2 possible', 'e3 possible', 'e4 possible', 'e5 possible'];
    expect(of(origin, ...decided.map((each) => ({ ...each, led: true })))).toEqual(possible);
    expect(of(origin, ...decided.map(({ led: _, ...each }) => each))).toEqual(possible);
  });
  it('and carries on to those who got what rests on it; not back to who shared it first', () => {
    const onwards = on('e2', 11, 'buf', 'InformationShared', shared('d2', 'buf', ['police', 'sof']));
    const [theirs, first] = [on('e3', 12, 'police', 'ProgressReported'), on('e4', 13, 'sof', 'ProgressReported')];
    expect(of(origin, onwards, theirs, first)).toEqual(['e2 possible', 'e3 possible']);
    expect(of(origin, on('e3', 12, 'police', 'ProgressReported'))).toEqual([]);
  });
  it('of another case, or of a disclosure nobody made: nothing', () => {
    expect(of(origin, on('e2', 11, 'buf', 'ProgressReported', { caseId: 'c2' }))).toEqual([]);
    expect(of(on('e2', 11, 'buf', 'ProgressReported'))).toEqual([]);
  });
});
