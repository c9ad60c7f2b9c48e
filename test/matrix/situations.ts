// What has to be there before an endpoint can be asked: cases, meetings, persons, in the state it needs, for those who take part and for others.
import { randomUUID } from 'node:crypto';
import { AccessLog } from '@app/access';
import { demoId } from '../../apps/api/src/demo/data.js';
import { DEMO_GROUP } from '../../apps/api/src/demo/users.js';
import { arrive, day, done, newAction, newCase, newItem, newMeeting, type Receipt } from '../support/flow.js';
import { type TestServer } from '../support/server.js';

const TAKES_PART_IN_FEW = ['hotspotsekretariatet', 'sof', 'politi'];
/** One request: what stands in the path, the body, If-Match. */
export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly query?: string;
}
/**
 * How an endpoint is asked so that its handler is really reached. `mine`: what every member of the group takes part in;
 * `others`: the same of a case of few organisations, or of another group; `left`: of one the police take part in no more.
 */
export interface Row {
  readonly mine: () => Asked | Promise<Asked>;
  readonly others?: () => Asked | Promise<Asked>;
  readonly left?: () => Asked | Promise<Asked>;
}

export let server: TestServer;
/** Before anything is asked. */
export const askOf = (one: TestServer): void => {
  server = one;
};
export const as = async <T = Receipt>(
  user: string,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<T> => {
  const answer = await server.call(user, method, path, body, headers);
  if (answer.status > 299) throw new Error(`${answer.status} ${user} ${method} ${path} ${JSON.stringify(body)}`);
  return done<T>(answer);
};
export const coordinator = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  as('coordinator', method, path, body, headers);

export const CASE = demoId('case 1');
export const FEW = demoId('case 5');
export const PERSON = demoId('person 1');

export interface CaseAt {
  readonly caseId: string;
  readonly revision: number;
}
export type CaseState = 'referred' | 'open' | 'paused' | 'closed';
/** A row of a case: twice the same case, once with all organisations and once with few. */
export const onCase = (state: CaseState, ask: (at: CaseAt) => Asked | Promise<Asked>): Row => {
  const prepared = async (organisationIds?: readonly string[]): Promise<Asked> => {
    const { caseId, revision } = await newCase(server, {
      open: state !== 'referred',
      reason: 'KANARIE-matrix-grund',
      ...(organisationIds && { organisationIds }),
    });
    const path = `/api/cases/${caseId}`;
    let at = { caseId, revision };
    if (state === 'paused') at = { ...at, ...(await coordinator('POST', `${path}/pause`, { until: day(30), ground: 'Ferie' })) };
    if (state === 'closed') {
      const headers = { 'if-match': `"${revision}"` };
      at = { ...at, ...(await coordinator('POST', `${path}/closing`, { outcome: 'other' }, headers)) };
    }
    const asked = await ask(at);
    return { ...asked, params: { caseId, ...asked.params } };
  };
  return { mine: () => prepared(), others: () => prepared(TAKES_PART_IN_FEW) };
};

/** A row of an action: of SOF, which takes part either way. */
export const onAction = (
  ask: (revision: number) => Asked,
  prepare?: (path: string, revision: number) => Promise<{ revision: number; params?: Record<string, string> }>,
) =>
  onCase('open', async ({ caseId }) => {
    const actionId = await newAction(server, caseId, { description: 'KANARIE-matrix-aftale' });
    const path = `/api/cases/${caseId}/actions/${actionId}`;
    let { revision } = await as('SOF', 'POST', `${path}/acceptance`);
    let params = {};
    if (prepare) ({ revision, params = {} } = await prepare(path, revision));
    return { ...ask(revision), params: { actionId, ...params } };
  });

export interface MeetingAt {
  readonly meetingId: string;
  readonly itemId: string;
  readonly attendeeId: string;
  readonly revision: number;
}
let meetingOfOthers: string;
/** A meeting of a group none of the demo's users is in. */
export const meetingElsewhere = (id: string): void => {
  meetingOfOthers = id;
};
export type MeetingState = 'planned' | 'open' | 'item open' | 'closed';
export const onMeeting = (state: MeetingState, ask: (at: MeetingAt) => Asked = () => ({})): Row => {
  const prepared = async (): Promise<Asked> => {
    const meetingId = await newMeeting(server);
    const path = `/api/meetings/${meetingId}`;
    const itemId = await newItem(server, meetingId, CASE);
    let at: MeetingAt = { meetingId, itemId, attendeeId: randomUUID(), revision: 1 };
    if (state !== 'planned') {
      await coordinator('POST', `${path}/opening`);
      const attendeeId = await arrive(server, meetingId, { userId: 'coordinator' });
      await arrive(server, meetingId, { userId: 'buf' });
      const { revision } = await coordinator('POST', `${path}/items/${itemId}/opening`);
      at = { ...at, attendeeId, revision };
    }
    if (state === 'open') await coordinator('POST', `${path}/items/${itemId}/shutting`);
    if (state === 'closed') await coordinator('POST', `${path}/closing`);
    const asked = ask(at);
    return { ...asked, params: { meetingId, itemId, attendeeId: at.attendeeId, ...asked.params } };
  };
  const others = () => {
    const [itemId, attendeeId] = [randomUUID(), randomUUID()];
    const asked = ask({ meetingId: meetingOfOthers, itemId, attendeeId, revision: 0 });
    return { ...asked, params: { meetingId: meetingOfOthers, itemId, attendeeId, ...asked.params } };
  };
  return { mine: prepared, others };
};

export const onPerson = (body?: unknown): Row => ({
  mine: () => ({ params: { personId: PERSON }, body }),
  others: () => ({ params: { personId: demoId('person 5') }, body }),
});
export const onNewPerson = (body: unknown): Row => {
  const asked = async (over: object): Promise<Asked> => ({ params: { personId: (await newCase(server, over)).personId }, body });
  return { mine: () => asked({}), others: () => asked({ organisationIds: TAKES_PART_IN_FEW }) };
};
/** Ended, so that it may be erased; `others`: the police take no part in it. */
export const endedCase = async (organisationIds?: readonly string[]) => {
  const { personId, caseId, revision } = await newCase(server, organisationIds ? { organisationIds } : {});
  await coordinator('POST', `/api/cases/${caseId}/closing`, { outcome: 'other' }, { 'if-match': `"${revision}"` });
  return { personId, caseId };
};
export const WITHOUT_POLICE = ['hotspotsekretariatet', 'sof'];
export const objection = { ground: 'objection', reason: 'KANARIE-matrix-begrundelse' };
export const erasureOf = async (target: object) => (await coordinator('POST', '/api/erasures', { ...target, ...objection })).id;
export const holdBody = () => ({ ground: 'complaint', reviewOn: day(30), note: 'KANARIE-matrix-note' });
export const onEnded = (ask: (target: { personId: string; caseId: string }) => Asked | Promise<Asked>): Row => ({
  mine: async () => ask(await endedCase()),
  others: async () => ask(await endedCase(WITHOUT_POLICE)),
});
export const onErasure = (body?: unknown): Row =>
  onEnded(async (target) => ({ params: { erasureId: await erasureOf(target) }, body }));
/** Carried out before the walk: the clock has to move for it. */
let carriedOut: readonly string[];
export const erasuresCarriedOut = (ids: readonly string[]): void => {
  carriedOut = ids;
};
export const erased = (n: number) => () => ({ params: { erasureId: carriedOut[n]! } });

/** Asked for access; `others`: the police never took part in the case. `police`: theirs to do. */
export const onRequest = (ask: (of: { requestId: string; caseId: string }) => Asked | Promise<Asked>, police = false): Row => {
  const prepared = async (over: object, left = false): Promise<Asked> => {
    const { personId, caseId } = await newCase(server, { reason: 'KANARIE-matrix-grund', ...over });
    if (left) await coordinator('DELETE', `/api/cases/${caseId}/organisations/politi`);
    const { id: requestId } = await coordinator('POST', '/api/access-requests', { personId, receivedOn: day() });
    const asked = await ask({ requestId, caseId });
    return { ...asked, params: { requestId, ...asked.params } };
  };
  const others = () => prepared({ organisationIds: WITHOUT_POLICE });
  return { mine: () => prepared({}), others, ...(police && { left: () => prepared({}, true) }) };
};
export const withholdBody = (partId: string) => ({
  ...{ partId, ground: 'private-interests', reviewOn: day(30), reason: 'KANARIE-matrix-begrundelse' },
});
export const onReport = onRequest(async ({ requestId }) => ({
  params: { reportId: (await coordinator('POST', `/api/access-requests/${requestId}/reports`)).id },
}));

/** Two persons with a case each; `merged`: one is an alias of the other. */
export const onTwo = (merged: boolean, ask: (into: string) => unknown = () => undefined): Row => ({
  mine: async (): Promise<Asked> => {
    const [{ personId }, { personId: into }] = [await newCase(server), await newCase(server)];
    if (!merged) return { params: { personId }, body: ask(into) };
    await coordinator('POST', `/api/persons/${personId}/merge`, { intoPersonId: into, reason: 'KANARIE-matrix-grund' });
    const { items } = await as<{ items: { mergeId: string }[] }>('coordinator', 'GET', `/api/persons/${personId}/merges`);
    return { params: { personId, mergeId: items[0]!.mergeId }, body: ask(into) };
  },
});
/** Whose cases may end: not one of the demo's. */
export const onSomebody = (body: () => unknown, moved = false): Row => ({
  mine: async () => {
    const { personId } = await newCase(server);
    const move = { movedOn: day(-1), municipality: 'KANARIE-matrix-kommune' };
    if (moved) await coordinator('POST', `/api/persons/${personId}/move`, move);
    return { params: { personId }, body: body() };
  },
});
export const OPENING = 'KANARIE-matrix-klage over opslag skal efterses';
/** Opened by the auditor. */
export const onOpening = (body?: unknown): Row => ({
  mine: async () => {
    const { personId } = await newCase(server);
    const opened = await as<{ breakGlassId: string }>('auditor', 'POST', '/api/break-glass', { personId, reason: OPENING });
    return { params: { breakGlassId: opened.breakGlassId }, body };
  },
});
/** Drawn by the auditor from what the coordinator saw the day before. */
export const onSpotCheck = (body?: unknown): Row => ({
  mine: async () => {
    const yesterday = new Date(Date.now() - 86_400_000);
    const log = new AccessLog(server.ports.store, { clock: () => yesterday, newId: randomUUID });
    const actor = { userId: 'coordinator', organisationId: 'hotspotsekretariatet', authorityId: 'koebenhavns-kommune' };
    await log.record({
      ...{ type: 'PersonalDataShown', actor: { ...actor, kind: 'municipal', role: 'coordinator' }, requestId: 'matrix' },
      ...{ purpose: 'case.read', policies: ['case.lead'], caseIds: [], personIds: [PERSON], fieldClasses: [] },
    });
    const { id } = await as('auditor', 'POST', '/api/spot-checks', { from: day(-1), to: day(-1), size: 1 });
    const { lookUps } = await as<{ lookUps: { eventId: string }[] }>('auditor', 'GET', `/api/spot-checks/${id}`);
    return { params: { spotCheckId: id, eventId: lookUps[0]!.eventId }, body };
  },
});
/** A report of SOF's. @returns id of its event */
export const reportOf = async (caseId: string): Promise<string> => {
  await as('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-matrix-forkert' });
  const path = `/api/cases/${caseId}/timeline?limit=1`;
  return (await as<{ items: { eventId: string }[] }>('SOF', 'GET', path)).items[0]!.eventId;
};
/** From SOF to the coordinator's organisation. @returns its id */
export const disclosureOf = async (caseId: string, sharer = 'SOF'): Promise<string> => {
  const body = { ...disclosure(randomUUID()), toOrganisationIds: ['hotspotsekretariatet'] };
  return (await as(sharer, 'POST', `/api/cases/${caseId}/disclosures`, body)).id;
};
export const just = (body?: unknown): Row => ({ mine: () => ({ body }) });

