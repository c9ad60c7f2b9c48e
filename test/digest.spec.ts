// Monday's list: one mail with what is one's own, at eight in the morning, whatever the clock and the holidays do.
import fc from 'fast-check';
import { isWorkingDay, YEARLY_CLOSING_DAYS } from '@app/domain';
import { addDays, localDateAt, weekdayOf, type MovableClock } from '@app/platform';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Chaser } from '../apps/api/src/chase/chaser.js';
import { digestDueAt, weekOf } from '../apps/api/src/mail/digest.js';
import { Mailer, type MailOut } from '../apps/api/src/mail/mailer.js';
import { NotPostedError, type Letter } from '../apps/api/src/mail/smtp.js';
import { done, newAction, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

describe('when the list is due', () => {
  it('is Monday 08:00 in Copenhagen, summer and winter', () => {
    expect(digestDueAt('2026-11-23')).toBe('2026-11-23T07:00:00.000Z');
    expect(digestDueAt('2026-10-19')).toBe('2026-10-19T06:00:00.000Z');
    // The Mondays after the clocks changed.
    expect(digestDueAt('2026-10-26')).toBe('2026-10-26T07:00:00.000Z');
    expect(digestDueAt('2027-03-22')).toBe('2027-03-22T07:00:00.000Z');
  });
  it('is the first working day when Monday is none', () => {
    expect(digestDueAt('2027-03-29')).toBe('2027-03-30T06:00:00.000Z'); // Easter Monday
    expect(digestDueAt('2027-05-17')).toBe('2027-05-18T06:00:00.000Z'); // Whit Monday
  });
  it('is always a working day of its week, at eight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (days) => {
        const week = weekOf(addDays('2000-01-01', days));
        const due = digestDueAt(week);
        expect(weekdayOf(week)).toBe(1);
        if (due === undefined) return;
        const date = localDateAt(new Date(due));
        expect(isWorkingDay(date, { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS })).toBe(true);
        expect(weekOf(date)).toBe(week);
        expect(new Date(due).toLocaleTimeString('da-DK', { timeZone: 'Europe/Copenhagen' })).toBe('08.00.00');
      }),
    );
  });
});

