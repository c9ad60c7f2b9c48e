// Back-test: what it says the ladder would have done is what the ladder does; under other thresholds, what they would have made of it.
import { contextOf } from '@app/testing';
import fc from 'fast-check';
import { DEFAULT_RULE_SET } from '../ruleset/ruleset.js';
import {
  climbAgain,
  silentFrom,
  toldBy,
  type ByHand,
  type Lived,
  type OfGroup,
  type Standing,
  type TakenStep,
} from './back-test.js';
import { chaseDecider, type ChaseCommand, type ChaseFolded } from './chase.js';
import { takenOn, type WhichLadder } from './ladder.js';

const thresholds = DEFAULT_RULE_SET.ladder;
const house = { closingDays: [] as string[], yearlyClosingDays: ['06-05', '12-24', '12-31'] };
const inForce = (standing: Standing) => standing.ladder.thresholds;
const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
const at = (on: string, time = '10:00') => ({ at: `${on}T${time}:00.000Z`, on });

const stands = (on: string, deadline: string, more: Partial<Standing> = {}, setOn = on): Standing => ({
  ...{ ...at(on), type: 'stands', open: true, own: false, organisationId: 'sof', askedOrganisationId: 'sof' },
  ...{ ladder: { deadline, deadlineMoves: 0, setOn, thresholds }, ...more },
});
const held = (heldOn: string): OfGroup => ({
  ...{ ...at(heldOn, '11:00'), type: 'held', meetingId: `m-${heldOn}`, heldOn, startsAt: `${heldOn}T08:00:00.000Z` },
});
const byHand = (on: string, ladder: WhichLadder): ByHand => ({
  ...{ ...at(on), type: 'by-hand' },
  event: {
    type: 'ActionEscalated',
    data: { caseId: 'c', actionId: 'a', ...ladder, on, organisationId: 'sof', to: [], why: 'by-hand' },
  },
});
const said = (steps: readonly TakenStep[]): string[] => steps.map(({ step, on }) => `${step} ${on}`);

describe('a back-test', () => {
  const life = [stands('2026-11-24', '2026-12-08')];
  const group = ['2026-12-01', '2026-12-08', '2026-12-15', '2026-12-22'].map(held);

  it('takes the steps of the ladder, on their days', () => {
    expect(said(climbAgain({ life, group }, inForce, '2026-12-31'))).toEqual([
      ...['reminded 2026-12-03', 'due 2026-12-08', 'chased 2026-12-09', 'first 2026-12-09', 'escalated 2026-12-22'],
    ]);
  });

  it('says what other thresholds would have made of the same weeks', () => {
    const strict = { ...thresholds, reminderWorkingDaysBefore: 5, chaseWorkingDaysAfter: 2, escalateAfterHeldMeetings: 1 };
    expect(said(climbAgain({ life, group }, () => strict, '2026-12-31'))).toEqual([
      ...['reminded 2026-12-01', 'due 2026-12-08', 'chased 2026-12-10', 'first 2026-12-10', 'escalated 2026-12-15'],
    ]);
  });

  it('takes what people did as it was: done is done, and what went up by hand does not go up again', () => {
    const done = [...life, stands('2026-12-08', '2026-12-08', { open: false, ...at('2026-12-08', '10:30') }, '2026-11-24')];
    expect(said(climbAgain({ life: done, group }, inForce, '2026-12-31'))).toEqual(['reminded 2026-12-03', 'due 2026-12-08']);
    const raised = [...life, byHand('2026-12-10', { deadline: '2026-12-08', deadlineMoves: 0 })];
    expect(said(climbAgain({ life: raised, group }, inForce, '2026-12-31'))).not.toContain('escalated 2026-12-22');
  });

  it('knows a closing day from the moment it was set, not before', () => {
    const closed: OfGroup = {
      ...at('2026-12-01'),
      type: 'calendar',
      calendar: { ...house, closingDays: ['2026-12-03', '2026-12-09'] },
    };
    expect(said(climbAgain({ life, group: [closed] }, inForce, '2026-12-11'))).toEqual([
      ...['reminded 2026-12-02', 'due 2026-12-08', 'chased 2026-12-10', 'first 2026-12-10'],
    ]);
    const late: OfGroup = { ...closed, ...at('2026-12-10') };
    expect(said(climbAgain({ life, group: [late] }, inForce, '2026-12-11'))).toContain('chased 2026-12-09');
  });

  it('ends with its last day', () => {
    expect(said(climbAgain({ life, group }, inForce, '2026-12-08'))).toEqual(['reminded 2026-12-03', 'due 2026-12-08']);
  });

  it('counts a question as silence from the day the silence list would show it', () => {
    const ruleOn = () => ({ thresholds, calendar: house });
    expect(silentFrom({ askedOn: '2026-11-24' }, ruleOn, '2026-12-31')).toBe('2026-12-01');
    expect(silentFrom({ askedOn: '2026-11-24', endedOn: '2026-12-01' }, ruleOn, '2026-12-31')).toBe('2026-12-01');
    expect(silentFrom({ askedOn: '2026-11-24', endedOn: '2026-11-30' }, ruleOn, '2026-12-31')).toBeUndefined();
    expect(silentFrom({ askedOn: '2026-12-23' }, ruleOn, '2026-12-31')).toBeUndefined();
  });
});

