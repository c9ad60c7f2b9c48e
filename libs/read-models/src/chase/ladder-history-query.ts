// What the ladder knew at the time: read from the streams of cases, actions, groups and meetings, for a back-test. Clear data only.
import {
  askedAfter,
  evolveCase,
  toldBy,
  YEARLY_CLOSING_DAYS,
  type Action,
  type ByHand,
  type CaseFolded,
  type CaseState,
  type LadderThresholds,
  type OfGroup,
  type OnLadder,
  type Standing,
  type TakenStep,
} from '@app/domain';
import type { EventStore } from '@app/event-store';
import { localDateAt, midnightOf, daysBefore } from '../dates.js';
import { decode, type Happened, type OnCase } from '../history.js';
import type { CaseLadderHistory, GroupLadderHistory, ReadModels, Registry } from '../questions.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';
import { asking, begun, thresholdsOf } from './ladder-row.js';

const LATEST = '9999';
/** Cases read at once. */
const CHUNK = 50;

interface FoundCase {
  readonly case_id: string;
  readonly case_number: string;
  readonly group_id: string;
  readonly action_ids: readonly (string | null)[];
  readonly since: string;
}
const momentOf = ({ at: when }: Happened) => ({ at: when, on: localDateAt(when) });

/** The group's calendar and thresholds as they changed, meetings as they were closed, and questions that were answered in them. */
const groupHistory = async (ask: Ask, store: EventStore, groupId: string, since: string): Promise<GroupLadderHistory> => {
  const meetings = await ask<{ meeting_id: string; held_on: string; starts_at: string }>(
    `select meeting_id, doc ->> 'localDate' as held_on, starts_at from ${at('meetings')}
     where group_id = $1 and status = 'closed' and ends_at >= $2`,
    [groupId, since],
  );
  const moments: OfGroup[] = [];
  const ladders: { at: string; on: string; ladder: LadderThresholds }[] = [];
  const answeredOn = new Map<string, string>();
  for (const event of (await store.readStream(`group-${groupId}`)).map(decode)) {
    if (event.kind !== 'group') continue;
    if (event.type === 'ClosingDaysSet') {
      const { dates: closingDays, yearly: yearlyClosingDays } = event.data;
      moments.push({ ...momentOf(event), type: 'calendar', calendar: { closingDays, yearlyClosingDays } });
    } else if (event.type === 'LadderSet') ladders.push({ ...momentOf(event), ladder: event.data.ladder });
  }
  const streams = await Promise.all(meetings.map(({ meeting_id }) => store.readStream(`meeting-${meeting_id}`)));
  for (const [i, { meeting_id: meetingId, held_on: heldOn, starts_at: startsAt }] of meetings.entries())
    for (const stored of streams[i]!) {
      if (stored.type !== 'MeetingClosed' && stored.type !== 'InformationSharedInRoom') continue;
      const event = decode(stored);
      if (event.kind !== 'meeting') continue;
      if (event.type === 'MeetingClosed') moments.push({ ...momentOf(event), type: 'held', meetingId, heldOn, startsAt });
      if (event.type === 'InformationSharedInRoom' && event.data.answers !== undefined)
        answeredOn.set(event.data.answers, localDateAt(event.at));
    }
  moments.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return { groupId, moments, ladders, answeredOn };
};

/** The thresholds a group had of its own at an instant. */
const ownAt = ({ ladders }: GroupLadderHistory, instant: string): LadderThresholds | undefined =>
  ladders.findLast(({ at: when }) => when <= instant)?.ladder;

/** How each action stood after each event that touched it, and until when questions waited. */
const livesOf = (events: readonly OnCase[], group: GroupLadderHistory, { ruleSets }: Registry) => {
  const lives = new Map<string, Standing[]>();
  const ladders = new Map<string, { ladder: OnLadder; own: boolean }>();
  const questions = new Map<string, { toOrganisationId: string; askedOn: string; endedOn?: string }>();
  const end = (requestId: string | undefined, on: string): void => {
    const question = requestId === undefined ? undefined : questions.get(requestId);
    if (question && (question.endedOn === undefined || question.endedOn > on)) question.endedOn = on;
  };
  let state: CaseState = { status: 'none' };
  const actions = (): readonly Action[] => (state.status === 'none' ? [] : state.actions);
  for (const event of events) {
    const was = new Map(actions().map((action) => [action.actionId, action]));
    const { type, data } = event;
    state = evolveCase(state, { type, data } as CaseFolded);
    const moment = momentOf(event);
    for (const action of actions()) {
      const before = was.get(action.actionId);
      if (before === action) continue;
      const { actionId, deadline, deadlineMoves, status, handover, ownerOrganisationId: organisationId } = action;
      const askedOrganisationId = handover?.toOrganisationId ?? organisationId;
      let { ladder, own } = ladders.get(actionId) ?? {};
      if (!ladder || event.type === 'DeadlineMoved') {
        const ofGroup = ownAt(group, event.at);
        own = ofGroup !== undefined;
        const ruleSet = ruleSets.find(({ ruleSetId }) => ruleSetId === event.ruleSetId);
        ladder = { ...ladder, ...begun(deadline, deadlineMoves, event, thresholdsOf(ofGroup, ruleSet)) };
      }
      const { asked, ...rest } = ladder;
      const asks = askedAfter(asked, before ?? action, event, asking(event));
      ladder = { ...rest, ...(asks && { asked: asks }) };
      ladders.set(actionId, { ladder, own: own ?? false });
      const life = lives.get(actionId) ?? [];
      life.push({
        ...moment,
        type: 'stands',
        open: status === 'open',
        ladder,
        own: own ?? false,
        organisationId,
        askedOrganisationId,
      });
      lives.set(actionId, life);
    }
    if (event.type === 'InformationRequested')
      questions.set(event.data.requestId, { toOrganisationId: event.data.toOrganisationId, askedOn: moment.on });
    else if (event.type === 'InformationRequestDeclined') end(event.data.requestId, moment.on);
    else if (event.type === 'InformationShared') end(event.data.answers, moment.on);
    else if (event.type === 'CaseClosed' || (event.type === 'CaseScreened' && event.data.outcome === 'rejected'))
      for (const requestId of questions.keys()) end(requestId, moment.on);
  }
  for (const [requestId, on] of group.answeredOn) end(requestId, on);
  return { lives, questions };
};

