// Rule 8 as a property: whatever people do in whatever order, nobody hears what they may not hear.
import { command, given, parties } from '@app/testing';
import fc from 'fast-check';
import type { Party } from '../information-sharing/information-sharing.js';
import { meetingDecider } from './decider.js';
import type { CaseInRoom, MeetingCommand, MeetingEvent, MeetingFolded } from './events.js';
import { covers, openNow, presentAt, presentNow, type ExistingMeeting, type MeetingState } from './state.js';

const { bif, buf, police, housing } = parties;
const meetingId = 'meeting-1';
const people: readonly { attendeeId: string; userId?: string; organisation: Party }[] = [
  { attendeeId: 'p0', userId: 'u0', organisation: bif },
  { attendeeId: 'p1', userId: 'u1', organisation: police },
  { attendeeId: 'p2', userId: 'u2', organisation: buf },
  { attendeeId: 'p3', userId: 'cousin', organisation: bif },
  { attendeeId: 'p4', organisation: bif },
  { attendeeId: 'p5', organisation: housing },
];
const cases: readonly CaseInRoom[] = [
  { caseId: 'case-0', personId: 'person-0', organisations: [bif, police], excludedUserIds: ['cousin'] },
  { caseId: 'case-1', personId: 'person-1', organisations: [bif, buf, police], excludedUserIds: [] },
  // a list that should never have been: it names a housing association
  { caseId: 'case-2', personId: 'person-2', organisations: [bif, housing], excludedUserIds: [] },
];
const itemOf = (n: number) => ({
  itemId: `item-${n}`,
  caseId: `case-${n}`,
  personId: `person-${n}`,
  reasons: ['manual'] as const,
});
const history: MeetingFolded[] = [
  {
    type: 'MeetingPlanned',
    data: {
      meetingId,
      groupId: 'group-1',
      localDate: '2026-11-24',
      startsAt: '2026-11-24T08:00:00.000Z',
      endsAt: '2026-11-24T10:00:00.000Z',
      invited: [],
    },
  },
  { type: 'MeetingOpened', data: { meetingId, agenda: [itemOf(0), itemOf(1), itemOf(2)] } },
];

/** Seconds after the meeting began; small, so that times coincide. */
const time = (seconds: number) => new Date(Date.parse('2026-11-24T08:00:00.000Z') + seconds * 1000).toISOString();
/** How many seconds back something is noted; undefined: now. */
const back = fc.option(fc.nat(6), { nil: undefined });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const), who: fc.nat(5), back }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('out' as const, 'return' as const, 'leave' as const), who: fc.nat(5), back }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'shut' as const), item: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('say' as const), who: fc.nat(5), item: fc.nat(2), back }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const toCommand = (s: Step, now: number, n: number): MeetingCommand => {
  const context = { at: time(now) };
  const at = 'back' in s && s.back !== undefined ? time(now - s.back) : undefined;
  switch (s.do) {
    case 'arrive':
      return command('RecordArrival', { meetingId, ...people[s.who]!, at }, context);
    case 'out':
      return command('RecordStepOut', { meetingId, attendeeId: `p${s.who}`, at }, context);
    case 'return':
      return command('RecordReturn', { meetingId, attendeeId: `p${s.who}`, at }, context);
    case 'leave':
      return command('RecordLeaving', { meetingId, attendeeId: `p${s.who}`, at }, context);
    case 'open':
      return command('OpenItem', { meetingId, itemId: `item-${s.item}`, case: cases[s.item]! }, context);
    case 'shut':
      return command('ShutItem', { meetingId, itemId: `item-${s.item}` }, context);
    case 'say':
      return command(
        'ShareInRoom',
        {
          meetingId,
          itemId: `item-${s.item}`,
          case: cases[s.item]!,
          fromAttendeeId: `p${s.who}`,
          saidAt: at ?? context.at,
          disclosure: {
            disclosureId: `d${n}`,
            category: 'network',
            necessity: `Nødvendigt for indsatsen, grund nummer ${n}.`,
            necessityFingerprint: `fp-${n}`,
            content: 'x',
            policies: [],
          },
        },
        context,
      );
  }
};

/** The rule, stated without the decider's own helper. */
const mayHear = (who: { organisation: Party; userId?: string }, c: CaseInRoom) =>
  who.organisation.kind !== 'other' &&
  c.organisations.map((o) => o.organisationId).includes(who.organisation.organisationId) &&
  (who.userId === undefined || !c.excludedUserIds.includes(who.userId));
const caseOf = (caseId: string) => cases.find((c) => c.caseId === caseId)!;

type Shared = Extract<MeetingEvent, { type: 'InformationSharedInRoom' }> & { speaker: string };
const check = (state: ExistingMeeting, shared: readonly Shared[]) => {
  const open = openNow(state);
  if (open) for (const who of presentNow(state)) expect(mayHear(who, caseOf(open.caseId))).toBe(true);
  // No moment of the whole record, as it reads now, had an open item and somebody who may not hear it.
  for (const opening of state.openings)
    for (const who of state.attendees.filter((a) => !mayHear(a, caseOf(opening.caseId))))
      for (const stay of who.presence) {
        const from = stay.from > opening.from ? stay.from : opening.from;
        expect(covers(stay, from) && covers(opening, from)).toBe(false);
      }
  for (const { data, speaker } of shared) {
    const present = presentAt(state, data.saidAt);
    for (const who of present) expect(mayHear(who, caseOf(data.caseId))).toBe(true);
    // Who was there and did not speak heard it, and nobody else: whatever was recorded since.
    const listeners = present.filter((a) => a.attendeeId !== speaker);
    expect(data.recipients.map((r) => r.attendeeId)).toEqual(listeners.map((a) => a.attendeeId));
    for (const r of data.recipients) expect(r.organisationId).not.toBe('housing');
    expect(state.openings.some((o) => o.itemId === data.itemId && covers(o, data.saidAt))).toBe(true);
  }
};

describe('rule 8: the room', () => {
  it('never tells anybody what they may not hear, and its record stays true', () => {
    let disclosures = 0;
    let shutByArrival = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(4)), { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        let state: MeetingState = given(meetingDecider, ...history).state;
        const shared: Shared[] = [];
        let now = 0;
        steps.forEach(([s, seconds], n) => {
          now += seconds;
          const { events } = meetingDecider.decide(toCommand(s, now, n), state);
          for (const event of events) {
            state = meetingDecider.evolve(state, event);
            if (event.type === 'InformationSharedInRoom' && s.do === 'say') shared.push({ ...event, speaker: `p${s.who}` });
            if (event.type === 'ItemShut' && event.data.why === 'room-changed') shutByArrival++;
            check(state as ExistingMeeting, shared);
          }
        });
        disclosures += shared.length;
      }),
      { numRuns: 400 },
    );
    // The property says something only if the random meetings do.
    expect(disclosures).toBeGreaterThan(50);
    expect(shutByArrival).toBeGreaterThan(20);
  });
});
