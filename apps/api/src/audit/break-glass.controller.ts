// /api/break-glass: an auditor of the municipality opens one person's identity for a while; somebody else reviews it.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AccessDeniedError,
  alarmBefore,
  decideOpening,
  decideReview,
  isOver,
  mayAccess,
  MOST_MINUTES,
  policiesInForce,
  requireAccess,
  type AccessDecision,
  type Action,
  type BreakGlassVerdict,
  type Resource,
} from '@app/access';
import { IdempotencyKeyReusedError } from '@app/event-store';
import type { BreakGlassRow, CaseFacts } from '@app/read-models';
import { PersonAnswer } from '../cases/case-answers.dto.js';
import { personShape, together } from '../cases/shapes.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers, Changes } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import { Registrar } from '../persons/registrar.js';
import {
  BreakGlassesQuery,
  BreakGlassPage,
  BreakGlassParams,
  BreakGlassReceipt,
  OpenBreakGlassBody,
  ReviewBreakGlassBody,
  ReviewReceipt,
} from './break-glass.dto.js';

type Opening = Pick<BreakGlassRow, 'openedBy' | 'until'>;

@ApiTags('Audit')
@Controller('api/break-glass')
export class BreakGlassController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly out: Reveal,
  ) {}

  @Post()
  @Changes({
    summary: 'Open the identity of one person, for at most 60 minutes',
    description:
      'By an auditor of the municipality, with a reason in words. The person has a case your own authority takes part in. Every opening waits for somebody else to review it.',
    status: 201,
    answer: BreakGlassReceipt,
  })
  async open(
    @TheCall() call: Call,
    @Body() { personId, reason, minutes = MOST_MINUTES }: OpenBreakGlassBody,
  ): Promise<BreakGlassReceipt> {
    const first = requireAccess(call.principal, 'breakGlass');
    const breakGlassId = this.changer.begin(call).idFor('break-glass');
    return this.registrar.alone('break-glass', breakGlassId, async () => {
      const readModels = await this.registrar.upToDate();
      const earlier = await readModels.breakGlass(breakGlassId);
      if (earlier) return this.repeated(earlier, personId, reason, minutes);
      const cases = await this.registrar.casesOf(personId);
      const { userId, authorityId } = call.principal;
      const theirs = cases.some(({ organisations }) => organisations.some((o) => o.authorityId === authorityId));
      const at = this.ports.clock.now().toISOString();
      const resource = resourceOf({ openedBy: userId, until: '9' }, cases, at);
      if (!theirs || !mayAccess(call.principal, 'breakGlass', resource)) throw new NotFoundError('breakGlass');
      await this.registrar.requireNotErased(personId);
      const decided = decideOpening({ reason, minutes }, at, await this.ports.ruleSetOn(this.ports.clock.today()));
      if ('refusal' in decided) throw new RefusedError(decided.refusal);
      const { until } = decided;
      const { policies } = together(first, requireAccess(call.principal, 'breakGlass', resource));
      await this.ports.accessLog.record({
        ...{ type: 'BreakGlassOpened', actor: call.principal, requestId: String(call.id), purpose: 'break-glass.open', policies },
        ...{ personIds: [personId], fieldClasses: [], breakGlassId, until, reason },
        subject: { id: personId, scope: 'identity' },
      });
      await this.registrar.upToDate();
      return { breakGlassId, personId, until };
    });
  }

  @Get()
  @Answers({
    summary: 'Identities that were opened, why, and what the review said',
    description: 'Persons by pseudonym. A hotspot chief sees those of the own groups.',
    answer: BreakGlassPage,
    errors: [400],
  })
  async list(@TheCall() call: Call, @Query() query: BreakGlassesQuery): Promise<BreakGlassPage> {
    const { principal } = call;
    const decision = requireAccess(principal, 'reviewBreakGlass');
    const readModels = await this.registrar.upToDate();
    const { unreviewed } = query;
    const { items, next } = await readModels.breakGlasses(unreviewed === undefined ? {} : { unreviewed }, pagingOf(query));
    const now = this.ports.clock.now().toISOString();
    const shown: object[] = [];
    const personIds: string[] = [];
    for (const row of items) {
      const yours = mayAccess(principal, 'reviewBreakGlass', await this.resource(row, now));
      if (!yours && row.openedBy !== principal.userId) continue;
      personIds.push(row.personId);
      shown.push({ ...row, yours, alarm: !row.review && row.openedAt < alarmBefore(now) });
    }
    const answer = { items: shown, ...(next !== undefined && { next }) };
    return this.out.reveal<BreakGlassPage>(call, { purpose: 'break-glass.list', decision, personIds }, answer);
  }

  @Get(':breakGlassId/identity')
  @Answers({
    summary: 'The identity you have opened, until its time is over',
    description: 'Identity only: where somebody lives is withheld. Every look is logged.',
    answer: PersonAnswer,
    errors: [400, 404, 422],
  })
  async identity(@TheCall() call: Call, @Param() { breakGlassId }: BreakGlassParams): Promise<PersonAnswer> {
    const first = requireAccess(call.principal, 'breakGlass');
    const readModels = await this.registrar.upToDate();
    const row = await readModels.breakGlass(breakGlassId);
    if (row?.openedBy !== call.principal.userId) throw new NotFoundError('breakGlass');
    const second = await this.require(call, 'breakGlass', row);
    const person = await readModels.person(row.personId);
    if (!person) throw new NotFoundError('breakGlass');
    const purpose = { purpose: 'break-glass.identity', decision: together(first, second), personIds: [row.personId] };
    return this.out.reveal<PersonAnswer>(call, purpose, personShape(new Texts(call.principal), person));
  }

  @Post(':breakGlassId/review')
  @Changes({
    summary: 'Review an opening: was it justified?',
    description: 'By another auditor of the municipality, or its hotspot chief; never by who opened it. The first review holds.',
    answer: ReviewReceipt,
  })
  async review(
    @TheCall() call: Call,
    @Param() { breakGlassId }: BreakGlassParams,
    @Body() { verdict, note }: ReviewBreakGlassBody,
  ): Promise<ReviewReceipt> {
    const first = requireAccess(call.principal, 'reviewBreakGlass');
    return this.registrar.alone('break-glass', breakGlassId, async () => {
      const readModels = await this.registrar.upToDate();
      const row = await readModels.breakGlass(breakGlassId);
      if (!row) throw new NotFoundError('reviewBreakGlass');
      const second = await this.require(call, 'reviewBreakGlass', row);
      const review = { by: call.principal.userId, verdict, ...(note !== undefined && { note }) };
      const decided = decideReview(row.review, review, await this.ports.ruleSetOn(this.ports.clock.today()));
      if (typeof decided === 'object') throw new RefusedError(decided.refusal);
      if (decided === 'review') await this.record(call, row, verdict, note, together(first, second));
      await this.registrar.upToDate();
      return { breakGlassId, verdict };
    });
  }

  private record(call: Call, row: BreakGlassRow, verdict: BreakGlassVerdict, note: string | undefined, decision: AccessDecision) {
    return this.ports.accessLog.record({
      ...{ type: 'BreakGlassReviewed', actor: call.principal, requestId: String(call.id), purpose: 'break-glass.review' },
      ...{ policies: decision.policies, personIds: [row.personId], fieldClasses: [], breakGlassId: row.breakGlassId, verdict },
      ...(note !== undefined && { note }),
    });
  }

  /** The same key again: the same answer, or another body. */
  private async repeated(row: BreakGlassRow, personId: string, reason: string, minutes: number): Promise<BreakGlassReceipt> {
    const [before] = row.reason ? await this.ports.vault.openMany([row.reason]) : [];
    // The entry is stamped a moment after its end was reckoned.
    const lasts = Math.round((Date.parse(row.until) - Date.parse(row.openedAt)) / 60_000);
    if (row.personId !== personId || lasts !== minutes || (before !== undefined && before !== reason))
      throw new IdempotencyKeyReusedError();
    return { breakGlassId: row.breakGlassId, personId, until: row.until };
  }

  private async resource(row: BreakGlassRow, now: string): Promise<Resource> {
    return resourceOf(row, await this.registrar.casesOf(row.personId), now);
  }

  /**
   * What forbids it says so itself, in both languages; the refusal is on record. Where nothing permits it, it is not there.
   * @throws NotFoundError, RefusedError
   */
  private async require(call: Call, action: Action, row: BreakGlassRow): Promise<AccessDecision> {
    const resource = await this.resource(row, this.ports.clock.now().toISOString());
    try {
      return requireAccess(call.principal, action, resource);
    } catch (error) {
      if (!(error instanceof AccessDeniedError)) throw error;
      const policy = policiesInForce().policies.find(({ id }) => TOLD.includes(id) && error.policies.includes(id));
      if (!policy || error.policies.length > 1) throw new NotFoundError(action, [], error.policies);
      await this.ports.accessLog.record({
        ...{ type: 'AccessRefused', actor: call.principal, requestId: String(call.id), purpose: action },
        ...{ policies: error.policies, action },
      });
      throw new RefusedError({ rule: policy.id, source: policy.lawRef, en: policy.en, da: policy.da });
    }
  }
}

/** Who is told these knows the opening anyway: it is their own. */
const TOLD = ['break-glass.over', 'break-glass.own'];

const resourceOf = ({ openedBy, until }: Opening, cases: readonly CaseFacts[], now: string): Resource => ({
  type: 'BreakGlass',
  openedBy,
  groupIds: [...new Set(cases.map(({ groupId }) => groupId))],
  excludedUserIds: [...new Set(cases.flatMap(({ excludedUserIds }) => excludedUserIds))],
  over: isOver({ until }, now),
});
