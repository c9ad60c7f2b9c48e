// A case's timeline, newest first: its own stream, read from the log, with what meetings said about it in between.
import type { EventStore, StoredEvent } from '@app/event-store';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { InvalidCursorError } from '../errors.js';
import { decode, sealedTexts } from '../history.js';
import type { ReadModels, TimelineEntry } from '../questions.js';
import { at, type Ask } from '../sql.js';
import type { MentionTableRow } from './tables.js';

export const timelineEntry = (stored: StoredEvent): TimelineEntry => {
  const event = decode(stored);
  const { eventId, type, at, userId, organisationId } = event;
  const data = event.data as unknown as Readonly<Record<string, unknown>>;
  const meetingId = event.kind === 'meeting' ? { meetingId: event.data.meetingId } : {};
  return { eventId, type, at, userId, organisationId, ...meetingId, data, texts: sealedTexts(event) };
};

/** The events of meetings behind these mentions. */
export const readMentions =
  (store: EventStore) =>
  async (mentions: readonly Pick<MentionTableRow, 'stream' | 'revision'>[]): Promise<StoredEvent[]> => {
    const revisions = new Map<string, number[]>();
    for (const { stream, revision } of mentions) revisions.set(stream, [...(revisions.get(stream) ?? []), revision]);
    const events = await Promise.all(
      [...revisions].map(async ([stream, wanted]) => {
        const from = Math.min(...wanted);
        const part = await store.readStream(stream, { from, limit: Math.max(...wanted) - from + 1 });
        return part.filter((event) => wanted.includes(event.revision));
      }),
    );
    return events.flat();
  };

/** @throws SchemaError, UnknownEventError when the page holds an event that cannot be read */
export const timelineQuery = (ask: Ask, store: EventStore): ReadModels['timeline'] => {
  const mentioned = readMentions(store);

  return async (caseId, paging) => {
    const limit = limitOf(paging);
    // The key: the position of the last entry, and the revision of the case's own next one.
    let [position, from]: [string | undefined, number | undefined] = [undefined, undefined];
    if (paging.after !== undefined) {
      const [at, revision] = decodeCursor('timeline', 2, paging.after);
      if (!/^-?\d{1,9}$/.test(revision!)) throw new InvalidCursorError();
      [position, from] = [at, Number(revision)];
    }
    const [own, mentions] = await Promise.all([
      from !== undefined && from < 0
        ? []
        : store.readStream(`case-${caseId}`, { direction: 'backwards', limit: limit + 1, ...(from !== undefined && { from }) }),
      ask<MentionTableRow>(
        `select * from ${at('mentions')} where case_id = $1 and ($2::text is null or position < $2)
         order by position desc limit $3`,
        [caseId, position ?? null, limit + 1],
      ),
    ]);
    const newestFirst = (a: { position: string }, b: { position: string }) => (a.position < b.position ? 1 : -1);
    const places = [...own, ...mentions].sort(newestFirst).slice(0, limit + 1);
    const wanted = new Set(places.slice(0, limit).map((place) => place.position));
    const fromMeetings = await mentioned(mentions.filter((mention) => wanted.has(mention.position)));
    const byPosition = new Map([...own, ...fromMeetings].map((event) => [event.position as string, event]));

    const ownBefore = (at: string) => own.find((event) => event.position < at)?.revision ?? -1;
    return pageOf(
      places,
      limit,
      (place) => timelineEntry(byPosition.get(place.position)!),
      (last) => encodeCursor('timeline', [last.position, String(ownBefore(last.position))]),
    );
  };
};

/** @throws SchemaError, UnknownEventError when the event cannot be read */
export const timelineEntryQuery =
  (ask: Ask, store: EventStore): ReadModels['timelineEntry'] =>
  async (caseId, eventId) => {
    const its = ({ id }: StoredEvent) => id === eventId;
    const own = (await store.readStream(`case-${caseId}`)).find(its);
    if (own) return timelineEntry(own);
    const mentions = await ask<MentionTableRow>(`select * from ${at('mentions')} where case_id = $1`, [caseId]);
    const said = (await readMentions(store)(mentions)).find(its);
    return said && timelineEntry(said);
  };
