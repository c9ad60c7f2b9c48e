// A spreadsheet's rows over HTTP: each whole or not at all, never twice, found again after a crash, and one person in several rows.
import { jest } from '@jest/globals';
import { UnavailableError } from '@app/event-store';
import { RefusedError } from '../apps/api/src/core/errors.js';
import { RowImporter } from '../apps/api/src/imports/imports.controller.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, day, done, events, inParallel, newCpr, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

interface Outcome {
  outcome: 'created' | 'updated' | 'unchanged' | 'problem';
  problems: { column: string; code: string; severity: string; da: string; en: string }[];
  caseId?: string;
}
const send = (row: object, { dryRun = false, user = 'coordinator' } = {}) =>
  server.call<Outcome>(user, 'POST', '/api/imports/rows', { groupId: DEMO_GROUP, dryRun, row });
const put = async (row: object, options?: { dryRun?: boolean }) => done<Outcome>(await send(row, options));

let rows = 0;
const newRow = () => ({
  ...{ reference: `r${rows++}`, name: 'Ung Testperson HEMMELIG', cpr: newCpr(), area: 'AKACIEPARKEN.', responsible: 'BUF' },
  ...{ reason: 'Henvist HEMMELIG', action: 'Samtale med skolen HEMMELIG', deadline: day(-3), actionOwner: 'Gadeteam' },
});
const head = () => server.ports.store.head();
/** What was written since, but for the searches that every row with a CPR number makes. */
const writtenSince = async (position: Awaited<ReturnType<typeof head>>) =>
  (await server.ports.store.readAll(position, { limit: 10_000 })).events.filter(({ stream }) => !stream.startsWith('access-'));

