// An access request over HTTP (rule 11): from the day it came in to a report that holds all of the person and nothing of anybody else.
import { randomUUID } from 'node:crypto';
import { KINDS, FIELDS, LOOKS, UNTOLD } from '../apps/api/src/access-requests/words.js';
import { STREAMS } from '@app/domain';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  accessLogOf,
  arrive,
  day,
  done,
  events,
  newCase,
  newItem,
  newMeeting,
  types,
  type NewCase,
  type Receipt,
} from './support/flow.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

interface Part {
  readonly partId: string;
  readonly kind?: string;
  readonly by?: string;
  readonly texts?: readonly { readonly label: string; readonly text: string | null }[];
  readonly withheld?: { readonly paragraph: string; readonly reviewOn: string };
  readonly erased?: boolean;
  readonly addressProtected?: boolean;
  readonly disclosure?: {
    readonly purpose: string;
    readonly ruleSetId: string;
    readonly recipients: { readonly organisation: string; readonly paragraph: string }[];
  };
  readonly isNew: boolean;
}
interface Look {
  readonly on: string;
  readonly purpose: string;
  readonly times: number;
}
interface Report {
  readonly number: number;
  readonly since?: { readonly newParts: number };
  readonly about: string[];
  readonly rights: string[];
  readonly informing: string;
  readonly identity: Part[];
  readonly cases: { readonly caseId: string; readonly caseNumber?: string; readonly withheld?: object; readonly parts: Part[] }[];
  readonly lookUps: Look[];
  readonly police: { readonly status: string; readonly parts: Part[]; readonly lookUps: Look[] };
}

const call = async <T = Receipt>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
const ask = async (personId: string, receivedOn = day()): Promise<string> =>
  (await call('coordinator', 'POST', '/api/access-requests', { personId, receivedOn })).id;
const issue = async (requestId: string): Promise<string> =>
  (await call('coordinator', 'POST', `/api/access-requests/${requestId}/reports`)).id;
const read = (requestId: string, reportId: string) =>
  call<Report>('projectLead', 'GET', `/api/access-requests/${requestId}/reports/${reportId}`);
const reported = async (requestId: string) => read(requestId, await issue(requestId));
const partsOf = ({ cases }: Report): Part[] => cases.flatMap(({ parts }) => parts);
const textsOf = (parts: readonly Part[]) => parts.flatMap(({ texts = [] }) => texts.map(({ text }) => text));
const share = async (user: string, { caseId }: NewCase, content: string, over: object = {}): Promise<string> => {
  const body = {
    category: 'school',
    necessity: `Nødvendigt for hjælpen ${randomUUID()}`,
    content,
    toOrganisationIds: ['sof'],
    ...over,
  };
  return (await call(user, 'POST', `/api/cases/${caseId}/disclosures`, body)).id;
};
const withhold = (requestId: string, partId: string, over: object = {}) =>
  server.call<{ rule?: string }>('coordinator', 'POST', `/api/access-requests/${requestId}/withholdings`, {
    ...{ partId, ground: 'private-interests', reviewOn: day(60), reason: 'HEMMELIG-begrundelse' },
    ...over,
  });

