// What flows over HTTP have in common: made-up people, cases in the state a test needs, and the events behind an answer.
import { randomUUID } from 'node:crypto';
import { addDays, localDateAt } from '@app/platform';
import { DEMO_GROUP } from '../../apps/api/src/demo/users.js';
import type { Answer, Client, TestServer } from './server.js';

export interface Receipt {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly repeated: boolean;
}

/** An answer that has to be a yes. @throws Error with what it was instead */
export const done = <T = Receipt>({ status, body, text }: Answer): T => {
  if (status < 200 || status > 299) throw new Error(`${status}: ${text}`);
  return body as T;
};

/** Local date in Europe/Copenhagen, so many days from now. */
export const day = (fromNow = 0): string => addDays(localDateAt(new Date()), fromNow);

let people = 0;
/** A CPR number nobody else in this test run has: born on 1 January 2011. */
export const newCpr = (): string => `010111${String(4000 + people++)}`;

/** Made up, and told from all others by a text of its own. */
export const newIdentity = () => ({ name: `Ung Testperson ${randomUUID()}`, cpr: newCpr() });

export interface NewCase {
  readonly personId: string;
  readonly caseId: string;
  readonly revision: number;
}

/** A person and a case of theirs, open unless said otherwise. */
export const newCase = async (
  client: Client,
  over: { organisationIds?: readonly string[]; open?: boolean; responsibleOrganisationId?: string; reason?: string } = {},
): Promise<NewCase> => {
  const { id: personId } = done(await client.call('coordinator', 'POST', '/api/persons', newIdentity()));
  const body = {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true },
    ...over,
  };
  const { id, revision } = done(await client.call('coordinator', 'POST', '/api/cases', body));
  return { personId, caseId: id, revision };
};

/** @returns id of the action */
export const newAction = async (client: Client, caseId: string, over: object = {}): Promise<string> => {
  const body = { description: 'Ringe til skolen', ownerOrganisationId: 'sof', deadline: day(10), ...over };
  return done(await client.call('coordinator', 'POST', `/api/cases/${caseId}/actions`, body)).id;
};

/** @returns id of a meeting of the demo's group, in two days */
export const newMeeting = async (client: Client): Promise<string> =>
  done(await client.call('coordinator', 'POST', '/api/meetings', { groupId: DEMO_GROUP, localDate: day(2) })).id;

/** Puts a case on the agenda. @returns id of the item */
export const newItem = async (client: Client, meetingId: string, caseId: string): Promise<string> =>
  done(await client.call('coordinator', 'POST', `/api/meetings/${meetingId}/agenda/items`, { caseId })).id;

/** @returns id of the attendee */
export const arrive = async (client: Client, meetingId: string, who: object): Promise<string> =>
  done(await client.call('coordinator', 'POST', `/api/meetings/${meetingId}/attendance`, who)).id;

export interface Recorded {
  readonly type: string;
  readonly data: Record<string, unknown>;
}
/** The events of a stream, first to last. */
export const events = async (server: TestServer, stream: string): Promise<Recorded[]> =>
  (await server.ports.store.readStream(stream)).map(({ type, data }) => ({ type, data: data as Record<string, unknown> }));

export const types = async (server: TestServer, stream: string): Promise<string[]> =>
  (await events(server, stream)).map(({ type }) => type);

/** The access log's entries for one user, first to last. */
export const accessLogOf = async (server: TestServer, userId: string): Promise<Recorded[]> => {
  const { events: all } = await server.ports.store.readAll('' as never, {
    filter: { streamPrefixes: ['access-'] },
    limit: 1_000_000,
  });
  return all
    .filter(({ metadata }) => metadata.actor === userId)
    .map(({ type, data }) => ({ type, data: data as Record<string, unknown> }));
};

/** Runs tasks a few at a time. */
export const inParallel = async <T>(tasks: readonly (() => Promise<T>)[], atOnce = 8): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const n = next++;
      results[n] = await tasks[n]!();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
