// Every endpoint of the OpenAPI document as every user, against the table in access-matrix.md; and no personal data where none may be.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { AccessLog } from '@app/access';
import { DEFAULT_RULE_SET } from '@app/domain';
import { demoId } from '../apps/api/src/demo/data.js';
import { Change } from '../apps/api/src/core/change.js';
import { PROGRAMME } from '../apps/api/src/meetings/series.js';
import { DEMO_GROUP, DEMO_USERS } from '../apps/api/src/demo/users.js';
import {
  arrive,
  day,
  done,
  inParallel,
  newAction,
  newCase,
  newIdentity,
  newItem,
  newMeeting,
  type Receipt,
} from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type Answer, type TestServer } from './support/server.js';

const USERS = [...DEMO_USERS.map(({ user }) => user), 'nobody', 'expired', 'garbage'];
/** Municipal or not: these have no young person's data to see. */
const NO_PERSONAL_DATA = [
  ...['steeringMember', 'auditor', 'externalAuditor', 'partner', 'politicalMember', 'administrator'],
  ...['nobody', 'expired', 'garbage'],
];
/** What the municipality's own auditor is shown, logged: reasons, and an identity that was opened. */
const FOR_AUDITORS = [
  ...['GET /api/access-log/reasons', 'GET /api/sharing-log/reasons', 'GET /api/break-glass'],
  'GET /api/break-glass/{breakGlassId}/identity',
];
const TAKES_PART_IN_FEW = ['hotspotsekretariatet', 'sof', 'politi'];
/** Their organisation takes no part in demo case 5. */
const NOT_IN_CASE_5 = ['BIF', 'BUF', 'gadeteam', 'jobcenter'];

/** One request: what stands in the path, the body, If-Match. */
interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly query?: string;
}
/**
 * How an endpoint is asked so that its handler is really reached. `mine`: what every member of the group takes part in;
 * `others`: the same of a case of few organisations, or of another group.
 */
interface Row {
  readonly mine: () => Asked | Promise<Asked>;
  readonly others?: () => Asked | Promise<Asked>;
}

