// /api/sharing-log and /api/access-log: who shared and who looked.
import { Controller, Get, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { QueryBus, QueryHandler, Query as CqrsQuery, type IQueryHandler } from '@nestjs/cqrs';
import { Transform } from 'class-transformer';
import { BREAK_GLASS_VERDICTS, caseScope, requireAccess, type AccessDecision } from '@app/access';
import { FIELD_CLASSES } from '@app/domain';
import { addDays, instantAt } from '@app/platform';
import type { AccessLogRow, Page, Paging } from '@app/read-models';
import {
  DisclosureLogAnswer,
  ERASED,
  ErasedAnswer,
  SharingLogPage,
  WITHDRAWN,
  WithdrawnTextAnswer,
} from '../cases/case-answers.dto.js';
import { disclosureLogShape } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { Day, Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';
import { Reveal } from '../core/reveal.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';

const LOG_TYPES = [
  'PersonalDataShown',
  'PersonalDataSearched',
  'PersonalDataExported',
  'AccessRefused',
  'BreakGlassOpened',
  'BreakGlassReviewed',
] as const;

class SharingLogQuery extends PageQuery {
  @Day({ optional: true }) from?: string;
  @Day({ optional: true, description: 'Inclusive.' }) to?: string;
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Only what was refused, or only what was shared.' })
  refused?: boolean;
}
class AccessLogQuery extends PageQuery {
  @Id({ optional: true, example: 'coordinator' }) userId?: string;
  @Id({ optional: true }) caseId?: string;
  @Id({ optional: true }) personId?: string;
  @Day({ optional: true }) from?: string;
  @Day({ optional: true, description: 'Inclusive.' }) to?: string;
}
class AccessLogAnswer {
  @Id() eventId!: string;
  @Word(LOG_TYPES) type!: (typeof LOG_TYPES)[number];
  @Moment() at!: string;
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Text(200, { example: 'case.read' }) purpose!: string;
  @Id({ many: true }) caseIds!: string[];
  @Id({ many: true, description: 'Persons by pseudonym.' }) personIds!: string[];
  @Word(FIELD_CLASSES, { many: true }) fieldClasses!: (typeof FIELD_CLASSES)[number][];
  @Text(200, { many: true, example: ['case.lead'] }) policies!: string[];
  @Id({ optional: true, description: 'An identity that was opened, or the review of it.' }) breakGlassId?: string;
  @Moment({ optional: true, description: 'Until when it was open.' }) until?: string;
  @Word(BREAK_GLASS_VERDICTS, { optional: true }) verdict?: string;
}
class AccessReasonAnswer extends AccessLogAnswer {
  @Text(2000, {
    optional: true,
    nullable: true,
    example: 'Demo Ung',
    description:
      'What was looked for; why an identity was opened; what the review says. null: erased, with the person or when its time was over.',
  })
  text?: string | null;
}
class AccessReasonPage {
  @Nested(() => AccessReasonAnswer, { many: true }) items!: AccessReasonAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
class SharingReasonAnswer extends DisclosureLogAnswer {
  @Text(4000, { optional: true, nullable: true, example: 'Jobcentret skal kende fremmødet for at lægge en plan.' }) necessity?:
    string | null;
}
class SharingReasonPage {
  @Nested(() => SharingReasonAnswer, { many: true }) items!: SharingReasonAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
}
class AccessLogPage {
  @Nested(() => AccessLogAnswer, { many: true }) items!: AccessLogAnswer[];
  @ApiProperty(NEXT) next?: string;
}
export class SharingLog extends CqrsQuery<SharingLogPage> {
  constructor(
    readonly call: Call,
    readonly filter: { from?: string; to?: string; refused?: boolean },
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(SharingLog)
export class SharingLogHandler implements IQueryHandler<SharingLog> {
  constructor(private readonly ask: Ask) {}
  async execute({ call, filter, paging }: SharingLog): Promise<SharingLogPage> {
    requireAccess(call.principal, 'readSharingLog');
    const readModels = await this.ask.readModels(call);
    const scope = caseScope(call.principal, 'readSharingLog');
    const groups = 'all' in scope ? {} : { groups: 'groups' in scope ? scope.groups : [] };
    const notExcluding = call.principal.userId;
    const { items, next } = await readModels.sharingLog({ ...instants(filter), ...groups, notExcluding }, paging);
    return { items: items.map(disclosureLogShape), ...(next !== undefined && { next }) } as unknown as SharingLogPage;
  }
}

export class ReadAccessLog extends CqrsQuery<Page<AccessLogRow>> {
  constructor(
    readonly call: Call,
    readonly filter: { userId?: string; caseId?: string; personId?: string; from?: string; to?: string },
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(ReadAccessLog)
export class ReadAccessLogHandler implements IQueryHandler<ReadAccessLog> {
  constructor(private readonly ask: Ask) {}
  async execute({ call, filter, paging }: ReadAccessLog): Promise<Page<AccessLogRow>> {
    requireAccess(call.principal, 'readAccessLog');
    // Look-ups are events too: an auditor sees those made until now, of this process.
    const readModels = await this.ask.readModels(call);
    await readModels.reach(await this.ask.head());
    const { items, next } = await readModels.accessLog(instants(filter), paging);
    return { items: items.map(({ text: _, ...row }) => row), ...(next !== undefined && { next }) };
  }
}

/** Local dates, both inclusive, as instants: from the first midnight to the one after the last. */
const instants = <F extends { from?: string; to?: string }>(filter: F): F => ({
  ...filter,
  ...(filter.from !== undefined && { from: instantAt(filter.from, '00:00') }),
  ...(filter.to !== undefined && { to: instantAt(addDays(filter.to, 1), '00:00') }),
});

export const AUDIT_QUERIES = [SharingLogHandler, ReadAccessLogHandler];

@ApiTags('Audit')
@Controller('api')
export class AuditController {
  constructor(
    private readonly bus: QueryBus,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get('sharing-log')
  @Answers({
    summary: 'Who shared which category with whom, on which basis; persons by pseudonym',
    answer: SharingLogPage,
    errors: [400],
  })
  sharing(@TheCall() call: Call, @Query() query: SharingLogQuery): Promise<SharingLogPage> {
    const { limit: _, after: __, ...filter } = query;
    return this.bus.execute(new SharingLog(call, filter, pagingOf(query)));
  }

  @Get('access-log')
  @Answers({
    summary: 'Who saw what, when and why they could; what was looked for stays encrypted',
    answer: AccessLogPage,
    errors: [400],
  })
  access(@TheCall() call: Call, @Query() query: AccessLogQuery): Promise<AccessLogPage> {
    const { limit: _, after: __, ...filter } = query;
    return this.bus.execute(new ReadAccessLog(call, filter, pagingOf(query))) as unknown as Promise<AccessLogPage>;
  }

  @Get('sharing-log/reasons')
  @Answers({
    summary: 'The sharing log with why each was necessary; the view is logged',
    description: 'For auditors of the municipality. What was shared is not told.',
    answer: SharingReasonPage,
    errors: [400],
  })
  async sharingReasons(@TheCall() call: Call, @Query() query: SharingLogQuery): Promise<SharingReasonPage> {
    const decision = requireAccess(call.principal, 'readReasons');
    const { limit: _, after: __, ...filter } = query;
    const page = await (
      await this.ask.readModels(call)
    ).sharingLog({ ...instants(filter), notExcluding: call.principal.userId }, pagingOf(query));
    const items = page.items.map(({ content: _, ...row }) => row);
    return this.out.reveal<SharingReasonPage>(call, this.reasons('sharing-log.reasons', decision, items), { ...page, items });
  }

  @Get('access-log/reasons')
  @Answers({
    summary: 'The access log with what was looked for and why identities were opened; the view is logged',
    description: 'For auditors of the municipality.',
    answer: AccessReasonPage,
    errors: [400],
  })
  async accessReasons(@TheCall() call: Call, @Query() query: AccessLogQuery): Promise<AccessReasonPage> {
    const decision = requireAccess(call.principal, 'readReasons');
    const { limit: _, after: __, ...filter } = query;
    const readModels = await this.ask.readModels(call);
    await readModels.reach(await this.ask.head());
    const notExcluding = call.principal.userId;
    const page = await readModels.accessLog({ ...instants(filter), notExcluding }, pagingOf(query));
    const shown = this.reasons(
      'access-log.reasons',
      decision,
      page.items.flatMap((row) => (row.text ? [row] : [])),
    );
    return this.out.reveal<AccessReasonPage>(call, shown, page);
  }

  private reasons(
    purpose: string,
    decision: AccessDecision,
    rows: readonly { readonly personId?: string; readonly personIds?: readonly string[]; readonly caseId?: string }[],
  ) {
    const personIds = rows.flatMap(({ personId, personIds: ids }) => ids ?? (personId === undefined ? [] : [personId]));
    return { purpose, decision, personIds, caseIds: rows.flatMap(({ caseId }) => caseId ?? []) };
  }
}