describe('the words', () => {
  it('are there for every text that may be about a person, and for every look', () => {
    const definitions = Object.values(STREAMS).flatMap(({ codec }) =>
      Object.entries(codec.definitions as Record<string, { text: object }>),
    );
    for (const [type, { text }] of definitions) {
      if (Object.keys(text).length === 0) continue;
      expect([type, type in KINDS !== UNTOLD.includes(type)]).toEqual([type, true]);
      for (const field of Object.keys(text))
        if (!UNTOLD.includes(type)) expect([type, field, field in FIELDS]).toEqual([type, field, true]);
    }
    const sources = join(import.meta.dirname, '../apps/api/src');
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    // However the purpose is chosen: every code that follows the word, to the end of its line.
    const purposes = files.flatMap((name) =>
      [...readFileSync(join(sources, name), 'utf8').matchAll(/(?:purpose(?::| =) |reasons\(\s*)(.*)/g)].flatMap(([, chosen]) =>
        [...chosen!.matchAll(/'([a-z-]+\.[a-z.-]+)'/g)].map(([, purpose]) => purpose!),
      ),
    );
    expect(purposes).toContain('escalation.read-name');
    expect(purposes.length).toBeGreaterThan(20);
    for (const purpose of purposes) expect([purpose, purpose in LOOKS]).toEqual([purpose, true]);
  });
});

describe('an access request', () => {
  it('is registered by who leads a case, has a month, and shows when it is overdue', async () => {
    const { personId } = await newCase(server);
    const requestId = await ask(personId, day(-40));
    const list = async (user: string, status: string) => {
      const page = await call<{ items: { requestId: string }[] }>(user, 'GET', `/api/access-requests?status=${status}&limit=200`);
      return page.items.find((item) => item.requestId === requestId);
    };
    expect(await list('projectLead', 'overdue')).toMatchObject({ status: 'overdue', personId, reports: [] });
    expect(await list('police', 'waiting')).toBeDefined();
    expect(await list('projectLead', 'answered')).toBeUndefined();
    const again = { personId, receivedOn: day() };
    expect((await server.call('coordinator', 'POST', '/api/access-requests', again)).body).toMatchObject({
      rule: 'access-request.open',
    });
    await issue(requestId);
    expect(await list('projectLead', 'answered')).toMatchObject({ status: 'answered', reports: [{ number: 1 }] });
    expect(await list('projectLead', 'overdue')).toBeUndefined();
    for (const user of ['SOF', 'hotspotChief', 'auditor', 'externalAuditor', 'partner', 'administrator'])
      expect((await server.call(user, 'GET', '/api/access-requests')).status).toBe(403);
  });

  it('keeps what it asks for from erasure until it is answered', async () => {
    const { personId, caseId, revision } = await newCase(server);
    const body = { outcome: 'other' };
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/closing`, body, { 'if-match': `"${revision}"` }));
    const requestId = await ask(personId);
    const propose = () =>
      server.call<{ rule?: string }>('coordinator', 'POST', '/api/erasures', {
        personId,
        ground: 'objection',
        reason: 'Bedt om det',
      });
    expect((await propose()).body.rule).toBe('erasure.legal-hold');
    await call('police', 'POST', `/api/access-requests/${requestId}/police-contribution`, { decision: 'refused' });
    await issue(requestId);
    expect((await propose()).status).toBe(201);
  });

  it('is nobody’s who is excluded from a case of the person, and none of another group', async () => {
    const mine = await newCase(server);
    const requestId = await ask(mine.personId);
    const reportId = await issue(requestId);
    const exclusion = { userId: 'project-lead', ground: 'Fætter' };
    await call('coordinator', 'POST', `/api/cases/${mine.caseId}/exclusions`, exclusion);
    const path = `/api/access-requests/${requestId}`;
    for (const rest of ['/draft', `/reports/${reportId}`, `/reports/${reportId}/pdf`]) {
      expect((await server.call('projectLead', 'GET', path + rest)).status).toBe(404);
      for (const user of ['SOF', 'police', 'hotspotChief', 'auditor', 'steeringMember', 'partner'])
        expect((await server.call(user, 'GET', path + rest)).status).toBe(403);
    }
    const few = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof'] });
    const other = await ask(few.personId);
    expect((await server.call('police', 'GET', `/api/access-requests/${other}/police-contribution`)).status).toBe(404);
    expect((await server.call('coordinator', 'GET', `${path}/police-contribution`)).status).toBe(403);
  });
});

describe('the report', () => {
  it('holds all of the person: identity, cases, who got what, why and under which paragraph, and the looks', async () => {
    const mine = await newCase(server, { reason: 'Henvist af skolen' });
    const other = await newCase(server, { reason: 'FREMMED-grund' });
    await share('BIF', mine, 'Har været i skole', { toOrganisationIds: ['sof', 'politi'], purpose: 'psp' });
    await share('BIF', other, 'FREMMED-oplysning');
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, mine.caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    await arrive(server, meetingId, { userId: 'sof' });
    await call('coordinator', 'POST', `${item}/opening`);
    await call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'Talt om praktik' });
    for (let i = 0; i < 3; i++) await call('SOF', 'GET', `/api/cases/${mine.caseId}`);
    await call('police', 'GET', `/api/cases/${mine.caseId}`);
    const refused = {
      category: 'crime',
      necessity: 'Til sagen hos os',
      content: 'x',
      purpose: 'investigation',
      toOrganisationIds: ['sof'],
    };
    await server.call('BIF', 'POST', `/api/cases/${mine.caseId}/disclosures`, refused);
    await call('coordinator', 'POST', `/api/persons/${mine.personId}/informing`, { informedOn: day(), means: 'letter' });

    const requestId = await ask(mine.personId);
    const report = await reported(requestId);
    const texts = textsOf([...report.identity, ...partsOf(report)]);
    for (const text of ['Henvist af skolen', 'Har været i skole', 'Talt om praktik']) expect(texts).toContain(text);
    expect(texts.some((text) => /Ung Testperson/.test(text ?? ''))).toBe(true);
    const shared = partsOf(report).find(({ texts = [] }) => texts.some(({ text }) => text === 'Har været i skole'))!;
    expect(shared).toMatchObject({
      by: 'Beskæftigelses- og Integrationsforvaltningen',
      category: 'Skole og uddannelse',
      disclosure: {
        purpose: 'PSP: at hjælpe socialt udsatte',
        ruleSetId: 'rpl115-default',
        recipients: [
          { organisation: 'Socialforvaltningen', paragraph: expect.stringContaining('Internt') as string },
          { organisation: 'Politiet', paragraph: 'Retsplejeloven § 115, stk. 2, jf. stk. 1, nr. 2' },
        ],
      },
    });
    expect(partsOf(report).some(({ kind }) => /afvist: intet blev videregivet/.test(kind ?? ''))).toBe(true);
    expect(report.lookUps).toContainEqual({ on: day(), purpose: 'Behandling af sagen', times: 3 });
    expect(report.informing).toContain('Du er oplyst');
    expect(report.about.join()).toContain('må ikke bruges til at efterforske');
    expect(report.rights.join()).toContain('Datatilsynet');
    // Nobody else, and nobody of the staff.
    const whole = JSON.stringify(report);
    for (const word of ['FREMMED', 'Demo Deltager', 'Demo Mødeleder', 'userId', '"sof"', '"coordinator"'])
      expect(whole).not.toContain(word);
  });

  it('is logged as an export before it leaves, and is the same every time', async () => {
    const mine = await newCase(server);
    const requestId = await ask(mine.personId);
    const reportId = await issue(requestId);
    const log = await accessLogOf(server, 'project-lead');
    const first = await read(requestId, reportId);
    const [entry, ...rest] = (await accessLogOf(server, 'project-lead')).slice(log.length);
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({
      type: 'PersonalDataExported',
      data: { purpose: 'access-request.report', personIds: [mine.personId], caseIds: [mine.caseId] },
    });
    await call('BIF', 'POST', `/api/cases/${mine.caseId}/reports`, { report: 'Skrevet bagefter' });
    expect(await read(requestId, reportId)).toEqual(first);
    const pdfs = await Promise.all(
      [1, 2].map(async () => {
        const headers = { authorization: `Bearer ${await server.token('coordinator')}` };
        const answer = await fetch(`${server.url}/api/access-requests/${requestId}/reports/${reportId}/pdf`, { headers });
        expect(answer.headers.get('content-type')).toBe('application/pdf');
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    expect(pdfs[0]!.equals(pdfs[1]!)).toBe(true);
    const text = pdfs[0]!.toString('latin1');
    for (const mark of ['/MarkInfo', '/Marked true', '/StructTreeRoot', '/Lang (da-DK)', 'pdfuaid']) expect(text).toContain(mark);
    // The same key gives the same issue; without one it is another issue.
    const key = { 'idempotency-key': 'en-udgave' };
    const again = () => server.call('coordinator', 'POST', `/api/access-requests/${requestId}/reports`, undefined, key);
    expect(done(await again()).id).toBe(done(await again()).id);
    expect(await read(requestId, done(await again()).id)).toMatchObject({ number: 2, since: { newParts: 1 } });
  });

  it('keeps what the police contributed apart, and silent until the police approve', async () => {
    const mine = await newCase(server);
    await share('police', mine, 'FRA-POLITIET', { category: 'crime' });
    await call('police', 'GET', `/api/cases/${mine.caseId}`);
    const requestId = await ask(mine.personId);
    const path = `/api/access-requests/${requestId}/police-contribution`;
    const pending = await reported(requestId);
    expect(pending.police).toMatchObject({ status: 'pending', parts: [], lookUps: [] });
    expect(JSON.stringify(pending)).not.toContain('FRA-POLITIET');
    const theirs = await call<{ parts: Part[] }>('police', 'GET', path);
    expect(textsOf(theirs.parts)).toContain('FRA-POLITIET');
    const [partId] = theirs.parts.map((part) => part.partId);
    // What is theirs is not withheld by the municipality.
    expect((await withhold(requestId, partId!)).status).toBe(404);
    expect((await server.call('coordinator', 'POST', path, { decision: 'approved' })).status).toBe(403);
    await call('police', 'POST', path, { decision: 'refused' });
    expect((await reported(requestId)).police).toMatchObject({ status: 'refused', parts: [], lookUps: [] });
    await call('police', 'POST', path, { decision: 'approved' });
    const approved = await reported(requestId);
    expect(approved.since).toMatchObject({ newParts: 1 });
    expect(approved.police).toMatchObject({ status: 'approved', parts: [{ by: 'Politiet', isNew: true }] });
    expect(approved.police.parts[0]!.disclosure!.recipients).toEqual([
      { organisation: 'Socialforvaltningen', paragraph: 'Retsplejeloven § 115, stk. 1, nr. 1' },
    ]);
    expect(approved.police.lookUps.map(({ purpose }) => purpose)).toContain('Behandling af sagen');
    expect(textsOf(partsOf(approved))).not.toContain('FRA-POLITIET');
    expect((await reported(requestId)).police.parts).toMatchObject([{ isNew: false }]);
    const without = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof'] });
    expect((await reported(await ask(without.personId))).police.status).toBe('none');
  });

  it('says nothing of a recalled police disclosure, nor of its review, until the police approve', async () => {
    const { caseId, personId } = await newCase(server);
    const body = {
      category: 'crime',
      content: 'FRA-POLITIET',
      necessity: 'Gadeplansindsatsen skal kende det',
      toOrganisationIds: ['sof'],
    };
    const { id } = await call<{ id: string }>('police', 'POST', `/api/cases/${caseId}/disclosures`, body);
    await call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'Byggede på det.' });
    await call('police', 'POST', `/api/cases/${caseId}/disclosures/${id}/recall`, { ground: 'Det var om en anden sag.' });
    const recalls = await call<{ items: { disclosureId: string; rests: { eventId: string }[] }[] }>(
      ...(['projectLead', 'GET', '/api/recalls?limit=200'] as const),
    );
    const [rest] = recalls.items.find(({ disclosureId }) => disclosureId === id)!.rests;
    const review = { eventId: rest!.eventId, verdict: 'keep', reason: 'Hvad politiet sagde, var unødvendigt.' };
    await call('projectLead', 'POST', `/api/cases/${caseId}/recalls/${id}/reviews`, review);
    const requestId = await ask(personId);
    expect(JSON.stringify(await reported(requestId))).not.toMatch(/kaldt tilbage|unødvendigt/);
    await call('police', 'POST', `/api/access-requests/${requestId}/police-contribution`, { decision: 'approved' });
    expect(textsOf((await reported(requestId)).police.parts)).toContain('Hvad politiet sagde, var unødvendigt.');
  });

  it('is decided on by the police for what they contributed, also after they have left the case', async () => {
    const mine = await newCase(server);
    await share('police', mine, 'FRA-POLITIET-før', { category: 'crime' });
    const requestId = await ask(mine.personId);
    const path = `/api/access-requests/${requestId}/police-contribution`;
    const listed = async () =>
      (await call<{ items: { requestId: string }[] }>('police', 'GET', '/api/access-requests?limit=200')).items.some(
        (item) => item.requestId === requestId,
      );
    await call('coordinator', 'DELETE', `/api/cases/${mine.caseId}/organisations/politi`);
    expect((await server.call('police', 'GET', `/api/cases/${mine.caseId}`)).status).toBe(404);
    expect(await listed()).toBe(true);
    expect(textsOf((await call<{ parts: Part[] }>('police', 'GET', path)).parts)).toContain('FRA-POLITIET-før');
    const entry = (await accessLogOf(server, 'police')).at(-1)!;
    expect(entry.data).toMatchObject({
      purpose: 'access-request.police',
      policies: expect.arrayContaining(['access-request.police-left']) as string[],
    });
    await call('police', 'POST', path, { decision: 'approved' });
    expect((await reported(requestId)).police).toMatchObject({ status: 'approved', parts: [{ by: 'Politiet' }] });
    // Not who never took part; nor who is excluded from the case.
    const never = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof'] });
    const other = `/api/access-requests/${await ask(never.personId)}/police-contribution`;
    expect((await server.call('police', 'POST', other, { decision: 'approved' })).status).toBe(404);
    await call('coordinator', 'POST', `/api/cases/${mine.caseId}/exclusions`, { userId: 'police', ground: 'Fætter' });
    for (const method of ['GET', 'POST'])
      expect((await server.call('police', method, path, method === 'POST' ? { decision: 'refused' } : undefined)).status).toBe(
        404,
      );
    expect(await listed()).toBe(false);
  });

  it('withholds a part under § 22, says so without its content, and has it anew when it is released', async () => {
    const mine = await newCase(server);
    await share('BIF', mine, 'UNDTAGET-oplysning');
    const requestId = await ask(mine.personId);
    const draft = await call<Report>('coordinator', 'GET', `/api/access-requests/${requestId}/draft`);
    const { partId } = partsOf(draft).find(({ texts = [] }) => texts.some(({ text }) => text === 'UNDTAGET-oplysning'))!;
    expect((await withhold(requestId, randomUUID())).status).toBe(404);
    expect((await withhold(requestId, partId, { reviewOn: day(-1) })).body.rule).toBe('withholding.review');
    done(await withhold(requestId, partId));
    expect(JSON.stringify(await events(server, `person-${mine.personId}`))).not.toContain('HEMMELIG');
    const first = await reported(requestId);
    expect(partsOf(first).find((part) => part.partId === partId)).toEqual({
      partId,
      withheld: { paragraph: expect.stringContaining('§ 22, stk. 1') as string, reviewOn: day(60) },
      isNew: false,
    });
    expect(JSON.stringify(first)).not.toMatch(/UNDTAGET|HEMMELIG/);
    // Withheld from the next request too.
    const second = await ask(mine.personId);
    expect(JSON.stringify(await reported(second))).not.toContain('UNDTAGET');
    await call('coordinator', 'POST', `/api/access-requests/${second}/withholdings/${partId}/release`, { note: 'Kendt nu' });
    const third = await reported(second);
    expect(third.since).toEqual({ previousIssuedAt: expect.any(String) as string, newParts: 1 });
    expect(partsOf(third).find((part) => part.partId === partId)).toMatchObject({ isNew: true, kind: 'Oplysning videregivet' });
    // The earlier issue is what it was.
    const { items } = await call<{ items: { requestId: string; reports: { reportId: string }[] }[] }>(
      'coordinator',
      'GET',
      '/api/access-requests?limit=200',
    );
    const [old] = items.find((item) => item.requestId === requestId)!.reports;
    expect(await read(requestId, old!.reportId)).toEqual(first);
  });

  it('withholds a whole case', async () => {
    const mine = await newCase(server, { reason: 'UNDTAGET-grund' });
    const requestId = await ask(mine.personId);
    done(await withhold(requestId, mine.caseId, { ground: 'public-interests' }));
    const report = await reported(requestId);
    expect(report.cases).toEqual([
      {
        caseId: mine.caseId,
        withheld: { paragraph: expect.stringContaining('§ 22, stk. 2') as string, reviewOn: day(60) },
        parts: [],
      },
    ]);
    expect(JSON.stringify(report)).not.toContain('UNDTAGET');
  });

  it('tells of two registrations what is in both, of a withdrawn text nothing, and prints no protected address', async () => {
    const mine = await newCase(server);
    const alias = await newCase(server, { reason: 'Fra den anden oprettelse' });
    await call('BIF', 'POST', `/api/cases/${mine.caseId}/reports`, { report: 'FORKERT-person' });
    const timeline = await call<{ items: { eventId: string }[] }>('BIF', 'GET', `/api/cases/${mine.caseId}/timeline?limit=1`);
    const withdrawal = { eventId: timeline.items[0]!.eventId, ground: 'FORKERT-handlede om en anden' };
    await call('BIF', 'POST', `/api/cases/${mine.caseId}/withdrawals`, withdrawal);
    await call('SOF', 'POST', `/api/persons/${mine.personId}/corrections`, { address: 'HEMMELIG-vej 1' });
    await call('SOF', 'PUT', `/api/persons/${mine.personId}/address-protection`);
    const requestId = await ask(mine.personId);
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, { intoPersonId: mine.personId, reason: 'Samme' });
    const reportId = await issue(requestId);
    const report = await read(requestId, reportId);
    expect(report.cases.map(({ caseId }) => caseId).sort()).toEqual([mine.caseId, alias.caseId].sort());
    expect(textsOf(partsOf(report))).toContain('Fra den anden oprettelse');
    // Not even as a text that is gone.
    expect(partsOf(report).map(({ kind }) => kind)).not.toContain('Statusmelding');
    expect(report.identity.some(({ addressProtected }) => addressProtected)).toBe(true);
    expect(JSON.stringify(report)).not.toMatch(/FORKERT|HEMMELIG/);
    // They were two after all: nothing of the one is told to the other, not even in what was issued.
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge-undoing`, { reason: 'Den anden er FORKERT' });
    expect(JSON.stringify(await read(requestId, reportId))).not.toContain('Fra den anden oprettelse');
    // Nor who the other one is.
    for (const { personId } of [mine, alias])
      expect(JSON.stringify(await reported(await ask(personId)))).not.toContain('FORKERT');
  });

  it('that came in while two were one is answered to neither once they are two: it is withdrawn, and registered anew', async () => {
    const [mine, alias] = [await newCase(server, { reason: 'OM-DEN-ENE' }), await newCase(server, { reason: 'OM-DEN-ANDEN' })];
    const merging = { intoPersonId: mine.personId, reason: 'Samme mor som FÆTTEREN' };
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, merging);
    const requestId = await ask(alias.personId, day(-3));
    const reportId = await issue(requestId);
    expect(JSON.stringify(await read(requestId, reportId))).toMatch(/OM-DEN-ENE.*OM-DEN-ANDEN|OM-DEN-ANDEN.*OM-DEN-ENE/);
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge-undoing`, { reason: 'To' });
    const of = `/api/access-requests/${requestId}`;
    for (const [user, method, path, body] of [
      ['coordinator', 'GET', `${of}/draft`],
      ['coordinator', 'POST', `${of}/reports`],
      ['projectLead', 'GET', `${of}/reports/${reportId}`],
      ['projectLead', 'GET', `${of}/reports/${reportId}/pdf`],
      ['police', 'GET', `${of}/police-contribution`],
      ['police', 'POST', `${of}/police-contribution`, { decision: 'approved' }],
      [
        'coordinator',
        'POST',
        `${of}/withholdings`,
        { partId: mine.caseId, ground: 'private-interests', reviewOn: day(9), reason: 'A' },
      ],
    ] as const)
      expect([path, (await server.call<{ rule?: string }>(user, method, path, body)).body.rule]).toEqual([
        path,
        'access-request.merge-undone',
      ]);
    const listed = async (status: string) =>
      (
        await call<{ items: { requestId: string }[] }>('coordinator', 'GET', `/api/access-requests?status=${status}&limit=200`)
      ).items.find((item) => item.requestId === requestId);
    expect(await listed('answered')).toMatchObject({ mergeUndone: true });
    await call('coordinator', 'POST', `${of}/withdrawal`, { reason: 'Det var FÆTTEREN' });
    expect(await listed('answered')).toBeUndefined();
    expect(await listed('withdrawn')).toMatchObject({ status: 'withdrawn', withdrawn: { by: 'coordinator' } });
    const answered = JSON.stringify(await reported(await ask(alias.personId, day(-3))));
    expect(answered).toContain('OM-DEN-ANDEN');
    // Nor why they were thought to be one: it says who the other is.
    expect(answered).not.toMatch(/OM-DEN-ENE|FÆTTEREN/);
    expect(JSON.stringify(await reported(await ask(mine.personId)))).not.toMatch(/OM-DEN-ANDEN|FÆTTEREN/);
  });

  it('that is withdrawn is answered no more, and keeps nothing from erasure', async () => {
    const { personId, caseId, revision } = await newCase(server);
    done(
      await server.call(
        'coordinator',
        'POST',
        `/api/cases/${caseId}/closing`,
        { outcome: 'other' },
        { 'if-match': `"${revision}"` },
      ),
    );
    const requestId = await ask(personId);
    const of = `/api/access-requests/${requestId}`;
    expect((await server.call('police', 'POST', `${of}/withdrawal`, { reason: 'Nej' })).status).toBe(403);
    const withdraw = (reason: string) => server.call<{ rule?: string }>('projectLead', 'POST', `${of}/withdrawal`, { reason });
    expect((await withdraw('...')).body.rule).toBe('access-request.withdrawal-reason');
    for (const _ of [1, 2]) expect((await withdraw('Har fået svar i telefonen.')).status).toBe(200);
    expect((await events(server, `person-${personId}`)).map(({ type }) => type).slice(-4)).toEqual([
      ...['AccessRequested', 'LegalHoldPlaced', 'AccessRequestWithdrawn', 'LegalHoldLifted'],
    ]);
    for (const [method, path] of [
      ['GET', `${of}/draft`],
      ['POST', `${of}/reports`],
    ] as const)
      expect((await server.call('coordinator', method, path)).body).toMatchObject({ rule: 'access-request.withdrawn' });
    await call('coordinator', 'POST', '/api/erasures', { personId, ground: 'objection', reason: 'Bedt om det' });
  });

  it('keeps withheld what was withheld while two were one, and looks at it again in time', async () => {
    const [mine, alias] = [await newCase(server), await newCase(server)];
    await share('BIF', alias, 'UNDTAGET-oplysning');
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, { intoPersonId: mine.personId, reason: 'Samme' });
    const requestId = await ask(mine.personId);
    const draft = await call<Report>('coordinator', 'GET', `/api/access-requests/${requestId}/draft`);
    const part = partsOf(draft).find(({ texts = [] }) => texts.some(({ text }) => text === 'UNDTAGET-oplysning'))!;
    expect((await withhold(requestId, part.partId)).status).toBe(200);
    expect((await withhold(requestId, alias.caseId, { reviewOn: day(90) })).status).toBe(200);
    expect(await types(server, `person-${alias.personId}`)).toEqual([
      'PersonRegistered',
      'PersonMerged',
      'PartWithheld',
      'PartWithheld',
    ]);
    expect(JSON.stringify(await reported(requestId))).not.toContain('UNDTAGET');
    await call('coordinator', 'POST', `/api/persons/${alias.personId}/merge-undoing`, { reason: 'To' });
    const theirs = await ask(alias.personId);
    expect((await reported(theirs)).cases).toEqual([expect.objectContaining({ caseId: alias.caseId, parts: [] })]);
    // Released by the case, the part itself is withheld still.
    await call('coordinator', 'POST', `/api/access-requests/${theirs}/withholdings/${alias.caseId}/release`, {});
    const report = await reported(theirs);
    expect(partsOf(report)).toContainEqual(
      expect.objectContaining({ partId: part.partId, withheld: expect.anything() as object }),
    );
    expect(JSON.stringify(report)).not.toContain('UNDTAGET');
  });

  it('prints no address of one of two that were merged after it was issued, if the other’s is protected', async () => {
    const [mine, other] = [await newCase(server), await newCase(server)];
    await call('SOF', 'POST', `/api/persons/${mine.personId}/corrections`, { address: 'HEMMELIG-vej 3' });
    await call('SOF', 'PUT', `/api/persons/${other.personId}/address-protection`);
    const requestId = await ask(mine.personId);
    const reportId = await issue(requestId);
    expect(JSON.stringify(await read(requestId, reportId))).toContain('HEMMELIG-vej 3');
    await call('coordinator', 'POST', `/api/persons/${other.personId}/merge`, { intoPersonId: mine.personId, reason: 'Samme' });
    expect(JSON.stringify(await read(requestId, reportId))).not.toContain('HEMMELIG');
  });

  it('prints no address that was protected after it was issued', async () => {
    const { personId } = await newCase(server);
    await call('SOF', 'POST', `/api/persons/${personId}/corrections`, { address: 'HEMMELIG-vej 2' });
    const requestId = await ask(personId);
    const reportId = await issue(requestId);
    expect(JSON.stringify(await read(requestId, reportId))).toContain('HEMMELIG-vej 2');
    await call('SOF', 'PUT', `/api/persons/${personId}/address-protection`);
    const report = await read(requestId, reportId);
    expect(JSON.stringify(report)).not.toContain('HEMMELIG');
    expect(report.identity.some(({ addressProtected }) => addressProtected)).toBe(true);
  });

  it('tells what was shared without a basis, and that it was recalled', async () => {
    const { caseId, personId } = await newCase(server);
    const body = { category: 'school', content: 'UDEN-grundlag', necessity: 'Skolen mente, at det var nødvendigt.' };
    const disclosures = `/api/cases/${caseId}/disclosures`;
    const { id } = await call('SOF', 'POST', disclosures, { ...body, toOrganisationIds: ['buf'] });
    await call('BUF', 'POST', `/api/cases/${caseId}/reports`, { report: 'Byggede på det' });
    await call('SOF', 'POST', `${disclosures}/${id}/recall`, { ground: 'Modtageren havde intet grundlag.' });
    const requestId = await ask(personId);
    const texts = textsOf(partsOf(await read(requestId, await issue(requestId))));
    for (const told of ['UDEN-grundlag', 'Byggede på det', 'Modtageren havde intet grundlag.']) expect(texts).toContain(told);
  });

  it('tells what was withdrawn because it rested on what was recalled: it is about the person all the same', async () => {
    const mine = await newCase(server);
    const { caseId, personId } = mine;
    const shared = await share('SOF', mine, 'UDEN-grundlag', { toOrganisationIds: ['buf'] });
    await call('BUF', 'POST', `/api/cases/${caseId}/reports`, { report: 'BYGGEDE-på-det' });
    await call('SOF', 'POST', `/api/cases/${caseId}/disclosures/${shared}/recall`, {
      ground: 'Modtageren havde intet grundlag.',
    });
    const recalls = await call<{ items: { disclosureId: string; rests: { eventId: string }[] }[] }>(
      ...(['projectLead', 'GET', '/api/recalls?limit=200'] as const),
    );
    const [{ eventId }] = recalls.items.find(({ disclosureId }) => disclosureId === shared)!.rests as [{ eventId: string }];
    const review = { eventId, verdict: 'withdraw', reason: 'Bygger alene på det.' };
    await call('projectLead', 'POST', `/api/cases/${caseId}/recalls/${shared}/reviews`, review);
    const timeline = await call<{ withdrawnTexts: object[] }>('projectLead', 'GET', `/api/cases/${caseId}/timeline?limit=200`);
    expect(JSON.stringify(timeline)).not.toContain('BYGGEDE');
    expect(timeline.withdrawnTexts).toContainEqual(
      expect.objectContaining({ eventId, why: 'rested-on-recalled', withheld: true }),
    );
    const report = await reported(await ask(personId));
    expect(textsOf(partsOf(report))).toEqual(expect.arrayContaining(['UDEN-grundlag', 'BYGGEDE-på-det']));
  });

  it('shows what is erased as erased', async () => {
    const later = await startTestServer({ now: new Date(Date.now() - 9 * 86_400_000) });
    const as = async <T = Receipt>(
      user: string,
      method: string,
      path: string,
      body?: unknown,
      headers?: Record<string, string>,
    ) => done<T>(await later.call(user, method, path, body, headers));
    try {
      const few = { organisationIds: ['hotspotsekretariatet', 'sof'], reason: 'SLETTET-grund' };
      const { personId, caseId, revision } = await newCase(later, few);
      await as('coordinator', 'POST', `/api/cases/${caseId}/closing`, { outcome: 'other' }, { 'if-match': `"${revision}"` });
      const erasure = { personId, caseId, ground: 'objection', reason: 'Bedt om det' };
      const { id } = await as('coordinator', 'POST', '/api/erasures', erasure);
      await as('projectLead', 'POST', `/api/erasures/${id}/approvals`);
      await as('coordinator', 'POST', `/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
      await as('administrator', 'POST', '/demo/clock', { days: 9 });
      const { id: requestId } = await as('coordinator', 'POST', '/api/access-requests', { personId, receivedOn: day() });
      const { id: reportId } = await as('coordinator', 'POST', `/api/access-requests/${requestId}/reports`);
      const report = await as<Report>('coordinator', 'GET', `/api/access-requests/${requestId}/reports/${reportId}`);
      expect(partsOf(report).find(({ kind }) => kind === 'Sagen henvist')).toMatchObject({
        erased: true,
        texts: [{ text: null }],
      });
      expect(textsOf(report.identity).some((text) => /Ung Testperson/.test(text ?? ''))).toBe(true);
      expect(JSON.stringify(report)).not.toContain('SLETTET');
    } finally {
      await later.stop();
    }
  }, 60_000);

  // Last: from here on the group has one organisation more.
  it('is not decided on by police who have left for what police of another authority contributed', async () => {
    const mine = await newCase(server);
    await share('police', mine, 'FRA-POLITIET-vores', { category: 'crime' });
    const elsewhere = {
      organisationId: 'politi-andetsteds',
      name: 'Politiet andetsteds',
      kind: 'police',
      authorityId: 'anden-politikreds',
    };
    await call('administrator', 'POST', '/api/organisations', elsewhere);
    const other = { organisationId: 'politi-andetsteds', role: 'participant', subject: randomUUID(), name: 'Demo Deltager 2' };
    await call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/organisations/politi-andetsteds`);
    const { id: userId } = await call('administrator', 'POST', '/api/users', other);
    await call('administrator', 'POST', `/api/groups/${DEMO_GROUP}/members`, { userId, from: day() });
    await call('coordinator', 'PUT', `/api/cases/${mine.caseId}/organisations/politi-andetsteds`);
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, mine.caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    const fromAttendeeId = await arrive(server, meetingId, { userId });
    await arrive(server, meetingId, { userId: 'sof' });
    const { revision } = await call('coordinator', 'POST', `${item}/opening`);
    const said = { category: 'crime', content: 'FRA-ANDRE', necessity: 'Nødvendigt for hjælpen nu', fromAttendeeId };
    done(await server.call('coordinator', 'POST', `${item}/disclosures`, said, { 'if-match': String(revision) }));
    const path = `/api/access-requests/${await ask(mine.personId)}/police-contribution`;
    expect(textsOf((await call<{ parts: Part[] }>('police', 'GET', path)).parts)).toContain('FRA-ANDRE');
    await call('coordinator', 'DELETE', `/api/cases/${mine.caseId}/organisations/politi`);
    expect((await server.call('police', 'GET', path)).status).toBe(404);
    expect((await server.call('police', 'POST', path, { decision: 'approved' })).status).toBe(404);
  });
});
