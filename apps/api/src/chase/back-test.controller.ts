// POST /api/chase/back-test: thresholds of the ladder tried on what has happened, before anybody adopts them. Nothing is written.
import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, requireAccess } from '@app/access';
import { DEFAULT_RULE_SET, isSoundLadder, type LadderThresholds } from '@app/domain';
import { addDays, daysBetween } from '@app/platform';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { inBackground } from '../core/context.js';
import { Answers } from '../core/endpoint.js';
import { BadRequestError, NotFoundError, RefusedError } from '../core/errors.js';
import { Reveal } from '../core/reveal.js';
import { BackTest } from './back-test.js';
import { BackTestAnswer, BackTestBody, MOST_DAYS, MOST_NAMED } from './back-test.dto.js';

@ApiTags('Chasing')
@Controller('api/chase')
export class BackTestController {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Post('back-test')
  @Answers({
    summary: 'What other thresholds of the ladder would have done over the last year',
    description:
      'Two runs over the same history, under the thresholds that held and under those in the body; nothing is written. What people did is taken as it was: ' +
      'nobody can know who would have moved a deadline or got it done had they been told earlier. Of the cases you may see; for administrators of all, in counts only. ' +
      `At most ${MOST_DAYS} days; at most ${MOST_NAMED} actions by name.`,
    answer: BackTestAnswer,
    errors: [400, 404, 413, 415, 422],
  })
  async backTest(@TheCall() call: Call, @Body() body: BackTestBody): Promise<BackTestAnswer> {
    const decision = requireAccess(call.principal, 'backTestLadder');
    const { groupId } = body;
    const period = this.period(body);
    const proposed: LadderThresholds = { ...DEFAULT_RULE_SET.ladder, ...body.ladder };
    if (!isSoundLadder(proposed)) throw new RefusedError(UNSOUND);
    const scope = caseScope(call.principal);
    const names = !('none' in scope);
    const readModels = await this.ask.readModels(call);
    const { groups, ruleSets } = await readModels.registry();
    if (groupId !== undefined && !(names ? call.principal.groups.includes(groupId) : groups.has(groupId)))
      throw new NotFoundError('backTestLadder');
    const test = new BackTest({ proposed, asOwn: groupId !== undefined, ruleSets, ...period });
    const replay = async (of: typeof scope): Promise<void> => {
      const history = readModels.ladderHistory(of, { ...period, ...(groupId !== undefined && { groupId }) });
      for await (const cases of history) for (const each of cases) test.add(each);
    };
    if (names) {
      await replay(scope);
      const answer = test.answer(true);
      const caseIds = [...new Set(answer.items!.map(({ caseId }) => caseId))];
      return this.out.reveal<BackTestAnswer>(call, { purpose: 'chase.back-test', decision, caseIds }, answer);
    }
    // Who may see no case gets counts of all: they are made where no request looks, and nothing but numbers comes back.
    await inBackground(() => replay({ all: true, userId: '' }));
    return test.answer(false);
  }

  /** @throws BadRequestError */
  private period({ from: wished, to = this.ask.today }: BackTestBody): { readonly from: string; readonly to: string } {
    const from = wished ?? addDays(to, -365);
    if (to > this.ask.today) throw new BadRequestError(['to must not be after today']);
    if (from > to || daysBetween(from, to) > MOST_DAYS)
      throw new BadRequestError([`from must be before to, and at most ${MOST_DAYS} days`]);
    return { from, to };
  }
}

const UNSOUND = {
  rule: 'ladder.values',
  en: 'The thresholds of the ladder are numbers of days and meetings, none negative, none above 260; what is counted is at least 1.',
  da: 'Grænserne i rykkertrappen er antal dage og møder, ingen negative og ingen over 260; det, der tælles, er mindst 1.',
};
