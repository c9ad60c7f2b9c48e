// What explains a look-up by itself, found in the streams and in the agendas (rule 10). All that was shown has to be explained.
import { LOG_SUBJECT } from '@app/access';
import {
  explain,
  ownWork,
  streamName,
  unique,
  type AgendaItem,
  type DrawnLookUp,
  type Explanation,
  type Look,
  type Written,
} from '@app/domain';
import type { StoredEvent } from '@app/event-store';
import { localDateAt } from '@app/platform';
import type { AccessLogRow, MeetingRow } from '@app/read-models';
import type { Ports } from '../core/ports.js';
import { agendaItems, proposals } from '../meetings/agenda.js';
import { pastCase, pastGroup, type PastCase, type PastGroup } from './could-see.js';

type Judged = Pick<DrawnLookUp, 'explained' | 'because'>;
/** An opening of an identity lasts at most so long. */
const HOUR_MS = 3_600_000;
/** More of them say no more. */
const MOST_REASONS = 10;
/** Years of weekly meetings: a spot check is of what was looked at lately. */
const LAST_MEETINGS = 200;

interface KnownCase {
  readonly past: PastCase;
  readonly written: readonly Written[];
}
interface KnownMeeting {
  readonly meeting: MeetingRow;
  readonly items: readonly Pick<AgendaItem, 'caseId'>[];
}

const writtenIn = (events: readonly StoredEvent[]): readonly Written[] =>
  events.map(({ id, metadata }) => ({ eventId: id, by: metadata.actor, day: localDateAt(new Date(metadata.at)) }));

/** Also whom a search by number was for. */
const personsIn = ({ type, personIds, text }: AccessLogRow): readonly string[] =>
  type === 'PersonalDataSearched' && text && text.subjectId !== LOG_SUBJECT ? unique([...personIds, text.subjectId]) : personIds;

const once = async <T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> => {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
};

/** For one draw: what was read for one look-up is not read again for the next. */
export class Explanations {
  private readonly cases = new Map<string, Promise<KnownCase>>();
  private readonly groups = new Map<string, Promise<PastGroup>>();
  private readonly meetings = new Map<string, Promise<readonly KnownMeeting[]>>();

  constructor(private readonly ports: Ports) {}

  /** As it is known now: an agenda that is still live counts as it stands. A search for nobody who is here is explained by nothing. */
  async of(entry: AccessLogRow): Promise<Judged> {
    const look = { userId: entry.userId, day: localDateAt(new Date(entry.at)), at: entry.at };
    const because: Explanation[] = [];
    const explained = new Set<string>();
    for (const caseId of entry.caseIds) {
      const why = await this.ofCase(look, caseId);
      if (!why) return UNEXPLAINED;
      because.push(why);
      const { now } = (await this.case(caseId)).past;
      if (now.status !== 'none') explained.add(now.referred.personId);
    }
    for (const personId of personsIn(entry).filter((each) => !explained.has(each))) {
      const why = await this.ofPerson(look, personId);
      if (!why) return UNEXPLAINED;
      because.push(why);
    }
    if (because.length === 0) return UNEXPLAINED;
    const distinct = [...new Map(because.map((each) => [`${each.why} ${each.id}`, each])).values()];
    return { explained: true, because: distinct.slice(0, MOST_REASONS) };
  }

  private async ofCase(look: Look & { readonly at: string }, caseId: string): Promise<Explanation | undefined> {
    const { past, written } = await this.case(caseId);
    const then = past.at(look.at);
    if (then.status === 'none') return undefined;
    const { groupId } = then.referred;
    const group = (await this.group(groupId)).at(look.at);
    if (group.status === 'none') return undefined;
    const standsInFor = group.deputies.filter(({ deputyUserId }) => deputyUserId === look.userId).map(({ userId }) => userId);
    const agendas = (await this.meetingsOf(groupId))
      .filter(({ items }) => items.some((item) => item.caseId === caseId))
      .map(({ meeting: { meetingId, localDate, invited, attendees } }) => ({
        meetingId,
        localDate,
        expected: [...invited.flatMap((i) => [i.userId, i.deputyUserId]), ...attendees.map((a) => a.userId)].filter(
          (userId) => userId !== undefined,
        ),
      }));
    const { agendaWorkingDaysBefore } = await this.ports.ruleSetOn(look.day);
    const into = { then: then, written, agendas, standsInFor, calendar: group };
    return explain(look, into, agendaWorkingDaysBefore);
  }

  /** Somebody without a case in the answer: by any of their cases, by work on the person, or because the identity was opened. */
  private async ofPerson(look: Look & { readonly at: string }, personId: string): Promise<Explanation | undefined> {
    const { readModels, store } = this.ports;
    for (const caseId of await readModels.caseIdsIn({ personId })) {
      const why = await this.ofCase(look, caseId);
      if (why) return why;
    }
    const work = ownWork(look, writtenIn(await store.readStream(streamName('person', personId))));
    if (work) return work;
    const from = new Date(Date.parse(look.at) - HOUR_MS).toISOString();
    const { items } = await readModels.accessLog({ userId: look.userId, personId, from, to: look.at }, { limit: 200 });
    const opening = items.find(({ type, until }) => type === 'BreakGlassOpened' && until !== undefined && look.at < until);
    return opening?.breakGlassId === undefined ? undefined : { why: 'break-glass', id: opening.breakGlassId };
  }

  private case(caseId: string): Promise<KnownCase> {
    return once(this.cases, caseId, async () => {
      const events = await this.ports.store.readStream(streamName('case', caseId));
      return { past: pastCase(events), written: writtenIn(events) };
    });
  }

  private group(groupId: string): Promise<PastGroup> {
    return once(this.groups, groupId, async () => pastGroup(await this.ports.store.readStream(streamName('group', groupId))));
  }

  private meetingsOf(groupId: string): Promise<readonly KnownMeeting[]> {
    return once(this.meetings, groupId, async () => {
      const { readModels, clock } = this.ports;
      const today = clock.today();
      const { items: meetings } = await readModels.meetings([groupId], {}, { limit: LAST_MEETINGS });
      return Promise.all(
        meetings
          .filter(({ status }) => status !== 'cancelled')
          .map(async (meeting) => {
            // A meeting that was never opened has no agenda but what was put on it by hand.
            const live = meeting.status === 'planned' && meeting.localDate >= today;
            const proposed = live ? await proposals(this.ports, meeting, today) : [];
            return { meeting, items: agendaItems(this.ports, meeting, proposed) };
          }),
      );
    });
  }
}
const UNEXPLAINED: Judged = { explained: false, because: [] };
