// Who lawfully knew what: by example, and as properties of whatever a case and its meeting may have become.
import { actors, command, given, parties } from '@app/testing';
import fc from 'fast-check';
import { caseDecider } from '../case/decider.js';
import { meetingDecider } from '../meeting/decider.js';
import { knowledgeAt, tookPart, type Happening, type KnownEvent } from './knowledge.js';

const { bif, buf, sof, police } = parties;
const ORGANISATIONS = [bif, buf, sof, police] as const;
const ids = ORGANISATIONS.map((o) => o.organisationId);
const people = { [bif.organisationId]: 'coordinator', buf: 'buf', sof: 'sof', [police.organisationId]: 'police' } as const;
const [caseId, meetingId, itemId, personId] = ['c1', 'm1', 'i1', 'p1'];
const time = (seconds: number) => new Date(Date.parse('2026-11-24T08:00:00.000Z') + seconds * 1000).toISOString();

/** Plays commands through the deciders: a history that could have been, with who recorded what and when. */
class Played {
  readonly history: Happening[] = [];
  #case = given(caseDecider).state;
  #meeting = given(meetingDecider).state;
  #n = 0;
  /** Seconds. */
  now = 0;

  play(who: string, type: string, data: object): this {
    const actor = actors[(people as Record<string, keyof typeof actors>)[who]!];
    const asked = command(type, data, { at: time(this.now), actor }) as never;
    const { events } = (
      'meetingId' in data ? meetingDecider.decide(asked, this.#meeting) : caseDecider.decide(asked, this.#case)
    ) as { events: readonly Happening['event'][] };
    for (const { type, data: clear } of events) {
      const event = { type, data: clear } as Happening['event'];
      if ('meetingId' in data) this.#meeting = meetingDecider.evolve(this.#meeting, event as never);
      else this.#case = caseDecider.evolve(this.#case, event as never);
      this.history.push({ eventId: `e${++this.#n}`, at: time(this.now), organisationId: actor.organisationId, event });
    }
    return this;
  }
  at(seconds: number): this {
    this.now = seconds;
    return this;
  }
  get last(): Happening {
    return this.history.at(-1)!;
  }
  ofType(type: string): Happening {
    return this.history.findLast(({ event }) => event.type === type)!;
  }
}

const disclosure = (n: string) => ({
  ...{ disclosureId: n, category: 'school', content: 'x', policies: [] },
  ...{ necessity: `Nødvendigt for indsatsen, grund ${n}.`, necessityFingerprint: n },
});
const inRoom = (organisations: readonly object[]) => ({ caseId, personId, organisations, excludedUserIds: [] });
const begun = (organisations: readonly object[] = [bif, buf, police]) =>
  new Played()
    .play('bif', 'ReferCase', {
      ...{ caseId, personId, groupId: 'g1', areaId: 'a1', caseNumber: 'K-1', ageBand: '15-17' },
      ...{ responsibleOrganisationId: 'bif', organisations },
    })
    .play('bif', 'OpenCase', { caseId })
    .play('bif', 'PlanMeeting', {
      ...{ meetingId, groupId: 'g1', localDate: '2026-11-24', startsAt: time(0), endsAt: time(7200) },
      invited: ids.map((organisationId) => ({ userId: `u-${organisationId}`, organisationId })),
    })
    .play('bif', 'OpenMeeting', { meetingId, proposed: [{ itemId, caseId, personId, reasons: ['manual'] }] });
const arrive = (p: Played, organisation: (typeof ORGANISATIONS)[number]) =>
  p.play('bif', 'RecordArrival', { meetingId, attendeeId: `at-${organisation.organisationId}`, organisation });

const knows = ({ history }: Played, who: string, at = time(100_000)) =>
  new Map(knowledgeAt(history, caseId, who, at).map((known) => [known.eventId, known]));
const how = (p: Played, who: string, event: Happening, at?: string) =>
  knows(p, who, at)
    .get(event.eventId)
    ?.ways.map(({ way }) => way);

describe('an organisation knows', () => {
  it('what it was told, with the basis and since when; nobody else does', () => {
    const p = begun()
      .at(10)
      .play('buf', 'ShareInformation', { caseId, toOrganisationIds: [police.organisationId], disclosure: disclosure('d1') });
    const [told, shared] = [knows(p, police.organisationId).get(p.last.eventId), how(p, 'buf', p.last)];
    expect(told).toMatchObject({ since: time(10), words: true, lawful: true, ways: [{ way: 'told', basis: 'rpl115' }] });
    expect(shared).toEqual(['wrote', 'shared']);
    expect(how(p, 'bif', p.last)).toBeUndefined();
    expect(how(p, police.organisationId, p.last, time(9))).toBeUndefined();
  });

  it('questions it put and was put, and the answer "declined"; a refusal only who was refused', () => {
    const ask = { caseId, requestId: 'r1', toOrganisationId: 'buf', category: 'school', dueOn: '2026-12-01', question: '?' };
    const p = begun().play(police.organisationId, 'RequestInformation', ask);
    const asked = p.last;
    p.play('buf', 'DeclineInformationRequest', { caseId, requestId: 'r1' });
    expect([how(p, 'buf', asked), how(p, police.organisationId, asked), how(p, 'bif', asked)]).toEqual([
      ['asked'],
      ['wrote'],
      undefined,
    ]);
    expect([how(p, police.organisationId, p.last), how(p, 'bif', p.last)]).toEqual([['answered'], undefined]);
    p.play('buf', 'ShareInformation', {
      caseId,
      toOrganisationIds: ['bif'],
      disclosure: { ...disclosure('d1'), purpose: 'investigation' },
    });
    expect(p.last.event.type).toBe('DisclosureRefused');
    expect([how(p, 'buf', p.last), how(p, 'bif', p.last)]).toEqual([['wrote', 'shared'], undefined]);
  });

  it('its own actions while it owes them; what it is offered; how it went so far, when it takes over', () => {
    const action = { caseId, actionId: 'a1' };
    const p = begun()
      .at(1)
      .play('bif', 'AgreeAction', { ...action, ownerOrganisationId: 'buf', deadline: '2026-12-01', description: 'x' });
    const agreed = p.last;
    p.at(2).play('buf', 'ReportProgress', { ...action, reportId: 'x1', report: 'x' });
    const report = p.last;
    expect([how(p, 'buf', agreed), how(p, police.organisationId, agreed)]).toEqual([['owned'], undefined]);
    p.at(3).play('buf', 'OfferHandover', { ...action, toOrganisationId: police.organisationId });
    expect([how(p, police.organisationId, agreed), how(p, police.organisationId, report)]).toEqual([['offered'], undefined]);
    p.at(4).play(police.organisationId, 'AcceptHandover', action);
    expect(how(p, police.organisationId, report)).toEqual(['owned']);
    p.at(5).play(police.organisationId, 'ReportProgress', { ...action, reportId: 'x2', report: 'x' });
    expect(how(p, 'buf', p.last)).toBeUndefined();
    expect(how(p, police.organisationId, report, time(3))).toBeUndefined();
  });

  it('what was noted and agreed while it was in the room; who stepped out learns it from the minutes, and never what was said', () => {
    const p = begun();
    for (const organisation of [bif, buf, police]) arrive(p, organisation);
    p.at(10).play('bif', 'OpenItem', { meetingId, itemId, case: inRoom([bif, buf, police]) });
    p.at(20).play('bif', 'RecordStepOut', { meetingId, attendeeId: `at-${police.organisationId}` });
    p.at(30).play('bif', 'ShareInRoom', {
      meetingId,
      itemId,
      case: inRoom([bif, buf, police]),
      fromAttendeeId: 'at-buf',
      disclosure: disclosure('d1'),
    });
    const said = p.last;
    p.at(40).play('bif', 'RecordDiscussed', { meetingId, itemId, noNews: false, note: 'x' });
    const note = p.last;
    p.at(50).play('bif', 'ShutItem', { meetingId, itemId });
    // Written down when the item was shut already: the room as it shut.
    const agreement = { caseId, actionId: 'a1', ownerOrganisationId: 'bif', deadline: '2026-12-01', description: 'x' };
    p.at(60).play('bif', 'AgreeAction', { ...agreement, inMeeting: { meetingId, itemId } });
    const agreed = p.last;
    p.at(70).play('bif', 'RecordReturn', { meetingId, attendeeId: `at-${police.organisationId}` });
    expect([how(p, 'buf', said), how(p, 'buf', note), how(p, 'buf', agreed)]).toEqual([['shared'], ['present'], ['present']]);
    for (const event of [said, note, agreed]) expect(how(p, police.organisationId, event)).toBeUndefined();
    p.at(80).play('bif', 'CloseMeeting', { meetingId });
    expect([how(p, police.organisationId, note), how(p, police.organisationId, agreed)]).toEqual([['minutes'], ['minutes']]);
    expect(how(p, police.organisationId, said)).toBeUndefined();
    // SOF is invited, but takes no part in the case.
    for (const event of [said, note, agreed]) expect(how(p, 'sof', event)).toBeUndefined();
    p.at(90).play('bif', 'CorrectMinutes', { meetingId, itemId, correctionId: 'k1', correction: 'x' });
    expect([how(p, police.organisationId, p.last), how(p, 'sof', p.last)]).toEqual([['minutes'], undefined]);
  });

  it('that the case is there and how it stands while it takes part, without its words; who leaves keeps what it was told', () => {
    const p = begun([bif, buf]);
    const [referred, opened] = p.history as [Happening, Happening];
    p.at(10).play('bif', 'AddOrganisationToCase', { caseId, organisation: sof });
    expect(knows(p, 'sof').get(referred.eventId)).toMatchObject({ since: time(10), words: false, ways: [{ way: 'tookPart' }] });
    expect(how(p, 'sof', opened)).toBeUndefined();
    p.at(20).play('buf', 'ShareInformation', { caseId, toOrganisationIds: ['sof'], disclosure: disclosure('d1') });
    const told = p.last;
    p.at(30).play('bif', 'RemoveOrganisationFromCase', { caseId, organisationId: 'sof' });
    expect(how(p, 'sof', p.last)).toEqual(['tookPart']);
    p.at(40).play('bif', 'PauseCase', { caseId, until: '2026-12-01', ground: 'x' });
    expect([how(p, 'sof', told), how(p, 'sof', p.last), how(p, 'buf', p.last)]).toEqual([['told'], undefined, ['tookPart']]);
    expect(tookPart(p.history, caseId, 'sof')).toEqual([{ from: time(10), to: time(30) }]);
    expect(tookPart(p.history, caseId, 'buf')).toEqual([{ from: time(0) }]);
  });

  it('what was withdrawn until it was; later it is there still, as not lawful any more', () => {
    const p = begun()
      .at(10)
      .play('buf', 'ShareInformation', { caseId, toOrganisationIds: ['bif'], disclosure: disclosure('d1') });
    const { eventId } = p.last;
    const text = {
      eventId,
      eventType: 'InformationShared',
      writtenAt: time(10),
      writtenBy: ['user-buf'],
      organisationId: 'buf',
      recipients: ['bif'],
    };
    p.at(20).play('buf', 'WithdrawText', { caseId, text, ground: 'x' });
    expect(knows(p, 'bif', time(19)).get(eventId)).toMatchObject({ lawful: true, withdrawnAt: time(20) });
    expect(knows(p, 'bif', time(20)).get(eventId)).toMatchObject({ lawful: false, withdrawnAt: time(20) });
    expect(knows(p, 'bif').get(p.last.eventId)).toMatchObject({ words: false, ways: [{ way: 'toldToForget' }] });
  });

  it('what was recalled until it was, where it was told; who shared it knew it anyway', () => {
    const p = begun();
    p.at(10).play('buf', 'ShareInformation', { caseId, toOrganisationIds: ['bif'], disclosure: disclosure('d1') });
    const { eventId } = p.last;
    const told = { disclosureId: 'd1', eventId, eventType: 'InformationShared', sharedAt: time(10), category: 'school' };
    const from = { fromOrganisationId: 'buf', fromKind: 'municipal', recipients: ['bif'] };
    p.at(20).play('buf', 'RecallDisclosure', {
      caseId,
      disclosure: { ...told, ...from },
      rests: [],
      ground: 'Intet grundlag for det.',
    });
    expect(knows(p, 'bif', time(19)).get(eventId)).toMatchObject({ lawful: true, recalledAt: time(20) });
    expect(knows(p, 'bif', time(20)).get(eventId)).toMatchObject({ lawful: false, recalledAt: time(20) });
    expect(knows(p, 'buf', time(20)).get(eventId)).toMatchObject({ lawful: true, recalledAt: time(20) });
    expect(knows(p, 'bif').get(p.last.eventId)).toMatchObject({ words: false, ways: [{ way: 'toldToForget' }] });
  });
});

// ---- whatever happens

const who = fc.constantFrom(...ids);
const party = fc.constantFrom(...ORGANISATIONS);
const n = fc.nat(1);
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), party }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('share' as const, 'investigate' as const),
      who,
      to: fc.subarray(ids, { minLength: 1 }),
    }),
  },
  fc.record({ do: fc.constantFrom('ask' as const, 'decline' as const), who, to: who, n }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('agree' as const, 'offer' as const, 'take' as const, 'report' as const, 'done' as const),
      who,
      to: who,
      n,
      here: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('arrive' as const, 'out' as const, 'back' as const), party, late: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'shut' as const, 'note' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say' as const), who, late: fc.nat(4) }) },
  // Rarely: nothing is said in a meeting that is over.
  fc.record({ do: fc.constantFrom('close' as const, 'correct' as const), rarely: fc.nat(5) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const play = (p: Played, s: Step, i: number, takingPart: readonly object[]): unknown => {
  const at = 'late' in s ? time(p.now - s.late) : undefined;
  const action = 'n' in s ? { caseId, actionId: `a${s.n}` } : { caseId };
  switch (s.do) {
    case 'join':
      return p.play('bif', 'AddOrganisationToCase', { caseId, organisation: s.party });
    case 'leave':
      return p.play('bif', 'RemoveOrganisationFromCase', { caseId, organisationId: s.party.organisationId });
    case 'share':
    case 'investigate': {
      const asked = { ...disclosure(`d${i}`), ...(s.do === 'investigate' && { purpose: 'investigation' }) };
      return p.play(s.who, 'ShareInformation', { caseId, toOrganisationIds: s.to, disclosure: asked });
    }
    case 'ask': {
      const question = { toOrganisationId: s.to, category: 'school', dueOn: '2026-12-01', question: '?' };
      return p.play(s.who, 'RequestInformation', { caseId, requestId: `r${s.n}`, ...question });
    }
    case 'decline':
      return p.play(s.who, 'DeclineInformationRequest', { caseId, requestId: `r${s.n}` });
    case 'agree': {
      const agreed = { ...action, ownerOrganisationId: s.to, deadline: '2026-12-01', description: 'x' };
      return p.play(s.who, 'AgreeAction', { ...agreed, ...(s.here && { inMeeting: { meetingId, itemId } }) });
    }
    case 'offer':
      return p.play(s.who, 'OfferHandover', { ...action, toOrganisationId: s.to });
    case 'take':
      return p.play(s.who, 'AcceptHandover', action);
    case 'report':
      return p.play(s.who, 'ReportProgress', { ...action, reportId: `x${i}`, report: 'x' });
    case 'done':
      return p.play(s.who, 'CompleteAction', action);
    case 'arrive':
      return p.play('bif', 'RecordArrival', { meetingId, attendeeId: `at-${s.party.organisationId}`, organisation: s.party, at });
    case 'out':
      return p.play('bif', 'RecordStepOut', { meetingId, attendeeId: `at-${s.party.organisationId}`, at });
    case 'back':
      return p.play('bif', 'RecordReturn', { meetingId, attendeeId: `at-${s.party.organisationId}`, at });
    case 'open':
      return p.play('bif', 'OpenItem', { meetingId, itemId, case: inRoom(takingPart) });
    case 'shut':
      return p.play('bif', 'ShutItem', { meetingId, itemId });
    case 'note':
      return p.play('bif', 'RecordDiscussed', { meetingId, itemId, noNews: false, note: 'x' });
    case 'say': {
      const room = { meetingId, itemId, case: inRoom(takingPart), fromAttendeeId: `at-${s.who}`, saidAt: at };
      return p.play('bif', 'ShareInRoom', { ...room, disclosure: disclosure(`d${i}`) });
    }
    case 'close':
      return s.rarely === 0 && p.play('bif', 'CloseMeeting', { meetingId });
    case 'correct':
      return p.play('bif', 'CorrectMinutes', { meetingId, itemId, correctionId: `k${i}`, correction: 'x' });
  }
};

const DISCLOSURES = ['InformationShared', 'InformationSharedInRoom', 'DisclosureRefused', 'DisclosureRefusedInRoom'];
type Data = Record<string, unknown> & { recipients?: { organisationId: string }[]; at?: string; saidAt?: string };
const dataOf = ({ event }: Happening) => event.data as unknown as Data;
/** Who was in the room at an instant, told from arrivals and departures alone. */
const inTheRoomAt = (history: readonly Happening[], at: string): Set<string> => {
  const present = new Set<string>();
  const moves = history.filter(({ event }) => event.type.startsWith('Attendee') && (event.data as { at: string }).at <= at);
  for (const move of moves) {
    const who = (dataOf(move)['attendeeId'] as string).slice(3);
    if (['AttendeeArrived', 'AttendeeReturned'].includes(move.event.type)) present.add(who);
    else present.delete(who);
  }
  return present;
};

describe('whatever happens', () => {
  it('nobody knows a disclosure they were no party to; nothing is forgotten; all of it happened; who is out of the room does not hear', () => {
    const counted = { told: 0, present: 0, minutes: 0, offered: 0, absent: 0 };
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(5)), { minLength: 30, maxLength: 90, size: 'max' }), (steps) => {
        const p = begun();
        let takingPart: readonly { organisationId: string }[] = [bif, buf, police];
        steps.forEach(([s, seconds], i) => {
          p.now += seconds;
          const before = p.history.length;
          play(p, s, i, takingPart);
          for (const { event } of p.history.slice(before)) {
            if (event.type === 'OrganisationJoinedCase') takingPart = [...takingPart, event.data.organisation];
            if (event.type === 'OrganisationLeftCase') {
              const { organisationId } = event.data;
              takingPart = takingPart.filter((o) => o.organisationId !== organisationId);
            }
          }
        });
        const { history } = p;
        const byId = new Map(history.map((h) => [h.eventId, h]));
        const broken: string[] = [];
        const holds = (rule: string, it: boolean, { eventId, event }: Happening, who: string) => {
          if (!it) broken.push(`${rule}: ${who} and ${eventId} ${event.type}`);
        };
        for (const organisationId of ids) {
          let earlier = new Map<string, KnownEvent>();
          for (const at of [0, 20, 60, 120, 1000].map(time)) {
            const known = knowledgeAt(history, caseId, organisationId, at);
            const now = new Map(known.map((each) => [each.eventId, each]));
            for (const { eventId, since, ways } of known) {
              const h = byId.get(eventId)!;
              const happened = since >= (dataOf(h).saidAt ?? h.at) && since <= at;
              holds(
                '(c) all of it is the case’s, and had happened',
                dataOf(h)['caseId'] === caseId && happened,
                h,
                organisationId,
              );
              for (const { way } of ways) if (way in counted) counted[way as 'told']++;
            }
            for (const [eventId, { since, ways }] of earlier) {
              const still = now.get(eventId);
              const kept = still?.since === since && still.ways.length >= ways.length;
              holds('(b) what was known stays known', kept, byId.get(eventId)!, organisationId);
            }
            earlier = now;
          }
          for (const h of history) {
            const data = dataOf(h);
            const entry = earlier.get(h.eventId);
            if (DISCLOSURES.includes(h.event.type)) {
              const party = [
                h.organisationId,
                data['fromOrganisationId'],
                ...(data.recipients ?? []).map((r) => r.organisationId),
              ];
              const right = (entry !== undefined) === party.includes(organisationId);
              holds('(a) a disclosure: who shared, who recorded, who got it', right, h, organisationId);
            }
            if (h.event.type === 'InformationSharedInRoom' && h.organisationId !== organisationId) {
              const absent = !inTheRoomAt(history, data.saidAt!).has(organisationId);
              if (absent) counted.absent++;
              holds('(d) who was not in the room did not hear', !absent || entry === undefined, h, organisationId);
            }
            if (h.event.type === 'ItemDiscussed' && entry?.ways.some(({ way }) => way === 'present')) {
              const arrived = (x: Happening) =>
                x.event.type === 'AttendeeArrived' && dataOf(x)['attendeeId'] === `at-${organisationId}`;
              const came = history.some((x) => arrived(x) && dataOf(x).at! <= h.at);
              holds('(d) a note from the room: somebody of it had come', came, h, organisationId);
            }
          }
        }
        expect(broken).toEqual([]);
      }),
      { numRuns: 100 },
    );
    // The property says something only if the random histories do.
    for (const [what, times] of Object.entries(counted)) expect({ what, enough: times > 5 }).toEqual({ what, enough: true });
  });
});
