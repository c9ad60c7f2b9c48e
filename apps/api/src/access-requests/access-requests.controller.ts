// /api/access-requests: the young person asks what is kept (rule 11): a month to answer, the police on their own part, § 22, the report.
import { Body, Controller, Get, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, mayAccess, requireAccess, type Action } from '@app/access';
import { accessRequestWithdrawn, type Refusal } from '@app/domain';
import type { Position } from '@app/event-store';
import type { AccessRequestRow, CaseFacts } from '@app/read-models';
import { together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { ofAuthority, resourceOf } from '../core/guards.js';
import { pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Registrar } from '../persons/registrar.js';
import {
  AccessReportAnswer,
  AccessRequestBody,
  AccessRequestPage,
  AccessRequestsQuery,
  PartParams,
  PoliceContributionAnswer,
  PoliceContributionBody,
  ReleaseBody,
  ReportParams,
  RequestParams,
  WithdrawRequestBody,
  WithholdBody,
  type AccessRequestAnswer,
} from './access-request.dto.js';
import { reportPdf } from './report-pdf.js';
import { AccessReports, markErased, type BuiltReport } from './report.js';

/** After every place there is in the log: positions are compared as text, and are made of digits and the like. */
const AFTER_ALL = '~';

/** Which of the two asked, only people know: nothing is told to either before they have said. */
const MERGE_UNDONE: Refusal = {
  rule: 'access-request.merge-undone',
  en: 'The request came in while two registrations were merged that are two persons after all: find out who asked, withdraw the request, and register it anew for that person.',
  da: 'Anmodningen kom, mens to oprettelser var lagt sammen, som alligevel er to personer: find ud af, hvem der spurgte, træk anmodningen tilbage, og registrér den på ny for den person.',
  source: 'Databeskyttelsesforordningen art. 15',
};

@ApiTags('Access requests')
@Controller('api/access-requests')
export class AccessRequestsController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly registrar: Registrar,
    private readonly reports: AccessReports,
  ) {}

  @Get()
  @Answers({
    summary: 'Who has asked for access, first due first',
    description: 'Pseudonyms and dates only: nobody’s texts.',
    answer: AccessRequestPage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: AccessRequestsQuery): Promise<AccessRequestPage> {
    requireAccess(call.principal, 'readAccessRequests');
    const readModels = await this.ask.readModels(call);
    const { status } = query;
    const filter = {
      ofAuthority: await this.ofAuthority(call),
      ...(status === 'overdue' ? { status: 'waiting' as const, dueBefore: this.ask.today } : status !== undefined && { status }),
    };
    const scope = caseScope(call.principal, 'readAccessRequests');
    const { items, next } = await readModels.accessRequests(scope, filter, pagingOf(query));
    return { items: items.map((row) => this.shape(row)), ...(next !== undefined && { next }) };
  }

  @Post()
  @Changes({
    summary: 'Register that a person has asked for access',
    description: 'Due a month after it came in. Until it is answered, nothing about the person is erased.',
    status: 201,
  })
  async register(@TheCall() call: Call, @Body() { personId, receivedOn }: AccessRequestBody): Promise<Receipt> {
    requireAccess(call.principal, 'answerAccessRequest');
    const { commandId, idFor } = this.changer.begin(call);
    const requestId = idFor('access-request');
    const person = await (await this.ask.readModels(call)).person(personId);
    if (!person) throw new NotFoundError('answerAccessRequest');
    await this.requirePerson(call, 'answerAccessRequest', person.personId);
    // Of two that were merged it is the request of the one that stays.
    const command = { type: 'RequestAccess', data: { personId: person.personId, requestId, receivedOn } } as const;
    return this.change(call, command, requestId, commandId);
  }

  @Post(':requestId/withdrawal')
  @Changes({
    summary: 'Withdraw a request: the person asks no more, or it was another who asked',
    description: 'Nothing is issued or read under it from then on, and it keeps nothing from erasure.',
  })
  async withdraw(
    @TheCall() call: Call,
    @Param() { requestId }: RequestParams,
    @Body() { reason }: WithdrawRequestBody,
  ): Promise<Receipt> {
    const { personId } = (await this.findRequest(call, 'answerAccessRequest', requestId)).request;
    return this.change(call, { type: 'WithdrawAccessRequest', data: { personId, requestId, reason } }, requestId);
  }

  @Get(':requestId/draft')
  @Answers({
    summary: 'The report as it would be issued now: to see what must be withheld',
    answer: AccessReportAnswer,
    errors: [400, 404, 422],
  })
  async draft(@TheCall() call: Call, @Param() { requestId }: RequestParams): Promise<AccessReportAnswer> {
    const { request, decision } = await this.requireRequest(call, 'answerAccessRequest', requestId);
    const built = await this.asOfNow(request);
    const { personIds, caseIds } = built;
    const purpose = { purpose: 'access-request.draft', decision, personIds, caseIds, toThePerson: true as const };
    return markErased(withoutMarks(await this.out.reveal<AccessReportAnswer>(call, purpose, built.report)));
  }

  @Get(':requestId/police-contribution')
  @Answers({
    summary: 'What the police contributed, for the police to decide on',
    answer: PoliceContributionAnswer,
    errors: [400, 404, 422],
  })
  async contribution(@TheCall() call: Call, @Param() { requestId }: RequestParams): Promise<PoliceContributionAnswer> {
    const { decision, built } = await this.requireContribution(call, requestId);
    const { personIds, caseIds } = built;
    const purpose = { purpose: 'access-request.police', decision, personIds, caseIds, toThePerson: true as const };
    return withoutMarks(await this.out.reveal<PoliceContributionAnswer>(call, purpose, built.contribution));
  }

  @Post(':requestId/police-contribution')
  @Changes({
    summary: 'Decide, for the police, whether what the police contributed is told',
    description:
      'Until then the report says that the police have not decided. The last decision holds for reports issued after it. Also by police who have left the case, for what their own authority contributed.',
  })
  async decide(
    @TheCall() call: Call,
    @Param() { requestId }: RequestParams,
    @Body() body: PoliceContributionBody,
  ): Promise<Receipt> {
    const { personId } = (await this.requireContribution(call, requestId)).request;
    return this.change(call, { type: 'DecidePoliceContribution', data: { personId, requestId, ...body } }, requestId);
  }

  @Post(':requestId/withholdings')
  @Changes({
    summary: 'Withhold a part, or a whole case, under databeskyttelsesloven § 22',
    description:
      'From this report and all later ones, until it is released. The report says that it is withheld, and under which paragraph.',
  })
  async withhold(@TheCall() call: Call, @Param() { requestId }: RequestParams, @Body() body: WithholdBody): Promise<Receipt> {
    const { request } = await this.requireRequest(call, 'answerAccessRequest', requestId);
    // Where the part stands, which may be an alias: it stays withheld there when the merge is undone.
    const personId = (await this.asOfNow(request)).partsOf.get(body.partId);
    if (personId === undefined) throw new NotFoundError('answerAccessRequest');
    return this.change(call, { type: 'WithholdPart', data: { personId, ...body } }, requestId);
  }

  @Post(':requestId/withholdings/:partId/release')
  @Changes({ summary: 'Release a part that was withheld: the next issue of the report has it, and says that it is new' })
  async release(
    @TheCall() call: Call,
    @Param() { requestId, partId }: PartParams,
    @Body() { note }: ReleaseBody,
  ): Promise<Receipt> {
    const { request } = await this.requireRequest(call, 'answerAccessRequest', requestId);
    const readModels = await this.ask.readModels(call);
    // It stands in the stream of the registration it was withheld under, which may be an alias now.
    const also = [request.personId, ...(await readModels.mergedWith(request.personId))];
    const personId = (await readModels.withheldUnder(partId, also)) ?? request.personId;
    const data = { personId, partId, ...(note !== undefined && { note }) };
    return this.change(call, { type: 'ReleasePart', data }, requestId);
  }

  @Post(':requestId/reports')
  @Changes({
    summary: 'Issue the report: of all that is known before this moment',
    description: 'Again when something was released, or the police have decided: it then says what is new.',
    status: 201,
  })
  async issue(@TheCall() call: Call, @Param() { requestId }: RequestParams): Promise<Receipt> {
    const { request } = await this.requireRequest(call, 'answerAccessRequest', requestId);
    const { commandId, idFor } = this.changer.begin(call);
    const reportId = idFor('access-report');
    const { personId, nextReviewOn } = request;
    const policeTookPart = (await this.asOfNow(request)).report.police.status !== 'none';
    const data = { personId, requestId, reportId, policeTookPart, ...(nextReviewOn !== undefined && { nextReviewOn }) };
    return this.change(call, { type: 'IssueAccessReport', data }, reportId, commandId);
  }

  @Get(':requestId/reports/:reportId')
  @Answers({
    summary: 'An issued report, for the person: what is kept, who got what, when it was looked at',
    description: 'Logged as an export before it leaves. Always the same, but for what was withdrawn or erased since.',
    answer: AccessReportAnswer,
    errors: [400, 404, 422],
  })
  async report(@TheCall() call: Call, @Param() { requestId, reportId }: ReportParams): Promise<AccessReportAnswer> {
    const { request, decision } = await this.requireRequest(call, 'answerAccessRequest', requestId);
    const issued = request.reports.find((each) => each.reportId === reportId);
    if (!issued) throw new NotFoundError('answerAccessRequest');
    const { number, issuedAt: asOf, position } = issued;
    const built = await this.reports.build(request, position, { asOf, reportId, number });
    const { personIds, caseIds } = built;
    const leaves = { exported: true, toThePerson: true } as const;
    const purpose = { purpose: 'access-request.report', decision, personIds, caseIds, ...leaves };
    return markErased(withoutMarks(await this.out.reveal<AccessReportAnswer>(call, purpose, built.report)));
  }

  @Get(':requestId/reports/:reportId/pdf')
  @Answers({
    summary: 'The same in Danish, as a document for people and screen readers',
    description: 'Logged as an export before it leaves.',
    file: 'application/pdf',
    errors: [400, 404, 422],
  })
  async file(@TheCall() call: Call, @Param() params: ReportParams): Promise<StreamableFile> {
    const report = await this.report(call, params);
    return new StreamableFile(await reportPdf(report), {
      type: 'application/pdf',
      disposition: `attachment; filename="indsigt-${params.requestId}-${report.number}.pdf"`,
    });
  }

  /** The receipt names the request, or the report. */
  private async change(call: Call, command: Asked<'person'>, id: string, commandId?: string): Promise<Receipt> {
    const options = commandId === undefined ? {} : { commandId };
    const receipt = await this.changer.change(call, 'person', command.data.personId, () => command, options);
    return { ...receipt, id };
  }

  private async asOfNow(request: AccessRequestRow): Promise<BuiltReport> {
    await this.registrar.upToDate();
    return this.reports.build(request, AFTER_ALL as Position, { asOf: this.ports.clock.now().toISOString() });
  }

  /** One that can still be answered. @throws NotFoundError, AccessDeniedError, RefusedError */
  private async requireRequest(call: Call, action: Action, requestId: string) {
    const found = await this.findRequest(call, action, requestId);
    if (found.request.withdrawn) throw new RefusedError(accessRequestWithdrawn.refusal!);
    if (found.request.mergeUndone) throw new RefusedError(MERGE_UNDONE);
    return found;
  }

  /** @throws NotFoundError, AccessDeniedError */
  private async findRequest(call: Call, action: Action, requestId: string) {
    const first = requireAccess(call.principal, action);
    const request = await (await this.ask.readModels(call)).accessRequest(requestId);
    if (!request) throw new NotFoundError(action);
    const second = await this.requirePerson(call, action, request.personId);
    return { request, decision: together(first, second.decision), left: second.left };
  }

  /**
   * Who has left the case decides on what the own authority contributed, and on nobody else's.
   * @throws NotFoundError, AccessDeniedError
   */
  private async requireContribution(call: Call, requestId: string) {
    const action = 'decidePoliceContribution';
    const { request, decision, left } = await this.requireRequest(call, action, requestId);
    const built = await this.asOfNow(request);
    const own = await this.ofAuthority(call);
    if (left && built.contributors.some((id) => !own.includes(id))) throw new NotFoundError(action);
    return { request, decision, built };
  }

  /**
   * Through one case of the person, by nobody who is excluded from any. Somebody without a case is there for the municipality.
   * `left`: only through a case that the own authority takes part in no more.
   */
  private async requirePerson(call: Call, action: Action, personId: string) {
    const { principal } = call;
    const { readModels } = this.ports;
    const cases: readonly CaseFacts[] = await this.registrar.casesOf(personId);
    const leftIds = await readModels.caseIdsLeftBy(personId, await this.ofAuthority(call));
    const resource = (facts: CaseFacts) => ({ ...resourceOf(facts), authorityLeft: leftIds.includes(facts.caseId) });
    const allowed = cases.filter((facts) => mayAccess(principal, action, resource(facts)));
    const theirs = allowed.find(({ caseId }) => !leftIds.includes(caseId)) ?? allowed[0];
    const excluded = cases.some((facts) => facts.excludedUserIds.includes(principal.userId));
    if (excluded || (theirs === undefined && (cases.length > 0 || principal.kind !== 'municipal')))
      throw new NotFoundError(action);
    const decision = requireAccess(principal, action, theirs && resource(theirs));
    return { decision, left: theirs !== undefined && leftIds.includes(theirs.caseId) };
  }

  /** The organisations of the principal's authority. */
  private async ofAuthority({ principal }: Call): Promise<readonly string[]> {
    return ofAuthority(principal, await this.ports.readModels.registry());
  }

  private shape({ answered, reports, ...row }: AccessRequestRow): AccessRequestAnswer {
    const waiting = row.dueOn < this.ask.today ? 'overdue' : 'waiting';
    return {
      ...row,
      status: row.withdrawn ? 'withdrawn' : answered ? 'answered' : waiting,
      reports: reports.map(({ position: _, ...report }) => report),
    };
  }
}

/** Parts say themselves what is erased, and what was withdrawn is not in them. */
const withoutMarks = <A extends object>(answer: A): A => {
  const {
    erased: _,
    withdrawnTexts: __,
    restsOnRecalled: ___,
    ...rest
  } = answer as A & Partial<Record<'erased' | 'withdrawnTexts' | 'restsOnRecalled', unknown>>;
  return rest as unknown as A;
};
