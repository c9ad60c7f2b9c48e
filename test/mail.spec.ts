// Mail that really goes out: who gets it and when, what is in it, and what becomes of it when something breaks on the way.
import type { DataSource } from 'typeorm';
import { START as START_OF_LOG } from '@app/event-store';
import { openDatabase, type MovableClock } from '@app/platform';
import { NotCaughtUpError, rebuildReadModels, type ReadModels } from '@app/read-models';
import { createTestDatabase } from '@app/testing';
import { Chaser } from '../apps/api/src/chase/chaser.js';
import { MailSink, type Caught } from '../apps/api/src/demo/mail-sink.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import type { Ports } from '../apps/api/src/core/ports.js';
import { Mailer, type MailOut } from '../apps/api/src/mail/mailer.js';
import { NotPostedError, openPost, type Letter } from '../apps/api/src/mail/smtp.js';
import { done, newAction, newCase } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startServerOn, startTestServer, temporaryFolder, type TestServer } from './support/server.js';

/** A Tuesday. */
const START = new Date('2026-11-24T07:30:00.000Z');
const MESSAGE_ID = /^<[0-9a-f-]{36}@demo\.example>$/;

/** Mail as the server sends it, caught; what stands in the way of a letter is the test's. */
class Postbox {
  readonly letters: Letter[] = [];
  /** Before the letter is taken over. */
  before: (letter: Letter) => void | Promise<void> = () => {};
  /** The letter is taken over; the sender does not know yet. */
  after: (letter: Letter) => void | Promise<void> = () => {};
  readonly out: MailOut = {
    ...{ from: 'fremdrift@demo.example', publicUrl: 'https://fremdrift.example' },
    open: () =>
      Promise.resolve({
        send: async (letter) => {
          await this.before(letter);
          this.letters.push(letter);
          await this.after(letter);
        },
        close: () => {},
      }),
  };
}

const mailerOf = (server: TestServer, box: Postbox): Mailer => new Mailer(server.ports, box.out);
const advanceTo = async (server: TestServer, at: string): Promise<void> => {
  const clock = server.ports.clock as MovableClock;
  clock.advance(Date.parse(at) - clock.now().getTime());
  await server.app.get(Chaser).look();
};
/** Monday's lists have a spec of their own. */
const withoutLists = (letters: readonly Letter[]) =>
  letters.filter(({ subject }) => !/^(Ugens overblik|Your week)/.test(subject));
const statuses = (server: TestServer) =>
  server.ports.dataSource.query<{ kind: string; user_id: string; status: string; why: string | null; attempts: number }[]>(
    'select kind, user_id, status, why, attempts from mail.outbox order by created_at, user_id, kind',
  );
/** As if so much time had passed for the jobs: tries that were killed are over, and waits too. */
const timePasses = (dataSource: DataSource, interval: string) =>
  dataSource.query(
    `update mail_jobs.job set started_on = started_on - $1::interval, start_after = start_after - $1::interval where state < 'completed'`,
    [interval],
  );

