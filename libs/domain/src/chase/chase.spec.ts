// The ladder, in the words of the weekly meeting, and against a model that counts days one by one.
import { actors, command, contextOf, given } from '@app/testing';
import fc from 'fast-check';
import { DEFAULT_RULE_SET } from '../ruleset/ruleset.js';
import { chaseDecider, type ChaseCommand, type ChaseEvent, type ChaseFolded, type ChaseState } from './chase.js';
import { ANY_LADDER, type OnLadder } from './ladder.js';

const thresholds = DEFAULT_RULE_SET.ladder;
const subject = { id: 'p1', scope: 'c1' };
const holder = { organisationId: 'sof', to: ['user-sof'] };
const calendar = { closingDays: [] as string[], yearlyClosingDays: ['06-05', '12-24', '12-31'] };
const action = { caseId: 'c1', actionId: 'a1', personId: 'p1', open: true };
type Climb = Extract<ChaseCommand, { type: 'ClimbLadder' }>;
type Over = Partial<Climb['data']> & { readonly ladder: OnLadder };

/** The ladder looked at on a local date, in the morning. */
const lookOn = (date: string, over: Over): Climb =>
  command(
    'ClimbLadder',
    {
      ...{
        ...action,
        deadline: over.ladder.deadline,
        deadlineMoves: over.ladder.deadlineMoves,
        calendar,
        held: [],
        holder,
        asked: holder,
      },
      ...{ chaseId: `chase-${over.ladder.deadline}`, ...over },
    },
    { at: `${date}T07:00:00.000Z` },
  );

/** What a look recorded, in short. */
const said = (events: readonly ChaseEvent[]): string[] =>
  events.map((event) => {
    if (event.type === 'StepOvertaken') return `overtaken ${event.data.step} ${event.data.on}`;
    if (event.type === 'MeetingMissed') return `missed ${event.data.heldOn}`;
    if (event.type === 'ActionEscalated') return `escalated ${event.data.on} ${event.data.why}`;
    if (event.type === 'ChaseAnswered') return 'answered';
    const name = { ActionReminded: 'reminded', ActionFellDue: 'due', ActionChased: 'chased', ActionPutFirst: 'first' };
    return event.type === 'AcceptanceChased' ? `asked again ${event.data.on}` : `${name[event.type]} ${event.data.on}`;
  });
const fold = (state: ChaseState, events: readonly ChaseEvent[]): ChaseState =>
  events.reduce((s, { type, data }) => chaseDecider.evolve(s, { type, data } as ChaseFolded), state);
const dates = (from: string, days: number): string[] =>
  Array.from({ length: days }, (_, i) => new Date(Date.parse(from) + i * 86_400_000).toISOString().slice(0, 10));

/** Looks every day. @returns day: what was recorded */
const daily = (from: string, days: number, over: Over, heldOn: readonly string[] = []): Record<string, string[]> => {
  let state = chaseDecider.initialState;
  const record: Record<string, string[]> = {};
  for (const today of dates(from, days)) {
    const held = heldOn.filter((on) => on <= today).map((on) => ({ meetingId: `m-${on}`, heldOn: on }));
    const { events } = chaseDecider.decide(lookOn(today, { ...over, held }), state);
    if (events.length > 0) record[today] = said(events);
    state = fold(state, events);
  }
  return record;
};

