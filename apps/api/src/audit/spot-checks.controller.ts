// /api/spot-checks: look-ups drawn from the access log, what explains them, and what people said of the others (rule 10).
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mayAccess, requireAccess, unaskedBefore } from '@app/access';
import { periodRefused, spotCheckId, USUAL_SIZE, type Sample } from '@app/domain';
import { addDays } from '@app/platform';
import type { SpotCheckRow } from '@app/read-models';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Registrar } from '../persons/registrar.js';
import {
  DrawSpotCheckBody,
  LookUpParams,
  ReviewLookUpBody,
  SpotCheckAnswer,
  SpotCheckPage,
  SpotCheckParams,
  SpotChecksQuery,
  VerificationAnswer,
  type SpotCheckItem,
} from './spot-checks.dto.js';
import { reproduce, sampleOf } from './spot-checks.js';

/** What a draw that was made already brings: it is not asked for. */
const NO_SAMPLE: Sample = { population: 0, seeds: [], lookUps: [] };

@ApiTags('Audit')
@Controller('api/spot-checks')
export class SpotChecksController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly out: Reveal,
  ) {}

  @Get()
  @Answers({ summary: 'Spot checks of the access log, latest period first', answer: SpotCheckPage, errors: [400] })
  async list(@TheCall() call: Call, @Query() query: SpotChecksQuery): Promise<SpotCheckPage> {
    requireAccess(call.principal, 'readAccessLog');
    const { waiting } = query;
    const readModels = await this.registrar.upToDate();
    const { items, next } = await readModels.spotChecks(waiting === undefined ? {} : { waiting }, pagingOf(query));
    return { items: items.map((row) => this.itemOf(row)), ...(next !== undefined && { next }) };
  }

  @Post()
  @Changes({
    summary: 'Draw a spot check of a period that is over',
    description:
      'Nobody can choose or foresee what is drawn: a day has one seed, made with a key when the day is over, so that the same period and size is the same spot check, and a smaller one the beginning of a larger. By an auditor of the municipality. One of every week is drawn by itself.',
    status: 201,
  })
  async draw(@TheCall() call: Call, @Body() body: DrawSpotCheckBody): Promise<Receipt> {
    requireAccess(call.principal, 'reviewSpotChecks');
    const today = this.ports.clock.today();
    const to = body.to ?? addDays(today, -1);
    const period = { from: body.from ?? addDays(to, -6), to, size: body.size ?? USUAL_SIZE };
    const refused = periodRefused(period, today)?.refusal;
    if (refused) throw new RefusedError(refused);
    const id = spotCheckId(period);
    const readModels = await this.registrar.upToDate();
    const sample = (await readModels.spotCheck(id)) ? NO_SAMPLE : await sampleOf(this.ports, period);
    return this.changer.change(call, 'spotCheck', id, () => ({ type: 'DrawSpotCheck', data: { ...period, sample } }));
  }

  @Get(':spotCheckId')
  @Answers({
    summary: 'One spot check: what was drawn, what explains it, and what was said of the rest',
    description: 'Persons by pseudonym. Notes for auditors of the municipality.',
    answer: SpotCheckAnswer,
    errors: [400, 404],
  })
  async one(@TheCall() call: Call, @Param() params: SpotCheckParams): Promise<SpotCheckAnswer> {
    const decision = requireAccess(call.principal, 'readAccessLog');
    const row = await this.find(params.spotCheckId);
    const { readModels } = this.ports;
    const entries = new Map((await readModels.accessEntries(row.lookUps)).map((entry) => [entry.eventId, entry]));
    const reviews = new Map(
      (await readModels.lookUpReviews(row.lookUps.map(({ eventId }) => eventId))).map((review) => [review.eventId, review]),
    );
    const reviewer = mayAccess(call.principal, 'reviewSpotChecks');
    const lookUps = row.lookUps.map((lookUp) => {
      const { purpose, caseIds, personIds, fieldClasses } = entries.get(lookUp.eventId) ?? {};
      const { eventId: _, note, ...review } = reviews.get(lookUp.eventId) ?? {};
      const reviewed = 'outcome' in review;
      return {
        ...{ ...lookUp, purpose, caseIds, personIds, fieldClasses },
        yours: reviewer && !reviewed && lookUp.userId !== call.principal.userId,
        ...(reviewed && { review: { ...review, ...(reviewer && note && { note }) } }),
      };
    });
    const { seeds, last } = row;
    const answer = { ...this.itemOf(row), seeds, ...(last !== undefined && { last }), lookUps };
    // As the access log itself: pseudonyms, and notes about staff. Nothing of it is a look at a young person.
    return this.out.reveal<SpotCheckAnswer>(call, { purpose: 'spot-check.read', decision }, answer);
  }

  @Get(':spotCheckId/verification')
  @Answers({
    summary: 'Draw it again from the log, and say whether it comes out the same',
    answer: VerificationAnswer,
    errors: [400, 404],
  })
  async verification(@TheCall() call: Call, @Param() params: SpotCheckParams): Promise<VerificationAnswer> {
    requireAccess(call.principal, 'readAccessLog');
    const row = await this.find(params.spotCheckId);
    const { seeds, sample, population: found } = await reproduce(this.ports, row);
    const population = found === row.population;
    return { spotCheckId: row.spotCheckId, reproduced: seeds && population && sample, seeds, population, sample };
  }

  @Post(':spotCheckId/look-ups/:eventId/outcome')
  @Changes({
    summary: 'Say what became of asking about a look-up: justified, not justified, or referred on',
    description:
      'By an auditor of the municipality, never whose look-up it is, with what was asked and answered in words. The first holds, in whichever spot check the look-up was drawn.',
  })
  async review(
    @TheCall() call: Call,
    @Param() { spotCheckId: id, eventId }: LookUpParams,
    @Body() { outcome, note }: ReviewLookUpBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'reviewSpotChecks');
    const readModels = await this.registrar.upToDate();
    const [before] = await readModels.lookUpReviews([eventId]);
    const earlier = before && { reviewedBy: before.reviewedBy, outcome: before.outcome };
    return this.changer.change(call, 'spotCheck', id, () => ({
      type: 'ReviewLookUp',
      data: { spotCheckId: id, eventId, outcome, note, ...(earlier && { earlier }) },
    }));
  }

  private async find(id: string): Promise<SpotCheckRow> {
    const row = await (await this.registrar.upToDate()).spotCheck(id);
    if (!row) throw new NotFoundError('readAccessLog');
    return row;
  }

  private itemOf({ seeds: _, last: __, lookUps, waiting, ...row }: SpotCheckRow): SpotCheckItem {
    const alarm = waiting > 0 && row.drawnAt < unaskedBefore(this.ports.clock.now().toISOString());
    const unexplained = lookUps.filter(({ explained }) => !explained).length;
    return { ...row, drawn: lookUps.length, unexplained, waiting, alarm };
  }
}