describe('mail', () => {
  let server: TestServer;
  let box: Postbox;
  let mailer: Mailer;
  let caseId: string;
  let actionId: string;
  beforeAll(async () => {
    server = await startTestServer({ now: START });
    // Its own mailer rests: here the test says when somebody looks.
    await server.app.get(Mailer).stop();
    box = new Postbox();
    mailer = mailerOf(server, box);
    await mailer.look();
    box.letters.length = 0;
    ({ caseId } = await newCase(server));
    actionId = await newAction(server, caseId, { deadline: '2026-12-08', ownerUserId: 'sof' });
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/acceptance`));
  }, 60_000);
  afterAll(() => server.stop());

  const numberOf = async () => (await server.call<{ caseNumber: string }>('SOF', 'GET', `/api/cases/${caseId}`)).body.caseNumber;
  const about = async () => {
    const number = await numberOf();
    return withoutLists(box.letters).filter(({ text }) => text.includes(number));
  };

  it('leaves a reminder for Monday, and sends a chase at once: case number, date, link and nothing else', async () => {
    await advanceTo(server, '2026-11-30T07:30:00.000Z');
    await mailer.look();
    await advanceTo(server, '2026-12-03T07:30:00.000Z');
    await mailer.look();
    expect(await about()).toEqual([]);
    expect(await statuses(server)).toContainEqual(
      expect.objectContaining({ kind: 'reminded', user_id: 'sof', status: 'for-digest' }),
    );
    await advanceTo(server, '2026-12-09T07:30:00.000Z');
    await mailer.look();
    const number = await numberOf();
    const [letter, ...others] = await about();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ to: 'sof@demo.example', subject: `Rykker: sag ${number}, frist 8. december 2026` });
    expect(letter!.messageId).toMatch(MESSAGE_ID);
    expect(letter!.text).toContain(`https://fremdrift.example/#/cases/${caseId}/actions/${actionId}`);
    expect(letter!.html).toMatch(/^<!doctype html>\n<html lang="da">/);
    expect(letter!.html).not.toMatch(/<img|<script|<style|src=/);
    const search = searchFor(['KANARIE', 'Testperson', 'Ringe til skolen', 'Demo Deltager']);
    for (const { to: _, ...shown } of box.letters) expect(search.inText(JSON.stringify(shown))).toEqual([]);
    await mailer.look();
    expect(await about()).toHaveLength(1);
  });

  it('goes at once, and in English, to who chose so', async () => {
    const choice = { language: 'en', reminders: 'at-once', chases: 'at-once' };
    expect((await server.call('SOF', 'GET', '/api/me/mail')).body).toEqual({
      ...{ language: 'da', reminders: 'digest', chases: 'at-once', hasAddress: true },
    });
    done(await server.call('SOF', 'PUT', '/api/me/mail', choice));
    expect((await server.call('SOF', 'GET', '/api/me/mail')).body).toEqual({ ...choice, hasAddress: true });
    const before = (await about()).length;
    const other = await newAction(server, caseId, { deadline: '2026-12-15', ownerUserId: 'sof' });
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${other}/acceptance`));
    await advanceTo(server, '2026-12-10T07:30:00.000Z');
    await mailer.look();
    const letters = await about();
    expect(letters.slice(before).map(({ subject }) => subject)).toEqual([
      `Reminder: case ${await numberOf()}, deadline 15 December 2026`,
    ]);
    expect(letters.at(-1)!.html).toContain('<html lang="en">');
  });

  it('tells of an escalation who has it in hand and who leads', async () => {
    const before = box.letters.length;
    done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/escalation`, { reason: 'Kræver en bevilling.' }));
    await mailer.look();
    expect(
      box.letters
        .slice(before)
        .map(({ to }) => to)
        .sort(),
    ).toEqual([...['hotspot-chief@demo.example', 'project-lead@demo.example', 'sof@demo.example']]);
    expect(JSON.stringify(box.letters)).not.toContain('bevilling');
  });

  it('tells the organisations that got a withdrawn text, never what it said', async () => {
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'Om en helt anden' }));
    const timeline = await server.call<{ items: { eventId: string }[] }>('SOF', 'GET', `/api/cases/${caseId}/timeline?limit=1`);
    const withdrawal = { eventId: timeline.body.items[0]!.eventId, ground: 'Handler om en anden' };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/withdrawals`, withdrawal));
    const before = box.letters.length;
    await mailer.look();
    const told = box.letters.slice(before);
    expect(told.map(({ to }) => to)).toEqual(expect.arrayContaining(['bif@demo.example', 'police@demo.example']));
    expect(told.map(({ to }) => to)).not.toContain('sof@demo.example');
    expect(JSON.stringify(told)).not.toMatch(/anden/);
  });

  it('tells them of a recalled disclosure in words of its own, in either language', async () => {
    done(await server.call('police', 'PUT', '/api/me/mail', { language: 'en', reminders: 'digest', chases: 'at-once' }));
    const disclosure = {
      ...{ toOrganisationIds: ['bif', 'politi'], category: 'school', purpose: 'ssp' },
      ...{ content: 'Går ikke i skole', necessity: 'Nødvendigt for at forebygge kriminalitet blandt unge' },
    };
    const { id } = done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, disclosure));
    const ground = 'Der var intet grundlag for at dele det';
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures/${id}/recall`, { ground }));
    const before = box.letters.length;
    await mailer.look();
    const told = box.letters.slice(before);
    const of = (to: string) => told.find((letter) => letter.to === to)!;
    expect(of('bif@demo.example').subject).toMatch(/^En videregivelse er kaldt tilbage: sag /);
    expect(of('police@demo.example').subject).toMatch(/^A disclosure was recalled: case /);
    expect(of('police@demo.example').html).toContain('lacked its basis');
    expect(told.map(({ to }) => to)).not.toContain('sof@demo.example');
    expect(JSON.stringify(told)).not.toMatch(/skole|intet grundlag for/);
  });

  it('a sender that dies after the letter was taken over sends it again, under the same Message-ID', async () => {
    const dying = new Postbox();
    const died = new Promise<void>((resolve) => {
      dying.after = () => {
        resolve();
        return new Promise(() => {}); // never comes back: nothing after this happens in that process
      };
    });
    done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    void mailerOf(server, dying).look();
    await died;
    const next = mailerOf(server, box);
    const before = box.letters.length;
    await next.look();
    expect(box.letters.slice(before)).toEqual([]); // it may still be at work
    await timePasses(server.ports.dataSource, '1 hour');
    await next.look();
    await timePasses(server.ports.dataSource, '1 hour');
    await next.look();
    const again = box.letters.slice(before);
    expect(again).toHaveLength(1);
    expect(dying.letters).toHaveLength(1);
    expect(again[0]).toEqual(dying.letters[0]);
  });

  it('a sender that dies before the letter is in the outbox loses none', async () => {
    done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    await server.readModels.reach(server.ports.lastWritten);
    const broken = mailerOf(server, new Postbox());
    broken.outbox.put = () => Promise.reject(new Error('killed'));
    await broken.look();
    const before = box.letters.length;
    await Promise.all([mailer.look(), mailerOf(server, box).look(), mailerOf(server, box).look()]);
    expect(box.letters.slice(before).map(({ to }) => to)).toEqual(['sof@demo.example']);
  });

  it('is tried again with growing waits, given up, seen, and sent by hand', async () => {
    done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    let tries = 0;
    box.before = () => {
      tries++;
      throw new NotPostedError('smtp-451', 'later');
    };
    await mailer.look();
    await mailer.look();
    expect(tries).toBe(1);
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const [job] = await server.ports.dataSource.query<{ wait: string }[]>(
        `select extract(epoch from start_after - now()) as wait from mail_jobs.job where name = 'mail' and state = 'retry'`,
      );
      if (job) waits.push(Number(job.wait));
      await timePasses(server.ports.dataSource, '40 hours');
      await mailer.look();
    }
    expect(tries).toBe(11);
    expect(waits[0]).toBeGreaterThan(50);
    expect(waits[4]).toBeGreaterThan(waits[0]! * 4);
    const list = await server.call<{ items: Record<string, unknown>[] }>('projectLead', 'GET', '/api/mail?status=dead');
    expect(list.body.items).toEqual([expect.objectContaining({ kind: 'chased', userId: 'sof', why: 'smtp-451', attempts: 11 })]);
    expect(await mailer.health()).toBe('up, with messages given up');
    const { messageId } = list.body.items[0]!;
    box.before = () => {};
    done(await server.call('administrator', 'POST', `/api/mail/${String(messageId)}/requeue`));
    const before = box.letters.length;
    await mailer.look();
    expect(box.letters.slice(before).map((l) => l.messageId)).toEqual([`<${String(messageId)}@demo.example>`]);
    const twice = await server.call('administrator', 'POST', `/api/mail/${String(messageId)}/requeue`);
    expect([twice.status, twice.body['rule']]).toEqual([422, 'mail.not-given-up']);
  }, 30_000);

  it('a letter that is refused for good is given up at once, and holds up no other; a server out of reach is asked once a look', async () => {
    const second = await newAction(server, caseId, { deadline: '2027-02-02', ownerUserId: 'bif', ownerOrganisationId: 'bif' });
    for (const id of [actionId, second]) done(await server.call('projectLead', 'POST', `/api/actions/${id}/chases`, {}));
    box.before = ({ to }) => {
      if (to.startsWith('sof')) throw new NotPostedError('smtp-550', 'refused');
    };
    const before = box.letters.length;
    await mailer.look();
    expect(box.letters.slice(before).map(({ to }) => to)).toEqual(['bif@demo.example']);
    const dead = await server.call<{ items: { why: string; attempts: number }[] }>('projectLead', 'GET', '/api/mail?status=dead');
    expect(dead.body.items).toMatchObject([{ why: 'smtp-550', attempts: 1 }]);

    for (const id of [actionId, second]) done(await server.call('projectLead', 'POST', `/api/actions/${id}/chases`, {}));
    let asked = 0;
    box.before = () => {
      asked++;
      throw new NotPostedError('econnection', 'out-of-reach');
    };
    await mailer.look();
    expect(asked).toBe(1);
    expect(await mailer.health()).toBe('not sending: econnection');
    box.before = () => {};
    await timePasses(server.ports.dataSource, '1 hour');
    await mailer.look();
    expect(await mailer.health()).toBe('up, with messages given up');
    expect(box.letters.slice(before)).toHaveLength(3);
  });

  it('goes to nobody who has left or has no address, and that is seen; with an address it can be sent', async () => {
    const { id: userId } = done(
      await server.call('administrator', 'POST', '/api/users', {
        ...{ organisationId: 'sof', role: 'participant', subject: 'uden-adresse', name: 'Ansat Uden Adresse' },
      }),
    );
    const join = { userId, from: '2026-11-01' };
    done(await server.call('administrator', 'POST', `/api/groups/${DEMO_GROUP}/members`, join));
    const action = await newAction(server, caseId, { deadline: '2027-02-03', ownerUserId: userId });
    done(await server.call('projectLead', 'POST', `/api/actions/${action}/chases`, {}));
    await mailer.look();
    const list = async () =>
      (
        await server.call<{ items: { userId: string; messageId: string; why: string }[] }>(
          'projectLead',
          'GET',
          '/api/mail?status=not-sent',
        )
      ).body.items;
    expect(await list()).toMatchObject([{ userId, why: 'no-address' }]);
    const email = 'ny-adresse@demo.example';
    expect((await server.call('administrator', 'PUT', `/api/users/${userId}/email`, { email: 'ingen adresse' })).status).toBe(
      400,
    );
    done(await server.call('administrator', 'PUT', `/api/users/${userId}/email`, { email }));
    done(await server.call('projectLead', 'POST', `/api/mail/${(await list())[0]!.messageId}/requeue`));
    const before = box.letters.length;
    await mailer.look();
    expect(box.letters.slice(before).map(({ to }) => to)).toEqual([email]);

    done(await server.call('projectLead', 'POST', `/api/actions/${action}/chases`, {}));
    await server.readModels.reach(server.ports.lastWritten);
    const on = server.ports.clock.today();
    done(await server.call('administrator', 'POST', `/api/users/${userId}/leaving`, { on }));
    await mailer.look();
    expect(await list()).toMatchObject([{ userId, why: 'left' }]);
  });

  it('of a withdrawn text or a recalled disclosure goes to the colleagues of who did it as well: they have read it', async () => {
    const body = { ...{ organisationId: 'sof', role: 'participant' }, ...{ subject: 'kollega', name: 'Ansat Kollega' } };
    const { id: userId } = done(await server.call('administrator', 'POST', '/api/users', body));
    const email = 'kollega@demo.example';
    done(await server.call('administrator', 'PUT', `/api/users/${userId}/email`, { email }));
    done(await server.call('administrator', 'POST', `/api/groups/${DEMO_GROUP}/members`, { userId, from: '2026-11-01' }));
    await mailer.look();
    const mailed = async () => {
      const before = box.letters.length;
      await mailer.look();
      return box.letters.slice(before).map(({ to }) => to);
    };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'Om en helt anden' }));
    const timeline = await server.call<{ items: { eventId: string }[] }>('SOF', 'GET', `/api/cases/${caseId}/timeline?limit=1`);
    const withdrawal = { eventId: timeline.body.items[0]!.eventId, ground: 'Handler om en anden' };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/withdrawals`, withdrawal));
    const told = await mailed();
    expect(told).toEqual(expect.arrayContaining([email, 'bif@demo.example']));
    expect(told).not.toContain('sof@demo.example');
    const disclosure = {
      ...{ toOrganisationIds: ['politi'], category: 'school', purpose: 'ssp' },
      ...{ content: 'Går ikke i skole', necessity: 'Politiet skal vide det for at kunne møde den unge rigtigt' },
    };
    const { id } = done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, disclosure));
    const ground = 'Der var intet grundlag for at dele det';
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures/${id}/recall`, { ground }));
    const leads = ['coordinator', 'hotspot-chief', 'project-lead'].map((user) => `${user}@demo.example`);
    expect((await mailed()).sort()).toEqual([...leads, email, 'police@demo.example'].sort());
    // Who acts for an organisation need not answer for it.
    const list = await server.call<{ items: { told: { organisationId: string }[] }[] }>(
      'projectLead',
      'GET',
      '/api/withdrawals?limit=1',
    );
    expect(list.body.items[0]!.told.map(({ organisationId }) => organisationId)).toEqual(['politi']);
  });

  it('of an action that is offered goes to the receiver, or to their deputy while they are away', async () => {
    const group = `/api/groups/${DEMO_GROUP}`;
    done(await server.call('administrator', 'PUT', `${group}/members/buf/deputy`, { deputyUserId: 'bif' }));
    const offered = async () => {
      const action = await newAction(server, caseId, { deadline: '2027-02-05', ownerUserId: 'sof' });
      const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
      const path = `/api/cases/${caseId}/actions/${action}/handover`;
      done(await server.call('SOF', 'POST', path, { toOrganisationId: 'buf', toUserId: 'buf' }, { 'if-match': etag }));
      const before = box.letters.length;
      await mailer.look();
      return withoutLists(box.letters.slice(before)).map(({ to }) => to);
    };
    expect(await offered()).toEqual(['buf@demo.example']);
    const from = server.ports.clock.today();
    done(await server.call('BUF', 'POST', `${group}/absences`, { from, backOn: '2027-03-01' }));
    expect(await offered()).toEqual(['bif@demo.example']);
    done(await server.call('BUF', 'POST', `${group}/absences`, { from, backOn: from }));
  });

  it('waits for who is not in the read models yet, and while they are behind the log', async () => {
    done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    await server.readModels.reach(server.ports.lastWritten);
    // As in a process that wrote none of it.
    const seenBy = (over: Partial<ReadModels>): Mailer => {
      const readModels = { value: { ...server.readModels, ...over } };
      return new Mailer(Object.create(server.ports, { readModels, lastWritten: { value: START_OF_LOG } }) as Ports, box.out);
    };
    const behind = {
      reach: (position: string) => (position > START_OF_LOG ? Promise.reject(new NotCaughtUpError(1)) : Promise.resolve()),
    };
    const known = (await statuses(server)).length;
    const before = box.letters.length;
    const empty = { users: new Map(), groups: new Map() };
    await seenBy({ ...behind, registry: async () => ({ ...(await server.readModels.registry()), ...empty }) }).look();
    expect(await statuses(server)).toHaveLength(known);
    await seenBy({ registry: async () => ({ ...(await server.readModels.registry()), ...empty }) }).look();
    expect(box.letters.slice(before)).toEqual([]);
    expect((await statuses(server)).at(-1)).toMatchObject({ kind: 'chased', status: 'queued', why: 'not-known-yet' });
    await timePasses(server.ports.dataSource, '1 hour');
    await mailer.look();
    expect(box.letters.slice(before).map(({ to }) => to)).toEqual(['sof@demo.example']);
  });

  it('about a case goes to nobody who may not read that case any more when it is sent', async () => {
    const other = await newCase(server);
    const action = await newAction(server, other.caseId, { deadline: '2027-02-08', ownerUserId: 'sof' });
    done(await server.call('projectLead', 'POST', `/api/actions/${action}/chases`, {}));
    const before = box.letters.length;
    box.before = () => {
      throw new NotPostedError('smtp-451', 'later');
    };
    await mailer.look();
    box.before = () => {};
    done(await server.call('coordinator', 'POST', `/api/cases/${other.caseId}/exclusions`, { userId: 'sof' }));
    await timePasses(server.ports.dataSource, '1 hour');
    await mailer.look();
    expect(box.letters.slice(before)).toEqual([]);
    expect((await statuses(server)).at(-1)).toMatchObject({ kind: 'chased', status: 'not-sent', why: 'no-access' });
  });

  it('stands in the database without addresses, names or texts', async () => {
    const tables = ['mail.outbox', 'mail.checkpoint', 'mail_jobs.job', 'mail_jobs.archive'];
    const rows = await Promise.all(tables.map((name) => server.ports.dataSource.query(`select * from ${name}`)));
    expect((rows[0] as unknown[]).length).toBeGreaterThan(10);
    const stored = JSON.stringify(rows).replaceAll(/<[0-9a-f-]{36}@demo\.example>/g, '');
    expect(/@|KANARIE|Testperson|bevilling|skolen/.exec(stored)).toBeNull();
  });

  it('is not sent again when the read models are made anew', async () => {
    const before = box.letters.length;
    const { store, vault, blindIndex } = server.ports;
    const dataSource = await openDatabase(server.ownerUrl, []);
    await rebuildReadModels({ dataSource, store, vault, blindIndex });
    await dataSource.destroy();
    await mailer.look();
    expect(box.letters.slice(before)).toEqual([]);
  });

  it('is managed by those who look after it, and shows no addresses', async () => {
    expect((await server.call('SOF', 'GET', '/api/mail')).status).toBe(403);
    const first = (await server.call<{ items: object[]; next: string }>('administrator', 'GET', '/api/mail?limit=2')).body;
    const rest = (await server.call<{ items: object[] }>('administrator', 'GET', `/api/mail?limit=200&after=${first.next}`)).body;
    const ids = [...first.items, ...rest.items].map((item) => (item as { messageId: string }).messageId);
    expect(new Set(ids).size).toBe((await statuses(server)).length);
    expect(JSON.stringify([first, rest])).not.toMatch(/@|K[A-Z0-9]{3}-/);
    expect((await server.call('administrator', 'GET', '/api/mail?after=xx')).status).toBe(400);
  });
});