let server: TestServer;
const as = async <T = Receipt>(
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
const coordinator = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  as('coordinator', method, path, body, headers);

const CASE = demoId('case 1');
const FEW = demoId('case 5');
const PERSON = demoId('person 1');

interface CaseAt {
  readonly caseId: string;
  readonly revision: number;
}
type CaseState = 'referred' | 'open' | 'paused' | 'closed';
/** A row of a case: twice the same case, once with all organisations and once with few. */
const onCase = (state: CaseState, ask: (at: CaseAt) => Asked | Promise<Asked>): Row => {
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
const onAction = (
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

interface MeetingAt {
  readonly meetingId: string;
  readonly itemId: string;
  readonly attendeeId: string;
  readonly revision: number;
}
let meetingOfOthers: string;
type MeetingState = 'planned' | 'open' | 'item open' | 'closed';
const onMeeting = (state: MeetingState, ask: (at: MeetingAt) => Asked = () => ({})): Row => {
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

const onPerson = (body?: unknown): Row => ({
  mine: () => ({ params: { personId: PERSON }, body }),
  others: () => ({ params: { personId: demoId('person 5') }, body }),
});
const onNewPerson = (body: unknown): Row => {
  const asked = async (over: object): Promise<Asked> => ({ params: { personId: (await newCase(server, over)).personId }, body });
  return { mine: () => asked({}), others: () => asked({ organisationIds: TAKES_PART_IN_FEW }) };
};
/** Ended, so that it may be erased; `others`: the police take no part in it. */
const endedCase = async (organisationIds?: readonly string[]) => {
  const { personId, caseId, revision } = await newCase(server, organisationIds ? { organisationIds } : {});
  await coordinator('POST', `/api/cases/${caseId}/closing`, { outcome: 'other' }, { 'if-match': `"${revision}"` });
  return { personId, caseId };
};
const WITHOUT_POLICE = ['hotspotsekretariatet', 'sof'];
const objection = { ground: 'objection', reason: 'KANARIE-matrix-begrundelse' };
const erasureOf = async (target: object) => (await coordinator('POST', '/api/erasures', { ...target, ...objection })).id;
const holdBody = () => ({ ground: 'complaint', reviewOn: day(30), note: 'KANARIE-matrix-note' });
const onEnded = (ask: (target: { personId: string; caseId: string }) => Asked | Promise<Asked>): Row => ({
  mine: async () => ask(await endedCase()),
  others: async () => ask(await endedCase(WITHOUT_POLICE)),
});
const onErasure = (body?: unknown): Row => onEnded(async (target) => ({ params: { erasureId: await erasureOf(target) }, body }));
/** Carried out before the walk: the clock has to move for it. */
let carriedOut: readonly string[];
const erased = (n: number) => () => ({ params: { erasureId: carriedOut[n]! } });

/** Asked for access; `others`: the police take no part in the case. */
const onRequest = (ask: (of: { requestId: string; caseId: string }) => Asked | Promise<Asked>): Row => {
  const prepared = async (over: object): Promise<Asked> => {
    const { personId, caseId } = await newCase(server, { reason: 'KANARIE-matrix-grund', ...over });
    const { id: requestId } = await coordinator('POST', '/api/access-requests', { personId, receivedOn: day() });
    const asked = await ask({ requestId, caseId });
    return { ...asked, params: { requestId, ...asked.params } };
  };
  return { mine: () => prepared({}), others: () => prepared({ organisationIds: WITHOUT_POLICE }) };
};
const withholdBody = (partId: string) => ({
  ...{ partId, ground: 'private-interests', reviewOn: day(30), reason: 'KANARIE-matrix-begrundelse' },
});
const onReport = onRequest(async ({ requestId }) => ({
  params: { reportId: (await coordinator('POST', `/api/access-requests/${requestId}/reports`)).id },
}));

/** Two persons with a case each; `merged`: one is an alias of the other. */
const onTwo = (merged: boolean, ask: (into: string) => unknown = () => undefined): Row => ({
  mine: async (): Promise<Asked> => {
    const [{ personId }, { personId: into }] = [await newCase(server), await newCase(server)];
    if (!merged) return { params: { personId }, body: ask(into) };
    await coordinator('POST', `/api/persons/${personId}/merge`, { intoPersonId: into, reason: 'KANARIE-matrix-grund' });
    const { items } = await as<{ items: { mergeId: string }[] }>('coordinator', 'GET', `/api/persons/${personId}/merges`);
    return { params: { personId, mergeId: items[0]!.mergeId }, body: ask(into) };
  },
});
/** Whose cases may end: not one of the demo's. */
const onSomebody = (body: () => unknown, moved = false): Row => ({
  mine: async () => {
    const { personId } = await newCase(server);
    const move = { movedOn: day(-1), municipality: 'KANARIE-matrix-kommune' };
    if (moved) await coordinator('POST', `/api/persons/${personId}/move`, move);
    return { params: { personId }, body: body() };
  },
});
const OPENING = 'KANARIE-matrix-klage over opslag skal efterses';
/** Opened by the auditor. */
const onOpening = (body?: unknown): Row => ({
  mine: async () => {
    const { personId } = await newCase(server);
    const opened = await as<{ breakGlassId: string }>('auditor', 'POST', '/api/break-glass', { personId, reason: OPENING });
    return { params: { breakGlassId: opened.breakGlassId }, body };
  },
});
/** Drawn by the auditor from what the coordinator saw the day before. */
const onSpotCheck = (body?: unknown): Row => ({
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
const reportOf = async (caseId: string): Promise<string> => {
  await as('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-matrix-forkert' });
  const path = `/api/cases/${caseId}/timeline?limit=1`;
  return (await as<{ items: { eventId: string }[] }>('SOF', 'GET', path)).items[0]!.eventId;
};
/** From SOF to the coordinator's organisation. @returns its id */
const disclosureOf = async (caseId: string): Promise<string> => {
  const body = { ...disclosure(randomUUID()), toOrganisationIds: ['hotspotsekretariatet'] };
  return (await as('SOF', 'POST', `/api/cases/${caseId}/disclosures`, body)).id;
};
const just = (body?: unknown): Row => ({ mine: () => ({ body }) });

/** An action that is before the steering group. */
const onEscalation = (body?: () => unknown): Row => ({
  mine: async () => {
    const { caseId } = await newCase(server, { reason: 'KANARIE-matrix-grund' });
    const actionId = await newAction(server, caseId, { description: 'KANARIE-matrix-aftale' });
    await as('projectLead', 'POST', `/api/actions/${actionId}/escalation`, { reason: 'KANARIE-matrix-begrundelse' });
    const path = `/api/escalations?actionId=${actionId}`;
    const { items } = await as<{ items: { escalationId: string }[] }>('projectLead', 'GET', path);
    return { params: { escalationId: items[0]!.escalationId }, body: await body?.() };
  },
});
const steeringMeetingToday = async (): Promise<string> => {
  const body = { groupId: DEMO_GROUP, localDate: day(), startTime: '23:00' };
  return (await as('hotspotChief', 'POST', '/api/steering-meetings', body)).id;
};
const onSteeringMeeting = (body?: unknown): Row => ({
  mine: async () => ({ params: { steeringMeetingId: await steeringMeetingToday() }, body }),
});

const organisationBody = () => ({
  ...{ organisationId: `enhed-${randomUUID()}`, name: 'Enhed', kind: 'municipal', authorityId: 'koebenhavns-kommune' },
});
const onOrganisation = (body?: unknown): Row => ({
  mine: async () => {
    const { id } = await as('administrator', 'POST', '/api/organisations', organisationBody());
    return { params: { organisationId: id }, body };
  },
});
const userBody = () => ({ organisationId: 'bif', role: 'participant', subject: randomUUID(), name: 'Ny Medarbejder' });
const onUser = (body: unknown): Row => ({
  mine: async () => ({ params: { userId: (await as('administrator', 'POST', '/api/users', userBody())).id }, body }),
});
const groupBody = () => ({
  ...{ groupId: `gruppe-${randomUUID()}`, name: 'Gruppe', areaIds: ['akacieparken'] },
  series: { weekday: 1, startTime: '09:00', durationMinutes: 60 },
});
const onGroup = (body?: unknown): Row => ({
  mine: async () => {
    const { groupId } = groupBody();
    await as('administrator', 'POST', '/api/groups', { ...groupBody(), groupId });
    for (const id of ['bif', 'buf']) await as('administrator', 'PUT', `/api/groups/${groupId}/organisations/${id}`);
    await as('administrator', 'POST', `/api/groups/${groupId}/members`, { userId: 'bif', from: day(1) });
    return { params: { groupId, organisationId: 'buf', userId: 'bif' }, body };
  },
});
const ladder = {
  ...{ reminderWorkingDaysBefore: 3, chaseWorkingDaysAfter: 1, escalateAfterHeldMeetings: 2, escalateAfterWorkingDays: 10 },
};
const ruleSet = {
  ...{ ruleSetId: 'regler-senere', validFrom: '2099-01-01', purposes: ['ssp'], emptyPhrases: ['ok'], necessityMinLength: 8 },
  ...{ silentAfterDays: 21, agendaWorkingDaysBefore: 2, ladder },
};
const disclosure = (n: string) => ({
  category: 'school',
  necessity: `Skolen skal kende det for at hjælpe: KANARIE-matrix-${n}`,
  content: 'KANARIE-matrix-oplysning',
});

const ROWS: Readonly<Record<string, Row>> = {
  'GET /api/cases': just(),
  'POST /api/cases': {
    mine: async () => ({
      body: {
        personId: (await coordinator('POST', '/api/persons', newIdentity())).id,
        ...{ groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'bif', reason: 'KANARIE-matrix-grund' },
      },
    }),
  },
  'GET /api/cases/{caseId}': { mine: () => ({ params: { caseId: CASE } }), others: () => ({ params: { caseId: FEW } }) },
  'GET /api/cases/{caseId}/timeline': { mine: () => ({ params: { caseId: CASE } }), others: () => ({ params: { caseId: FEW } }) },
  'GET /api/cases/{caseId}/disclosures': {
    mine: () => ({ params: { caseId: CASE } }),
    others: () => ({ params: { caseId: FEW } }),
  },
  'POST /api/cases/{caseId}/screening': onCase('referred', () => ({ body: { outcome: 'accepted', assessment: 'Hører til' } })),
  'POST /api/cases/{caseId}/opening': onCase('referred', () => ({})),
  'POST /api/cases/{caseId}/pause': onCase('open', () => ({ body: { until: day(30), ground: 'Ferie' } })),
  'POST /api/cases/{caseId}/resumption': onCase('paused', () => ({})),
  'POST /api/cases/{caseId}/closing': onCase('open', ({ revision }) => ({ body: { outcome: 'other' }, ifMatch: revision })),
  'POST /api/cases/{caseId}/reopening': onCase('closed', () => ({ body: { ground: 'Ny bekymring' } })),
  'PUT /api/cases/{caseId}/responsibility': onCase('open', () => ({ body: { organisationId: 'politi' } })),
  'PUT /api/cases/{caseId}/area': onCase('open', () => ({ body: { areaId: 'sjaeloer-boulevard' } })),
  'PUT /api/cases/{caseId}/organisations/{organisationId}': onCase('open', () => ({ params: { organisationId: 'politi' } })),
  'DELETE /api/cases/{caseId}/organisations/{organisationId}': onCase('open', () => ({
    params: { organisationId: 'it-forvaltningen' },
  })),
  'POST /api/cases/{caseId}/exclusions': onCase('open', () => ({ body: { userId: 'political-member', ground: 'I familie' } })),
  'POST /api/cases/{caseId}/information-requests': onCase('open', () => ({
    body: { toOrganisationId: 'sof', category: 'school', dueOn: day(5), question: 'Hvordan går det?' },
  })),
  'POST /api/cases/{caseId}/information-requests/{requestId}/declining': onCase('open', async ({ caseId }) => {
    const body = { toOrganisationId: 'sof', category: 'school', dueOn: day(5), question: 'Hvordan går det?' };
    return { params: { requestId: (await coordinator('POST', `/api/cases/${caseId}/information-requests`, body)).id } };
  }),
  'POST /api/cases/{caseId}/disclosures': onCase('open', () => ({
    body: { ...disclosure('noedvendighed'), toOrganisationIds: ['sof'] },
  })),
  'POST /api/cases/{caseId}/actions': onCase('open', () => ({
    body: { description: 'Ringe', ownerOrganisationId: 'sof', deadline: day(10) },
  })),
  'POST /api/cases/{caseId}/actions/{actionId}/acceptance': onCase('open', async ({ caseId }) => ({
    params: { actionId: await newAction(server, caseId) },
  })),
  'POST /api/cases/{caseId}/actions/{actionId}/declining': onAction(() => ({ body: { ground: 'Hører til et andet sted' } })),
  'POST /api/cases/{caseId}/actions/{actionId}/handover': onAction((ifMatch) => ({
    body: { toOrganisationId: 'politi' },
    ifMatch,
  })),
  'POST /api/cases/{caseId}/actions/{actionId}/handover-acceptance': onAction(
    (ifMatch) => ({ ifMatch }),
    (path, revision) => as('SOF', 'POST', `${path}/handover`, { toOrganisationId: 'politi' }, { 'if-match': String(revision) }),
  ),
  'POST /api/cases/{caseId}/actions/{actionId}/deadline': onAction((ifMatch) => ({
    body: { to: day(20), ground: 'Den unge er på ferie til da' },
    ifMatch,
  })),
  'POST /api/cases/{caseId}/actions/{actionId}/wording': onAction(() => ({ body: { description: 'Ringe til skolen' } })),
  'POST /api/cases/{caseId}/actions/{actionId}/completion': onAction(() => ({ body: { outcome: 'Aftalt' } })),
  'POST /api/cases/{caseId}/actions/{actionId}/cancellation': onAction(() => ({ body: { ground: 'Flyttet' } })),
  'POST /api/cases/{caseId}/reports': onCase('open', () => ({ body: { report: 'Har talt med den unge' } })),
  'POST /api/cases/{caseId}/follow-ups': onCase('open', () => ({ body: { on: day(20), note: 'Se på skolen' } })),
  'POST /api/cases/{caseId}/withdrawals': onCase('open', async ({ caseId }) => ({
    body: { eventId: await reportOf(caseId), ground: 'KANARIE-matrix-grund' },
  })),
  'POST /api/cases/{caseId}/disclosures/{disclosureId}/recall': onCase('open', async ({ caseId }) => ({
    params: { disclosureId: await disclosureOf(caseId) },
    body: { ground: 'KANARIE-matrix-grund' },
  })),
  'POST /api/cases/{caseId}/recalls/{disclosureId}/reviews': onCase('open', async ({ caseId }) => {
    const disclosureId = await disclosureOf(caseId);
    await as('coordinator', 'POST', `/api/cases/${caseId}/follow-ups`, { on: day(9), note: 'KANARIE-matrix-note' });
    await as('SOF', 'POST', `/api/cases/${caseId}/disclosures/${disclosureId}/recall`, { ground: 'KANARIE-matrix-grund' });
    const { items } = await as<{ items: { eventId: string; type: string }[] }>(
      'coordinator',
      'GET',
      `/api/cases/${caseId}/timeline`,
    );
    const { eventId } = items.find(({ type }) => type === 'FollowUpScheduled')!;
    return { params: { disclosureId }, body: { eventId, verdict: 'keep', reason: 'KANARIE-matrix-begrundelse' } };
  }),
  'GET /api/recalls': just(),
  'GET /api/cases/{caseId}/knowledge': {
    mine: () => ({ params: { caseId: CASE }, query: '?organisationId=sof' }),
    others: () => ({ params: { caseId: FEW }, query: '?organisationId=sof' }),
  },
  'GET /api/withdrawals': just(),
  'POST /api/withdrawals/{eventId}/acknowledgement': onCase('open', async ({ caseId }) => {
    const eventId = await reportOf(caseId);
    await as('SOF', 'POST', `/api/cases/${caseId}/withdrawals`, { eventId, ground: 'KANARIE-matrix-grund' });
    return { params: { eventId } };
  }),
  'GET /api/actions': just(),
  'POST /api/actions/{actionId}/chases': onAction(() => ({ body: { note: 'KANARIE-matrix-rykker' } })),
  'POST /api/actions/{actionId}/chases/{chaseId}/answer': onAction(
    () => ({ body: { answer: 'KANARIE-matrix-svar' } }),
    async (path, revision) => {
      const { id } = await coordinator('POST', `${path.replace(/cases\/[^/]+\//, '')}/chases`, {});
      return { revision, params: { chaseId: id } };
    },
  ),
  'POST /api/actions/{actionId}/escalation': onAction(() => ({ body: { reason: 'KANARIE-matrix-grund' } })),
  'GET /api/actions/{actionId}/history': onAction(() => ({})),
  'GET /api/chase/overdue': just(),
  'GET /api/chase/waiting': just(),
  'GET /api/chase/chased-by-me': just(),
  'GET /api/chase/progress': { mine: () => ({ query: `?groupId=${DEMO_GROUP}` }) },
  'GET /api/chase/results': { mine: () => ({ query: '?from=2026-01-01&to=2027-12-31' }) },
  'POST /api/chase/back-test': { mine: () => ({ body: { ladder: DEFAULT_RULE_SET.ladder } }) },
  'GET /api/chase/export': { mine: () => ({ query: '?question=most-moved&format=csv' }) },
  'GET /api/chase/most-moved': just(),
  'GET /api/silences': just(),
  'POST /api/users/{userId}/handover': {
    mine: () => ({ params: { userId: 'gadeteam' }, body: { toOrganisationId: 'politi' } }),
  },

  'GET /api/escalations': just(),
  'GET /api/escalations/{escalationId}': onEscalation(),
  'POST /api/escalations/{escalationId}/summary': onEscalation(() => ({ summary: 'To forvaltninger er uenige om betalingen.' })),
  'POST /api/escalations/{escalationId}/name-opening': onEscalation(() => ({ necessity: 'Afgøre, om det er en søskendesag' })),
  'POST /api/escalations/{escalationId}/directors': onEscalation(() => ({
    answerBy: day(5),
    reason: 'Pladsen er væk på fredag',
  })),
  'POST /api/escalations/{escalationId}/decision': onEscalation(async () => ({
    ...{ steeringMeetingId: await steeringMeetingToday(), outcome: 'return', dueOn: day(20), decision: 'Skolen inviterer selv' },
  })),
  'GET /api/steering-meetings': just(),
  'POST /api/steering-meetings': just({ groupId: DEMO_GROUP, localDate: day(3) }),
  'GET /api/steering-meetings/next': just(),
  'GET /api/steering-meetings/{steeringMeetingId}': onSteeringMeeting(),
  'GET /api/steering-meetings/{steeringMeetingId}/agenda': onSteeringMeeting(),
  'PUT /api/steering-meetings/{steeringMeetingId}/schedule': onSteeringMeeting({ localDate: day(4) }),
  'POST /api/steering-meetings/{steeringMeetingId}/cancellation': onSteeringMeeting(),
  'POST /api/steering-meetings/{steeringMeetingId}/holding': onSteeringMeeting({ attended: ['steering-member'] }),

  'GET /api/meetings': just(),
  'POST /api/meetings': just({ groupId: DEMO_GROUP, localDate: day(3) }),
  'GET /api/meetings/next': just(),
  'GET /api/meetings/{meetingId}': onMeeting('open'),
  'GET /api/meetings/{meetingId}/agenda': onMeeting('planned'),
  'GET /api/meetings/{meetingId}/minutes': onMeeting('closed'),
  'PUT /api/meetings/{meetingId}/schedule': onMeeting('planned', () => ({ body: { localDate: day(4) } })),
  'POST /api/meetings/{meetingId}/cancellation': onMeeting('planned'),
  'POST /api/meetings/{meetingId}/apologies': onMeeting('planned', () => ({ body: {} })),
  'POST /api/meetings/{meetingId}/agenda/items': onMeeting('planned', () => ({ body: { caseId: demoId('case 3') } })),
  'DELETE /api/meetings/{meetingId}/agenda/items/{caseId}': onMeeting('planned', () => ({
    params: { caseId: demoId('case 3') },
  })),
  'PUT /api/meetings/{meetingId}/agenda/order': onMeeting('planned', () => ({ body: { caseIds: [CASE] } })),
  'POST /api/meetings/{meetingId}/opening': onMeeting('planned'),
  'POST /api/meetings/{meetingId}/attendance': onMeeting('open', () => ({ body: { userId: 'sof' } })),
  'POST /api/meetings/{meetingId}/attendance/{attendeeId}/stepping-out': onMeeting('open', () => ({ body: {} })),
  'POST /api/meetings/{meetingId}/attendance/{attendeeId}/return': onMeeting('open', () => ({ body: {} })),
  'POST /api/meetings/{meetingId}/attendance/{attendeeId}/leaving': onMeeting('open', () => ({ body: {} })),
  'POST /api/meetings/{meetingId}/items/{itemId}/opening': onMeeting('open'),
  'POST /api/meetings/{meetingId}/items/{itemId}/shutting': onMeeting('item open'),
  'POST /api/meetings/{meetingId}/items/{itemId}/disclosures': onMeeting('item open', ({ attendeeId, revision }) => ({
    body: { ...disclosure(randomUUID()), fromAttendeeId: attendeeId },
    ifMatch: revision,
  })),
  'POST /api/meetings/{meetingId}/items/{itemId}/discussion': onMeeting('item open', () => ({ body: { noNews: true } })),
  'POST /api/meetings/{meetingId}/closing': onMeeting('open'),
  'POST /api/meetings/{meetingId}/items/{itemId}/corrections': onMeeting('closed', () => ({
    body: { correction: 'KANARIE-matrix-rettelse' },
  })),

  'POST /api/persons': just({ name: 'Ung Testperson KANARIE-matrix-navn' }),
  'POST /api/persons/searches': just({ name: 'Demo Ung' }),
  'POST /api/persons/look-up': just({ cpr: '010209-4241' }),
  'GET /api/persons/duplicates': just(),
  'POST /api/persons/{personId}/merge': onTwo(false, (intoPersonId) => ({ intoPersonId, reason: 'KANARIE-matrix-grund' })),
  'POST /api/persons/{personId}/merge-undoing': onTwo(true, () => ({ reason: 'KANARIE-matrix-grund' })),
  'GET /api/persons/{personId}/merges': onTwo(true),
  'GET /api/persons/{personId}/merges/{mergeId}/texts': onTwo(true),
  'GET /api/persons/uninformed': just(),
  'POST /api/persons/{personId}/informing': onNewPerson({ informedOn: day(-1), means: 'letter', note: 'KANARIE-matrix-note' }),
  'POST /api/persons/{personId}/informing-postponement': onNewPerson({
    ...{ ground: 'secrecy', reviewOn: day(30), reason: 'KANARIE-matrix-grund' },
  }),
  'GET /api/persons/{personId}': onPerson(),
  'POST /api/persons/{personId}/corrections': onPerson({ phone: 'KANARIE-matrix-telefon' }),
  'PUT /api/persons/{personId}/address-protection': onPerson(),
  'DELETE /api/persons/{personId}/address-protection': { mine: onPerson().mine },

  'POST /api/persons/{personId}/move': onSomebody(() => ({ movedOn: day(-1), municipality: 'KANARIE-matrix-kommune' })),
  'POST /api/persons/{personId}/death': onSomebody(() => ({ diedOn: day(-1) })),
  'POST /api/persons/{personId}/life-event-retraction': onSomebody(() => ({ lifeEvent: 'moved', reason: 'Ved en fejl' }), true),
  'GET /api/persons/{personId}/life-events': onPerson(),
  'GET /api/persons/{personId}/protected-address': onPerson(),
  'GET /api/life-events': just(),

  'GET /api/me': just(),
  'GET /api/me/mail': just(),
  'PUT /api/me/mail': just({ language: 'en', reminders: 'at-once', chases: 'digest' }),
  'GET /api/me/calendar-feed': just(),
  'POST /api/me/calendar-feed': just(),
  'DELETE /api/me/calendar-feed': just(),
  'GET /api/calendar/{feed}': {
    // Of somebody who asks for no other meanwhile.
    mine: async () => {
      const { id: userId } = await as('administrator', 'POST', '/api/users', userBody());
      const secret = randomUUID();
      const feedHash = server.ports.blindIndex.subjectHash('calendar-feed', secret);
      const change = new Change({
        ...{ category: 'user', id: userId, actor: PROGRAMME, commandId: randomUUID(), commandHash: 'matrix' },
        command: () => ({ type: 'IssueCalendarFeed', data: { userId, feedHash } }) as never,
      });
      await server.app.get(CommandBus).execute(change);
      return { params: { feed: `${secret}.ics` } };
    },
  },
  'GET /api/organisations': just(),
  'POST /api/organisations': { mine: () => ({ body: organisationBody() }) },
  'PUT /api/organisations/{organisationId}/name': onOrganisation({ name: 'Nyt navn' }),
  'GET /api/users': just(),
  'POST /api/users': { mine: () => ({ body: userBody() }) },
  'PUT /api/users/{userId}/role': onUser({ role: 'projectLead' }),
  'PUT /api/users/{userId}/email': onUser({ email: 'ny@demo.example' }),
  'POST /api/users/{userId}/leaving': onUser({ on: day(1) }),
  'GET /api/groups': just(),
  'POST /api/groups': { mine: () => ({ body: groupBody() }) },
  'PUT /api/groups/{groupId}/organisations/{organisationId}': onGroup(),
  'DELETE /api/groups/{groupId}/organisations/{organisationId}': onGroup(),
  'POST /api/groups/{groupId}/members': onGroup({ userId: 'bif', from: day(1) }),
  'POST /api/groups/{groupId}/members/{userId}/leaving': onGroup({ on: day(2) }),
  'PUT /api/groups/{groupId}/members/{userId}/deputy': onGroup({ deputyUserId: 'sof' }),
  'PUT /api/groups/{groupId}/closing-days': onGroup({ dates: ['2026-12-24'] }),
  'PUT /api/groups/{groupId}/ladder': onGroup(ladder),
  'PUT /api/groups/{groupId}/steering-series': onGroup({ firstOn: day(30), startTime: '10:00', durationMinutes: 45 }),
  'POST /api/groups/{groupId}/absences': {
    mine: () => ({ params: { groupId: DEMO_GROUP }, body: { from: day(300), backOn: day(310) } }),
    others: onGroup({ from: day(300), backOn: day(310) }).mine,
  },
  'GET /api/areas': just(),
  'POST /api/areas': just({ areaId: 'nyt-omraade', name: 'Nyt område', authorityId: 'koebenhavns-kommune' }),
  'GET /api/overview': just(),
  'GET /api/areas/{areaId}/overview': { mine: () => ({ params: { areaId: 'akacieparken' } }) },
  'GET /api/rule-sets': just(),
  'POST /api/rule-sets': just(ruleSet),
  'GET /api/sharing-log': just(),
  'GET /api/access-log': just(),
  'GET /api/access-log/reasons': just(),
  'GET /api/sharing-log/reasons': just(),
  'POST /api/break-glass': { mine: async () => ({ body: { personId: (await newCase(server)).personId, reason: OPENING } }) },
  'GET /api/break-glass': just(),
  'GET /api/break-glass/{breakGlassId}/identity': onOpening(),
  'POST /api/break-glass/{breakGlassId}/review': onOpening({ verdict: 'justified' }),
  'GET /api/spot-checks': just(),
  'POST /api/spot-checks': just({ from: day(-9), to: day(-8) }),
  'GET /api/spot-checks/{spotCheckId}': onSpotCheck(),
  'GET /api/spot-checks/{spotCheckId}/verification': onSpotCheck(),
  'POST /api/spot-checks/{spotCheckId}/look-ups/{eventId}/outcome': onSpotCheck({
    ...{ outcome: 'justified', note: 'KANARIE-matrix-svar på et spørgsmål' },
  }),
  'GET /api/breach-report': { mine: () => ({ query: `?from=${day(-1)}&to=${day()}&caseId=${CASE}` }) },
  'GET /api/access-at': { mine: () => ({ query: `?on=${day()}&personId=${PERSON}` }) },
  'POST /api/imports/rows': just({
    groupId: DEMO_GROUP,
    dryRun: true,
    row: { name: 'Ung Testperson KANARIE-matrix-navn', birthDate: '2010-01-01', area: 'Akacieparken', responsible: 'BUF' },
  }),
  'GET /api/erasures': just(),
  'GET /api/erasures/due': just(),
  'POST /api/erasures': onEnded((target) => ({ body: { ...target, ...objection } })),
  'GET /api/erasures/{erasureId}': onErasure(),
  'POST /api/erasures/{erasureId}/approvals': onErasure(),
  'POST /api/erasures/{erasureId}/withdrawal': onErasure({ reason: 'Fortrudt' }),
  'POST /api/erasures/{erasureId}/archiving': onErasure({ outcome: 'not-required', ground: 'disposal-rules' }),
  'GET /api/erasures/{erasureId}/certificate': { mine: erased(0), others: erased(1) },
  'GET /api/erasures/{erasureId}/certificate.pdf': { mine: erased(0), others: erased(1) },
  'GET /api/legal-holds': just(),
  'POST /api/legal-holds': onEnded((target) => ({ body: { ...target, ...holdBody() } })),
  'POST /api/legal-holds/{holdId}/lifting': onEnded(async (target) => ({
    params: { holdId: (await coordinator('POST', '/api/legal-holds', { ...target, ...holdBody() })).id },
    body: {},
  })),
  'GET /api/mail': just(),
  'POST /api/mail/{messageId}/requeue': {
    mine: async () => {
      const messageId = randomUUID();
      await server.ports.dataSource.query(
        `insert into mail.outbox (id, message_id, kind, user_id, happened_at, facts, status, created_at)
         values ($1::uuid, $1::text, 'minutes', 'sof', now(), '{}', 'dead', now())`,
        [messageId],
      );
      return { params: { messageId } };
    },
  },
  'GET /api/access-requests': just(),
  'POST /api/access-requests': {
    mine: async () => ({ body: { personId: (await newCase(server)).personId, receivedOn: day() } }),
  },
  'GET /api/access-requests/{requestId}/draft': onRequest(() => ({})),
  'GET /api/access-requests/{requestId}/police-contribution': onRequest(() => ({})),
  'POST /api/access-requests/{requestId}/police-contribution': onRequest(() => ({
    body: { decision: 'approved', note: 'KANARIE-matrix-note' },
  })),
  'POST /api/access-requests/{requestId}/withholdings': onRequest(({ caseId }) => ({ body: withholdBody(caseId) })),
  'POST /api/access-requests/{requestId}/withholdings/{partId}/release': onRequest(async ({ requestId, caseId: partId }) => {
    await coordinator('POST', `/api/access-requests/${requestId}/withholdings`, withholdBody(partId));
    return { params: { partId }, body: {} };
  }),
  'POST /api/access-requests/{requestId}/reports': onRequest(() => ({})),
  'GET /api/access-requests/{requestId}/reports/{reportId}': onReport,
  'GET /api/access-requests/{requestId}/reports/{reportId}/pdf': onReport,
  'GET /health/live': just(),
  'GET /health/ready': just(),
};

/** What is in a cell: reached (2xx, or a rule or a revision said no), or the status of those who do not get there. */
const REACHED_AND_REFUSED = [409, 422, 428];
const cellOf = (status: number): string =>
  (status >= 200 && status < 300) || REACHED_AND_REFUSED.includes(status) ? 'ok' : String(status);

const tableOf = (markdown: string): Map<string, string[]> =>
  new Map(
    markdown
      .split('\n')
      .filter((line) => /^\| +`/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .map(([, name, ...cells]) => [name!, cells.slice(0, -1)]),
  );
const headOf = (markdown: string): string[] =>
  /^\| +endpoint +\|(.*)\|$/m
    .exec(markdown)![1]!
    .split('|')
    .map((cell) => cell.trim());

const personalData = searchFor([
  'KANARIE',
  'Demo Ung',
  'Testperson',
  ...Array.from(
    { length: 9 },
    (_, i) => [2009, 2012, 2007, 2010, 2008, 2006, 2005, 2011, 2009].map((y) => [i + 1, y] as const)[i]!,
  )
    .map(([n, year]) => `${String(n).padStart(2, '0')}02${String(year).slice(2)}4${String(240 + n)}`)
    .flatMap((cpr) => [cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`]),
]);
const case5 = searchFor(
  ['navn-05', 'alias-05', 'telefon-05', 'adresse-05', 'grund-05', 'aftale-50']
    .map((what) => `KANARIE-${what}`)
    .concat('0502084245'),
);
const whole = ({ text, headers }: Answer) => `${text}\n${JSON.stringify([...headers])}`;

describe('the endpoint matrix', () => {
  const markdown = readFileSync(join(import.meta.dirname, 'access-matrix.md'), 'utf8');
  const table = tableOf(markdown);
  const actual = new Map<string, string[]>();
  /** Everything that went wrong, one line each. */
  const leaks: string[] = [];
  const told: string[] = [];
  const never: string[] = [];
  let coordinatorSaw = 0;
  let documented: string[];

  const authorization = new Map<string, string>();
  const send = (user: string, endpoint: string, { params = {}, body, ifMatch, query = '' }: Asked) => {
    const [method, template] = endpoint.split(' ') as [string, string];
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name]!);
    const headers = {
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      ...(authorization.has(user) && { authorization: authorization.get(user)! }),
    };
    return server.call(DEMO_USERS.some((u) => u.user === user) ? user : undefined, method, path + query, body, headers);
  };

  const look = (user: string, name: string, answer: Answer) => {
    const { status } = answer;
    if (status >= 500) never.push(`${name} as ${user}: ${status}`);
    if (status === 400) never.push(`${name} as ${user}: 400 ${answer.text}`);
    if (NO_PERSONAL_DATA.includes(user) && !(user === 'auditor' && FOR_AUDITORS.includes(name))) {
      for (const secret of personalData.inText(whole(answer))) leaks.push(`${name} as ${user}: ${secret}`);
    }
    if (NOT_IN_CASE_5.includes(user)) {
      for (const secret of case5.inText(whole(answer))) leaks.push(`${name} as ${user}: ${secret}`);
    }
    if (user === 'coordinator' && personalData.inText(whole(answer)).length > 0) coordinatorSaw++;
  };

  /** The same words and the same headers, but for the one that tells the time. */
  const same = (a: Answer, b: Answer) => {
    const [one, other] = [a, b].map(({ status, text, headers }) => [
      status,
      text,
      [...headers].filter(([name]) => name !== 'date'),
    ]);
    return JSON.stringify(one) === JSON.stringify(other);
  };
  /** Somebody who may see the case or the meeting, but not do this, is told so. */
  const sees = (user: string, endpoint: string, variant: 'mine' | 'others') => {
    const seen = /^\S+ (\/api\/(?:cases|meetings|actions)\/\{\w+\})/
      .exec(endpoint)?.[1]
      ?.replace(/(\{actionId\})$/, '$1/history');
    const cells = table.get(`GET ${seen}${variant === 'mine' ? '' : ' of others'}`);
    return cells?.[USERS.indexOf(user)] === 'ok';
  };
  const tellsNothing = (answer: Answer, nothing: Answer, mayKnow: boolean): boolean => {
    if (cellOf(answer.status) === 'ok') return [404, 422].includes(nothing.status);
    return same(answer, nothing) || (mayKnow && nothing.status === 404);
  };

  const walk = async (endpoint: string, variant: 'mine' | 'others') => {
    const row = ROWS[endpoint]!;
    const name = variant === 'mine' ? endpoint : `${endpoint} of others`;
    const asked = await row[variant]!();
    const cells: string[] = [];
    let worked = false;
    let first = '';
    for (const user of USERS) {
      const answer = await send(user, endpoint, asked);
      look(user, name, answer);
      first ||= `${answer.status} ${answer.text}`;
      worked ||= answer.status >= 200 && answer.status < 300;
      cells.push(cellOf(answer.status));
      if (!asked.params) continue;
      // The same request about what does not exist.
      const params = Object.fromEntries(Object.keys(asked.params).map((key) => [key, randomUUID()]));
      const nothing = await send(user, endpoint, { ...asked, params });
      look(user, `${name}, nothing there`, nothing);
      if (!tellsNothing(answer, nothing, sees(user, endpoint, variant))) {
        told.push(`${name} as ${user}: ${answer.status} ${answer.text}, nothing there: ${nothing.status} ${nothing.text}`);
      }
    }
    if (variant === 'mine' && !worked) never.push(`${name}: nobody gets a 2xx, but ${first}`);
    actual.set(name, cells);
  };

  beforeAll(async () => {
    server = await startTestServer({ now: new Date(Date.now() - 7 * 86_400_000) });
    carriedOut = await Promise.all([undefined, WITHOUT_POLICE].map(async (few) => erasureOf(await endedCase(few))));
    for (const id of carriedOut) {
      await as('projectLead', 'POST', `/api/erasures/${id}/approvals`);
      await coordinator('POST', `/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
    }
    await as('administrator', 'POST', '/demo/clock', { days: 7 });
    const file = join(server.ports.configuration.dataFolder, 'demo', 'issuer.json');
    const key = (await importJWK(JSON.parse(readFileSync(file, 'utf8')) as JWK, 'ES256')) as CryptoKey;
    const { issuer } = (await server.call<{ issuer: string }>(undefined, 'GET', '/demo/.well-known/openid-configuration')).body;
    const expired = await new SignJWT({
      fremdrift_role: 'coordinator',
      fremdrift_organisation: 'hotspotsekretariatet',
      amr: ['mfa'],
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'demo' })
      .setIssuer(issuer)
      .setAudience('fremdrift')
      .setSubject('coordinator')
      .setIssuedAt(Date.now() / 1000 - 7200)
      .setExpirationTime(Date.now() / 1000 - 3600)
      .sign(key);
    authorization.set('expired', `Bearer ${expired}`);
    authorization.set('garbage', 'Bearer KANARIE.garbage.token');

    // A group none of the demo's users is in; its series plans its meeting by itself.
    const { groupId } = groupBody();
    await as('administrator', 'POST', '/api/groups', { ...groupBody(), groupId });
    await server.readModels.reach(server.ports.lastWritten);
    await as('administrator', 'POST', '/demo/clock', { days: 0 });
    await server.readModels.reach(server.ports.lastWritten);
    meetingOfOthers = (await server.readModels.meetings([groupId], {}, { limit: 1 })).items[0]!.meetingId;

    const { body } = await server.call<{ paths: Record<string, Record<string, unknown>> }>(undefined, 'GET', '/api/openapi.json');
    documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = documented.filter((endpoint) => ROWS[endpoint]);
    // A few at a time: read models wait for what is written, and everything is written at once here.
    await inParallel(
      [
        ...known.map((endpoint) => () => walk(endpoint, 'mine')),
        ...known.filter((endpoint) => ROWS[endpoint]!.others).map((endpoint) => () => walk(endpoint, 'others')),
      ],
      4,
    );
  }, 240_000);
  afterAll(() => server.stop());

  it('knows every endpoint of the OpenAPI document, and no other', () => {
    expect(Object.keys(ROWS).sort()).toEqual([...documented].sort());
    expect([...table.keys()].filter((name) => !name.endsWith(' of others')).sort()).toEqual([...documented].sort());
  });

  it('gives every user of every endpoint exactly what the table says', () => {
    expect(headOf(markdown)).toEqual(USERS);
    const lines = (rows: Map<string, string[]>) =>
      [...rows].map(([name, cells]) => `${name}: ${cells.map((cell, i) => `${USERS[i]} ${cell}`).join(', ')}`).sort();
    expect(lines(actual)).toEqual(lines(table));
  });

  it('never breaks, never calls a valid request malformed, and works for somebody', () => {
    expect(never).toEqual([]);
  });

  it('does not tell what exists', () => {
    expect(told).toEqual([]);
  });

  it('shows no personal data to those who may not see it', () => {
    expect(leaks).toEqual([]);
    // The search can find: the coordinator's answers do hold what it looks for.
    expect(coordinatorSaw).toBeGreaterThan(10);
  });
});
