// Two weeks later: what was not done is overdue, on top of the next agenda, taken to the steering group, and followed until it is done.
import { addDays } from '@app/platform';
import { checkOrder, todayOf, upcoming, type Agenda, type Cases } from './before.js';
import type { Held } from './meeting.js';
import { check, type Play } from './play.js';

const DAYS = 14;

interface Action {
  readonly actionId: string;
  readonly status: string;
  readonly deadline: string;
  readonly overdue: boolean;
  readonly daysOverdue: number;
  readonly deadlineMoves: number;
}
interface CaseSeen {
  readonly caseNumber: string;
  readonly revision: number;
  readonly status: string;
  readonly actions: readonly Action[];
}
interface Escalation {
  readonly escalationId: string;
  readonly evidence: { readonly hands: readonly object[]; readonly moves: readonly object[] };
}
interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}
interface TimelineEntry {
  readonly type: string;
  readonly userId: string;
  readonly texts: Readonly<Record<string, string | null>>;
}

/** What the group cannot move goes up, is decided, and comes back with a new deadline. */
const steering = async (
  play: Play,
  { caseId, actionId, later }: { caseId: string; actionId: string; later: string },
): Promise<void> => {
  const { coordinator, projectLead, hotspotChief, steeringMember } = play.cast;
  const path = await play.step(
    'Projektlederen løfter den til styregruppen, som ser sagsnummer og forløb, men intet navn',
    'The project lead takes it to the steering group, which sees case number and evidence, but no name',
    async () => {
      const reason = play.secret('Ingen i gruppen kan bevilge praktikpladsen');
      await projectLead.post(`/api/actions/${actionId}/escalation`, { reason });
      const [escalation] = await steeringMember.list<Escalation>(`/api/escalations?actionId=${actionId}&status=open`);
      check(escalation !== undefined, 'the steering group does not see it');
      check(escalation.evidence.moves.length > 0 && escalation.evidence.hands.length > 0, 'it came without its evidence');
      await steeringMember.mayNotSee(`/api/cases/${caseId}`, 403);
      return `/api/escalations/${escalation.escalationId}`;
    },
  );
  const dueOn = addDays(later, 14);
  await play.step(
    'Styregruppen beslutter: det står på næste ugentlige dagsorden, og indsatsen har en ny frist, som der rykkes for',
    'The steering group decides: it is on the next weekly agenda, and the action has a new deadline that is chased',
    async () => {
      const { groupId } = await coordinator.get<{ groupId: string }>(`/api/cases/${caseId}`);
      const meeting = { groupId, localDate: later, startTime: '23:00' };
      const { id: steeringMeetingId } = await hotspotChief.post('/api/steering-meetings', meeting);
      const decision = { steeringMeetingId, outcome: 'return', dueOn, decision: 'Virksomheden inviteres til næste møde.' };
      await steeringMember.post(`${path}/decision`, decision);
      const agenda = await coordinator.get<Agenda>(`/api/meetings/${await upcoming(coordinator, later, () => true)}/agenda`);
      const reasons = agenda.items.find((item) => item.caseId === caseId)?.why.map(({ reason }) => reason) ?? [];
      check(reasons.includes('steering-decision'), `expected steering-decision, got ${reasons.join(', ') || 'none'}`);
      const { actions } = await coordinator.get<CaseSeen>(`/api/cases/${caseId}`);
      const deadline = actions.find((action) => action.actionId === actionId)?.deadline;
      check(deadline === dueOn, `expected the deadline ${dueOn}, got ${deadline ?? 'none'}`);
    },
  );
};