describe('the ladder', () => {
  const ladder: OnLadder = { deadline: '2026-12-08', deadlineMoves: 0, setOn: '2026-11-24', thresholds };

  it('reminds, falls due, chases, puts first, and escalates after two held meetings missed', () => {
    expect(daily('2026-11-24', 40, { ladder }, ['2026-12-01', '2026-12-08', '2026-12-15', '2026-12-22'])).toEqual({
      '2026-12-03': ['reminded 2026-12-03'],
      '2026-12-08': ['due 2026-12-08'],
      '2026-12-09': ['chased 2026-12-09', 'first 2026-12-09'],
      '2026-12-15': ['missed 2026-12-15'],
      '2026-12-22': ['missed 2026-12-22', 'escalated 2026-12-22 meetings-missed'],
    });
  });

  it('escalates after ten working days when no meeting was held; Christmas is none', () => {
    expect(daily('2026-11-24', 60, { ladder })).toMatchObject({ '2026-12-22': ['escalated 2026-12-22 working-days'] });
    const later = { ...ladder, deadline: '2026-12-15' };
    expect(Object.keys(daily('2026-11-24', 60, { ladder: later }))).toContain('2027-01-04');
  });

  it('waits ten working days from the one meeting that was held, when no other is', () => {
    const record = daily('2026-11-24', 60, { ladder }, ['2026-12-15']);
    expect(record).toMatchObject({ '2026-12-15': ['missed 2026-12-15'], '2027-01-04': ['escalated 2027-01-04 working-days'] });
  });

  it('counts two meetings on one day as one', () => {
    const record = daily('2026-11-24', 30, { ladder }, ['2026-12-15', '2026-12-15']);
    expect(Object.values(record).flat().join()).not.toContain('escalated');
  });

  it('comes to a weekend on the Friday before, and to the chase on the Monday after', () => {
    const record = daily('2026-11-24', 25, { ladder: { ...ladder, deadline: '2026-12-05' } });
    expect(record).toMatchObject({
      '2026-12-02': ['reminded 2026-12-02'],
      '2026-12-04': ['due 2026-12-04'],
      '2026-12-07': ['chased 2026-12-07', 'first 2026-12-07'],
    });
  });

  it('reminds nobody of what was agreed a moment ago', () => {
    const record = daily('2026-11-24', 5, { ladder: { ...ladder, deadline: '2026-11-25' } });
    expect(record).toEqual({ '2026-11-25': ['due 2026-11-25'], '2026-11-26': ['chased 2026-11-26', 'first 2026-11-26'] });
  });

  it('counts from the import when a sheet brings a deadline that passed long ago', () => {
    const record = daily('2026-11-24', 30, { ladder: { ...ladder, deadline: '2026-06-01' } }, ['2026-11-24']);
    expect(record).toEqual({
      '2026-11-25': ['chased 2026-11-25', 'first 2026-11-25'],
      '2026-12-08': ['escalated 2026-12-08 working-days'],
    });
  });

  it('asks again when nobody has accepted within two working days', () => {
    const asked = { eventId: 'e1', on: '2026-11-26' };
    expect(daily('2026-11-26', 10, { ladder: { ...ladder, asked } })).toMatchObject({ '2026-12-01': ['asked again 2026-12-01'] });
  });

  it('takes a group’s own thresholds', () => {
    const own = { ...thresholds, reminderWorkingDaysBefore: 5, chaseWorkingDaysAfter: 2, escalateAfterHeldMeetings: 1 };
    expect(daily('2026-11-24', 30, { ladder: { ...ladder, thresholds: own } }, ['2026-12-15'])).toMatchObject({
      '2026-12-01': ['reminded 2026-12-01'],
      '2026-12-10': ['chased 2026-12-10', 'first 2026-12-10'],
      '2026-12-15': ['missed 2026-12-15', 'escalated 2026-12-15 meetings-missed'],
    });
  });
});

describe('after an outage', () => {
  const ladder: OnLadder = { deadline: '2026-12-08', deadlineMoves: 0, setOn: '2026-11-24', thresholds };
  const first = (today: string, over: Partial<Climb['data']> = {}) =>
    said(chaseDecider.decide(lookOn(today, { ladder, ...over }), chaseDecider.initialState).events);

  it('a reminder that is a day late still goes out', () => {
    expect(first('2026-12-04')).toEqual(['reminded 2026-12-03']);
  });
  it('a reminder is overtaken by the day itself, and both by the chase', () => {
    expect(first('2026-12-08')).toEqual(['overtaken reminded 2026-12-03', 'due 2026-12-08']);
    expect(first('2026-12-11')).toEqual([
      ...['overtaken reminded 2026-12-03', 'overtaken due 2026-12-08', 'chased 2026-12-09', 'first 2026-12-09'],
    ]);
  });
  it('a chase and an escalation are taken late, each once, in order', () => {
    const held = ['2026-12-15', '2026-12-22'].map((heldOn) => ({ meetingId: `m-${heldOn}`, heldOn }));
    expect(first('2027-01-20', { held }).slice(2)).toEqual([
      ...['overtaken reminded 2026-12-03', 'overtaken due 2026-12-08', 'chased 2026-12-09', 'first 2026-12-09'],
      'escalated 2026-12-22 meetings-missed',
    ]);
  });
});

