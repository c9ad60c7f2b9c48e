// The case as one organisation lawfully knew it: its stream and the meetings that spoke of it, read from the log and folded.
import { knowledgeAt, LEADS, restsOn, tookPart, type Happening } from '@app/domain';
import type { EventStore, Position, StoredEvent } from '@app/event-store';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { decode } from '../history.js';
import type { ReadModels } from '../questions.js';
import { at, type Ask } from '../sql.js';
import { timelineEntry } from './timeline-query.js';
import type { MentionTableRow } from './tables.js';

const happening = (stored: StoredEvent): Happening => {
  const { eventId, at: when, organisationId, type, data } = decode(stored);
  const { causation } = stored.metadata;
  return {
    ...{ eventId, at: when, organisationId, event: { type, data } as Happening['event'] },
    ...(causation !== undefined && { causation }),
  };
};

/** Everything that happened in a case and in the meetings that spoke of it or agreed something in it, in the order of the log. */
const readHistory =
  (ask: Ask, store: EventStore) =>
  async (caseId: string): Promise<readonly { readonly stored: StoredEvent; readonly happening: Happening }[]> => {
    const [own, mentions] = await Promise.all([
      store.readStream(`case-${caseId}`),
      ask<Pick<MentionTableRow, 'stream'>>(`select distinct stream from ${at('mentions')} where case_id = $1`, [caseId]),
    ]);
    const ours = own.map((stored) => ({ stored, happening: happening(stored) }));
    const agreedIn = ours.flatMap(({ happening: { event } }) => {
      const meetingId = 'inMeeting' in event.data ? event.data.inMeeting?.meetingId : undefined;
      return meetingId === undefined ? [] : [`meeting-${meetingId}`];
    });
    const streams = new Set([...mentions.map(({ stream }) => stream), ...agreedIn]);
    const meetings = await Promise.all([...streams].map((stream) => store.readStream(stream)));
    const theirs = meetings.flat().map((stored) => ({ stored, happening: happening(stored) }));
    return [...ours, ...theirs].sort((a, b) => (a.stored.position < b.stored.position ? -1 : 1));
  };

/** @throws SchemaError, UnknownEventError when an event cannot be read: then nothing is told, rather than half of it */
export const knowledgeQuery = (ask: Ask, store: EventStore): ReadModels['knowledge'] => {
  const history = readHistory(ask, store);
  return async (caseId, organisationId, when, paging) => {
    const limit = limitOf(paging);
    const before = paging.after === undefined ? undefined : decodeCursor('knowledge', 1, paging.after)[0]!;
    const all = await history(caseId);
    const happenings = all.map(({ happening }) => happening);
    const byId = new Map(all.map(({ stored }) => [stored.id, stored]));
    const known = knowledgeAt(happenings, caseId, organisationId, when)
      .map((each) => ({ each, event: byId.get(each.eventId)! }))
      .filter(({ event }) => before === undefined || event.position < before)
      .reverse();
    const page = pageOf(
      known,
      limit,
      ({ each, event }) => {
        const entry = timelineEntry(event);
        return { ...entry, ...each, texts: each.words ? entry.texts : {} };
      },
      ({ event }) => encodeCursor('knowledge', [event.position]),
    );
    return { ...page, tookPart: tookPart(happenings, caseId, organisationId).filter(({ from }) => from <= when) };
  };
};

/** Whether a user led a group's work at a place in the log, from the user's own stream; undefined of who has none by then. */
const readLeading = async (store: EventStore, userIds: ReadonlySet<string>) => {
  const read = await Promise.all([...userIds].map(async (id) => [id, await store.readStream(`user-${id}`)] as const));
  const streams = new Map(read);
  return (userId: string, place: Position): boolean | undefined => {
    const roles = (streams.get(userId) ?? []).flatMap((stored) => {
      const { kind, type, data } = decode(stored);
      const isRole = kind === 'user' && (type === 'UserEnrolled' || type === 'RoleChanged');
      return isRole && stored.position < place ? [data.role] : [];
    });
    const role = roles.at(-1);
    return role && LEADS.includes(role);
  };
};

/** Whose words they are: of what was said in the room, who said it. Undefined: somebody without an account. */
const whose = ({ metadata }: StoredEvent, { event }: Happening): string | undefined =>
  event.type === 'InformationSharedInRoom' ? event.data.fromUserId : metadata.actor;

/** @throws SchemaError, UnknownEventError */
export const recallableQuery = (ask: Ask, store: EventStore): ReadModels['recallable'] => {
  const history = readHistory(ask, store);
  return async (caseId, disclosureId) => {
    const all = await history(caseId);
    const shared = all.find(({ happening: { event } }) => {
      const isShared = event.type === 'InformationShared' || event.type === 'InformationSharedInRoom';
      return isShared && event.data.caseId === caseId && event.data.disclosureId === disclosureId;
    });
    if (!shared) return undefined;
    const led = await readLeading(store, new Set(all.flatMap(({ stored, happening }) => whose(stored, happening) ?? [])));
    const happenings = all.map(({ stored, happening }) => {
      const by = whose(stored, happening);
      // A guest without an account reads no case.
      const leading = by === undefined ? false : led(by, stored.position);
      return { ...happening, ...(leading !== undefined && { led: leading }) };
    });
    const revision = all.findLast(({ stored }) => stored.stream === `case-${caseId}`)!.stored.revision;
    return { entry: timelineEntry(shared.stored), rests: restsOn(happenings, caseId, disclosureId), revision };
  };
};
