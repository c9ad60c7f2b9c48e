// /api/sharing-log and /api/access-log: who shared and who looked.
import { Controller, Get, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { QueryBus, QueryHandler, Query as CqrsQuery, type IQueryHandler } from '@nestjs/cqrs';
import { Transform } from 'class-transformer';
import { caseScope, requireAccess } from '@app/access';
import { FIELD_CLASSES } from '@app/domain';
import { addDays, instantAt } from '@app/platform';
import type { AccessLogRow, Page, Paging } from '@app/read-models';
import { SharingLogPage } from '../cases/case-answers.dto.js';
import { disclosureLogShape } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { Day, Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';

const LOG_TYPES = ['PersonalDataShown', 'PersonalDataSearched', 'PersonalDataExported', 'AccessRefused'] as const;

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
    return readModels.accessLog(instants(filter), paging);
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
  constructor(private readonly bus: QueryBus) {}

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
}
