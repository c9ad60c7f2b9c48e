// Before the meeting: two young people are referred, the agenda composes itself, and it is known who comes.
import { randomInt } from 'node:crypto';
import { AGENDA_REASONS } from '@app/domain';
import { check, checkHoldsNone, checkSame, type Play, type Receipt, type User } from './play.js';

export const GROUP = 'fremdriftsgruppen';
export const AREA = 'akacieparken';
/** Who takes part in the case that is spoken of. BUF (children and youth) does not. */
const TAKING_PART = ['hotspotsekretariatet', 'sof', 'gadeteam', 'jobcenter', 'politi'];

export interface Cases {
  /** Spoken of behind a closed door. */
  readonly closed: { readonly caseId: string; readonly personId: string };
  /** All organisations take part; no news. */
  readonly quiet: { readonly caseId: string };
  /** Name and CPR number of the first, as nobody else may see them. */
  readonly identity: readonly string[];
  readonly cpr: string;
  readonly meetingId: string;
  /** The day of the meeting, by the demo's clock. */
  readonly today: string;
}
export interface AgendaItem {
  readonly itemId: string;
  readonly caseId?: string;
  readonly withheld: boolean;
  readonly why: readonly { readonly reason: (typeof AGENDA_REASONS)[number]; readonly da: string; readonly en: string }[];
  readonly oldestOverdueDays?: number;
}
export interface Agenda {
  readonly localDate: string;
  readonly live: boolean;
  readonly items: readonly AgendaItem[];
}
interface Meeting {
  readonly meetingId: string;
  readonly localDate: string;
  readonly status: string;
  readonly invited: readonly { readonly userId: string; readonly apology?: boolean; readonly deputyUserId?: string }[];
  readonly attendance: readonly unknown[];
}

