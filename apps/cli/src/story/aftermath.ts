// Two weeks later: what was not done is overdue, on top of the next agenda, and followed until it is done.
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
  readonly revision: number;
  readonly status: string;
  readonly actions: readonly Action[];
}
interface TimelineEntry {
  readonly type: string;
  readonly userId: string;
  readonly texts: Readonly<Record<string, string | null>>;
}

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