describe('over random histories', () => {
  type Happens = 'move' | 'ask' | 'accept' | 'meet' | 'close the house' | 'raise' | 'complete';
  interface Plan {
    readonly start: string;
    readonly deadlineIn: number;
    readonly acts: readonly { readonly day: number; readonly act: Happens; readonly by: number }[];
    readonly own: Partial<typeof thresholds>;
  }
  const plan: fc.Arbitrary<Plan> = fc.record({
    start: fc.constantFrom('2026-03-16', '2026-05-04', '2026-10-12', '2026-12-07', '2027-03-08'),
    deadlineIn: fc.integer({ min: 0, max: 25 }),
    acts: fc.array(
      fc.record({
        day: fc.integer({ min: 0, max: 60 }),
        act: fc.constantFrom<Happens>(
          'move',
          'move',
          'ask',
          'accept',
          'meet',
          'meet',
          'meet',
          'close the house',
          'raise',
          'complete',
        ),
        by: fc.integer({ min: 0, max: 14 }),
      }),
      { maxLength: 14 },
    ),
    own: fc.record(
      {
        reminderWorkingDaysBefore: fc.integer({ min: 0, max: 6 }),
        chaseWorkingDaysAfter: fc.integer({ min: 0, max: 3 }),
        escalateAfterHeldMeetings: fc.integer({ min: 1, max: 3 }),
        escalateAfterWorkingDays: fc.integer({ min: 1, max: 12 }),
        acceptWithinWorkingDays: fc.integer({ min: 0, max: 5 }),
      },
      { requiredKeys: [] },
    ),
  });
  const DAYS = 75;

  /** The ladder as it runs: looks every midnight and after everything that happens. @returns what it told, and what happened */
  const ran = ({ start, deadlineIn, acts, own }: Plan): { told: TakenStep[]; lived: Lived } => {
    let state = chaseDecider.initialState;
    let [calendar, open] = [house, true];
    let ladder: Standing['ladder'] = {
      ...{ deadline: dayAfter(start, deadlineIn), deadlineMoves: 0, setOn: start, thresholds: { ...thresholds, ...own } },
      asked: { eventId: 'agreed', on: start },
    };
    const meetings: { meetingId: string; heldOn: string }[] = [];
    const [life, group, told]: [(Standing | ByHand)[], OfGroup[], TakenStep[]] = [[], [], []];
    const run = (command: Pick<ChaseCommand, 'type' | 'data'>, today: string) => {
      const context = { ...contextOf(), today };
      for (const { type, data } of chaseDecider.decide({ ...command, context } as ChaseCommand, state).events) {
        state = chaseDecider.evolve(state, { type, data } as ChaseFolded);
        const step = toldBy({ type, data });
        if (step) told.push({ step, on: today, deadline: ladder.deadline, organisationId: 'sof' });
      }
    };
    const holder = { organisationId: 'sof', to: ['user-sof'] };
    const which = () => ({ deadline: ladder.deadline, deadlineMoves: ladder.deadlineMoves });
    const about = () => ({ caseId: 'c', actionId: 'a', personId: 'p', open, ...which(), holder });
    const look = (today: string) =>
      run(
        {
          type: 'ClimbLadder',
          data: { ...about(), ladder, calendar, held: meetings, asked: holder, chaseId: `k-${ladder.deadline}` },
        },
        today,
      );
    for (let day = 0; day < DAYS; day++) {
      const today = dayAfter(start, day);
      if (day > 0) look(today);
      let minute = 10;
      const now = () => at(today, `10:${minute++}`);
      const stand = () =>
        life.push({ ...now(), type: 'stands', open, ladder, own: false, organisationId: 'sof', askedOrganisationId: 'sof' });
      if (day === 0) stand();
      for (const [i, { act, by }] of acts.filter((a) => a.day === day).entries()) {
        const to = dayAfter(today, by);
        if (act === 'meet') {
          const meeting = { meetingId: `m-${today}-${i}`, heldOn: today };
          meetings.push(meeting);
          const moment = now();
          group.push({ ...moment, type: 'held', ...meeting, startsAt: moment.at });
        } else if (act === 'close the house') {
          calendar = { ...house, closingDays: [to] };
          group.push({ ...now(), type: 'calendar', calendar });
        } else if (open && act === 'raise') {
          const data = { ...about(), reason: 'Kræver en bevilling' };
          const { length } = takenOn(ladder, state);
          run({ type: 'EscalateAction', data }, today);
          if (takenOn(ladder, state).length > length) life.push({ ...byHand(today, which()), ...now() });
        } else if (open && act !== 'raise') {
          if (act === 'move') ladder = { ...ladder, deadline: to, deadlineMoves: ladder.deadlineMoves + 1, setOn: today };
          if (act === 'ask') ladder = { ...ladder, asked: { eventId: `asked-${day}-${i}`, on: today } };
          if (act === 'accept') ladder = { ...which(), setOn: ladder.setOn, thresholds: ladder.thresholds };
          if (act === 'complete') open = false;
          stand();
        }
        look(today);
      }
    }
    return { told, lived: { life, group } };
  };

  it('the thresholds in force take exactly the steps that the ladder took', () => {
    fc.assert(
      fc.property(plan, (p) => {
        const { told, lived } = ran(p);
        expect(climbAgain(lived, inForce, dayAfter(p.start, DAYS - 1))).toEqual(told);
      }),
      { numRuns: 500 },
    );
  });

  it('other thresholds take the steps the ladder would have taken under them, whatever held', () => {
    fc.assert(
      fc.property(plan, ({ own, ...p }) => {
        const { lived } = ran({ ...p, own: {} });
        const wished = { ...thresholds, ...own };
        // An escalation by hand that came after the ladder's own in one run may be the first in the other.
        fc.pre(!p.acts.some(({ act }) => act === 'raise'));
        expect(climbAgain(lived, () => wished, dayAfter(p.start, DAYS - 1))).toEqual(ran({ ...p, own }).told);
      }),
      { numRuns: 300 },
    );
  });
});
