// One command after something went wrong: who could have seen what, from when to when, and who did look. By pseudonym.
import { Option, type Command } from 'commander';
import type { Io } from './io.js';
import { connect, faultText } from './server.js';
import { both, printable, Unusable } from './unusable.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly user?: string;
  readonly organisation?: string;
  readonly case?: string;
  readonly json?: true;
  readonly as: string;
  readonly server: string;
}
interface Could {
  readonly caseId: string;
  readonly personId: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly role: string;
  readonly through: string;
  readonly from: string;
  readonly to: string;
}
interface Looked {
  readonly at: string;
  readonly type: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly purpose: string;
  readonly caseIds: readonly string[];
  readonly fieldClasses: readonly string[];
}
interface Report {
  readonly from: string;
  readonly to: string;
  readonly couldSee: readonly Could[];
  readonly didLook: readonly Looked[];
  readonly more: boolean;
}

/** As people read it: one line a period, one line a look. */
const readable = ({ from, to, couldSee, didLook, more }: Report): string =>
  [
    `Hvem kunne se hvad / who could see what, ${from} - ${to}`,
    ...couldSee.map(
      (could) =>
        `  ${could.from}  ${could.to}  ${could.userId} (${could.organisationId}, ${could.role}, ${could.through})  case ${could.caseId}  person ${could.personId}`,
    ),
    ...(couldSee.length === 0 ? ['  ingen / nobody'] : []),
    '',
    'Hvem så / who did look',
    ...didLook.map(
      (look) =>
        `  ${look.at}  ${look.type}  ${look.userId} (${look.organisationId})  ${look.purpose}  ${look.caseIds.length} case(s): ${look.caseIds.slice(0, 3).join(' ')}${look.caseIds.length > 3 ? ' …' : ''}  ${look.fieldClasses.join(',')}`,
    ),
    ...(didLook.length === 0 ? ['  ingen / nobody'] : []),
    ...(more ? ['  flere: vælg en kortere periode / more: choose a shorter time'] : []),
  ]
    .map((line) => printable(line, 1000))
    .join('\n');

export const addBreachReportCommand = (program: Command, io: Io, server: string): void => {
  program
    .command('breach-report')
    .description(
      both(
        'Who could have seen what between two days, and who did look: of a user, an organisation or a case',
        'Hvem kunne have set hvad mellem to dage, og hvem så: en bruger, en organisation eller en sag',
      ),
    )
    .requiredOption('--from <date>', both('first day, 2026-11-01', 'første dag'))
    .requiredOption('--to <date>', both('last day', 'sidste dag'))
    .addOption(new Option('--user <id>', both('of a user', 'en bruger')).conflicts(['organisation', 'case']))
    .addOption(new Option('--organisation <id>', both('of an organisation', 'en organisation')).conflicts('case'))
    .option('--case <id>', both('of a case', 'en sag'))
    .option('--json', both('as JSON', 'som JSON'))
    .option(
      '--as <user>',
      both('demo user, when FREMDRIFT_TOKEN is not set', 'demobruger, når FREMDRIFT_TOKEN ikke er sat'),
      'auditor',
    )
    .option('--server <url>', both('the running server', 'den kørende server'), server)
    .action(async (options: Options) => {
      const { from, to, user: userId, organisation: organisationId, case: caseId } = options;
      const subject = Object.entries({ userId, organisationId, caseId }).filter(([, id]) => id !== undefined) as [
        string,
        string,
      ][];
      if (subject.length !== 1)
        throw new Unusable('one of --user, --organisation and --case is needed', 'angiv en af --user, --organisation og --case');
      const asked = await connect(options.server, options.as, io.env.FREMDRIFT_TOKEN);
      const query = new URLSearchParams([['from', from], ['to', to], ...subject]);
      const answer = await asked.request('GET', `/api/breach-report?${query.toString()}`);
      if (answer.status !== 200) throw new Unusable(`the server refused: ${faultText(answer)}`, 'serveren afviste');
      io.out(options.json ? JSON.stringify(answer.body, undefined, 2) : readable(answer.body as Report));
    });
};
