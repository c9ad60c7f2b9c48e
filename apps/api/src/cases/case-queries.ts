// The questions about cases: one class each, its handler beside it.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { caseScope, requireAccess } from '@app/access';
import type { ActionFilter, CaseStatus, Page, Paging } from '@app/read-models';
import { Ask } from '../core/ask.js';
import type { Call } from '../core/call.js';
import { requireCase } from '../core/guards.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import type { ActionAnswer, CaseAnswer, CaseSummary, DisclosureAnswer, TimelineAnswer } from './case-answers.dto.js';
import { caseEscalationShape, caseShape, caseSummaryShape, together, withholdEntry, withholdFrom } from './shapes.js';

type Filter = { status?: CaseStatus; areaId?: string; groupId?: string; responsibleOrganisationId?: string };

export class ListCases extends Query<Page<CaseSummary>> {
  constructor(
    readonly call: Call,
    readonly filter: Filter,
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(ListCases)
export class ListCasesHandler implements IQueryHandler<ListCases> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}
  async execute({ call, filter, paging }: ListCases): Promise<Page<CaseSummary>> {
    const decision = requireAccess(call.principal, 'listCases');
    const readModels = await this.ask.readModels(call);
    const { items, next } = await readModels.cases(caseScope(call.principal), filter, paging, this.ask.today);
    const answer = { items: items.map(caseSummaryShape), ...(next !== undefined && { next }) };
    const caseIds = items.map((row) => row.caseId);
    return await this.out.reveal(call, { purpose: 'cases.list', decision, texts: new Texts(call.principal), caseIds }, answer);
  }
}

export class CaseById extends Query<CaseAnswer> {
  constructor(
    readonly call: Call,
    readonly caseId: string,
  ) {
    super();
  }
}
@QueryHandler(CaseById)
export class CaseByIdHandler implements IQueryHandler<CaseById> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}
  async execute({ call, caseId }: CaseById): Promise<CaseAnswer> {
    const first = requireAccess(call.principal, 'readCase');
    const readModels = await this.ask.readModels(call);
    const row = await readModels.case(caseId, this.ask.today);
    const decision = together(first, requireCase(call.principal, 'readCase', caseId, row));
    const scope = { all: true, userId: call.principal.userId } as const;
    const escalations = await readModels.escalations(scope, { caseId }, { limit: 200 });
    const texts = new Texts(call.principal);
    const answer = { ...caseShape(texts, row!), escalations: escalations.items.map(caseEscalationShape) };
    return this.out.reveal<CaseAnswer>(call, { purpose: 'case.read', decision, texts, caseIds: [caseId] }, answer);
  }
}

export class CaseTimeline extends Query<Page<TimelineAnswer>> {
  constructor(
    readonly call: Call,
    readonly caseId: string,
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(CaseTimeline)
export class CaseTimelineHandler implements IQueryHandler<CaseTimeline> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}
  async execute({ call, caseId, paging }: CaseTimeline): Promise<Page<TimelineAnswer>> {
    const first = requireAccess(call.principal, 'readCase');
    const readModels = await this.ask.readModels(call);
    const decision = together(first, requireCase(call.principal, 'readCase', caseId, await readModels.caseFacts(caseId)));
    const { items, next } = await readModels.timeline(caseId, paging);
    const texts = new Texts(call.principal);
    const page = { items: items.map((entry) => withholdEntry(texts, entry)), ...(next !== undefined && { next }) };
    return await this.out.reveal(call, { purpose: 'case.timeline', decision, texts, caseIds: [caseId] }, page);
  }
}

export class CaseDisclosures extends Query<Page<DisclosureAnswer>> {
  constructor(
    readonly call: Call,
    readonly caseId: string,
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(CaseDisclosures)
export class CaseDisclosuresHandler implements IQueryHandler<CaseDisclosures> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}
  async execute({ call, caseId, paging }: CaseDisclosures): Promise<Page<DisclosureAnswer>> {
    const first = requireAccess(call.principal, 'readCase');
    const readModels = await this.ask.readModels(call);
    const decision = together(first, requireCase(call.principal, 'readCase', caseId, await readModels.caseFacts(caseId)));
    const { items, next } = await readModels.disclosures(caseId, paging);
    const texts = new Texts(call.principal);
    const page = { items: items.map((row) => withholdFrom(texts, row)), ...(next !== undefined && { next }) };
    return this.out.reveal<Page<DisclosureAnswer>>(
      call,
      { purpose: 'case.disclosures', decision, texts, caseIds: [caseId] },
      page,
    );
  }
}

export class ListActions extends Query<Page<ActionAnswer>> {
  constructor(
    readonly call: Call,
    readonly filter: ActionFilter,
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(ListActions)
export class ListActionsHandler implements IQueryHandler<ListActions> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}
  async execute({ call, filter, paging }: ListActions): Promise<Page<ActionAnswer>> {
    const decision = requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    const page = await readModels.actions(caseScope(call.principal), filter, paging, this.ask.today);
    const caseIds = page.items.map((row) => row.caseId);
    return await this.out.reveal(call, { purpose: 'actions.list', decision, texts: new Texts(call.principal), caseIds }, page);
  }
}

export const CASE_QUERIES = [ListCasesHandler, CaseByIdHandler, CaseTimelineHandler, CaseDisclosuresHandler, ListActionsHandler];
