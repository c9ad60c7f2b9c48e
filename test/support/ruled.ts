// One action as the ladder's rule knows it, day by day: what the log has to hold in the end, without a server.
import {
  chaseDecider,
  DEFAULT_RULE_SET,
  YEARLY_CLOSING_DAYS,
  type ChaseCommand,
  type ChaseFolded,
  type ChaseState,
  type OnLadder,
} from '@app/domain';

interface Line {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
/** An event of the ladder in one line: type, deadline, step, its date, and why. */
export const short = ({ type, data }: Line): string =>
  [type, data['deadline'], data['step'], data['on'] ?? data['heldOn'], data['why']]
    .filter((p) => typeof p === 'string')
    .join(' ');

const PROGRAMME = { userId: 'u', organisationId: 'o', authorityId: 'o', kind: 'municipal', role: 'coordinator' } as const;

export class Ruled {
  private state: ChaseState = chaseDecider.initialState;
  private held: { meetingId: string; heldOn: string }[] = [];
  readonly lines: string[] = [];
  open = true;

  constructor(
    readonly caseId: string,
    readonly actionId: string,
    public ladder: OnLadder,
  ) {}

  hold(heldOn: string): void {
    this.held.push({ meetingId: `m${this.held.length}`, heldOn });
  }
  accept(): void {
    const { asked: _, ...rest } = this.ladder;
    this.ladder = rest;
  }
  move(to: string, today: string): void {
    const deadlineMoves = this.ladder.deadlineMoves + 1;
    this.ladder = { ...this.ladder, deadline: to, deadlineMoves, setOn: today };
  }

  /** The ladder is climbed. @param today local date in Europe/Copenhagen */
  look(today: string, closingDays: readonly string[] = []): void {
    const { ladder, held, holder } = this;
    const calendar = { closingDays, yearlyClosingDays: YEARLY_CLOSING_DAYS };
    const chaseId = `k-${ladder.deadline}`;
    this.decide({
      type: 'ClimbLadder',
      data: { ...this.action(), ladder, held, holder, asked: holder, calendar, chaseId },
      context: this.context(today),
    });
  }
  chaseByHand(today: string): void {
    const data = { ...this.action(), chaseId: `hand-${today}`, holder: this.holder };
    this.decide({ type: 'ChaseAction', data, context: this.context(today) });
  }
  escalateByHand(today: string, reason: string): void {
    const data = { ...this.action(), holder: this.holder, reason };
    this.decide({ type: 'EscalateAction', data, context: this.context(today) });
  }

  private readonly holder = { organisationId: 'sof', to: ['sof'] };
  private action() {
    const { caseId, actionId, ladder, open } = this;
    return { caseId, actionId, personId: 'p', open, deadline: ladder.deadline, deadlineMoves: ladder.deadlineMoves };
  }
  private context(today: string) {
    return { at: `${today}T12:00:00.000Z`, today, actor: PROGRAMME, ruleSet: DEFAULT_RULE_SET };
  }
  private decide(command: ChaseCommand): void {
    for (const { type, data } of chaseDecider.decide(command, this.state).events) {
      this.lines.push(short({ type, data }));
      this.state = chaseDecider.evolve(this.state, { type, data } as ChaseFolded);
    }
  }
}
