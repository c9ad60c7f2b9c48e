// /api/erasures and /api/legal-holds: what is due, who wants it erased, who approves, what is kept, and what is gone (rule 12).
import { Body, Controller, Get, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, mayAccess, requireAccess, type AccessDecision, type Action } from '@app/access';
import { retentionEnds, type RuleSet } from '@app/domain';
import { addDays, instantAt, isLocalDate, localDateAt } from '@app/platform';
import type { CaseFacts, ErasureRow, LegalHoldRow } from '@app/read-models';
import { together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { BadRequestError, NotFoundError } from '../core/errors.js';
import { mayReadCase, resourceOf } from '../core/guards.js';
import { PageQuery, pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Registrar } from '../persons/registrar.js';
import { certificateOf } from './certificate.js';
import { certificatePdf } from './certificate-pdf.js';
import {
  ArchivingBody,
  CertificateAnswer,
  DuePage,
  ErasureDetail,
  ErasurePage,
  ErasureParams,
  ErasureReasonBody,
  ErasuresQuery,
  HoldParams,
  LegalHoldBody,
  LegalHoldPage,
  LiftHoldBody,
  ProposeErasureBody,
  type ErasureAnswer,
  type LegalHoldAnswer,
} from './erasure.dto.js';
import { tracesOf, type Target } from './traces.js';

const LIST = 'Case numbers and pseudonyms only: nobody’s texts.';

const archivingOf = ({ outcome, archiveId, deliveryId, ground }: ArchivingBody) => {
  if (outcome === 'delivered') {
    if (archiveId === undefined || deliveryId === undefined || ground !== undefined)
      throw new BadRequestError(['a delivery has archiveId and deliveryId, and no ground']);
    return { outcome, archiveId, deliveryId };
  }
  if (ground === undefined || archiveId !== undefined || deliveryId !== undefined)
    throw new BadRequestError(['what is not required has a ground, and no archiveId or deliveryId']);
  return { outcome, ground };
};

@ApiTags('Erasure')
@Controller('api')
export class ErasureController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly registrar: Registrar,
  ) {}

  @Get('erasures')
  @Answers({
    summary: 'What is proposed for erasure, approved, erased or withdrawn',
    description: LIST,
    answer: ErasurePage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: ErasuresQuery): Promise<ErasurePage> {
    requireAccess(call.principal, 'readErasures');
    const readModels = await this.ask.readModels(call);
    const { status } = query;
    const scope = caseScope(call.principal, 'readErasures');
    const { items, next } = await readModels.erasures(scope, { ...(status && { status }) }, pagingOf(query));
    return { items: items.map((row) => this.shape(row)), ...(next !== undefined && { next }) };
  }

  @Get('erasures/due')
  @Answers({
    summary: 'Cases whose time for keeping is over, and persons of whom only the identity is left',
    description: `Longest ended first; nothing is erased before somebody proposes it. ${LIST}`,
    answer: DuePage,
    errors: [400],
  })
  async due(@TheCall() call: Call, @Query() query: PageQuery): Promise<DuePage> {
    requireAccess(call.principal, 'readErasures');
    const readModels = await this.ask.readModels(call);
    const ruleSet = await this.ports.ruleSetOn(this.ask.today);
    const endedBefore = { withoutAction: this.endedBefore(true, ruleSet), otherwise: this.endedBefore(false, ruleSet) };
    const scope = caseScope(call.principal, 'readErasures');
    const { items, next } = await readModels.dueForErasure(scope, endedBefore, pagingOf(query));
    return {
      items: items.map(({ endedAt, withoutAction, ...row }) => {
        const endedOn = localDateAt(new Date(endedAt));
        const dueOn = row.caseId === undefined ? endedOn : retentionEnds(endedOn, withoutAction, ruleSet);
        return { ...row, endedOn, dueOn };
      }),
      ...(next !== undefined && { next }),
    };
  }

  @Post('erasures')
  @Changes({
    summary: 'Propose that the texts of a case, or everything about a person, is erased',
    description: 'Refused while a case of it lives or a legal hold keeps it.',
    status: 201,
  })
  async propose(@TheCall() call: Call, @Body() { personId, caseId, ground, reason }: ProposeErasureBody): Promise<Receipt> {
    requireAccess(call.principal, 'proposeErasure');
    const { commandId, idFor } = this.changer.begin(call);
    const erasureId = idFor('erasure');
    const { subjectId } = await this.requireTarget(call, 'proposeErasure', { personId, caseId });
    const target = { personId: subjectId, ...(caseId !== undefined && { caseId }) };
    const propose = async (): Promise<Receipt> => {
      const { facts } = await tracesOf(this.ports, target, await this.ports.ruleSetOn(this.ask.today));
      const data = { ...target, erasureId, ground, facts, ...(reason !== undefined && { reason }) };
      return this.change(call, subjectId, { type: 'ProposeErasure', data }, erasureId, commandId);
    };
    // Of everything about a person: not while the person is being merged with another.
    return caseId === undefined ? this.registrar.alone('merge', 'persons', propose) : propose();
  }

  @Get('erasures/:erasureId')
  @Answers({ summary: 'One erasure, with its reason for who may read the case', answer: ErasureDetail, errors: [400, 404] })
  async one(@TheCall() call: Call, @Param() { erasureId }: ErasureParams): Promise<ErasureDetail> {
    const { erasure, cases, decision } = await this.requireErasure(call, 'readErasures', erasureId);
    // Who approves reads why; of somebody without a case, those who lead.
    const reads =
      cases.length === 0 ? mayAccess(call.principal, 'readCase') : cases.some((facts) => mayReadCase(call.principal, facts));
    const { withdrawn } = erasure;
    const answer = {
      ...this.shape(erasure),
      ...(reads && erasure.reason && { reason: erasure.reason }),
      ...(withdrawn && { withdrawn: reads ? withdrawn : { ...withdrawn, reason: undefined } }),
    };
    return this.out.reveal<ErasureDetail>(call, { purpose: 'erasure.read', decision }, answer);
  }

  @Post('erasures/:erasureId/approvals')
  @Changes({
    summary: 'Approve for your own authority',
    description: 'By somebody else than who proposed it. The time for regret, 7 days, runs from the last approval.',
  })
  async approve(@TheCall() call: Call, @Param() { erasureId }: ErasureParams): Promise<Receipt> {
    const { erasure } = await this.requireErasure(call, 'approveErasure', erasureId);
    const { personId } = erasure;
    return this.change(call, personId, { type: 'ApproveErasure', data: { personId, erasureId } }, erasureId);
  }

  @Post('erasures/:erasureId/withdrawal')
  @Changes({ summary: 'Take it back, until the keys are destroyed' })
  async withdraw(
    @TheCall() call: Call,
    @Param() { erasureId }: ErasureParams,
    @Body() { reason }: ErasureReasonBody,
  ): Promise<Receipt> {
    const { personId } = (await this.requireErasure(call, 'approveErasure', erasureId)).erasure;
    const data = { personId, erasureId, ...(reason !== undefined && { reason }) };
    return this.change(call, personId, { type: 'WithdrawErasure', data }, erasureId);
  }

  @Post('erasures/:erasureId/archiving')
  @Changes({ summary: 'Say what was delivered to the archives, or why nothing has to be: before the keys are destroyed' })
  async archive(@TheCall() call: Call, @Param() { erasureId }: ErasureParams, @Body() body: ArchivingBody): Promise<Receipt> {
    const { personId } = (await this.requireErasure(call, 'proposeErasure', erasureId)).erasure;
    const archiving = archivingOf(body);
    return this.change(call, personId, { type: 'RecordArchiving', data: { personId, erasureId, archiving } }, erasureId);
  }

  @Get('erasures/:erasureId/certificate')
  @Answers({
    summary: 'The certificate of an erasure that was carried out',
    description: `From the log. ${LIST}`,
    answer: CertificateAnswer,
    errors: [400, 404],
  })
  async certificate(@TheCall() call: Call, @Param() { erasureId }: ErasureParams): Promise<CertificateAnswer> {
    const { erasure, cases } = await this.requireErasure(call, 'readErasures', erasureId);
    const history = await this.ports.store.readStream(`person-${erasure.personId}`);
    const certificate = certificateOf(history, erasureId, erasure.caseNumber);
    if (!certificate) throw new NotFoundError('readErasures');
    // Where the texts stood, of the cases the reader may know of.
    const known = new Set(
      cases.filter((facts) => mayAccess(call.principal, 'readErasures', resourceOf(facts))).map(({ caseId }) => caseId),
    );
    const streams = (await this.ports.readModels.casesToErase(erasure.personId)).flatMap(({ caseId, mentionedIn }) =>
      known.has(caseId) ? [`case-${caseId}`, ...mentionedIn] : [],
    );
    const shown = new Set([`person-${erasure.personId}`, ...streams]);
    return { ...certificate, affected: certificate.affected.filter(({ stream }) => shown.has(stream)) };
  }

  @Get('erasures/:erasureId/certificate.pdf')
  @Answers({
    summary: 'The same in Danish, as a document for people and screen readers',
    description: LIST,
    file: 'application/pdf',
    errors: [400, 404],
  })
  async certificateFile(@TheCall() call: Call, @Param() { erasureId }: ErasureParams): Promise<StreamableFile> {
    const certificate = await this.certificate(call, { erasureId });
    const { organisations } = await this.ports.readModels.registry();
    const pdf = await certificatePdf(certificate, (id) => organisations.get(id)?.name ?? id);
    return new StreamableFile(pdf, {
      type: 'application/pdf',
      disposition: `attachment; filename="sletteattest-${erasureId}.pdf"`,
    });
  }

  @Get('legal-holds')
  @Answers({
    summary: 'What is kept from erasure, first to be reviewed first',
    description: LIST,
    answer: LegalHoldPage,
    errors: [400],
  })
  async holds(@TheCall() call: Call, @Query() query: PageQuery): Promise<LegalHoldPage> {
    requireAccess(call.principal, 'readErasures');
    const readModels = await this.ask.readModels(call);
    const { items, next } = await readModels.legalHolds(caseScope(call.principal, 'readErasures'), pagingOf(query));
    return { items: items.map((row) => this.holdShape(row)), ...(next !== undefined && { next }) };
  }

  @Post('legal-holds')
  @Changes({ summary: 'Keep a case, or everything about a person, from erasure', status: 201 })
  async hold(@TheCall() call: Call, @Body() { personId, caseId, ground, reviewOn, note }: LegalHoldBody): Promise<Receipt> {
    requireAccess(call.principal, 'proposeErasure');
    const { commandId, idFor } = this.changer.begin(call);
    const holdId = idFor('hold');
    const { subjectId } = await this.requireTarget(call, 'proposeErasure', { personId, caseId });
    const data = {
      ...{ personId: subjectId, holdId, ground, reviewOn },
      ...(caseId !== undefined && { caseId }),
      ...(note !== undefined && { note }),
    };
    return this.change(call, subjectId, { type: 'PlaceLegalHold', data }, holdId, commandId);
  }

  @Post('legal-holds/:holdId/lifting')
  @Changes({ summary: 'Lift a legal hold' })
  async lift(@TheCall() call: Call, @Param() { holdId }: HoldParams, @Body() { note }: LiftHoldBody): Promise<Receipt> {
    requireAccess(call.principal, 'proposeErasure');
    const hold = await (await this.ask.readModels(call)).legalHold(holdId);
    if (!hold) throw new NotFoundError('proposeErasure');
    const { personId } = hold;
    await this.requireTarget(call, 'proposeErasure', hold);
    const data = { personId, holdId, ...(note !== undefined && { note }) };
    return this.change(call, personId, { type: 'LiftLegalHold', data }, holdId);
  }

  /** The receipt names what the caller asked about; the stream is the person's. */
  private async change(call: Call, personId: string, command: Asked<'person'>, id: string, commandId?: string): Promise<Receipt> {
    const options = commandId === undefined ? {} : { commandId };
    const receipt = await this.changer.change(call, 'person', personId, () => command, options);
    return { ...receipt, id };
  }

  /** @throws NotFoundError, AccessDeniedError */
  private async requireErasure(call: Call, action: Action, erasureId: string) {
    requireAccess(call.principal, action);
    const erasure = await (await this.ask.readModels(call)).erasure(erasureId);
    if (!erasure) throw new NotFoundError(action);
    return { erasure, ...(await this.requireTarget(call, action, erasure)) };
  }

  /**
   * Seeing is through one case of it. Proposing needs a right to all of it; who approves does so for the own authority's part.
   * Somebody without a case is there for those who lead.
   * @throws NotFoundError, AccessDeniedError
   */
  private async requireTarget(
    call: Call,
    action: Action,
    { personId, caseId, authorities = [] }: Target & { authorities?: readonly string[] },
  ) {
    const { principal } = call;
    const first = requireAccess(principal, action);
    const readModels = await this.ask.readModels(call);
    const all = await readModels.caseFactsOfPerson(personId);
    const cases = caseId === undefined ? all : all.filter((facts) => facts.caseId === caseId);
    if (cases.length === 0 && (caseId !== undefined || principal.role === 'participant' || !(await readModels.person(personId))))
      throw new NotFoundError(action);
    // Whose data it is decides it, also after its organisation has left the case.
    const own = authorities.includes(principal.authorityId) ? [principal.organisationId] : [];
    const resource = (facts: CaseFacts) => {
      const { organisationIds, ...of } = resourceOf(facts);
      return { ...of, organisationIds: [...organisationIds, ...own] };
    };
    const seen = cases.filter((facts) => mayAccess(principal, 'readErasures', resource(facts)));
    // Who is too close to one case of it decides on none of it.
    const excluded = action !== 'readErasures' && cases.some((facts) => facts.excludedUserIds.includes(principal.userId));
    if (cases.length > 0 && (seen.length === 0 || excluded))
      throw new NotFoundError(
        action,
        cases.map((facts) => facts.caseId),
      );
    const asked: readonly CaseFacts[] = action === 'proposeErasure' ? cases : seen;
    const decisions: AccessDecision[] = asked.map((facts) => requireAccess(principal, action, resource(facts)));
    // The keys of a case are those of the registration it was opened for.
    const subjectId = caseId === undefined ? personId : cases[0]!.personId;
    return { cases: seen, subjectId, decision: together(first, ...decisions) };
  }

  private shape({ held, causedBy: _, reason: __, withdrawn, ...row }: ErasureRow): ErasureAnswer {
    const { status, regretUntil, archiving } = row;
    const waiting = status === 'proposed' || status === 'approved';
    const now = this.ports.clock.now().toISOString();
    return {
      ...row,
      waitsFor: [
        ...(status === 'proposed' ? (['approval'] as const) : []),
        ...(waiting && !archiving ? (['archiving'] as const) : []),
        ...(status === 'approved' && now < regretUntil! ? (['regret'] as const) : []),
        ...(waiting && held ? (['legal-hold'] as const) : []),
      ],
      ...(withdrawn && { withdrawn: { cause: withdrawn.cause, by: withdrawn.by, at: withdrawn.at } }),
    } as ErasureAnswer;
  }

  private holdShape({ note: _, ...row }: LegalHoldRow): LegalHoldAnswer {
    return { ...row, reviewOverdue: !row.lifted && row.reviewOn < this.ask.today };
  }

  /** What ended before this instant is due today. */
  private endedBefore(withoutAction: boolean, ruleSet: RuleSet): string {
    const { today } = this.ask;
    const { closedWithoutActionYears, closedYears } = ruleSet.retention;
    const year = Number(today.slice(0, 4)) - (withoutAction ? closedWithoutActionYears : closedYears);
    // On the day itself it is due; on 29 February what ended on the 28th is, and not what ended on 1 March.
    const day = `${year}${today.slice(4)}`;
    return instantAt(addDays(isLocalDate(day) ? day : `${year}-02-28`, 1), '00:00');
  }
}
