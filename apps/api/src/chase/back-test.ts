// Counts what a ladder would have done, twice over the same history: under the thresholds that held, and under others.
import {
  climbAgain,
  DEFAULT_RULE_SET,
  silentFrom,
  TOLD_STEPS,
  type LadderThresholds,
  type RuleSet,
  type Standing,
  type TakenStep,
} from '@app/domain';
import { weekOf } from '@app/platform';
import { calendarOn, ownOn, type CaseLadderHistory, type GroupLadderHistory } from '@app/read-models';
import { MOST_NAMED, type BackTestAnswer, type BackTestCounts, type Compared, type DifferentAction } from './back-test.dto.js';

export interface Trial {
  readonly proposed: LadderThresholds;
  /** They are tried as the group's own: whatever it had. */
  readonly asOwn: boolean;
  /** Newest first. */
  readonly ruleSets: readonly RuleSet[];
  /** Local dates, inclusive. */
  readonly from: string;
  readonly to: string;
}
type Run = keyof Compared;
const RUNS: readonly Run[] = ['inForce', 'proposed'];

const noSteps = () => ({ reminded: 0, due: 0, chased: 0, notAccepted: 0, first: 0, escalated: 0 });
const none = (): Compared => ({
  inForce: { ...noSteps(), unanswered: 0 },
  proposed: { ...noSteps(), unanswered: 0 },
});
/** How a step looks from outside; two runs are the same when these are. */
const said = (steps: readonly TakenStep[]): string => steps.map(({ step, on, deadline }) => `${step} ${on} ${deadline}`).join();
const inOrder = (steps: readonly TakenStep[]): readonly TakenStep[] =>
  [...steps].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : TOLD_STEPS.indexOf(a.step) - TOLD_STEPS.indexOf(b.step)));

export class BackTest {
  private readonly total = none();
  private readonly taken = noSteps();
  private readonly weeks = new Map<string, Compared>();
  private readonly weekByDay = new Map<string, string>();
  private readonly organisations = new Map<string, Compared>();
  private readonly named: DifferentAction[] = [];
  private readonly counted = { cases: 0, actions: 0, different: 0, takenOtherwise: 0 };

  constructor(private readonly trial: Trial) {}

  add({ caseId, caseNumber, group, actions, questions }: CaseLadderHistory): void {
    const { from, to } = this.trial;
    this.counted.cases++;
    const within = (steps: readonly TakenStep[]) => inOrder(steps.filter(({ on }) => on >= from && on <= to));
    for (const { actionId, life, taken } of actions) {
      this.counted.actions++;
      const [inForce, proposed] = RUNS.map((run) =>
        within(climbAgain({ life, group: group.moments }, (standing) => this.thresholds(run, standing), to)),
      ) as [readonly TakenStep[], readonly TakenStep[]];
      const onRecord = within(taken);
      const stood = life.filter((moment): moment is Standing => moment.type === 'stands');
      for (const [run, steps] of [
        ['inForce', inForce],
        ['proposed', proposed],
      ] as const)
        for (const { step, on, organisationId } of steps) this.count(run, step, on, organisationId);
      for (const { step } of onRecord) this.taken[step]++;
      if (said(onRecord) !== said(inForce)) this.counted.takenOtherwise++;
      if (said(inForce) === said(proposed)) continue;
      this.counted.different++;
      const { organisationId } = stood.at(-1)!;
      this.name({
        actionId,
        caseId,
        caseNumber,
        organisationId,
        inForce: [...inForce],
        proposed: [...proposed],
        taken: [...onRecord],
      });
    }
    for (const { toOrganisationId, ...question } of questions)
      for (const run of RUNS) {
        const on = silentFrom(question, (date) => this.ruleOn(run, group, date), to);
        if (on !== undefined && on >= from) this.count(run, 'unanswered', on, toOrganisationId);
      }
  }

  /** @param names whether actions may be named */
  answer(names: boolean): BackTestAnswer {
    const { from, to } = this.trial;
    const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...{ from, to, ...this.counted, total: this.total, taken: this.taken },
      weeks: sorted(this.weeks).map(([week, compared]) => ({ week, ...compared })),
      organisations: sorted(this.organisations).map(([organisationId, compared]) => ({ organisationId, ...compared })),
      ...(names && { items: this.named }),
    };
  }

  private thresholds(run: Run, { ladder, own }: Standing): LadderThresholds {
    const { proposed, asOwn } = this.trial;
    return run === 'inForce' || (own && !asOwn) ? ladder.thresholds : proposed;
  }

  /** Silence is judged by what holds on the day, not by what held when it was asked. */
  private ruleOn(run: Run, group: GroupLadderHistory, date: string) {
    const { proposed, asOwn, ruleSets } = this.trial;
    const own = ownOn(group, date);
    const inForce = own ?? (ruleSets.find(({ validFrom }) => validFrom <= date) ?? DEFAULT_RULE_SET).ladder;
    return { thresholds: run === 'inForce' || (own && !asOwn) ? inForce : proposed, calendar: calendarOn(group, date) };
  }

  private count(run: Run, what: keyof BackTestCounts, on: string, organisationId: string): void {
    let week = this.weekByDay.get(on);
    if (week === undefined) this.weekByDay.set(on, (week = weekOf(on)));
    for (const [map, key] of [
      [this.weeks, week],
      [this.organisations, organisationId],
    ] as const) {
      const counts = map.get(key) ?? none();
      counts[run][what]++;
      map.set(key, counts);
    }
    this.total[run][what]++;
  }

  /** Only as many are held as are answered with. */
  private name(action: DifferentAction): void {
    this.named.push(action);
    this.named.sort((a, b) =>
      a.caseNumber < b.caseNumber ? -1 : a.caseNumber > b.caseNumber ? 1 : a.actionId < b.actionId ? -1 : 1,
    );
    if (this.named.length > MOST_NAMED) this.named.pop();
  }
}
