// /api/cases and /api/actions: everything that only asks.
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Transform } from 'class-transformer';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { Day, Flag, Id, Word } from '../core/fields.js';
import { PageQuery, pagingOf } from '../core/paging.dto.js';
import { ActionPage, CaseAnswer, CasePage, DisclosurePage, TimelinePage } from './case-answers.dto.js';
import { CaseById, CaseDisclosures, CaseTimeline, ListActions, ListCases } from './case-queries.js';
import { CaseParams } from './case-requests.dto.js';

const STATUSES = ['referred', 'accepted', 'rejected', 'open', 'paused', 'closed'] as const;

export class CasesQuery extends PageQuery {
  @Word(STATUSES, { optional: true, example: 'open' }) status?: (typeof STATUSES)[number];
  @Id({ optional: true, example: 'akacieparken' }) areaId?: string;
  @Id({ optional: true }) groupId?: string;
  @Id({ optional: true, example: 'bif' }) responsibleOrganisationId?: string;
}
export class ActionsQuery extends PageQuery {
  @Id({ optional: true, description: 'Whose: a user.', example: 'jobcenter-participant' }) owner?: string;
  @Id({ optional: true, example: 'jobcenter' }) organisation?: string;
  @Word(['open', 'done', 'all'], { optional: true, description: 'Default: open.' }) status?: 'open' | 'done' | 'all';
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true })
  overdue?: boolean;
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Agreed or handed over, and not accepted yet.' })
  awaitsAcceptance?: boolean;
  @Day({ optional: true, description: 'Deadline before this local date.' }) dueBefore?: string;
}

@ApiTags('Cases')
@Controller('api')
export class CaseQuestionsController {
  constructor(private readonly bus: QueryBus) {}

  @Get('cases')
  @Answers({ summary: 'The cases you may see: open first, most overdue first', answer: CasePage, errors: [400] })
  list(@TheCall() call: Call, @Query() query: CasesQuery): Promise<CasePage> {
    const { limit: _, after: __, ...filter } = query;
    return this.bus.execute(new ListCases(call, filter, pagingOf(query))) as Promise<CasePage>;
  }

  @Get('cases/:caseId')
  @Answers({
    summary: 'A case: who is responsible for what, what is due, what is overdue',
    answer: CaseAnswer,
    errors: [400, 404],
  })
  async one(
    @TheCall() call: Call,
    @Param() { caseId }: CaseParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CaseAnswer> {
    const answer = await this.bus.execute(new CaseById(call, caseId));
    void reply.header('etag', `"${answer.revision}"`);
    return answer;
  }

  @Get('cases/:caseId/timeline')
  @Answers({ summary: 'What happened in the case, newest first', answer: TimelinePage, errors: [400, 404] })
  timeline(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Query() query: PageQuery): Promise<TimelinePage> {
    return this.bus.execute(new CaseTimeline(call, caseId, pagingOf(query))) as Promise<TimelinePage>;
  }

  @Get('cases/:caseId/disclosures')
  @Answers({
    summary: 'What was shared in the case, with whom, on which basis, and what was refused',
    answer: DisclosurePage,
    errors: [400, 404],
  })
  disclosures(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Query() query: PageQuery): Promise<DisclosurePage> {
    return this.bus.execute(new CaseDisclosures(call, caseId, pagingOf(query))) as Promise<DisclosurePage>;
  }

  @Get('actions')
  @Answers({ summary: 'Open, due and overdue actions, by person and organisation', answer: ActionPage, errors: [400] })
  actions(@TheCall() call: Call, @Query() query: ActionsQuery): Promise<ActionPage> {
    const { owner, organisation, limit: _, after: __, ...rest } = query;
    const filter = {
      ...rest,
      ...(owner !== undefined && { ownerUserId: owner }),
      ...(organisation !== undefined && { ownerOrganisationId: organisation }),
    };
    return this.bus.execute(new ListActions(call, filter, pagingOf(query))) as Promise<ActionPage>;
  }
}