export const aftermath = async (play: Play, { closed, quiet, today }: Cases, { actionId, deadline }: Held): Promise<void> => {
  const { coordinator, gadeteam } = play.cast;
  const { caseId } = closed;
  const seen = () => coordinator.get<CaseSeen>(`/api/cases/${caseId}`);
  const theAction = async () => (await seen()).actions.find((action) => action.actionId === actionId);
  play.chapter('To uger senere', 'Two weeks later');

  const later = await play.step('Uret stilles to uger frem', 'The clock moves two weeks on', async () => {
    await coordinator.post('/demo/clock', { days: DAYS });
    const now = await todayOf(coordinator);
    check(now >= addDays(today, DAYS), `expected ${addDays(today, DAYS)}, got ${now}`);
    return now;
  });
  await play.step(
    'Aftalen er over fristen og på listen over overskredne frister',
    'The action is past its deadline and on the list of overdue actions',
    async () => {
      const overdue = await coordinator.list<Action>('/api/actions?overdue=true');
      check(
        overdue.every((action) => action.overdue),
        'an action on the list is not overdue',
      );
      const days = overdue.find((action) => action.actionId === actionId)?.daysOverdue;
      check(
        days !== undefined && addDays(deadline, days) === later,
        `expected it ${DAYS - 7} days overdue, got ${days ?? 'no such action'}`,
      );
    },
  );
  await play.step(
    'Der er rykket for den, og den ligger øverst på næste dagsorden, blandt dem, der har ventet længst; opfølgningen er nævnt',
    'It was chased and is on top of the next agenda, among those overdue the longest; the follow-up is named',
    async () => {
      const meetingId = await upcoming(coordinator, later, () => true);
      const agenda = await coordinator.get<Agenda>(`/api/meetings/${meetingId}/agenda`);
      checkOrder(agenda);
      const place = agenda.items.findIndex((item) => item.caseId === caseId);
      const reasons = agenda.items[place]?.why.map(({ reason }) => reason) ?? [];
      check(
        reasons[0] === 'chased-action' && reasons.includes('overdue-action') && reasons.includes('follow-up-due'),
        `expected chased-action, overdue-action and follow-up-due, got ${reasons.join(', ') || 'none'}`,
      );
      const days = (item: Agenda['items'][number] | undefined) => item?.oldestOverdueDays ?? 0;
      const before = agenda.items.slice(0, place);
      check(
        before.every((item) => item.why[0]?.reason === 'escalated-action' || days(item) >= days(agenda.items[place])),
        'something less overdue comes before it',
      );
    },
  );

  await play.step(
    'Rykkeren er sendt til gadeteamet på mail: sagsnummer, frist og link, og intet om den unge i nogen mail',
    'The chase went to the street team by mail: case number, deadline and link, and nothing about the young person in any mail',
    async () => {
      const { caseNumber } = await seen();
      // Who may never see a person reads the whole post: whatever is in it, everybody could have.
      const { items } = await play.cast.administrator.get<{ items: readonly Mail[] }>('/demo/mail/messages');
      const mine = items.filter(({ to }) => to.includes('gadeteam@demo.example'));
      const chases = mine.filter(({ subject }) => subject.startsWith('Rykker'));
      check(chases.length > 0, `expected a chase by mail, got ${mine.length} other mails`);
      // Four or more at once come as one mail with a list.
      const chase = chases.find(({ text }) => text.includes(`/cases/${caseId}/actions/${actionId}`));
      check(chase !== undefined, 'no chase has the link to the action');
      check(`${chase.subject} ${chase.text}`.includes(caseNumber), 'the mail does not name the case by its number');
      check(/[Ff]rist/.test(chase.text), 'the mail does not name the deadline');
    },
  );

  const path = `/api/cases/${caseId}/actions/${actionId}`;
  const to = addDays(later, 7);
  await play.step('En ny frist uden grund afvises', 'A new deadline without a reason is refused', async () => {
    const { revision } = await seen();
    await gadeteam.isRefused('400', `${path}/deadline`, { to }, revision);
    await gadeteam.isRefused('422 action.ground', `${path}/deadline`, { to, ground: 'ok' }, revision);
    check((await theAction())?.deadline === deadline, 'the deadline has moved');
  });
  await play.step(
    'Med grund flyttes den; hvem og hvorfor bliver stående, og den er ikke længere overskredet',
    'With a reason it moves; who and why stay on record, and it is no longer overdue',
    async () => {
      const ground = play.secret('Den unge var på efterskole i ugen');
      await gadeteam.post(`${path}/deadline`, { to, ground }, (await seen()).revision);
      const action = await theAction();
      check(action?.deadline === to && !action.overdue && action.deadlineMoves === 1, 'the case does not show the new deadline');
      const timeline = await coordinator.list<TimelineEntry>(`/api/cases/${caseId}/timeline`);
      const moved = timeline.find(({ type }) => type === 'DeadlineMoved');
      check(moved?.userId === 'gadeteam' && moved.texts['ground'] === ground, 'the timeline does not say who and why');
    },
  );
  await steering(play, { caseId, actionId, later });
  const close = async (id: string) => {
    const { revision } = await coordinator.get<CaseSeen>(`/api/cases/${id}`);
    return { path: `/api/cases/${id}/closing`, body: { outcome: 'goal-reached' }, revision };
  };
  await play.step('Sagen kan ikke lukkes, mens aftalen er åben', 'The case cannot close while the action is open', async () => {
    const closing = await close(caseId);
    await coordinator.isRefused('422 case.open-actions', closing.path, closing.body, closing.revision);
  });
  await play.step('Gadeteamet melder aftalen gennemført', 'The street team reports the action done', async () => {
    await gadeteam.post(`${path}/completion`, { outcome: play.secret('Mødtes onsdag; praktik aftalt') });
    const status = (await theAction())?.status;
    check(status === 'completed', `expected a completed action, got ${status ?? 'none'}`);
    const open = await gadeteam.list<Action>('/api/actions?owner=gadeteam');
    check(
      open.every((action) => action.actionId !== actionId),
      'it is still on the list of open actions',
    );
  });
  await play.step('Nu kan sagerne lukkes', 'Now the cases can close', async () => {
    for (const id of [caseId, quiet.caseId]) {
      const closing = await close(id);
      await coordinator.post(closing.path, closing.body, closing.revision);
    }
    const { status } = await seen();
    check(status === 'closed', `expected a closed case, got ${status}`);
  });
};