describe('when something changed meanwhile', () => {
  const ladder: OnLadder = { deadline: '2026-12-08', deadlineMoves: 0, setOn: '2026-11-24', thresholds };
  it('nothing is done about an action that is done, nor about a deadline that moved', () => {
    for (const over of [{ open: false }, { deadline: '2026-12-15', deadlineMoves: 1 }, { deadlineMoves: 2 }])
      given(chaseDecider)
        .when(lookOn('2026-12-11', { ladder, ...over }))
        .then();
  });
  it('a deadline moved away and back begins anew, and repeats nothing whose day has passed', () => {
    const before = given(chaseDecider).after(lookOn('2026-12-03', { ladder }));
    expect(said(before.events)).toEqual(['reminded 2026-12-03']);
    const back = { ...ladder, deadlineMoves: 2, setOn: '2026-12-03' };
    expect(chaseDecider.decide(lookOn('2026-12-04', { ladder: back }), before.state).events).toEqual([]);
    // What is still to come, comes.
    expect(said(chaseDecider.decide(lookOn('2026-12-09', { ladder: back }), before.state).events)).toEqual([
      ...['overtaken due 2026-12-08', 'chased 2026-12-09', 'first 2026-12-09'],
    ]);
  });
  it('an escalation is over when the deadline moves: set back to the same date, the action is chased and escalated again', () => {
    const escalate = command('EscalateAction', {
      ...action,
      deadline: '2026-12-08',
      deadlineMoves: 0,
      holder,
      reason: 'Kræver en bevilling.',
    });
    const { state } = given(chaseDecider).after(escalate);
    const back = { ...ladder, deadlineMoves: 2, setOn: '2026-11-24' };
    expect(said(chaseDecider.decide(lookOn('2027-01-20', { ladder: back }), state).events)).toEqual([
      ...['overtaken reminded 2026-12-03', 'overtaken due 2026-12-08', 'chased 2026-12-09', 'first 2026-12-09'],
      'escalated 2026-12-22 working-days',
    ]);
    const again = { ...escalate, data: { ...escalate.data, deadlineMoves: 2 } };
    expect(chaseDecider.decide(again, state).events).toMatchObject([{ data: { deadlineMoves: 2, why: 'by-hand' } }]);
  });
  it('a step that does not tell which ladder it was on counts for all of its deadline', () => {
    const told = { caseId: 'c1', actionId: 'a1', deadline: '2026-12-08', deadlineMoves: ANY_LADDER, on: '2026-12-09', ...holder };
    const state = fold(chaseDecider.initialState, [
      { type: 'ActionEscalated', data: { ...told, why: 'by-hand' }, subject, text: {} },
    ]);
    for (const deadlineMoves of [0, 2])
      expect(chaseDecider.decide(lookOn('2027-01-20', { ladder: { ...ladder, deadlineMoves } }), state).events).toEqual([]);
  });
});

describe('by hand', () => {
  const open = { ...action, deadline: '2026-12-08', deadlineMoves: 0, holder };
  const chase = command('ChaseAction', { ...open, chaseId: 'k1', note: 'Er der aftalt en tid?' }, { actor: actors.projectLead });
  const answer = (chaseId: string, answerId = 's1') =>
    command('AnswerChase', { caseId: 'c1', actionId: 'a1', personId: 'p1', chaseId, answerId, answer: 'Torsdag.' });

  it('an open action is chased and the chase answered, also more than once', () => {
    const told = { caseId: 'c1', actionId: 'a1', deadline: '2026-12-08', deadlineMoves: 0, on: '2026-11-24', ...holder };
    given(chaseDecider)
      .when(chase)
      .then({
        type: 'ActionChased',
        data: { ...told, chaseId: 'k1', by: 'hand' },
        ...{ subject, text: { note: 'Er der aftalt en tid?' } },
      });
    given(chaseDecider)
      .when(command('ChaseAction', { ...chase.data, open: false }))
      .thenRefused('action.not-open');
    given(chaseDecider).when(answer('k1')).thenRefused('chase.unknown');
    expect(given(chaseDecider).after(chase, answer('k1'), answer('k1', 's2')).state.answers).toHaveLength(2);
  });

  it('a chase by hand is not the ladder’s', () => {
    const { state } = given(chaseDecider).after(chase);
    expect(state.taken).toEqual({});
  });

  it('an escalation says why, ends the ladder for this deadline, and comes once', () => {
    const escalate = command('EscalateAction', { ...open, reason: 'Kræver en bevilling.' });
    given(chaseDecider)
      .when({ ...escalate, data: { ...escalate.data, reason: 'ok' } })
      .thenRefused('escalation.reason');
    given(chaseDecider)
      .when({ ...escalate, data: { ...escalate.data, open: false } })
      .thenRefused('action.not-open');
    const { state } = given(chaseDecider).after(escalate);
    const ladder: OnLadder = { deadline: '2026-12-08', deadlineMoves: 0, setOn: '2026-11-24', thresholds };
    const held = [{ meetingId: 'm1', heldOn: '2026-12-15' }];
    expect(chaseDecider.decide(lookOn('2027-01-20', { ladder, held }), state)).toEqual({ events: [] });
    expect(chaseDecider.decide(escalate, state)).toEqual({ events: [] });
    // Another deadline is another ladder.
    const moved = { ...ladder, deadline: '2026-12-18', deadlineMoves: 1, setOn: '2026-12-16' };
    expect(said(chaseDecider.decide(lookOn('2026-12-21', { ladder: moved }), state).events)).toEqual([
      ...['overtaken due 2026-12-18', 'chased 2026-12-21', 'first 2026-12-21'],
    ]);
  });
});