/** @throws SchemaError, UnknownEventError when one of the streams holds an event that cannot be read */
export const ladderHistoryQuery = (ask: Ask, store: EventStore, registry: () => Promise<Registry>): ReadModels['ladderHistory'] =>
  async function* (scope, { from, to, groupId }) {
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return;
    if (groupId !== undefined) where.push(`c.group_id = ${p(groupId)}`);
    const [begin, end] = [p(midnightOf(from)), p(midnightOf(daysBefore(to, -1)))];
    const found = await ask<FoundCase>(
      `select c.case_id, c.case_number, c.group_id,
         array_agg(a.action_id order by a.action_id) as action_ids, c.referred_at as since
       from ${at('cases')} c left join ${at('actions')} a on a.case_id = c.case_id and a.doc ->> 'agreedAt' < ${end}
         and (a.open or coalesce(a.completed_at, a.doc ->> 'cancelledAt') >= ${begin})
       where ${where.join(' and ')} and c.referred_at < ${end} and (c.ended_at is null or c.ended_at >= ${begin})
       group by 1, 2, 3, 5 order by c.group_id, c.case_id`,
      values,
    );
    const known = await registry();
    const groups = new Map<string, GroupLadderHistory>();
    const since = new Map<string, string>();
    for (const row of found) if (row.since < (since.get(row.group_id) ?? LATEST)) since.set(row.group_id, row.since);
    for (const [id, earliest] of since) groups.set(id, await groupHistory(ask, store, id, earliest));
    for (let i = 0; i < found.length; i += CHUNK) {
      const rows = found.slice(i, i + CHUNK);
      yield await Promise.all(
        rows.map(async ({ case_id: caseId, case_number: caseNumber, group_id, action_ids }): Promise<CaseLadderHistory> => {
          const actionIds = action_ids.filter((id) => id !== null);
          const [own, ...chased] = await Promise.all(
            [`case-${caseId}`, ...actionIds.map((id) => `chase-${id}`)].map((stream) => store.readStream(stream)),
          );
          const group = groups.get(group_id)!;
          const events = own!.map(decode).filter((event): event is OnCase => event.kind === 'case');
          const { lives, questions } = livesOf(events, group, known);
          const actions = actionIds.flatMap((actionId, n) => {
            const life: (Standing | ByHand)[] = [...(lives.get(actionId) ?? [])];
            const taken: TakenStep[] = [];
            for (const event of chased[n]!.map(decode)) {
              if (event.kind !== 'chase') continue;
              const moment = momentOf(event);
              const step = toldBy(event);
              if (event.type === 'ActionEscalated' && event.data.why === 'by-hand')
                life.push({ ...moment, type: 'by-hand', event: { type: event.type, data: event.data } });
              if (!step) continue;
              const then = lives.get(actionId)?.findLast((standing) => standing.at <= event.at);
              const deadline = 'deadline' in event.data ? event.data.deadline : (then?.ladder.deadline ?? '');
              const organisationId = 'organisationId' in event.data ? event.data.organisationId : (then?.organisationId ?? '');
              taken.push({ step, on: moment.on, deadline, organisationId });
            }
            return life.length === 0 ? [] : [{ actionId, life, taken }];
          });
          return { caseId, caseNumber, group, actions, questions: [...questions.values()] };
        }),
      );
    }
  };

/** The calendar of a group on a local date, as its day began. */
export const calendarOn = ({ moments }: GroupLadderHistory, date: string) => {
  const last = moments.findLast((moment) => moment.type === 'calendar' && moment.on < date);
  return last?.type === 'calendar' ? last.calendar : { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };
};
/** The thresholds a group had of its own as a day began. */
export const ownOn = ({ ladders }: GroupLadderHistory, date: string): LadderThresholds | undefined =>
  ladders.findLast(({ on }) => on < date)?.ladder;