/** An action that is before the steering group. */
export const onEscalation = (body?: () => unknown): Row => ({
  mine: async () => {
    const { caseId } = await newCase(server, { reason: 'KANARIE-matrix-grund' });
    const actionId = await newAction(server, caseId, { description: 'KANARIE-matrix-aftale' });
    await as('projectLead', 'POST', `/api/actions/${actionId}/escalation`, { reason: 'KANARIE-matrix-begrundelse' });
    const path = `/api/escalations?actionId=${actionId}`;
    const { items } = await as<{ items: { escalationId: string }[] }>('projectLead', 'GET', path);
    return { params: { escalationId: items[0]!.escalationId }, body: await body?.() };
  },
});
export const steeringMeetingToday = async (): Promise<string> => {
  const body = { groupId: DEMO_GROUP, localDate: day(), startTime: '23:00' };
  return (await as('hotspotChief', 'POST', '/api/steering-meetings', body)).id;
};
export const onSteeringMeeting = (body?: unknown): Row => ({
  mine: async () => ({ params: { steeringMeetingId: await steeringMeetingToday() }, body }),
});

export const organisationBody = () => ({
  ...{ organisationId: `enhed-${randomUUID()}`, name: 'Enhed', kind: 'municipal', authorityId: 'koebenhavns-kommune' },
});
export const onOrganisation = (body?: unknown): Row => ({
  mine: async () => {
    const { id } = await as('administrator', 'POST', '/api/organisations', organisationBody());
    return { params: { organisationId: id }, body };
  },
});
export const userBody = () => ({ organisationId: 'bif', role: 'participant', subject: randomUUID(), name: 'Ny Medarbejder' });
export const onUser = (body: unknown): Row => ({
  mine: async () => ({ params: { userId: (await as('administrator', 'POST', '/api/users', userBody())).id }, body }),
});
export const groupBody = () => ({
  ...{ groupId: `gruppe-${randomUUID()}`, name: 'Gruppe', areaIds: ['akacieparken'] },
  series: { weekday: 1, startTime: '09:00', durationMinutes: 60 },
});
export const onGroup = (body?: unknown): Row => ({
  mine: async () => {
    const { groupId } = groupBody();
    await as('administrator', 'POST', '/api/groups', { ...groupBody(), groupId });
    for (const id of ['bif', 'buf']) await as('administrator', 'PUT', `/api/groups/${groupId}/organisations/${id}`);
    await as('administrator', 'POST', `/api/groups/${groupId}/members`, { userId: 'bif', from: day(1) });
    return { params: { groupId, organisationId: 'buf', userId: 'bif' }, body };
  },
});
export const ladder = {
  ...{ reminderWorkingDaysBefore: 3, chaseWorkingDaysAfter: 1, escalateAfterHeldMeetings: 2, escalateAfterWorkingDays: 10 },
};
export const ruleSet = {
  ...{ ruleSetId: 'regler-senere', validFrom: '2099-01-01', purposes: ['ssp'], emptyPhrases: ['ok'], necessityMinLength: 8 },
  ...{ silentAfterDays: 21, agendaWorkingDaysBefore: 2, ladder },
};
export const disclosure = (n: string) => ({
  category: 'school',
  necessity: `Skolen skal kende det for at hjælpe: KANARIE-matrix-${n}`,
  content: 'KANARIE-matrix-oplysning',
});
