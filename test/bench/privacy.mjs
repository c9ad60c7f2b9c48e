// What encryption, access log and row-level security cost together: the case screen and an append over HTTP, beside the same server with
// the three taken out of its way. Time for a request, with one reader and with many; client, servers and database share the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agreeing, load, openCases, serve } from './http.mjs';
import { median, withDatabase } from './parts.mjs';

const CASES = 200;
const CONNECTIONS = [1, 8, 32];
const SECONDS = 3;

/** The screen of a case that has been worked with: texts of ten events. */
const contender = async (args, databaseUrl, folder) => {
  const server = await serve(args, databaseUrl, folder);
  await openCases(server, CASES, { reason: 'Skolen fortæller om uro og fravær.', actions: 9 });
  return server;
};
const reading = ({ cases }) => {
  let n = 0;
  return { method: 'GET', requests: [{ setupRequest: (r) => ({ ...r, path: `/api/cases/${cases[n++ % cases.length]}` }) }] };
};

export const run = async ({ server, rounds, report }) => {
  const folders = ['whole', 'bare'].map(() => mkdtempSync(join(tmpdir(), 'fremdrift-bench-')));
  try {
    await withDatabase(server, (wholeUrl) =>
      withDatabase(server, async (bareUrl) => {
        const contenders = {
          whole: await contender(['test/bench/privacy-server.mjs', 'whole'], wholeUrl, folders[0]),
          bare: await contender(['test/bench/privacy-server.mjs', 'bare'], bareUrl, folders[1]),
        };
        for (const [name, requests] of Object.entries({ screen: reading, append: agreeing })) {
          const ratios = {};
          for (const connections of CONNECTIONS) {
            const perSecond = { whole: [], bare: [] };
            for (let round = -1; round < rounds; round++)
              for (const [who, it] of Object.entries(contenders)) {
                const figure = await load(it, requests(it), { connections, seconds: round < 0 ? 1 : SECONDS });
                if (round >= 0) perSecond[who].push(figure);
              }
            ratios[connections] = median(perSecond.bare.map((value, i) => value / perSecond.whole[i]));
            const [whole, bare] = [median(perSecond.whole), median(perSecond.bare)];
            report.line(
              `${name}, ${connections} at a time: ${whole.toFixed(0)} requests a second, ${bare.toFixed(0)} without: ` +
                `${ratios[connections].toFixed(2)} x the time`,
            );
          }
          report.result(`privacy.${name}`, ratios[8], 'x the time of the same without, 8 at a time (goal at most 1.35)');
        }
        for (const { stop } of Object.values(contenders)) await stop();
      }),
    );
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
};