describe('a row', () => {
  it('becomes a person, a case and an action; the dry run before says so and does nothing', async () => {
    const row = newRow();
    const before = await head();
    const dry = await put(row, { dryRun: true });
    expect(dry).toMatchObject({ outcome: 'created' });
    expect(dry.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await writtenSince(before)).toEqual([]);
    const { outcome, caseId } = await put(row);
    expect(outcome).toBe('created');
    const written = await writtenSince(before);
    expect(written.map(({ type }) => type)).toEqual(['PersonRegistered', 'CaseReferred', 'CaseOpened', 'ActionAgreed']);
    expect(JSON.stringify(written)).not.toMatch(new RegExp(`HEMMELIG|${row.cpr}`));
    expect((await server.call('gadeteam', 'GET', `/api/cases/${caseId!}`)).body).toMatchObject({
      ...{ caseId, status: 'open', areaId: 'akacieparken', responsibleOrganisationId: 'buf', reason: 'Henvist HEMMELIG' },
      person: { name: 'Ung Testperson HEMMELIG', cpr: row.cpr, birthDate: '2011-01-01' },
      actions: [
        { ownerOrganisationId: 'gadeteam', deadline: day(-3), overdue: true, description: 'Samtale med skolen HEMMELIG' },
      ],
    });
    // The look for the CPR number is a search, and logged as one.
    const searches = (await accessLogOf(server, 'coordinator')).filter(({ data }) => data['purpose'] === 'import.row');
    expect(searches.length).toBeGreaterThan(0);
    expect(JSON.stringify(searches)).not.toContain(row.cpr);
  });

  it('changes nothing the second time', async () => {
    const row = newRow();
    const { caseId } = await put(row);
    const before = await head();
    expect(await put(row)).toMatchObject({ outcome: 'unchanged', caseId });
    expect(await put({ ...row, cpr: `${row.cpr.slice(0, 6)}-${row.cpr.slice(6)}` })).toMatchObject({ caseId });
    expect((await writtenSince(before)).map(({ type }) => type)).toEqual([]);
  });

  it('updates what was edited, and only that', async () => {
    const row = newRow();
    const { caseId } = await put(row);
    const edits: [object, string[]][] = [
      [{ deadline: day(5) }, ['DeadlineMoved']],
      [{ deadline: day(5), action: 'Samtale med skolen og hjemmet' }, ['ActionReworded']],
      [{ name: 'Ung Testperson Rettet' }, ['PersonCorrected']],
      [{ reason: 'Ny oplysning' }, ['ProgressReported']],
      [{ area: 'Sjælør Boulevard' }, ['CaseAreaChanged']],
      [{ responsible: 'Socialforvaltningen' }, ['ResponsibilityAssigned']],
      [{ actionOwner: 'jobcenter' }, ['HandoverOffered']],
      [{ followUpOn: day(12) }, ['FollowUpScheduled']],
      [{ status: 'closed' }, ['ActionCompleted', 'CaseClosed']],
    ];
    let edited: object = row;
    for (const [edit, expected] of edits) {
      edited = { ...edited, ...edit };
      const before = await head();
      expect(await put(edited)).toMatchObject({ outcome: 'updated', caseId });
      expect([edit, (await writtenSince(before)).map(({ type }) => type)]).toEqual([edit, expected]);
      expect(await put(edited)).toMatchObject({ outcome: 'unchanged' });
    }
  });

  it.each([
    ['an unknown area', { area: 'Vestegnen' }, ['area', 'unknown-area']],
    ['no area', { area: undefined }, ['area', 'missing-area']],
    ['an unknown department', { responsible: 'Vejafdelingen' }, ['responsible', 'unknown-department']],
    ['a housing association', { actionOwner: 'Boligorganisation (demo)' }, ['actionOwner', 'outside-authority']],
    ['a department outside the group', { responsible: 'IT-forvaltningen' }, ['responsible', 'not-in-group']],
    ['nobody responsible', { responsible: undefined }, ['responsible', 'missing-responsible']],
    ['no deadline', { deadline: undefined }, ['deadline', 'missing-deadline']],
    ['no name', { name: undefined }, ['name', 'missing-name']],
    ['a deadline far away', { deadline: '2099-01-01' }, ['deadline', 'too-far']],
    ['a follow-up far away', { followUpOn: '2099-01-01' }, ['followUpOn', 'too-far']],
    ['half a CPR number', { cpr: '0101' }, ['cpr', 'bad-cpr']],
    ['a date of birth to come', { cpr: undefined, birthDate: '2099-01-01' }, ['birthDate', 'bad-birth-date']],
  ])('with %s is not imported at all, and says which column', async (_, over, [column, code]) => {
    const row = { ...newRow(), ...over };
    const before = await head();
    const { outcome, problems, caseId } = await put(row);
    expect([outcome, caseId]).toEqual(['problem', undefined]);
    expect(problems).toContainEqual({
      ...{ column, code, severity: 'error', da: expect.any(String) as string, en: expect.any(String) as string },
    });
    expect(await writtenSince(before)).toEqual([]);
    expect(JSON.stringify(problems)).not.toMatch(/Vestegnen|Vejafdelingen|HEMMELIG/);
    // Mended, it goes in.
    expect(await put({ ...newRow(), reference: row.reference })).toMatchObject({ outcome: 'created' });
  });

  it('whose number belongs to somebody else is a problem, not a mixture of two people', async () => {
    const row = newRow();
    await put(row);
    const before = await head();
    const { outcome, problems } = await put({ ...row, cpr: newCpr() });
    expect([outcome, problems.at(-1)!.code]).toEqual(['problem', 'reference-reused']);
    expect(await writtenSince(before)).toEqual([]);
  });

  it('refused at its first step can be mended into somebody else', async () => {
    const row = newRow();
    const { changer } = server.app.get<{ changer: { change: (...args: unknown[]) => Promise<unknown> } }>(RowImporter);
    const no = { rule: 'person.test', da: 'Nej', en: 'No' };
    jest.spyOn(changer, 'change').mockRejectedValueOnce(new RefusedError(no));
    expect(await put(row)).toMatchObject({ outcome: 'problem' });
    expect(await put({ ...row, cpr: newCpr() })).toMatchObject({ outcome: 'created' });
  });

  it('on pause is paused until its follow-up; when that has passed the case is open and on the agenda', async () => {
    for (const [followUpOn, last] of [
      [day(12), { type: 'CasePaused', data: { until: day(12) } }],
      [day(-12), { type: 'FollowUpScheduled', data: { on: day(-12) } }],
    ] as const) {
      const { outcome, caseId } = await put({ ...newRow(), followUpOn, status: 'paused' });
      expect([outcome, (await events(server, `case-${caseId!}`)).at(-1)]).toMatchObject(['created', last]);
    }
  });

  it('is for coordinators and project leads of the group', async () => {
    for (const user of ['BIF', 'hotspotChief', 'administrator', 'partner'])
      expect((await send(newRow(), { user })).status).toBe(403);
    const elsewhere = { groupId: 'en-anden-gruppe', dryRun: false, row: newRow() };
    expect((await server.call('coordinator', 'POST', '/api/imports/rows', elsewhere)).status).toBe(404);
  });
});

