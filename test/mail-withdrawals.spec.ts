// Who is written to when a text is withdrawn or a disclosure recalled: everybody who may have read it.
import { randomUUID } from 'node:crypto';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Mailer, type MailOut } from '../apps/api/src/mail/mailer.js';
import type { Letter } from '../apps/api/src/mail/smtp.js';
import { day, done, newAction, newCase, type Receipt } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let mailer: Mailer;
const letters: Letter[] = [];
const out: MailOut = {
  ...{ from: 'fremdrift@demo.example', publicUrl: 'https://fremdrift.example' },
  open: () => Promise.resolve({ send: (letter) => Promise.resolve(void letters.push(letter)), close: () => {} }),
};
beforeAll(async () => {
  server = await startTestServer();
  await server.app.get(Mailer).stop();
  mailer = new Mailer(server.ports, out);
  await mailer.look();
}, 60_000);
afterAll(() => server.stop());

const call = async <T = Receipt>(user: string, method: string, path: string, body?: object): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
const group = `/api/groups/${DEMO_GROUP}`;
/** Addresses of what went out meanwhile about such things. */
const toldOf = async (what: () => Promise<unknown>): Promise<readonly string[]> => {
  await mailer.look();
  const before = letters.length;
  await what();
  await mailer.look();
  const about = letters.slice(before).filter(({ subject }) => /trukket tilbage|kaldt tilbage/.test(subject));
  return about.map(({ to }) => to.replace('@demo.example', '')).sort();
};
const share = async (caseId: string, toOrganisationIds: readonly string[]): Promise<string> => {
  const body = { category: 'school', content: 'KANARIE', necessity: `Skolen skal kende det: ${randomUUID()}`, toOrganisationIds };
  return (await call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, body)).id;
};
const recall = (caseId: string, id: string) =>
  call('SOF', 'POST', `/api/cases/${caseId}/disclosures/${id}/recall`, { ground: 'Modtageren havde intet grundlag.' });
const LEADS = ['coordinator', 'hotspot-chief', 'project-lead'];

it('who stands in for somebody who is away is told as well; who is back is asked no more of', async () => {
  const { caseId } = await newCase(server);
  await call('administrator', 'PUT', `${group}/members/gadeteam/deputy`, { deputyUserId: 'jobcenter' });
  const here = await share(caseId, ['gadeteam']);
  expect(await toldOf(() => recall(caseId, here))).toEqual([...LEADS, 'gadeteam'].sort());
  await call('gadeteam', 'POST', `${group}/absences`, { from: day(), backOn: day(20) });
  const id = await share(caseId, ['gadeteam']);
  expect(await toldOf(() => recall(caseId, id))).toEqual([...LEADS, 'gadeteam', 'jobcenter'].sort());
});

it('who leads the group is told, also where their own organisation takes no part; but not who is excluded, nor who did it', async () => {
  const { caseId } = await newCase(server, { organisationIds: ['sof', 'buf'] });
  await call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'hotspot-chief' });
  await call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE' });
  const { items } = await call<{ items: { eventId: string }[] }>('SOF', 'GET', `/api/cases/${caseId}/timeline?limit=1`);
  const { eventId } = items[0]!;
  const withdraw = () => call('coordinator', 'POST', `/api/cases/${caseId}/withdrawals`, { eventId, ground: 'Om en anden.' });
  expect(await toldOf(withdraw)).toEqual(['buf', 'project-lead', 'sof']);
});

it('the steering group is told of a summary that was written for it', async () => {
  const { caseId } = await newCase(server, {
    organisationIds: ['hotspotsekretariatet', 'buf'],
    responsibleOrganisationId: 'buf',
  });
  const id = await newAction(server, caseId, { ownerOrganisationId: 'buf', ownerUserId: 'buf' });
  await call('projectLead', 'POST', `/api/actions/${id}/escalation`, { reason: 'Ingen vil betale for det.' });
  const escalations = await call<{ items: { escalationId: string }[] }>('projectLead', 'GET', `/api/escalations?actionId=${id}`);
  const { escalationId } = escalations.items[0]!;
  await call('projectLead', 'POST', `/api/escalations/${escalationId}/summary`, { summary: 'KANARIE-sammenfatning' });
  const read = async () => (await server.call('steeringMember', 'GET', `/api/escalations/${escalationId}`)).text;
  expect(await read()).toContain('KANARIE');
  const timeline = await call<{ items: { eventId: string; type: string }[] }>(
    ...(['projectLead', 'GET', `/api/cases/${caseId}/timeline?limit=200`] as const),
  );
  const { eventId } = timeline.items.find(({ type }) => type === 'EscalationSummarised')!;
  const withdraw = () => call('projectLead', 'POST', `/api/cases/${caseId}/withdrawals`, { eventId, ground: 'Om en anden.' });
  expect(await toldOf(withdraw)).toContain('steering-member');
  expect(await read()).not.toContain('KANARIE');
});
