// Demo data for an empty store: a programme, a group, and cases in every state the weekly meeting knows. All synthetic.
// Every personal text carries a canary (KANARIE-…), so that tests can look for it where it must not be.
import { createHash } from 'node:crypto';
import type { Actor, StreamCategory } from '@app/domain';
import { addDays, clockOf, instantAt, localDateAt, weekdayOf } from '@app/platform';
import { caseNumberOf } from '../cases/case-number.js';
import { Change, ChangeHandler, type Asked } from '../core/change.js';
import type { Ports } from '../core/ports.js';
import { ageBandOf } from '../persons/registrar.js';
import { DEMO_AREAS, DEMO_GROUP, DEMO_ORGANISATIONS, DEMO_USERS, GROUP_ORGANISATIONS } from './users.js';

const DAY_MS = 86_400_000;

/** Ids of the demo are the same everywhere, so that documentation and tests can name them. */
export const demoId = (what: string): string => {
  const hex = createHash('sha256').update(`fremdrift demo ${what}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A text nobody else writes: what it is, and whose. */
const canary = (what: string, n: number): string => `KANARIE-${what}-${String(n).padStart(2, '0')}`;

const actorOf = (userId: string): Actor => {
  const user = DEMO_USERS.find((u) => u.userId === userId)!;
  const organisation = DEMO_ORGANISATIONS.find((o) => o.organisationId === user.organisationId)!;
  return {
    userId,
    organisationId: user.organisationId,
    authorityId: organisation.authorityId,
    kind: organisation.kind,
    role: user.role,
  };
};

/** Where the demo's mail to a user goes: to nobody, `.example` belongs to no one. */
export const demoAddress = (userId: string): string => `${userId}@demo.example`;

type Send = <K extends StreamCategory>(
  category: K,
  id: string,
  userId: string,
  daysAgo: number,
  command: Asked<K>,
) => Promise<void>;

/**
 * Sends commands as of some days ago: the same handler, with a clock set back. Command ids are the same every time, so that a
 * loading that was interrupted is taken up where it stopped.
 */
const sender = (ports: Ports): Send => {
  let sent = 0;
  return async (category, id, userId, daysAgo, command) => {
    const then = ports.clock.now().getTime() - daysAgo * DAY_MS;
    const past = Object.assign(Object.create(ports) as Ports, { clock: clockOf(() => new Date(then)) });
    const request = {
      category,
      id,
      actor: actorOf(userId),
      commandId: demoId(`command ${++sent}`),
      commandHash: 'demo',
      command: () => command,
    };
    const { position } = await new ChangeHandler(past).execute(new Change(request));
    ports.wrote(position as never);
  };
};

const registry = async (ports: Ports, send: Send): Promise<void> => {
  const organisation = (id: string) => DEMO_ORGANISATIONS.find((o) => o.organisationId === id)!;
  for (const data of DEMO_ORGANISATIONS) {
    await send('organisation', data.organisationId, 'administrator', 60, { type: 'RegisterOrganisation', data });
  }
  for (const data of DEMO_AREAS) await send('hotspot', data.areaId, 'administrator', 60, { type: 'DesignateHotspot', data });
  for (const { user, userId, organisationId, role, name } of DEMO_USERS) {
    const data = {
      userId,
      organisationId,
      organisationKind: organisation(organisationId).kind,
      role,
      subjectHash: ports.blindIndex.subjectHash(ports.issuer, user),
      name,
      email: demoAddress(userId),
    };
    await send('user', userId, 'administrator', 60, { type: 'EnrolUser', data });
  }
  const series = { weekday: 2, startTime: '09:00', durationMinutes: 90 };
  const areaIds = DEMO_AREAS.map((a) => a.areaId);
  await send('group', DEMO_GROUP, 'administrator', 60, {
    type: 'FormGroup',
    data: { groupId: DEMO_GROUP, name: 'Fremdriftsgruppen', areaIds, series },
  });
  for (const id of GROUP_ORGANISATIONS) {
    const { organisationId, kind, authorityId } = organisation(id);
    const data = { groupId: DEMO_GROUP, organisationId, kind, authorityId };
    await send('group', DEMO_GROUP, 'administrator', 60, { type: 'AddOrganisationToGroup', data });
  }
  const from = localDateAt(new Date(ports.clock.now().getTime() - 60 * DAY_MS));
  for (const { userId, organisationId } of DEMO_USERS.filter((u) => u.inGroup)) {
    await send('group', DEMO_GROUP, 'administrator', 60, {
      type: 'AddMember',
      data: { groupId: DEMO_GROUP, userId, organisationId, from },
    });
  }
};

interface DemoCase {
  readonly n: number;
  readonly areaId: string;
  readonly responsible: string;
  readonly organisations?: readonly string[];
  readonly birthYear: number;
  readonly referred: number;
  readonly opened?: number;
  readonly protectedAddress?: boolean;
  readonly actions?: readonly {
    readonly owner: string;
    readonly user?: string;
    readonly agreed: number;
    readonly dueIn: number;
    readonly done?: number;
  }[];
  readonly followUpIn?: number;
  readonly shared?: readonly {
    readonly from: string;
    readonly to: readonly string[];
    readonly ago: number;
    readonly category: 'school' | 'crime' | 'work' | 'family';
  }[];
  readonly closed?: number;
}

const A = 'akacieparken';
const S = 'sjaeloer-boulevard';
const CASES: readonly DemoCase[] = [
  {
    n: 1,
    areaId: A,
    responsible: 'bif',
    birthYear: 2009,
    referred: 40,
    opened: 38,
    actions: [
      { owner: 'jobcenter', user: 'jobcenter', agreed: 20, dueIn: -6 },
      { owner: 'gadeteam', user: 'gadeteam', agreed: 8, dueIn: 5 },
    ],
    shared: [
      { from: 'buf', to: ['jobcenter', 'bif'], ago: 15, category: 'school' },
      { from: 'police', to: ['gadeteam', 'sof'], ago: 3, category: 'crime' },
    ],
  },
  {
    n: 2,
    areaId: A,
    responsible: 'buf',
    birthYear: 2012,
    referred: 30,
    opened: 29,
    followUpIn: 1,
    actions: [{ owner: 'buf', user: 'buf', agreed: 14, dueIn: 9 }],
  },
  {
    n: 3,
    areaId: A,
    responsible: 'sof',
    birthYear: 2007,
    referred: 50,
    opened: 48,
    actions: [{ owner: 'buf', user: 'buf', agreed: 40, dueIn: -20 }],
  },
  { n: 4, areaId: A, responsible: 'gadeteam', birthYear: 2010, referred: 2 },
  {
    n: 5,
    areaId: S,
    responsible: 'sof',
    organisations: ['hotspotsekretariatet', 'sof', 'politi'],
    birthYear: 2008,
    referred: 33,
    opened: 31,
    protectedAddress: true,
    actions: [{ owner: 'sof', user: 'sof', agreed: 12, dueIn: -1 }],
  },
  {
    n: 6,
    areaId: S,
    responsible: 'jobcenter',
    birthYear: 2006,
    referred: 45,
    opened: 44,
    actions: [{ owner: 'jobcenter', agreed: 10, dueIn: 4 }],
  },
  {
    n: 7,
    areaId: A,
    responsible: 'bif',
    birthYear: 2005,
    referred: 55,
    opened: 54,
    actions: [{ owner: 'bif', user: 'bif', agreed: 50, dueIn: -30, done: 31 }],
    closed: 20,
  },
  {
    n: 8,
    areaId: A,
    responsible: 'buf',
    birthYear: 2011,
    referred: 12,
    opened: 10,
    actions: [{ owner: 'politi', user: 'police', agreed: 9, dueIn: 2 }],
  },
  {
    n: 9,
    areaId: A,
    responsible: 'gadeteam',
    birthYear: 2009,
    referred: 9,
    opened: 7,
    actions: [{ owner: 'gadeteam', user: 'gadeteam', agreed: 6, dueIn: 12 }],
  },
];
export const DEMO_CASE_IDS = CASES.map(({ n }) => demoId(`case ${n}`));

const loadCase = async (ports: Ports, send: Send, demo: DemoCase): Promise<void> => {
  const { n } = demo;
  const personId = demoId(`person ${n}`);
  const caseId = demoId(`case ${n}`);
  const today = ports.clock.today();
  const birthDate = `${demo.birthYear}-02-${String(n).padStart(2, '0')}`;
  const cpr = `${String(n).padStart(2, '0')}02${String(demo.birthYear).slice(2)}4${String(240 + n)}`;
  const identity = {
    name: `Demo Ung ${canary('navn', n)}`,
    cpr,
    birthDate,
    address: `Demovej ${n}, ${canary('adresse', n)}`,
    alias: canary('alias', n),
    phone: canary('telefon', n),
  };
  await send('person', personId, 'coordinator', demo.referred, {
    type: 'RegisterPerson',
    data: { personId, identity, ...(demo.protectedAddress && { addressProtected: true }) },
  });
  const organisations = (demo.organisations ?? GROUP_ORGANISATIONS).map((id) => {
    const { organisationId, kind, authorityId } = DEMO_ORGANISATIONS.find((o) => o.organisationId === id)!;
    return { organisationId, kind, authorityId };
  });
  const at = (daysAgo: number, command: Asked<'case'>, userId = 'coordinator') => send('case', caseId, userId, daysAgo, command);
  await at(demo.referred, {
    type: 'ReferCase',
    data: {
      caseId,
      personId,
      groupId: DEMO_GROUP,
      areaId: demo.areaId,
      caseNumber: caseNumberOf(caseId),
      ageBand: ageBandOf(birthDate, today),
      responsibleOrganisationId: demo.responsible,
      organisations,
      reason: `Henvist af gadeteamet. ${canary('grund', n)}`,
    },
  });
  if (demo.opened === undefined) return;
  await at(demo.opened, { type: 'OpenCase', data: { caseId } });
  for (const [i, shared] of (demo.shared ?? []).entries()) {
    const necessity = `Modtagerne skal kende det for at forebygge kriminalitet: ${canary('noedvendighed', n * 10 + i)}`;
    const disclosure = {
      disclosureId: demoId(`disclosure ${n} ${i}`),
      category: shared.category,
      necessity,
      necessityFingerprint: await ports.blindIndex.fingerprint({ id: personId, scope: caseId }, necessity),
      content: `Delt oplysning ${canary('oplysning', n * 10 + i)}`,
      policies: [],
    };
    await at(shared.ago, { type: 'ShareInformation', data: { caseId, toOrganisationIds: shared.to, disclosure } }, shared.from);
  }
  for (const [i, action] of (demo.actions ?? []).entries()) {
    const actionId = demoId(`action ${n} ${i}`);
    await at(action.agreed, {
      type: 'AgreeAction',
      data: {
        caseId,
        actionId,
        ownerOrganisationId: action.owner,
        ...(action.user !== undefined && { ownerUserId: action.user }),
        deadline: addDays(today, action.dueIn),
        description: `Tage kontakt til den unge. ${canary('aftale', n * 10 + i)}`,
      },
    });
    if (action.user !== undefined) await at(action.agreed - 1, { type: 'AcceptAction', data: { caseId, actionId } }, action.user);
    if (action.done !== undefined) {
      const outcome = `Gennemført. ${canary('udfald', n * 10 + i)}`;
      await at(action.done, { type: 'CompleteAction', data: { caseId, actionId, outcome } }, action.user);
    }
  }
  if (demo.followUpIn !== undefined) {
    const data = {
      caseId,
      followUpId: demoId(`follow-up ${n}`),
      on: addDays(today, demo.followUpIn),
      note: `Se på skolen. ${canary('opfoelgning', n)}`,
    };
    await at(14, { type: 'ScheduleFollowUp', data });
  }
  if (demo.closed !== undefined) {
    await at(demo.closed, {
      type: 'CloseCase',
      data: { caseId, outcome: 'goal-reached', summary: `I arbejde. ${canary('opsummering', n)}` },
    });
  }
};

/** A meeting that was held: everybody of the group there, some cases discussed, one of them with news. */
const loadMeeting = async (ports: Ports, send: Send, weeksAgo: number, cases: readonly number[]): Promise<void> => {
  const today = ports.clock.today();
  const sinceTuesday = (weekdayOf(today) + 5) % 7;
  const daysAgo = sinceTuesday + 7 * weeksAgo;
  const localDate = addDays(today, -daysAgo);
  const meetingId = demoId(`meeting ${weeksAgo}`);
  const at = (command: Asked<'meeting'>) => send('meeting', meetingId, 'coordinator', daysAgo, command);
  const members = DEMO_USERS.filter((u) => u.inGroup);
  const invited = members.map(({ userId, organisationId }) => ({ userId, organisationId }));
  const times = { localDate, startsAt: instantAt(localDate, '09:00'), endsAt: instantAt(localDate, '10:30') };
  await send('meeting', meetingId, 'coordinator', daysAgo + 3, {
    type: 'PlanMeeting',
    data: { meetingId, groupId: DEMO_GROUP, ...times, invited },
  });
  const proposed = cases.map((n) => ({
    itemId: demoId(`item ${weeksAgo} ${n}`),
    caseId: demoId(`case ${n}`),
    personId: demoId(`person ${n}`),
    reasons: ['new-referral' as const],
  }));
  await at({ type: 'OpenMeeting', data: { meetingId, proposed } });
  for (const { userId, organisationId } of members) {
    const { kind, authorityId } = DEMO_ORGANISATIONS.find((o) => o.organisationId === organisationId)!;
    const attendeeId = demoId(`attendee ${weeksAgo} ${userId}`);
    await at({
      type: 'RecordArrival',
      data: { meetingId, attendeeId, userId, organisation: { organisationId, kind, authorityId } },
    });
  }
  for (const [i, { itemId }] of proposed.entries()) {
    const note = `Drøftet. ${canary('referat', weeksAgo * 10 + i)}`;
    await at({ type: 'RecordDiscussed', data: { meetingId, itemId, noNews: i > 0, ...(i === 0 && { note }) } });
  }
  await at({ type: 'CloseMeeting', data: { meetingId } });
};

/** An action that nobody in the group could move: the project lead chased it, and took it to the steering group. */
const loadEscalation = async (ports: Ports, send: Send, n: number): Promise<void> => {
  const actionId = demoId(`action ${n} 0`);
  const about = { caseId: demoId(`case ${n}`), actionId, personId: demoId(`person ${n}`), open: true };
  const set = { deadline: addDays(ports.clock.today(), -20), deadlineMoves: 0 };
  const action = { ...about, ...set, holder: { organisationId: 'buf', to: ['buf'] } };
  const note = `Hvem betaler? ${canary('rykker', n)}`;
  await send('chase', actionId, 'project-lead', 12, {
    type: 'ChaseAction',
    data: { ...action, chaseId: demoId(`chase ${n}`), note },
  });
  const reason = `To forvaltninger er uenige om betalingen. ${canary('eskalering', n)}`;
  await send('chase', actionId, 'project-lead', 2, { type: 'EscalateAction', data: { ...action, reason } });
};

/** Loads the demo into an empty store, or what is missing of it. */
export const loadDemo = async (ports: Ports): Promise<void> => {
  const send = sender(ports);
  await registry(ports, send);
  for (const demo of CASES) await loadCase(ports, send, demo);
  await loadMeeting(ports, send, 4, [3, 5, 6, 1]);
  await loadMeeting(ports, send, 1, [1, 2, 5, 6]);
  await loadEscalation(ports, send, 3);
};