describe('a first start on a log with years behind it', () => {
  it('mails nothing of it; nor what a copied log brings later', async () => {
    const database = await createTestDatabase();
    const first = await startServerOn(database.url, temporaryFolder(), {});
    const { caseId } = await newCase(first);
    const actionId = await newAction(first, caseId, { ownerUserId: 'sof' });
    await first.app.get(Mailer).stop();
    // As a database that never had mail: its log is old, its outbox is new.
    await first.ports.dataSource.query('delete from mail.checkpoint');
    done(await first.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    const box = new Postbox();
    const mailer = mailerOf(first, box);
    await mailer.begin();
    await mailer.look();
    expect(withoutLists(box.letters)).toEqual([]);
    // From the beginning of the log, a month later: it is news to nobody.
    await first.ports.dataSource.query(`update mail.checkpoint set position = ''`);
    (first.ports.clock as MovableClock).advance(30 * 86_400_000);
    await mailer.look();
    expect(withoutLists(box.letters)).toEqual([]);
    expect((await mailer.outbox.checkpoint())!.position).toBe(await first.ports.store.head());
    done(await first.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, {}));
    await mailer.look();
    expect(withoutLists(box.letters).map(({ to }) => to)).toContain('sof@demo.example');
    await first.stop();
    await database.drop();
  }, 60_000);
});

