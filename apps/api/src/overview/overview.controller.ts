// /api/overview and /api/areas/{id}/overview: the programme in numbers, as they were published for the week.
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus, Query as CqrsQuery, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess } from '@app/access';
import { FIGURES, type Figures } from '@app/domain';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Day, Id, Nested, Text, Week, Whole } from '../core/fields.js';

class AreaParams {
  @Id({ example: 'akacieparken' }) areaId!: string;
}
class OverviewQuery {
  @Week({ optional: true, description: 'Default: the newest that was published.' }) week?: string;
}
const SUPPRESSED = {
  nullable: true,
  description: 'Rounded down to a multiple of 5. null: fewer than 10, or of fewer than 10 cases (rule 13).',
};
class FiguresAnswer {
  @Whole(0, 1000000, { ...SUPPRESSED, example: 30 }) openCases!: number | null;
  @Whole(0, 1000000, { ...SUPPRESSED, example: 10 }) closedCases!: number | null;
  @Whole(0, 1000000, { ...SUPPRESSED, example: 45 }) openActions!: number | null;
  @Whole(0, 1000000, { ...SUPPRESSED, example: 10 }) overdueActions!: number | null;
  @Whole(0, 1000000, { ...SUPPRESSED, example: 25 }) actionsDoneLast90Days!: number | null;
}
class AreaFigures extends FiguresAnswer {
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Text(200, { example: 'Akacieparken' }) name!: string;
}
class AreaOverviewAnswer extends AreaFigures {
  @Week() week!: string;
  @Day({ description: 'The day the figures were counted; they stay for the week.' }) asOf!: string;
}
class OverviewAnswer {
  @Week() week!: string;
  @Day({ description: 'The day the figures were counted; they stay for the week.' }) asOf!: string;
  @Nested(() => FiguresAnswer) total!: FiguresAnswer;
  @Nested(() => AreaFigures, { many: true }) areas!: AreaFigures[];
  @Week({ many: true, description: 'Published weeks, newest first.' }) weeks!: string[];
}

const figuresOf = (figures: Figures): FiguresAnswer =>
  Object.fromEntries(FIGURES.map((figure) => [figure, figures[figure] ?? null])) as unknown as FiguresAnswer;

export class Overview extends CqrsQuery<OverviewAnswer> {
  constructor(
    readonly call: Call,
    readonly week?: string,
  ) {
    super();
  }
}
@QueryHandler(Overview)
export class OverviewHandler implements IQueryHandler<Overview> {
  constructor(private readonly ask: Ask) {}
  /** @throws NotFoundError for a week that was not published */
  async execute({ call, week }: Overview): Promise<OverviewAnswer> {
    requireAccess(call.principal, 'readOverview');
    const readModels = await this.ask.readModels(call);
    const published = await readModels.publishedOverview(week);
    if (!published) throw new NotFoundError('readOverview');
    const { areas } = await readModels.registry();
    return {
      week: published.week,
      asOf: published.countedOn,
      total: figuresOf(published.total),
      areas: published.areas.map(({ areaId, ...figures }) => ({
        areaId,
        name: areas.get(areaId)?.name ?? areaId,
        ...figuresOf(figures),
      })),
      weeks: [...published.weeks],
    };
  }
}

export const OVERVIEW_QUERIES = [OverviewHandler];

@ApiTags('Overview')
@Controller('api')
export class OverviewController {
  constructor(private readonly bus: QueryBus) {}

  @Get('overview')
  @Answers({
    summary: 'The programme in numbers, in total and by area, of a week; without persons and small numbers',
    answer: OverviewAnswer,
    errors: [400, 404],
  })
  overview(@TheCall() call: Call, @Query() { week }: OverviewQuery): Promise<OverviewAnswer> {
    return this.bus.execute(new Overview(call, week));
  }

  @Get('areas/:areaId/overview')
  @Answers({
    summary: 'An area in numbers, of a week; without persons and small numbers',
    answer: AreaOverviewAnswer,
    errors: [400, 404],
  })
  async area(
    @TheCall() call: Call,
    @Param() { areaId }: AreaParams,
    @Query() { week }: OverviewQuery,
  ): Promise<AreaOverviewAnswer> {
    const overview = await this.bus.execute(new Overview(call, week));
    const area = overview.areas.find((candidate) => candidate.areaId === areaId);
    if (!area) throw new NotFoundError('readOverview');
    return { ...area, week: overview.week, asOf: overview.asOf };
  }
}
