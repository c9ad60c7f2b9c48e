// One command: issue the report of an access request, and write it down as PDF and JSON.
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Io } from './io.js';
import { connect, faultText, type Server } from './server.js';
import { both, Unusable } from './unusable.js';

const ID = /^[a-z0-9-]{1,64}$/;
const answered = async (server: Server, method: 'GET' | 'POST', path: string): Promise<Record<string, unknown>> => {
  const answer = await server.request(method, path);
  if (answer.status < 300) return answer.body as Record<string, unknown>;
  throw new Unusable(`the server refused: ${faultText(answer)}`, 'serveren afviste');
};

/** Before anything is issued: a report keeps its number. @throws Unusable */
const requireFolder = (folder: string): void => {
  try {
    accessSync(folder, constants.W_OK);
    if (statSync(folder).isDirectory()) return;
  } catch {
    // told below
  }
  throw new Unusable(`${folder} is no folder that can be written to`, 'det er ikke en mappe, der kan skrives i');
};

export const addAccessReportCommand = (program: Command, io: Io, server: string): void => {
  program
    .command('access-report <requestId>')
    .description(
      both(
        'Issue the report of an access request, and write it to a folder as PDF and JSON',
        'Udsted rapporten til en anmodning om indsigt, og skriv den i en mappe som PDF og JSON',
      ),
    )
    .option('--out <folder>', both('where to', 'hvorhen'), '.')
    .option(
      '--as <user>',
      both('demo user, when FREMDRIFT_TOKEN is not set', 'demobruger, når FREMDRIFT_TOKEN ikke er sat'),
      'coordinator',
    )
    .option('--server <url>', both('the running server', 'den kørende server'), server)
    .action(async (requestId: string, options: { out: string; as: string; server: string }) => {
      if (!ID.test(requestId)) throw new Unusable('that is not the id of a request', 'det er ikke en anmodnings id');
      requireFolder(options.out);
      const asked = await connect(options.server, options.as, io.env.FREMDRIFT_TOKEN);
      const path = `/api/access-requests/${requestId}/reports`;
      const { id } = await answered(asked, 'POST', path);
      const report = await answered(asked, 'GET', `${path}/${String(id)}`);
      const name = join(options.out, `indsigt-${requestId}-${String(report['number'])}`);
      // Readable by nobody else on this machine.
      const mode = 0o600;
      try {
        writeFileSync(`${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`, { mode });
        writeFileSync(`${name}.pdf`, await asked.download(`${path}/${String(id)}/pdf`), { mode });
      } catch (error) {
        if (error instanceof Unusable) throw error;
        throw new Unusable('the folder cannot be written to', 'der kan ikke skrives i mappen');
      }
      io.out(`${name}.pdf\n${name}.json`);
      if ((report['police'] as { status?: unknown } | undefined)?.status === 'pending')
        io.err(
          both(
            'the police have not decided yet: what they contributed, if anything, is not in it',
            'politiet har ikke taget stilling endnu: hvad politiet måtte have bidraget med, er ikke med',
          ),
        );
    });
};
