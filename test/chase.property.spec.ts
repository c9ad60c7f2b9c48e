// The ladder at work against the ladder as a rule: months of random days over HTTP, with outages, moves, meetings and closing days;
// what stands in the log is exactly what the rule says, nothing missing and nothing twice.
import { CommandBus } from '@nestjs/cqrs';
import fc from 'fast-check';
import { DEFAULT_RULE_SET } from '@app/domain';
import type { MovableClock } from '@app/platform';
import { Chaser } from '../apps/api/src/chase/chaser.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Series } from '../apps/api/src/meetings/series.js';
import { done, events, newAction, newCase } from './support/flow.js';
import { Ruled, short } from './support/ruled.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  // Half past: the walk's hours never meet midnight.
  server = await startTestServer({ now: new Date('2026-11-24T07:30:00.000Z') });
}, 60_000);
afterAll(() => server.stop());

const step = fc.record({
  days: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5, max: 16 }) },
  ),
  hours: fc.integer({ min: 0, max: 23 }),
  act: fc.constantFrom('accept', 'move', 'complete', 'hold', 'hold', 'close the house', 'nothing', 'nothing'),
  which: fc.nat(4),
  by: fc.integer({ min: 0, max: 12 }),
  at: fc.constantFrom('at once', 'at the next look'),
});

it('takes every step the rule says, once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 5 }),
      fc.array(step, { minLength: 12, maxLength: 20 }),
      async (deadlines, steps) => {
        const others = Array.from({ length: 2 }, () => new Chaser(server.ports, server.app.get(CommandBus)));
        const lookAll = () => Promise.all([server.app.get(Chaser).look(), ...others.map((chaser) => chaser.look())]);
        const today = async () => (await server.call<{ today: string }>(undefined, 'GET', '/demo/clock')).body.today;
        const after = (date: string, days: number) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
        const { caseId } = await newCase(server);
        let now = await today();
        let closingDays: string[] = [];
        const closeOn = async (dates: string[]) => {
          closingDays = dates;
          done(await server.call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/closing-days`, { dates }));
        };
        await closeOn([]);
        const actions: Ruled[] = [];
        for (const [i, days] of deadlines.entries()) {
          const deadline = after(now, days);
          const actionId = await newAction(server, caseId, { deadline, ownerUserId: 'sof' });
          const asked = { eventId: `agreed-${i}`, on: now };
          actions.push(
            new Ruled(caseId, actionId, { deadline, deadlineMoves: 0, setOn: now, thresholds: DEFAULT_RULE_SET.ladder, asked }),
          );
        }
        for (const { days, hours, act, which, by, at } of steps) {
          // What else happens by itself is not looked at: months of days, many times over.
          if (days + hours > 0) (server.ports.clock as MovableClock).advance((days * 24 + hours) * 3_600_000);
          await server.app.get(Series).look();
          await server.app.get(Chaser).look();
          now = await today();
          for (const action of actions) action.look(now, closingDays);
          const action = actions[which]!;
          const path = `/api/cases/${caseId}/actions/${action.actionId}`;
          if (act === 'hold') {
            const body = { groupId: DEMO_GROUP, localDate: now };
            const { id } = done(await server.call('coordinator', 'POST', '/api/meetings', body));
            for (const change of ['opening', 'closing'])
              done(await server.call('coordinator', 'POST', `/api/meetings/${id}/${change}`));
            for (const each of actions) each.hold(now);
          } else if (act === 'close the house') await closeOn([after(now, by)]);
          else if (act !== 'nothing' && action.open) {
            if (act === 'accept' && action.ladder.asked) {
              done(await server.call('SOF', 'POST', `${path}/acceptance`));
              action.accept();
            }
            if (act === 'complete') {
              done(await server.call('SOF', 'POST', `${path}/completion`, {}));
              action.open = false;
            }
            const to = after(now, by);
            if (act === 'move' && to !== action.ladder.deadline) {
              const etag = (await server.call('coordinator', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
              const body = { to, ground: 'Skolen har lukket hele ugen' };
              done(await server.call('SOF', 'POST', `${path}/deadline`, body, { 'if-match': etag }));
              action.move(to, now);
            }
          }
          if (at === 'at once') {
            await lookAll();
            for (const each of actions) each.look(now, closingDays);
          }
        }
        for (const { actionId, lines } of actions) expect((await events(server, `chase-${actionId}`)).map(short)).toEqual(lines);
        // What is left open would be in the way of nobody, but costs the next walk its time.
        for (const { actionId, open } of actions)
          if (open) done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/completion`, {}));
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
}, 300_000);
