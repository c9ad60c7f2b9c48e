// A busy week, and the rule's own account of it: who owes what until when, what people do about it day by day, and what has to be on
// record and in whose letter box in the end.
import { DEFAULT_RULE_SET } from '@app/domain';
import type { Random } from '../fuzz/random.js';
import { Ruled } from '../support/ruled.js';
import type { Call } from './processes.js';

const DAY_MS = 86_400_000;
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
/** In these weeks Copenhagen is two hours ahead. */
export const at = (date: string, time: string): string => `${date}T${time}:00+02:00`;

/** The Friday before; Thursday of the week is Ascension Day, and on Mondays there is a list. */
export const FIRST_DAY = '2027-04-30';
const MEETINGS = ['2027-05-04', '2027-05-07', '2027-05-10'];
/** After all days of any run: what is due then is chased by hand only. */
const MUCH_LATER = '2027-06-25';
const GROUP = 'fremdriftsgruppen';

export interface Owner {
  readonly userId: string;
  readonly organisationId: string;
  readonly address: string;
  /** Who can sign in. */
  readonly user?: string;
  readonly reminders: 'digest' | 'at-once';
  readonly chases: 'digest' | 'at-once';
}
const member = (user: string, organisationId: string, over: Partial<Owner> = {}): Owner => {
  const userId = user.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return { userId, organisationId, address: `${userId}@demo.example`, user, reminders: 'digest', chases: 'at-once', ...over };
};
const LEADS = [member('projectLead', 'hotspotsekretariatet'), member('hotspotChief', 'hotspotsekretariatet')];
const WITHOUT_ACTIONS = [member('coordinator', 'hotspotsekretariatet'), ...LEADS];
const OWNERS = [
  member('BIF', 'bif'),
  member('BUF', 'buf', { chases: 'digest' }),
  member('SOF', 'sof', { reminders: 'at-once' }),
  member('gadeteam', 'gadeteam'),
  member('jobcenter', 'jobcenter', { reminders: 'at-once' }),
  member('police', 'politi'),
];

export interface TheAction {
  readonly ruled: Ruled;
  readonly owner: Owner;
  /** One change each: what the rule says of it then does not depend on the moment. */
  touched: boolean;
}
export interface Phase {
  /** ISO 8601: what the clock is moved to. */
  readonly at: string;
  readonly date: string;
  readonly what: 'midnight' | 'list' | 'day' | 'meeting';
}

/** What passes: every midnight, the working days, and the meetings that are held. */
export const phasesOf = (days: number): readonly Phase[] =>
  Array.from({ length: days }, (_, n) => addDays(FIRST_DAY, n + 1)).flatMap((date) => {
    const weekday = new Date(date).getUTCDay();
    const weekend = weekday === 0 || weekday === 6;
    return [
      { at: at(date, '00:05'), date, what: 'midnight' } as const,
      ...(weekday === 1 ? [{ at: at(date, '08:01'), date, what: 'list' } as const] : []),
      ...(weekend ? [] : [{ at: at(date, '09:00'), date, what: 'day' } as const]),
      ...(MEETINGS.includes(date) ? [{ at: at(date, '12:00'), date, what: 'meeting' } as const] : []),
    ];
  });

