// The back-test over HTTP: months that really happened, replayed; who sees what of it; what is refused.
import { CommandBus } from '@nestjs/cqrs';
import fc from 'fast-check';
import { DEFAULT_RULE_SET } from '@app/domain';
import { addDays, type MovableClock } from '@app/platform';
import { Chaser } from '../apps/api/src/chase/chaser.js';
import { Series } from '../apps/api/src/meetings/series.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import type { BackTestAnswer, StepAnswer } from '../apps/api/src/chase/back-test.dto.js';
import { accessLogOf, done, newAction, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let clock: MovableClock;
beforeAll(async () => {
  // Five minutes past midnight in Copenhagen.
  server = await startTestServer({ now: new Date('2026-11-23T23:05:00.000Z') });
  clock = server.ports.clock as MovableClock;
}, 60_000);
afterAll(() => server.stop());

const HOUR = 3_600_000;
const { ladder } = DEFAULT_RULE_SET;
/** So different that every action with a step goes another way. */
const other = { ...ladder, reminderWorkingDaysBefore: 1, chaseWorkingDaysAfter: 4, escalateAfterHeldMeetings: 9 };
const ask = (body: object, user = 'projectLead') => server.call<BackTestAnswer>(user, 'POST', '/api/chase/back-test', body);
const backTest = async (body: object, user?: string) => done<BackTestAnswer>(await ask(body, user));

const act = fc.record({
  day: fc.integer({ min: 0, max: 24 }),
  what: fc.constantFrom('accept', 'move', 'complete', 'offer', 'hold', 'hold', 'close the house', 'escalate'),
  which: fc.nat(3),
  by: fc.integer({ min: 0, max: 9 }),
});

it('of the thresholds in force it says exactly what the ladder did', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 4, maxLength: 4 }),
      fc.array(act, { minLength: 8, maxLength: 16 }),
      async (deadlines, acts) => {
        const look = () => new Chaser(server.ports, server.app.get(CommandBus)).look();
        await server.app.get(Series).look();
        const today = () => server.ports.clock.today();
        const { caseId } = await newCase(server);
        const actionIds: string[] = [];
        for (const days of deadlines)
          actionIds.push(await newAction(server, caseId, { deadline: addDays(today(), days), ownerUserId: 'sof' }));
        for (let day = 0; day < 25; day++) {
          await look();
          clock.advance(10 * HOUR);
          for (const { what, which, by } of acts.filter((a) => a.day === day)) {
            const path = `/api/cases/${caseId}/actions/${actionIds[which]!}`;
            const to = addDays(today(), by);
            // What is not possible any more (it is done, or accepted) is refused, and that is a history too.
            if (what === 'accept') await server.call('SOF', 'POST', `${path}/acceptance`);
            if (what === 'complete') await server.call('SOF', 'POST', `${path}/completion`, {});
            if (what === 'offer') {
              const body = { toOrganisationId: 'jobcenter', toUserId: 'jobcenter' };
              await server.call('coordinator', 'POST', `${path}/handover`, body);
            }
            if (what === 'escalate')
              await server.call('projectLead', 'POST', `/api/actions/${actionIds[which]!}/escalation`, {
                reason: 'Kræver penge',
              });
            if (what === 'move') {
              const etag = (await server.call('coordinator', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
              const body = { to, ground: 'Skolen har lukket hele ugen' };
              await server.call('SOF', 'POST', `${path}/deadline`, body, { 'if-match': etag });
            }
            if (what === 'hold') {
              const { id } = done(
                await server.call('coordinator', 'POST', '/api/meetings', { groupId: DEMO_GROUP, localDate: today() }),
              );
              for (const change of ['opening', 'closing'])
                done(await server.call('coordinator', 'POST', `/api/meetings/${id}/${change}`));
            }
            if (what === 'close the house')
              done(await server.call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/closing-days`, { dates: [to] }));
            await look();
            // Order within a minute is nobody's promise; in one millisecond it is nobody's knowledge.
            clock.advance(60_000);
          }
          clock.advance(new Date(`${today()}T23:05:00.000Z`).getTime() - server.ports.clock.now().getTime());
        }
        await look();
        const { items } = await backTest({ ladder: other });
        const mine = items!.filter((item) => item.caseId === caseId);
        expect(mine.length).toBeGreaterThan(0);
        for (const { inForce, taken } of mine) expect(inForce).toEqual(taken);
        const same = await backTest({ ladder });
        expect(same).toMatchObject({ different: 0, items: [] });
        expect(same.total.proposed).toEqual(same.total.inForce);
        for (const actionId of actionIds)
          await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/completion`, {});
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
}, 240_000);

it('is told in counts by week and organisation, and by case number to who may see the case; that look is logged', async () => {
  const lead = await backTest({ ladder: other });
  expect(lead).toMatchObject({ to: server.ports.clock.today(), different: lead.items!.length });
  const sums = (rows: readonly { proposed: { chased: number } }[]) =>
    rows.reduce((sum, { proposed }) => sum + proposed.chased, 0);
  expect(sums(lead.weeks)).toBe(lead.total.proposed.chased);
  expect(sums(lead.organisations)).toBe(lead.total.proposed.chased);
  const seen = await accessLogOf(server, 'project-lead');
  expect(JSON.stringify(seen.at(-1))).toContain('chase.back-test');
  const administrator = await backTest({ ladder: other }, 'administrator');
  expect(administrator.items).toBeUndefined();
  expect(administrator.total.inForce.chased).toBeGreaterThanOrEqual(lead.total.inForce.chased);
  expect(JSON.stringify(administrator)).not.toContain(lead.items![0]!.caseNumber);
});

it('leaves a group with thresholds of its own as it is, unless they are tried as its own', async () => {
  const own = { ...ladder, chaseWorkingDaysAfter: 2 };
  done(await server.call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/ladder`, own));
  const { caseId } = await newCase(server);
  const from = server.ports.clock.today();
  await newAction(server, caseId, { deadline: addDays(from, 1) });
  clock.advance(14 * 24 * HOUR);
  const ofCase = ({ items }: BackTestAnswer) => items!.filter((item) => item.caseId === caseId);
  expect(ofCase(await backTest({ ladder: other, from }))).toEqual([]);
  const [tried] = ofCase(await backTest({ ladder: other, from, groupId: DEMO_GROUP }));
  const days = (steps: readonly StepAnswer[]) => steps.filter(({ step }) => step === 'chased').length;
  expect([days(tried!.inForce), days(tried!.proposed), tried!.taken]).toEqual([1, 1, []]);
  expect((await ask({ ladder: other, groupId: 'another' })).status).toBe(404);
  expect((await ask({ ladder: other, groupId: 'another' }, 'administrator')).status).toBe(404);
});

it('refuses what is no ladder, and a period that is none', async () => {
  const unsound = await ask({ ladder: { ...ladder, escalateAfterHeldMeetings: 0 } });
  expect([unsound.status, JSON.stringify(unsound.body)]).toEqual([400, expect.stringContaining('escalateAfterHeldMeetings')]);
  expect((await ask({})).status).toBe(400);
  expect((await ask({ ladder, from: '2026-12-02', to: '2026-12-01' })).status).toBe(400);
  expect((await ask({ ladder, from: '2020-01-01', to: '2026-12-01' })).status).toBe(400);
  expect((await ask({ ladder, to: '2031-01-01' })).status).toBe(400);
  for (const user of ['SOF', 'partner', 'steeringMember', 'auditor']) expect((await ask({ ladder }, user)).status).toBe(403);
});
