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
  ...(causation !== undefined && { causation }),
});
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
      on('e6', 15, 'bif', 'ItemDiscussed', { meetingId: 'm1', itemId: 'i2' }),
      said,
      on('e7', 30, 'bif', 'MinutesCorrected', inMeeting),
    ];
    expect(of(...events)).toEqual(['e3 same-item', 'e4 same-item', 'e7 same-item']);
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