/** Invented: born in 2009 to 2012, serial number from 9600 as in the example sheet. */
const inventedCpr = (): string => {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(randomInt(1, 29))}${two(randomInt(1, 13))}${two(randomInt(9, 13))}${randomInt(9600, 10_000)}`;
};

export const todayOf = async (user: User): Promise<string> => (await user.get<{ today: string }>('/api/me')).today;

/** A meeting that is still to come: the next one of the series, or else one planned for that day. */
export const upcoming = async (coordinator: User, localDate: string, fits: (next: Meeting) => boolean): Promise<string> => {
  const next = await coordinator.get<Meeting>('/api/meetings/next');
  if (next.status === 'planned' && next.attendance.length === 0 && fits(next)) return next.meetingId;
  return (await coordinator.post('/api/meetings', { groupId: GROUP, localDate })).id;
};

/** The most pressing reasons first. */
export const checkOrder = ({ items }: Agenda): void => {
  check(
    items.every(({ why }) => why.length > 0 && why.every(({ da, en }) => da !== '' && en !== '')),
    'an item says not why',
  );
  const ranks = items.map(({ why }) => AGENDA_REASONS.indexOf(why[0]!.reason));
  check(
    ranks.every((rank, i) => i === 0 || ranks[i - 1]! <= rank),
    'the items are not in the order of their reasons',
  );
};

export const beforeTheMeeting = async (play: Play): Promise<Cases> => {
  const { coordinator, gadeteam, projectLead, BUF } = play.cast;
  play.chapter('Før mødet', 'Before the meeting');
  const today = await todayOf(coordinator);

  const name = play.secret('Ung Testperson');
  const cpr = inventedCpr();
  const hyphened = `${cpr.slice(0, 6)}-${cpr.slice(6)}`;
  const identity = [name, cpr, hyphened];
  const refer = async (by: User, personId: string, more: object): Promise<Receipt> =>
    by.post('/api/cases', { personId, groupId: GROUP, areaId: AREA, responsibleOrganisationId: 'sof', ...more });

  const closed = await play.step(
    'Gadeteamet henviser en ung; fem enheder deltager i sagen, BUF gør ikke',
    'The street team refers a young person; five organisations take part in the case, BUF does not',
    async () => {
      const { id: personId } = await gadeteam.post('/api/persons', { name, cpr, address: play.secret('Demovej') });
      const reason = play.secret('Ses sent ude om aftenen');
      const { id: caseId } = await refer(gadeteam, personId, { organisationIds: TAKING_PART, reason });
      return { caseId, personId };
    },
  );
  await play.step(
    'Samme CPR-nummer igen, nu med bindestreg: samme person, ingen ny',
    'The same CPR number again, now with a hyphen: the same person, nobody new',
    async () => {
      const { id } = await coordinator.post('/api/persons', { name, cpr: hyphened });
      check(id === closed.personId, 'another person was registered');
    },
  );
  await play.step('Mødelederen visiterer og åbner sagen', 'The coordinator screens the case and opens it', async () => {
    await coordinator.post(`/api/cases/${closed.caseId}/screening`, { outcome: 'accepted' });
    await coordinator.post(`/api/cases/${closed.caseId}/opening`);
    const { status } = await gadeteam.get<{ status: string }>(`/api/cases/${closed.caseId}`);
    check(status === 'open', `expected an open case, got ${status}`);
  });
  await play.step('BUF deltager ikke: for BUF findes sagen ikke', 'BUF takes no part: for BUF there is no such case', () =>
    BUF.mayNotSee(`/api/cases/${closed.caseId}`, 404),
  );
  const quiet = await play.step(
    'En anden sag oprettes, hvor hele gruppen deltager',
    'Another case is opened, in which the whole group takes part',
    async () => {
      const { id: personId } = await coordinator.post('/api/persons', { name: play.secret('Ung Testperson') });
      return { caseId: (await refer(coordinator, personId, { open: true })).id };
    },
  );

  const meetingId = await play.step(
    'Dagens møde: seriens eget, eller et, der indkaldes',
    'Today’s meeting: the series’ own, or one that is called',
    () => upcoming(coordinator, today, ({ localDate }) => localDate === today),
  );
  const agenda = `/api/meetings/${meetingId}/agenda`;
  await play.step(
    'Dagsordenen sætter sig selv: hvert punkt siger hvorfor, de mest presserende først',
    'The agenda composes itself: every item says why, the most pressing first',
    async () => {
      const proposed = await coordinator.get<Agenda>(agenda);
      check(proposed.live, 'the agenda is not live');
      checkOrder(proposed);
      const count = proposed.items.filter(({ why }) => why.some(({ reason }) => reason === 'overdue-action')).length;
      check(count > 0, 'no overdue action is on the agenda');
      for (const { caseId } of [closed, quiet]) {
        const item = proposed.items.find((i) => i.caseId === caseId);
        check(item?.why.some(({ reason }) => reason === 'new-referral') === true, 'a new case is not on it as a new referral');
      }
    },
  );
  await play.step(
    'BUF ser, at der er et punkt, men ikke, hvem det handler om',
    'BUF sees that there is an item, but not whom it is about',
    async () => {
      const seen = await BUF.get<Agenda>(agenda);
      check(
        seen.items.some(({ withheld, caseId }) => withheld && caseId === undefined),
        'no item is withheld',
      );
      checkHoldsNone('the agenda for BUF', seen, [...identity, closed.caseId]);
    },
  );

  const meeting = () => coordinator.get<Meeting>(`/api/meetings/${meetingId}`);
  await play.step('Gruppens medlemmer er indkaldt', 'The members of the group are invited', async () => {
    const groups = await coordinator.get<{ items: { groupId: string; members: { userId: string; until?: string }[] }[] }>(
      '/api/groups',
    );
    const members = groups.items.find(({ groupId }) => groupId === GROUP)?.members ?? [];
    const current = members.filter(({ until }) => until === undefined || until > today).map(({ userId }) => userId);
    checkSame(
      'invited',
      (await meeting()).invited.map(({ userId }) => userId),
      current,
    );
  });
  await play.step(
    'Projektlederen melder afbud; hotspotchefen kommer i stedet',
    'The project lead sends an apology; the hotspot chief comes instead',
    async () => {
      await projectLead.post(`/api/meetings/${meetingId}/apologies`, { deputyUserId: 'hotspot-chief' });
      const invited = (await meeting()).invited.find(({ userId }) => userId === 'project-lead');
      check(invited?.apology === true && invited.deputyUserId === 'hotspot-chief', 'the meeting does not say so');
    },
  );
  await play.step('En deltager kan ikke melde afbud for en anden', 'A participant cannot send somebody else’s apology', () =>
    BUF.isRefused('403', `/api/meetings/${meetingId}/apologies`, { userId: 'sof' }),
  );
  return { closed, quiet, identity, cpr, meetingId, today };
};