describe('over random weeks', () => {
  /** Danish public holidays around the weeks below, written down; not computed. */
  const HOLIDAYS = [
    ...['2026-01-01', '2026-04-02', '2026-04-03', '2026-04-05', '2026-04-06', '2026-05-14', '2026-05-24', '2026-05-25'],
    ...['2026-12-25', '2026-12-26', '2027-01-01', '2027-03-25', '2027-03-26', '2027-03-28', '2027-03-29', '2027-05-06'],
    ...['2027-05-16', '2027-05-17'],
  ];
  const localDate = (at: string): string => contextOf({ at }).today;

  interface Plan {
    readonly start: string;
    readonly deadlineIn: number;
    /** Day: by how many days the deadline moves from that day. */
    readonly moves: readonly { readonly day: number; readonly to: number }[];
    readonly doneOn: number;
    readonly closed: readonly number[];
    readonly meetingsEvery: number;
    readonly outages: readonly { readonly from: number; readonly days: number }[];
    /** Minutes after midnight UTC of each day's looks. */
    readonly minutes: readonly number[];
    readonly own: Partial<typeof thresholds>;
  }
  const plan: fc.Arbitrary<Plan> = fc.record({
    // Easter and summer time, Christmas, winter time, the spring of another year.
    start: fc.constantFrom('2026-03-16', '2026-03-24', '2026-05-04', '2026-10-12', '2026-12-07', '2027-03-08'),
    deadlineIn: fc.integer({ min: 0, max: 25 }),
    moves: fc.array(fc.record({ day: fc.integer({ min: 1, max: 50 }), to: fc.integer({ min: 0, max: 15 }) }), { maxLength: 3 }),
    doneOn: fc.integer({ min: 20, max: 70 }),
    closed: fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 6 }),
    meetingsEvery: fc.constantFrom(3, 7, 14, 1000),
    outages: fc.array(fc.record({ from: fc.integer({ min: 0, max: 60 }), days: fc.integer({ min: 1, max: 14 }) }), {
      maxLength: 3,
    }),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 1, maxLength: 3 }),
    own: fc.record(
      {
        reminderWorkingDaysBefore: fc.integer({ min: 0, max: 6 }),
        chaseWorkingDaysAfter: fc.integer({ min: 1, max: 3 }),
        escalateAfterHeldMeetings: fc.integer({ min: 1, max: 3 }),
        escalateAfterWorkingDays: fc.integer({ min: 3, max: 12 }),
      },
      { requiredKeys: [] },
    ),
  });
  const DAYS = 70;

  /** What should be on record, found by counting days: never by the functions under test. */
  const expected = (p: Plan, looks: readonly { readonly day: number; readonly today: string }[]): string[] => {
    const t = { ...thresholds, ...p.own };
    const days = dates(p.start, 260);
    const closed = p.closed.map((d) => days[d]!);
    const works = (day: string): boolean => {
      const weekday = new Date(day).getUTCDay();
      const shut = HOLIDAYS.includes(day) || closed.includes(day) || calendar.yearlyClosingDays.includes(day.slice(5));
      return weekday > 0 && weekday < 6 && !shut;
    };
    const between = (after: string, until: string): number => days.filter((d) => d > after && d <= until && works(d)).length;
    const before = (from: string, deadline: string): number => days.filter((d) => d >= from && d < deadline && works(d)).length;
    const record: string[] = [];
    const recorded = new Set<string>();
    const missedBy: string[] = [];
    for (const { day, today } of looks) {
      if (day >= p.doneOn) break;
      const { deadline, deadlineMoves, setOn } = episodesOf(p, days).findLast((e) => e.day <= day)!;
      const start = deadline > setOn ? deadline : setOn;
      const ended = () => recorded.has(`${deadlineMoves} escalated`);
      for (const held of heldOf(p, days)) {
        const since = missedBy.at(-1) ?? '';
        if (held.day <= day && held.on > start && held.on > since && !ended()) {
          missedBy.push(held.on);
          record.push(`${deadline}: missed ${held.on}`);
        }
      }
      if (ended()) continue;
      const all = days.filter((d) => d <= today);
      // None since the beginning: before the deadline was set.
      const dueOn = days.findLast((d) => d <= deadline && works(d)) ?? '';
      const remindOn =
        t.reminderWorkingDaysBefore === 0
          ? dueOn
          : days.findLast((d) => works(d) && d < deadline && before(d, deadline) >= t.reminderWorkingDaysBefore);
      const chaseOn = days.find((d) => d > start && between(start, d) >= t.chaseWorkingDaysAfter)!;
      const missed = missedBy.filter((on) => on > start);
      const quiet = missed.at(-1) ?? start;
      const enough = missed[t.escalateAfterHeldMeetings - 1];
      const escalateOn = enough ?? days.find((d) => d > quiet && between(quiet, d) >= t.escalateAfterWorkingDays)!;
      const steps: [string, string | undefined, string][] = [
        ['reminded', remindOn !== undefined && remindOn > setOn ? remindOn : undefined, ''],
        ['due', dueOn > setOn ? dueOn : undefined, ''],
        ['chased', chaseOn, ''],
        ['first', chaseOn, ''],
        ['escalated', escalateOn > chaseOn ? escalateOn : chaseOn, enough ? ' meetings-missed' : ' working-days'],
      ];
      const now = steps.filter(
        ([step, on]) => on !== undefined && all.includes(on) && !recorded.has(`${deadlineMoves} ${step}`),
      ) as [string, string, string][];
      now.forEach(([step, on, why], i) => {
        const early = step === 'reminded' || step === 'due';
        const overtaken = early && (i < now.length - 1 || today > deadline);
        recorded.add(`${deadlineMoves} ${step}`);
        record.push(`${deadline}: ${overtaken ? `overtaken ${step} ${on}` : `${step} ${on}${why}`}`);
      });
    }
    return record;
  };
  const episodesOf = (p: Plan, days: readonly string[]) => {
    const episodes = [{ day: 0, deadline: days[p.deadlineIn]!, deadlineMoves: 0, setOn: days[0]! }];
    for (const { day, to } of [...p.moves].sort((a, b) => a.day - b.day)) {
      const deadline = days[day + to]!;
      // As the case decides: to the same date is no move.
      if (deadline !== episodes.at(-1)!.deadline)
        episodes.push({ day, deadline, deadlineMoves: episodes.length, setOn: days[day]! });
    }
    return episodes;
  };
  const heldOf = (p: Plan, days: readonly string[]) =>
    days.flatMap((on, day) => (day % p.meetingsEvery === p.meetingsEvery - 1 ? [{ on, day }] : []));

  it('every step that falls due is on record once, whatever was down, and no other', () => {
    fc.assert(
      fc.property(plan, (p) => {
        const days = dates(p.start, 260);
        const down = (day: number) => p.outages.some((o) => day >= o.from && day < o.from + o.days);
        const looks = days
          .slice(0, DAYS)
          .flatMap((date, day) =>
            down(day)
              ? []
              : [...p.minutes].sort((a, b) => a - b).map((m) => new Date(Date.parse(date) + m * 60_000).toISOString()),
          )
          .map((at) => ({ at, today: localDate(at), day: days.indexOf(localDate(at)) }));
        const closingDays = p.closed.map((d) => days[d]!);
        let state = chaseDecider.initialState;
        const record: string[] = [];
        for (const { at, day } of looks) {
          if (day >= p.doneOn) break;
          const { deadline, deadlineMoves, setOn } = episodesOf(p, days).findLast((e) => e.day <= day)!;
          const ladder = { deadline, deadlineMoves, setOn, thresholds: { ...thresholds, ...p.own } };
          const held = heldOf(p, days)
            .filter((h) => h.day <= day)
            .map((h) => ({ meetingId: `m-${h.on}`, heldOn: h.on }));
          const climb = lookOn('2026-01-01', { ladder, held, calendar: { ...calendar, closingDays } });
          const look = { ...climb, context: contextOf({ at }) };
          const { events } = chaseDecider.decide(look, state);
          record.push(...said(events).map((line) => `${deadline}: ${line}`));
          state = fold(state, events);
          // Another process, at the same time.
          expect(chaseDecider.decide(look, state)).toEqual({ events: [] });
        }
        expect(record).toEqual(expected(p, looks));
      }),
      { numRuns: 200 },
    );
  });
});