describe('a person in two rows', () => {
  it('is one person with one case and two actions, by CPR number or by name in any order and date of birth', async () => {
    const byCpr = newRow();
    const { cpr: _, ...nameless } = newRow();
    const byName = { ...nameless, name: 'Testperson Bent Ung', birthDate: '2010-03-04' };
    const pairs = [
      [byCpr, { ...newRow(), cpr: byCpr.cpr }],
      [byName, { ...byName, reference: 'anden', name: 'Ung, Bent Testperson', action: 'Noget andet' }],
    ] as const;
    for (const [first, second] of pairs) {
      const [one, two] = [await put(first), await put(second)];
      expect([one.outcome, two.outcome, two.caseId]).toEqual(['created', 'created', one.caseId]);
      const { body } = await server.call<{ actions: object[] }>('coordinator', 'GET', `/api/cases/${one.caseId!}`);
      expect(body.actions).toHaveLength(2);
    }
  });

  it('who is registered already keeps that identity and the case that is open', async () => {
    const cpr = newCpr();
    const identity = { name: 'Ung Testperson HEMMELIG', cpr };
    const { id: personId } = done(await server.call('BIF', 'POST', '/api/persons', identity));
    const { caseId } = await put({ ...newRow(), cpr });
    expect((await events(server, `case-${caseId!}`))[0]!.data).toMatchObject({ personId });
  });
});

describe('a case that people have referred', () => {
  it('is opened by a row about it: the list says that the group works on it', async () => {
    const cpr = newCpr();
    const { id: personId } = done(await server.call('BIF', 'POST', '/api/persons', { name: 'Ung Testperson HEMMELIG', cpr }));
    const referral = { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'buf' };
    const { id: caseId } = done(await server.call('BIF', 'POST', '/api/cases', referral));
    expect(await put({ ...newRow(), cpr })).toMatchObject({ outcome: 'created', caseId });
    expect(await types(server, `case-${caseId}`)).toEqual(['CaseReferred', 'CaseOpened', 'ActionAgreed']);
  });
});

describe('at once, and after a crash', () => {
  it('the same row from several importers is created once', async () => {
    const row = newRow();
    const twin = { ...newRow(), cpr: row.cpr };
    const answers = await inParallel(
      [...Array<object>(9).fill(row), ...Array<object>(9).fill(twin)].map((r) => () => put(r)),
      18,
    );
    expect(answers.filter(({ outcome }) => outcome === 'created')).toHaveLength(2);
    expect(new Set(answers.map(({ caseId }) => caseId)).size).toBe(1);
    const { caseId } = answers[0]!;
    expect((await types(server, `case-${caseId!}`)).sort()).toEqual([
      'ActionAgreed',
      'ActionAgreed',
      'CaseOpened',
      'CaseReferred',
    ]);
  }, 60_000);

  it('goes on where it broke off, at any event', async () => {
    const { store } = server.ports;
    const append = store.append.bind(store);
    // After the ledger has its entry: the first, second, third … append of the row never comes.
    for (let survives = 0; survives < 4; survives++) {
      const row = newRow();
      const before = await head();
      let left = survives;
      const breaking = jest
        .spyOn(store, 'append')
        .mockImplementation((stream, ...rest) =>
          stream.startsWith('access-') || left-- > 0 ? append(stream, ...rest) : Promise.reject(new UnavailableError('down')),
        );
      const broken = await send(row);
      breaking.mockRestore();
      expect([survives, broken.status]).toEqual([survives, 503]);
      expect(await writtenSince(before)).toHaveLength(survives);
      const { outcome, caseId } = await put(row);
      expect([survives, outcome]).toEqual([survives, 'created']);
      expect([survives, (await writtenSince(before)).map(({ type }) => type)]).toEqual([
        survives,
        ['PersonRegistered', 'CaseReferred', 'CaseOpened', 'ActionAgreed'],
      ]);
      expect(await put(row)).toMatchObject({ outcome: 'unchanged', caseId });
    }
  });
});