describe('without SMTP_URL', () => {
  it('nothing is sent and nothing kept for later; it says so in one line', async () => {
    const server = await startTestServer();
    const off = new Mailer(server.ports, undefined);
    await off.begin();
    await off.look();
    expect(await off.health()).toBe('off: SMTP_URL is not set');
    expect((await server.call<{ parts: object }>(undefined, 'GET', '/health/ready')).body.parts).toMatchObject({ mail: 'up' });
    await server.stop();
  }, 60_000);
});

describe('over SMTP', () => {
  const letter: Letter = {
    ...{ to: 'sof@demo.example', messageId: '<one@demo.example>', subject: 'Påmindelse: sag ÆØÅ1-2345' },
    ...{ text: 'Frist 8. december 2026\n', html: '<!doctype html><html lang="da"><p>Frist 8. december 2026</p></html>' },
  };
  it('arrives as it was written, with its Message-ID', async () => {
    const sink = new MailSink();
    const settings = await sink.start();
    const post = await openPost(settings);
    await post.send(letter);
    await post.send(letter);
    post.close();
    expect(sink.caught).toHaveLength(2);
    const { text, html, ...rest } = sink.caught[0]!;
    expect(rest).toEqual<Partial<Caught>>({ messageId: letter.messageId, to: [letter.to], subject: letter.subject });
    expect([text.trim(), html.trim()]).toEqual([letter.text.trim(), letter.html]);
    await sink.close();
    const failure = await openPost(settings).then((again) => again.send(letter).catch((error: unknown) => error));
    expect(failure).toBeInstanceOf(NotPostedError);
    expect(failure).toMatchObject({ how: 'out-of-reach' });
    expect((failure as Error).message).not.toContain('@');
  });

  it('an address that is none is refused without being repeated', async () => {
    const sink = new MailSink();
    const post = await openPost(await sink.start());
    const failure = await post.send({ ...letter, to: 'ingen adresse' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ how: 'refused' });
    expect(JSON.stringify([failure, (failure as Error).message])).not.toContain('ingen');
    post.close();
    await sink.close();
  });
});
