// How every endpoint is asked so that its handler is really reached, and by whom it matters who asks.
import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { DEFAULT_RULE_SET } from '@app/domain';
import { demoId } from '../../apps/api/src/demo/data.js';
import { Change } from '../../apps/api/src/core/change.js';
import { PROGRAMME } from '../../apps/api/src/meetings/series.js';
import { DEMO_GROUP } from '../../apps/api/src/demo/users.js';
import { day, newAction, newCase, newIdentity } from '../support/flow.js';

import {
  type Row,
  server,
  as,
  coordinator,
  CASE,
  FEW,
  PERSON,
  onCase,
  onAction,
  onMeeting,
  onPerson,
  onNewPerson,
  objection,
  holdBody,
  onEnded,
  onErasure,
  erased,
  onRequest,
  withholdBody,
  onReport,
  onTwo,
  onSomebody,
  OPENING,
  onOpening,
  onSpotCheck,
  reportOf,
  disclosureOf,
  just,
  onEscalation,
  steeringMeetingToday,
  onSteeringMeeting,
  organisationBody,
  onOrganisation,
  userBody,
  onUser,
  groupBody,
  onGroup,
  ladder,
  ruleSet,
  disclosure,
} from './situations.js';

export const ROWS: Readonly<Record<string, Row>> = {
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
  'POST /api/cases/{caseId}/actions/{actionId}/handover-declining': onAction(
    () => ({ body: { ground: 'Hører til et andet sted' } }),
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
  'POST /api/cases/{caseId}/disclosures/{disclosureId}/recall': {
    ...onCase('open', async ({ caseId }) => ({
      params: { disclosureId: await disclosureOf(caseId) },
      body: { ground: 'KANARIE-matrix-grund' },
    })),
    left: async () => {
      const { caseId } = await newCase(server);
      const disclosureId = await disclosureOf(caseId, 'police');
      await coordinator('DELETE', `/api/cases/${caseId}/organisations/politi`);
      return { params: { caseId, disclosureId }, body: { ground: 'KANARIE-matrix-grund' } };
    },
  },
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
  'GET /api/access-requests/{requestId}/police-contribution': onRequest(() => ({}), true),
  'POST /api/access-requests/{requestId}/police-contribution': onRequest(
    () => ({ body: { decision: 'approved', note: 'KANARIE-matrix-note' } }),
    true,
  ),
  'POST /api/access-requests/{requestId}/withholdings': onRequest(({ caseId }) => ({ body: withholdBody(caseId) })),
  'POST /api/access-requests/{requestId}/withholdings/{partId}/release': onRequest(async ({ requestId, caseId: partId }) => {
    await coordinator('POST', `/api/access-requests/${requestId}/withholdings`, withholdBody(partId));
    return { params: { partId }, body: {} };
  }),
  'POST /api/access-requests/{requestId}/withdrawal': onRequest(() => ({ body: { reason: 'KANARIE-matrix-fortrudt' } })),
  'POST /api/access-requests/{requestId}/reports': onRequest(() => ({})),
  'GET /api/access-requests/{requestId}/reports/{reportId}': onReport,
  'GET /api/access-requests/{requestId}/reports/{reportId}/pdf': onReport,
  'GET /health/live': just(),
  'GET /health/ready': just(),
};