/** A few at a time. */
const inParallel = async <T>(inputs: readonly T[], task: (input: T) => Promise<void>, atOnce = 6): Promise<void> => {
  const rest = [...inputs];
  const worker = async () => {
    for (let input = rest.shift(); input !== undefined; input = rest.shift()) await task(input);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

export class Week {
  readonly actions: TheAction[] = [];
  readonly members: Owner[] = [...WITHOUT_ACTIONS, ...OWNERS];
  readonly leads = LEADS;
  /** The user ids who have a list coming, by the Monday. */
  readonly lists = new Map<string, readonly string[]>();

  constructor(
    private readonly random: Random,
    private readonly size: { readonly cases: number; readonly actionsEach: number; readonly changesADay: number },
  ) {}

  /** @param demoActions what the demo brings along: it is called off, so that all that is left is ours */
  async setUp(call: Call, demoActions: readonly { readonly caseId: string; readonly actionId: string }[]): Promise<void> {
    const { random, size } = this;
    for (const { caseId, actionId } of demoActions)
      await call('coordinator', 'POST', `/api/cases/${caseId}/actions/${actionId}/cancellation`, {
        ground: 'Ikke en del af ugen',
      });
    for (const { user, reminders, chases } of OWNERS)
      await call(user!, 'PUT', '/api/me/mail', { language: random.of(['da', 'en']), reminders, chases });
    for (const { organisationId } of [...OWNERS, ...OWNERS]) {
      const n = this.members.length;
      const address = `ejer-${n}@demo.example`;
      const user = { organisationId, role: 'participant', subject: `ejer-${n}`, name: `Ansat Nummer ${n}`, email: address };
      const { id: userId } = await call('administrator', 'POST', '/api/users', user);
      await call('administrator', 'POST', `/api/groups/${GROUP}/members`, { userId, from: FIRST_DAY });
      this.members.push({ userId, organisationId, address, reminders: 'digest', chases: 'at-once' });
    }
    const owners = this.members.slice(WITHOUT_ACTIONS.length);
    const plans = Array.from({ length: size.cases }, (_, n) => ({
      n,
      actions: Array.from({ length: size.actionsEach }, () => ({
        owner: random.of(owners),
        deadline: random.chance(0.15) ? MUCH_LATER : addDays(FIRST_DAY, 3 + random.below(10)),
      })),
    }));
    await inParallel(plans, async ({ n, actions }) => {
      const person = { name: `Ung Testperson ${n}`, cpr: `010111${4000 + n}` };
      const { id: personId } = await call('coordinator', 'POST', '/api/persons', person);
      const opened = { groupId: GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true };
      const { id: caseId } = await call('coordinator', 'POST', '/api/cases', { personId, ...opened });
      for (const { owner, deadline } of actions) {
        const { userId: ownerUserId, organisationId: ownerOrganisationId } = owner;
        const body = { description: 'Ringe til skolen', ownerOrganisationId, ownerUserId, deadline };
        const { id } = await call('coordinator', 'POST', `/api/cases/${caseId}/actions`, body);
        const asked = { eventId: `agreed-${id}`, on: FIRST_DAY };
        const ladder = { deadline, deadlineMoves: 0, setOn: FIRST_DAY, thresholds: DEFAULT_RULE_SET.ladder, asked };
        this.actions.push({ ruled: new Ruled(caseId, id, ladder), owner, touched: false });
      }
    });
    this.actions.sort((a, b) => (a.ruled.actionId < b.ruled.actionId ? -1 : 1));
  }

  /** Every worker that looked saw this. */
  look(date: string): void {
    for (const { ruled } of this.actions) ruled.look(date);
  }

  /** What people do about their actions on a day, and what the rule makes of it. */
  async change(call: Call, date: string): Promise<void> {
    // Only a change to what somebody who can sign in has in hand, and whose ladder is done for today.
    const free = this.actions.filter(({ owner, touched, ruled }) => owner.user && !touched && ruled.open);
    const chosen = Array.from({ length: Math.min(this.size.changesADay, free.length) }, () => {
      const [action] = free.splice(this.random.below(free.length), 1);
      return {
        action: action!,
        what: this.random.of(['accept', 'complete', 'move', 'chase', 'escalate']),
        to: this.random.below(6),
      };
    });
    for (const { action, what, to } of chosen) {
      const { ruled, owner } = action;
      const { actionId, caseId } = ruled;
      const path = `/api/cases/${caseId}/actions/${actionId}`;
      action.touched = true;
      if (ruled.ladder.deadline === MUCH_LATER) {
        await call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {});
        ruled.chaseByHand(date);
      } else if (what === 'accept') {
        await call(owner.user!, 'POST', `${path}/acceptance`);
        ruled.accept();
      } else if (what === 'complete') {
        await call(owner.user!, 'POST', `${path}/completion`, {});
        ruled.open = false;
      } else if (what === 'escalate') {
        const reason = 'Kræver en bevilling fra en anden forvaltning';
        await call('projectLead', 'POST', `/api/actions/${actionId}/escalation`, { reason });
        ruled.escalateByHand(date, reason);
      } else {
        const deadline = addDays(date, 1 + to);
        if (deadline === ruled.ladder.deadline) continue;
        const { etag } = await call('coordinator', 'GET', `/api/cases/${caseId}`);
        const body = { to: deadline, ground: 'Skolen har lukket hele ugen' };
        await call(owner.user!, 'POST', `${path}/deadline`, body, { 'if-match': etag! });
        ruled.move(deadline, date);
      }
    }
  }

  /** A meeting is called for the same afternoon, held and closed. */
  async meet(call: Call, date: string): Promise<void> {
    const body = { groupId: GROUP, localDate: date, startTime: '16:00' };
    const { id } = await call('coordinator', 'POST', '/api/meetings', body);
    for (const change of ['opening', 'closing']) await call('coordinator', 'POST', `/api/meetings/${id}/${change}`);
    for (const { ruled } of this.actions) ruled.hold(date);
  }

  /** Monday's list: whoever has something open that is due within two weeks or waits for an acceptance, or was kept a notice. */
  noteLists(date: string): void {
    const open = this.actions.filter(({ ruled }) => ruled.open);
    const listed = open.filter(({ ruled }) => ruled.ladder.asked !== undefined || ruled.ladder.deadline <= addDays(date, 14));
    const wants = listed.filter(({ owner }) => owner.reminders === 'digest' || owner.chases === 'digest');
    this.lists.set(date, [...new Set(wants.map(({ owner }) => owner.userId))]);
  }
}
