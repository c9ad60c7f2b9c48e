// Many messages of one kind to one person at once: one mail with a list, once.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Mailer, type MailOut } from '../apps/api/src/mail/mailer.js';
import { NotPostedError, type Letter } from '../apps/api/src/mail/smtp.js';
import { day, done, newAction, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let mailer: Mailer;
let fails = false;
let letters: Letter[] = [];
const out: MailOut = {
  ...{ from: 'fremdrift@demo.example', publicUrl: 'https://fremdrift.example' },
  open: () =>
    Promise.resolve({
      send: (letter) =>
        fails ? Promise.reject(new NotPostedError('smtp-451', 'later')) : Promise.resolve(void letters.push(letter)),
      close: () => {},
    }),
};
beforeAll(async () => {
  server = await startTestServer();
  await server.app.get(Mailer).stop();
  mailer = new Mailer(server.ports, out);
  await mailer.look();
}, 60_000);
afterAll(() => server.stop());
beforeEach(() => {
  letters = [];
});

const toSof = () => letters.filter(({ to }) => to === 'sof@demo.example');
const chase = async (actionId: string) => done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
const numberOf = async (caseId: string) =>
  (await server.call<{ caseNumber: string }>('coordinator', 'GET', `/api/cases/${caseId}`)).body.caseNumber;
const later = async () => {
  await server.ports.dataSource.query(
    `update mail_jobs.job set start_after = start_after - interval '1 hour' where state < 'completed'`,
  );
  await mailer.look();
};

it('is one mail from four actions on, in the words of its kind, and each by itself below', async () => {
  const { caseId } = await newCase(server);
  const number = await numberOf(caseId);
  const ids: string[] = [];
  for (const days of [5, 4, 3, 2]) ids.push(await newAction(server, caseId, { ownerUserId: 'sof', deadline: day(days) }));
  for (const id of ids.slice(1)) await chase(id);
  await mailer.look();
  expect(toSof().map(({ subject }) => subject.startsWith(`Rykker: sag ${number}`))).toEqual([true, true, true]);
  letters = [];
  // The same action twice is no more than one on the list.
  for (const id of [...ids, ids[0]!]) await chase(id);
  await Promise.all([mailer.look(), new Mailer(server.ports, out).look()]);
  await mailer.look();
  const [letter, ...others] = toSof();
  expect(others).toEqual([]);
  expect(letter!.subject).toBe('Rykker: 4 aftaler');
  expect(letter!.text).toContain('Der rykkes for de her aftaler.');
  const places = ids.map((id) => letter!.text.indexOf(`https://fremdrift.example/#/cases/${caseId}/actions/${id}`));
  expect(places).toEqual([...places].sort((a, b) => b - a));
  expect(places).not.toContain(-1);
  const rows = await server.ports.dataSource.query<{ status: string; n: number }[]>(
    `select status, count(*)::int as n from mail.outbox where user_id = 'sof' and facts::text like $1 group by 1 order by 1`,
    [`%${caseId}%`],
  );
  expect(rows).toEqual([
    { status: 'in-digest', n: 5 },
    { status: 'sent', n: 4 },
  ]);
});

it('goes to who is handed over what somebody had, in their language, next to what others are told', async () => {
  done(await server.call('BUF', 'PUT', '/api/me/mail', { language: 'en', reminders: 'digest', chases: 'at-once' }));
  const { caseId } = await newCase(server);
  for (let i = 0; i < 5; i++)
    await newAction(server, caseId, { ownerOrganisationId: 'bif', ownerUserId: 'bif', deadline: day(30 + i) });
  done(await server.call('projectLead', 'POST', '/api/users/bif/handover', { toOrganisationId: 'buf', toUserId: 'buf' }));
  done(await server.call('coordinator', 'POST', '/api/meetings', { groupId: DEMO_GROUP, localDate: day(3) }));
  await mailer.look();
  const [offered] = letters.filter(({ subject }) => subject.startsWith('Handed over'));
  expect(offered!.subject).toMatch(/^Handed over to you: \d+ actions$/);
  expect(offered!.html).toContain('<html lang="en">');
  expect(offered!.text.match(/^- Case /gm)!.length).toBe(Number(/\d+/.exec(offered!.subject)![0]));
  expect(letters.filter(({ to, subject }) => to === 'buf@demo.example' && subject.startsWith('Progress meeting'))).toHaveLength(
    1,
  );
});

it('names no case whose reader was excluded from it before it went out, and is of one action when one is left', async () => {
  const [closed, left] = [await newCase(server), await newCase(server)];
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(await newAction(server, closed.caseId, { ownerUserId: 'sof' }));
  const kept = await newAction(server, left.caseId, { ownerUserId: 'sof' });
  for (const id of [...ids, kept]) await chase(id);
  fails = true;
  await mailer.look();
  const number = await numberOf(closed.caseId);
  done(await server.call('coordinator', 'POST', `/api/cases/${closed.caseId}/exclusions`, { userId: 'sof' }));
  fails = false;
  await later();
  const [letter, ...others] = toSof().filter(({ subject }) => subject.startsWith('Rykker'));
  expect(others).toEqual([]);
  expect(letter!.subject).toContain(`Rykker: sag ${await numberOf(left.caseId)}`);
  expect(letter!.text).toContain(`/actions/${kept}`);
  expect(letter!.text + letter!.html).not.toContain(number);
});
