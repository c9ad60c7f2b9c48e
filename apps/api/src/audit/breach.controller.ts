// /api/breach-report and /api/access-at: after something went wrong: who could have seen what, and who did.
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess } from '@app/access';
import { addDays, instantAt } from '@app/platform';
import type { AccessLogRow, Registry } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { BadRequestError, NotFoundError } from '../core/errors.js';
import { Ports } from '../core/ports.js';
import { AccessAtAnswer, AccessAtQuery, BreachAnswer, BreachQuery, type CouldSeeAnswer } from './breach.dto.js';
import { couldSee, pastCase, pastGroup, pastUser, type Interval, type PastGroup, type PastUser } from './could-see.js';

const MOST_LOOKS = 5_000;
const oneOf = (...given: readonly (string | undefined)[]): boolean => given.filter((value) => value !== undefined).length === 1;

@ApiTags('Audit')
@Controller('api')
export class BreachController {
  constructor(
    private readonly ports: Ports,
    private readonly ask: Ask,
  ) {}

  @Get('breach-report')
  @Answers({
    summary: 'Who could have seen what between two days, and who did look: of a user, an organisation or a case',
    description: 'Worked out from the streams of users, groups and cases, and from the access log. Persons by pseudonym.',
    answer: BreachAnswer,
    errors: [400, 404],
  })
  async breach(@TheCall() call: Call, @Query() query: BreachQuery): Promise<BreachAnswer> {
    requireAccess(call.principal, 'readAccessLog');
    const { from, to, userId, organisationId, caseId } = query;
    if (!oneOf(userId, organisationId, caseId)) throw new BadRequestError(['one of userId, organisationId and caseId is needed']);
    if (to < from) throw new BadRequestError(['to must not be before from']);
    const registry = await this.upToDate(call);
    if (userId !== undefined && !registry.users.has(userId)) throw new NotFoundError('readAccessLog');
    if (organisationId !== undefined && !registry.organisations.has(organisationId)) throw new NotFoundError('readAccessLog');
    const interval = this.interval(from, to);
    const users = [...registry.users.values()]
      .filter(
        (user) => (userId ?? user.userId) === user.userId && (organisationId ?? user.organisationId) === user.organisationId,
      )
      .map((user) => user.userId);
    const caseIds = await this.ports.readModels.caseIdsIn(caseId === undefined ? {} : { caseId });
    if (caseId !== undefined && caseIds.length === 0) throw new NotFoundError('readAccessLog');
    const looks = await this.looks(users, caseId, interval);
    return { ...interval, couldSee: await this.couldSee(registry, users, caseIds, interval), ...looks };
  }

  @Get('access-at')
  @Answers({
    summary: 'Who had access to a case, or to the cases of a person, on a day, and why',
    answer: AccessAtAnswer,
    errors: [400, 404],
  })
  async accessAt(@TheCall() call: Call, @Query() { on, caseId, personId }: AccessAtQuery): Promise<AccessAtAnswer> {
    requireAccess(call.principal, 'readAccessLog');
    if (!oneOf(caseId, personId)) throw new BadRequestError(['one of caseId and personId is needed']);
    const registry = await this.upToDate(call);
    const caseIds = await this.ports.readModels.caseIdsIn({
      ...(caseId !== undefined && { caseId }),
      ...(personId !== undefined && { personId }),
    });
    if (caseIds.length === 0) throw new NotFoundError('readAccessLog');
    return { on, couldSee: await this.couldSee(registry, [...registry.users.keys()], caseIds, this.interval(on, on)) };
  }

  /** Looks are events too: those made until now. */
  private async upToDate(call: Call): Promise<Registry> {
    const readModels = await this.ask.readModels(call);
    await readModels.reach(await this.ask.head());
    return readModels.registry();
  }

  /** From the first midnight to the one after the last day, or now. */
  private interval(from: string, to: string): Interval {
    const [end, now] = [instantAt(addDays(to, 1), '00:00'), this.ports.clock.now().toISOString()];
    return { from: instantAt(from, '00:00'), to: end < now ? end : now };
  }

  private async couldSee(
    registry: Registry,
    userIds: readonly string[],
    caseIds: readonly string[],
    interval: Interval,
  ): Promise<CouldSeeAnswer[]> {
    const { store } = this.ports;
    const { organisations } = registry;
    const users = new Map<string, PastUser>();
    for (const id of userIds) users.set(id, pastUser(await store.readStream(`user-${id}`)));
    const groups = new Map<string, PastGroup>();
    const found: CouldSeeAnswer[] = [];
    for (const caseId of caseIds) {
      const theCase = pastCase(await store.readStream(`case-${caseId}`));
      const state = theCase.now;
      if (state.status === 'none') continue;
      const { groupId, personId } = state.referred;
      const group = groups.get(groupId) ?? pastGroup(await store.readStream(`group-${groupId}`));
      groups.set(groupId, group);
      const others = new Map<string, PastUser>();
      for (const { userId } of group.now.status === 'formed' ? group.now.deputies : [])
        others.set(userId, users.get(userId) ?? pastUser(await store.readStream(`user-${userId}`)));
      for (const [userId, user] of users)
        for (const period of couldSee(userId, { user, group, theCase, others }, organisations, interval))
          found.push({ caseId, personId, userId, ...period, policies: [...period.policies] });
    }
    return found;
  }

  private async looks(users: readonly string[], caseId: string | undefined, { from, to }: Interval) {
    const rows: AccessLogRow[] = [];
    let more = false;
    // Of a case: whoever looked; of others: each of their users.
    for (const filter of caseId === undefined ? users.map((userId) => ({ userId })) : [{ caseId }]) {
      let after: string | undefined;
      do {
        const page = await this.ports.readModels.accessLog(
          { ...filter, from, to },
          { limit: 200, ...(after !== undefined && { after }) },
        );
        rows.push(...page.items);
        after = page.next;
      } while (after !== undefined && rows.length < MOST_LOOKS);
      more ||= after !== undefined;
    }
    const newestFirst = rows.sort((a, b) => (a.at < b.at ? 1 : -1));
    return {
      didLook: newestFirst
        .slice(0, MOST_LOOKS)
        .map(({ at, type, userId, organisationId, purpose, caseIds, personIds, fieldClasses }) => ({
          ...{ at, type, userId, organisationId, purpose },
          ...{ caseIds: [...caseIds], personIds: [...personIds], fieldClasses: [...fieldClasses] },
        })),
      more: more || rows.length > MOST_LOOKS,
    };
  }
}