describe('the list', () => {
  let server: TestServer;
  let mailer: Mailer;
  const letters: Letter[] = [];
  let fails = false;
  const out: MailOut = {
    ...{ from: 'fremdrift@demo.example', publicUrl: 'https://fremdrift.example' },
    open: () =>
      Promise.resolve({
        send: (letter) =>
          fails ? Promise.reject(new NotPostedError('smtp-451', 'later')) : Promise.resolve(void letters.push(letter)),
        close: () => {},
      }),
  };
  const at = async (instant: string): Promise<void> => {
    const clock = server.ports.clock as MovableClock;
    clock.advance(Date.parse(instant) - clock.now().getTime());
    await server.app.get(Chaser).look();
    await mailer.look();
  };
  const lineOf = (text: string, actionId: string) => {
    const lines = text.split('\n');
    return lines[lines.findIndex((line) => line.includes(actionId)) - 1];
  };
  const listsOf = (user: string) =>
    letters.filter(({ to, subject }) => to === `${user}@demo.example` && subject.startsWith('Ugens'));

  beforeAll(async () => {
    // A Wednesday.
    server = await startTestServer({ now: new Date('2026-11-25T09:00:00.000Z') });
    await server.app.get(Mailer).stop();
    mailer = new Mailer(server.ports, out);
    await mailer.look();
  }, 60_000);
  afterAll(() => server.stop());

  it('comes once, on Monday at eight: what is overdue, what is due soon, what waits for acceptance; not what is done', async () => {
    const { caseId } = await newCase(server);
    const number = (await server.call<{ caseNumber: string }>('SOF', 'GET', `/api/cases/${caseId}`)).body.caseNumber;
    const action = (deadline: string) => newAction(server, caseId, { deadline, ownerUserId: 'sof' });
    const soon = await action('2026-12-02');
    const completed = await action('2026-12-02');
    const overdue = await action('2026-11-27');
    const far = await action('2027-02-01');
    const awaits = await action('2027-02-02');
    for (const id of [soon, completed, overdue, far])
      done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${id}/acceptance`));
    await at('2026-11-27T09:00:00.000Z');
    expect(listsOf('sof')).toEqual([]);
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${completed}/completion`, {}));
    await at('2026-11-30T06:59:00.000Z');
    expect(listsOf('sof')).toEqual([]);
    await at('2026-11-30T07:00:00.000Z');
    await Promise.all([mailer.look(), new Mailer(server.ports, out).look()]);
    const [list, ...more] = listsOf('sof');
    expect(more).toEqual([]);
    expect(list!.subject).toBe('Ugens overblik 30. november 2026');
    for (const [id, says] of [
      [soon, `Sag ${number}, frist 2. december 2026\n`],
      [overdue, `Sag ${number}, frist 27. november 2026 (over fristen)\n`],
      [awaits, `Sag ${number}, frist 2. februar 2027 (venter på din accept)\n`],
    ] as const)
      expect(list!.text).toContain(`- ${says}  https://fremdrift.example/#/cases/${caseId}/actions/${id}`);
    for (const id of [completed, far]) expect(list!.text).not.toContain(id);
    expect(list!.text).toContain('Næste møde: 1. december 2026 kl. 09:00');
    expect(list!.html).toContain('<li><a href=');
    // Its reminders went with it, and that of what was done before is seen to have gone nowhere.
    const reminderOf = async (actionId: string) =>
      (
        await server.ports.dataSource.query<{ status: string; why: string | null }[]>(
          `select status, why from mail.outbox where kind = 'reminded' and user_id = 'sof' and facts -> 'action' ->> 'actionId' = $1`,
          [actionId],
        )
      )[0];
    expect(await reminderOf(soon)).toEqual({ status: 'in-digest', why: null });
    expect(await reminderOf(completed)).toEqual({ status: 'not-sent', why: 'nothing-left' });
    await at('2026-12-01T09:00:00.000Z');
    expect(listsOf('sof')).toHaveLength(1);
  });

  it('comes late after an outage, in its week only, and to nobody who has nothing or wants all at once', async () => {
    expect(listsOf('coordinator')).toEqual([]);
    const choice = { language: 'da', reminders: 'at-once', chases: 'at-once' };
    done(await server.call('SOF', 'PUT', '/api/me/mail', choice));
    const before = letters.length;
    await at('2026-12-16T12:00:00.000Z');
    const weeks = letters.slice(before).filter(({ subject }) => subject.startsWith('Ugens'));
    expect(new Set(weeks.map(({ subject }) => subject))).toEqual(new Set(['Ugens overblik 16. december 2026']));
    expect(listsOf('sof')).toHaveLength(1);
  });

  it('has the meeting to come, also while one of last week was never closed', async () => {
    const meeting = async (localDate: string) =>
      done(await server.call('coordinator', 'POST', '/api/meetings', { groupId: DEMO_GROUP, localDate })).id;
    const [open] = [await meeting('2026-12-22'), await meeting('2026-12-29')];
    const { caseId } = await newCase(server);
    await newAction(server, caseId, { deadline: '2026-12-30', ownerOrganisationId: 'bif', ownerUserId: 'bif' });
    await at('2026-12-22T08:00:00.000Z');
    const etag = (await server.call('coordinator', 'GET', `/api/meetings/${open}`)).headers.get('etag')!;
    done(await server.call('coordinator', 'POST', `/api/meetings/${open}/opening`, undefined, { 'if-match': etag }));
    await at('2026-12-28T09:00:00.000Z');
    expect(listsOf('bif').at(-1)!.text).toContain('Næste møde: 29. december 2026 kl. 09:00');
  });

  it('names no case whose reader was excluded from it, before the list was made or before it went out', async () => {
    done(await server.call('BIF', 'PUT', '/api/me/mail', { language: 'da', reminders: 'digest', chases: 'digest' }));
    const cases = [await newCase(server), await newCase(server), await newCase(server)];
    const numbers = await Promise.all(
      cases.map(
        async ({ caseId }) =>
          (await server.call<{ caseNumber: string }>('coordinator', 'GET', `/api/cases/${caseId}`)).body.caseNumber,
      ),
    );
    for (const { caseId } of cases) {
      const id = await newAction(server, caseId, { deadline: '2027-01-11', ownerOrganisationId: 'bif', ownerUserId: 'bif' });
      done(await server.call('projectLead', 'POST', `/api/actions/${id}/chases`, {}));
    }
    const exclude = async (n: number) =>
      done(await server.call('coordinator', 'POST', `/api/cases/${cases[n]!.caseId}/exclusions`, { userId: 'bif' }));
    await at('2026-12-30T09:00:00.000Z');
    await exclude(0);
    fails = true;
    await at('2027-01-04T07:00:00.000Z');
    const [made] = await server.ports.dataSource.query<{ facts: object }[]>(
      `select facts from mail.outbox where kind = 'digest' and user_id = 'bif' order by created_at desc limit 1`,
    );
    expect(JSON.stringify(made!.facts)).not.toContain(numbers[0]);
    expect(JSON.stringify(made!.facts)).toContain(numbers[1]);
    await exclude(1);
    fails = false;
    await server.ports.dataSource.query(
      `update mail_jobs.job set start_after = start_after - interval '1 hour' where state < 'completed'`,
    );
    await at('2027-01-04T07:10:00.000Z');
    const list = listsOf('bif').at(-1)!;
    expect(list.subject).toBe('Ugens overblik 4. januar 2027');
    expect(list.text).toContain(numbers[2]);
    for (const n of [0, 1]) expect(list.text + list.html).not.toContain(numbers[n]);
  });

  it('says who is to accept an action on its way from one to another: the receiver, and not the owner', async () => {
    for (const user of ['gadeteam', 'jobcenter'])
      done(await server.call(user, 'PUT', '/api/me/mail', { language: 'da', reminders: 'digest', chases: 'digest' }));
    const { caseId } = await newCase(server);
    const owner = { ownerOrganisationId: 'gadeteam', ownerUserId: 'gadeteam' };
    const [soon, far] = [
      await newAction(server, caseId, { deadline: '2027-02-03', ...owner }),
      await newAction(server, caseId, { deadline: '2027-09-01', ...owner }),
    ];
    for (const id of [soon, far]) {
      const path = `/api/cases/${caseId}/actions/${id}`;
      done(await server.call('gadeteam', 'POST', `${path}/acceptance`));
      const etag = (await server.call('gadeteam', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
      const to = { toOrganisationId: 'jobcenter', toUserId: 'jobcenter' };
      done(await server.call('gadeteam', 'POST', `${path}/handover`, to, { 'if-match': etag }));
    }
    await at('2027-01-27T09:00:00.000Z');
    await at('2027-02-01T07:00:00.000Z');
    const [of, to] = ['gadeteam', 'jobcenter'].map((user) => listsOf(user).at(-1)!.text);
    for (const id of [soon, far]) expect(lineOf(to!, id)).toContain('(venter på din accept)');
    // Still the owner's until it is accepted.
    expect(lineOf(of!, soon)).toMatch(/frist 3. februar 2027$/);
    expect(of).not.toContain(far);
  });

  it('is not said to have held what nobody got: that is seen as not sent', async () => {
    const { caseId } = await newCase(server);
    const owner = { ownerOrganisationId: 'politi', ownerUserId: 'police' };
    const id = await newAction(server, caseId, { deadline: '2027-02-09', ...owner });
    done(await server.call('police', 'POST', `/api/cases/${caseId}/actions/${id}/acceptance`));
    await at('2027-02-05T09:00:00.000Z');
    const of = async () =>
      server.ports.dataSource.query<{ status: string; why: string | null }[]>(
        `select distinct status, why from mail.outbox where facts -> 'action' ->> 'actionId' = $1 and user_id = 'police'`,
        [id],
      );
    expect(await of()).toEqual([{ status: 'for-digest', why: null }]);
    const all = await server.call<{ items: { actionId: string; caseId: string }[] }>(
      'coordinator',
      'GET',
      '/api/actions?owner=police&limit=200',
    );
    for (const { actionId, caseId: itsCase } of all.body.items)
      done(await server.call('coordinator', 'POST', `/api/cases/${itsCase}/actions/${actionId}/completion`, {}));
    const before = listsOf('police').length;
    await at('2027-02-08T07:00:00.000Z');
    expect(listsOf('police')).toHaveLength(before);
    expect(await of()).toEqual([{ status: 'not-sent', why: 'nothing-left' }]);
  });

  it('has what is somebody’s for whom one stands in, as long as they are away', async () => {
    const group = `/api/groups/${DEMO_GROUP}`;
    done(await server.call('BUF', 'PUT', '/api/me/mail', { language: 'da', reminders: 'digest', chases: 'digest' }));
    done(await server.call('administrator', 'PUT', `${group}/members/police/deputy`, { deputyUserId: 'buf' }));
    const { caseId } = await newCase(server);
    const owner = { ownerOrganisationId: 'politi', ownerUserId: 'police' };
    const [due, asked] = [
      await newAction(server, caseId, { deadline: '2027-02-18', ...owner }),
      await newAction(server, caseId, { deadline: '2027-09-01', ...owner }),
    ];
    done(await server.call('police', 'POST', `/api/cases/${caseId}/actions/${due}/acceptance`));
    await at('2027-02-10T09:00:00.000Z');
    done(await server.call('police', 'POST', `${group}/absences`, { from: '2027-02-11', backOn: '2027-02-17' }));
    await at('2027-02-15T07:00:00.000Z');
    const list = listsOf('buf').at(-1)!;
    expect(list.subject).toBe('Ugens overblik 15. februar 2027');
    expect(lineOf(list.text, due)).toMatch(/frist 18. februar 2027$/);
    expect(lineOf(list.text, asked)).toContain('(venter på din accept)');
    await at('2027-02-22T07:00:00.000Z');
    expect(listsOf('buf').at(-1)?.text ?? '').not.toContain(asked);
  });

  it('has what is an organisation’s and nobody’s by name, week after week, also what was chased at once', async () => {
    done(await server.call('jobcenter', 'PUT', '/api/me/mail', { language: 'da', reminders: 'digest', chases: 'at-once' }));
    const { caseId } = await newCase(server);
    const due = await newAction(server, caseId, { deadline: '2027-02-26', ownerOrganisationId: 'jobcenter' });
    const offered = await newAction(server, caseId, { deadline: '2027-09-01', ownerUserId: 'sof' });
    const path = `/api/cases/${caseId}/actions/${offered}`;
    done(await server.call('SOF', 'POST', `${path}/acceptance`));
    const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    done(await server.call('SOF', 'POST', `${path}/handover`, { toOrganisationId: 'jobcenter' }, { 'if-match': etag }));
    const others = await newAction(server, caseId, { deadline: '2027-02-26', ownerOrganisationId: 'bif' });
    for (const monday of ['2027-03-01', '2027-03-08']) {
      await at(`${monday}T07:00:00.000Z`);
      const { text } = listsOf('jobcenter').at(-1)!;
      expect(lineOf(text, due)).toContain('(over fristen, venter på din accept)');
      expect(lineOf(text, offered)).toContain('(venter på din accept)');
      expect(text).not.toContain(others);
    }
  });
});
