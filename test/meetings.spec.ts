// The weekly meeting over HTTP, answers and events: the room of rule 8, who hears what, and minutes for each.
import { demoId } from '../apps/api/src/demo/data.js';
import { arrive, day, done, events, newAction, newCase, newItem, newMeeting, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const coordinator = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  server.call<{ rule: string; id: string; revision: number; repeated: boolean }>(
    ...(['coordinator', method, path, body, headers] as const),
  );
interface Minutes {
  items: {
    caseId: string;
    note?: string;
    disclosures: { content?: string; withheld: boolean }[];
    actions: object[];
    corrections: object[];
  }[];
  withheldItems: number;
  notice: string;
}

/** An open meeting with items on these cases and these members of staff in the room. */
const meetingOn = async (cases: readonly string[], userIds: readonly string[]) => {
  const meetingId = await newMeeting(server);
  const path = `/api/meetings/${meetingId}`;
  const items: string[] = [];
  for (const caseId of cases) items.push(await newItem(server, meetingId, caseId));
  done(await coordinator('POST', `${path}/opening`));
  const attendees = new Map<string, string>();
  for (const userId of userIds) attendees.set(userId, await arrive(server, meetingId, { userId }));
  const open = (item: string) => coordinator('POST', `${path}/items/${item}/opening`);
  return { meetingId, path, items, attendees, open, stream: `meeting-${meetingId}` };
};
const said = (fromAttendeeId: string, over: object = {}) => ({
  ...{ category: 'school', necessity: 'Gruppen skal kende fremmødet for at aftale næste skridt', content: 'SAGT-I-RUMMET' },
  ...{ fromAttendeeId, ...over },
});
const at = (revision: number) => ({ 'if-match': `"${revision}"` });

describe('the agenda', () => {
  it('composes itself, takes changes by hand, and is frozen when the meeting opens', async () => {
    const { caseId } = await newCase(server, { open: false });
    const meetingId = await newMeeting(server);
    const path = `/api/meetings/${meetingId}`;
    interface Agenda {
      live: boolean;
      items: { caseId?: string; withheld: boolean; why: { reason: string }[] }[];
    }
    const agenda = async (user = 'coordinator') => (await server.call<Agenda>(user, 'GET', `${path}/agenda`)).body;
    const reasons = async () => new Map((await agenda()).items.map((i) => [i.caseId, i.why.map(({ reason }) => reason)]));
    expect((await agenda()).live).toBe(true);
    expect((await reasons()).get(caseId)).toContain('new-referral');
    expect((await reasons()).get(demoId('case 1'))).toContain('overdue-action');
    done(await coordinator('PUT', `${path}/agenda/order`, { caseIds: [caseId] }));
    expect((await agenda()).items[0]).toMatchObject({ caseId });
    done(await coordinator('DELETE', `${path}/agenda/items/${demoId('case 1')}`));
    expect([...(await reasons()).keys()]).not.toContain(demoId('case 1'));
    // Case 5 is not BIF's: that there is an item, and no more.
    const withheld = (await agenda('BIF')).items.filter((item) => item.withheld);
    expect(withheld.length).toBeGreaterThan(0);
    for (const item of withheld) expect(Object.keys(item).sort()).toEqual(['itemId', 'why', 'withheld']);

    done(await coordinator('POST', `${path}/opening`));
    const late = await newCase(server, { open: false });
    expect((await agenda()).live).toBe(false);
    expect([...(await reasons()).keys()]).not.toContain(late.caseId);
    expect(await types(server, `meeting-${meetingId}`)).toEqual([
      ...['MeetingPlanned', 'AgendaItemReordered', 'AgendaItemRemoved', 'MeetingOpened'],
    ]);
  });
});

describe('the room (rule 8)', () => {
  it('shuts the open item before a guest from outside is in, and opens none while the guest is there', async () => {
    const { caseId } = await newCase(server);
    const { meetingId, path, items, open, stream } = await meetingOn([caseId], ['coordinator', 'sof']);
    done(await open(items[0]!));
    const guest = await arrive(server, meetingId, { guestName: 'Demo Gæst', organisationId: 'boligorganisation' });
    expect((await events(server, stream)).slice(-2)).toMatchObject([
      { type: 'ItemShut', data: { itemId: items[0], why: 'room-changed' } },
      { type: 'AttendeeArrived', data: { attendeeId: guest, organisation: { kind: 'other' } } },
    ]);
    const refused = await open(items[0]!);
    expect([refused.status, refused.body.rule]).toEqual([422, 'room.mixed']);
    const { body } = await server.call<{ openItemId?: string }>('coordinator', 'GET', path);
    expect(body.openItemId).toBeUndefined();
    done(await coordinator('POST', `${path}/attendance/${guest}/stepping-out`, {}));
    done(await open(items[0]!));
    done(await coordinator('POST', `${path}/attendance/${guest}/return`, {}));
    expect((await types(server, stream)).slice(-2)).toEqual(['ItemShut', 'AttendeeReturned']);
    // A guest's name is sealed with a key of its own.
    expect(JSON.stringify(await events(server, stream))).not.toContain('Demo Gæst');
  });

  it('lets a disclosure reach those who were present when it was said, and them only', async () => {
    const { caseId } = await newCase(server);
    const { path, items, attendees, open, stream } = await meetingOn([caseId], ['coordinator', 'sof', 'police', 'buf']);
    done(await coordinator('POST', `${path}/attendance/${attendees.get('buf')!}/stepping-out`, {}));
    const { revision } = done(await open(items[0]!));
    const share = `${path}/items/${items[0]!}/disclosures`;
    expect((await coordinator('POST', share, said(attendees.get('police')!))).status).toBe(428);
    const { id } = done(await coordinator('POST', share, said(attendees.get('police')!), at(revision)));
    expect((await events(server, stream)).at(-1)).toMatchObject({
      type: 'InformationSharedInRoom',
      data: {
        ...{ disclosureId: id, caseId, fromOrganisationId: 'politi', fromUserId: 'police' },
        recipients: [
          { organisationId: 'hotspotsekretariatet', userId: 'coordinator', basis: 'rpl115' },
          { organisationId: 'sof', userId: 'sof', basis: 'rpl115' },
        ],
      },
    });
    // Who arrives in between makes a conflict, not a leak.
    const known = (await server.call<{ revision: number }>('coordinator', 'GET', path)).body.revision;
    done(await coordinator('POST', `${path}/attendance/${attendees.get('buf')!}/return`, {}));
    const stale = said(attendees.get('police')!, { necessity: 'Endnu en oplysning som gruppen skal bruge' });
    expect((await coordinator('POST', share, stale, at(known))).status).toBe(409);
    expect((await events(server, stream)).at(-1)).toMatchObject({ type: 'AttendeeReturned' });
  });

  it.each([
    ['investigation', { purpose: 'investigation' }, 'rpl115.investigation'],
    ['no necessity', { necessity: 'se ovenfor' }, 'rpl115.necessity'],
  ])('records a refusal for %s without the content', async (_, over, rule) => {
    const { caseId } = await newCase(server);
    const { path, items, attendees, open, stream } = await meetingOn([caseId], ['coordinator', 'sof']);
    const { revision } = done(await open(items[0]!));
    const answer = await coordinator(
      'POST',
      `${path}/items/${items[0]!}/disclosures`,
      said(attendees.get('sof')!, over),
      at(revision),
    );
    expect([answer.status, answer.body.rule]).toEqual([422, rule]);
    const last = (await events(server, stream)).at(-1)!;
    expect(last).toMatchObject({ type: 'DisclosureRefusedInRoom', data: { rule, caseId } });
    expect(last.data).not.toHaveProperty('text');
    const { body } = await server.call<{ items: object[] }>('auditor', 'GET', '/api/sharing-log?refused=true&limit=1');
    expect(body.items).toMatchObject([{ caseId, refusedBy: rule }]);
  });

  it('refuses, on record, what is said while somebody from outside is there or the item is shut', async () => {
    const { caseId } = await newCase(server);
    const { meetingId, path, items, attendees, stream } = await meetingOn([caseId], ['coordinator', 'sof']);
    await arrive(server, meetingId, { guestName: 'Demo Gæst', organisationId: 'boligorganisation' });
    const { revision } = (await server.call<{ revision: number }>('coordinator', 'GET', path)).body;
    const answer = await coordinator('POST', `${path}/items/${items[0]!}/disclosures`, said(attendees.get('sof')!), at(revision));
    expect(answer.status).toBe(422);
    expect((await events(server, stream)).at(-1)).toMatchObject({
      type: 'DisclosureRefusedInRoom',
      data: { rule: answer.body.rule },
    });
  });

  it('knows everybody in it: nobody unregistered, nobody twice, no time that is not true', async () => {
    const { path, attendees } = await meetingOn([], ['coordinator']);
    const arrival = async (body: object) => {
      const answer = await coordinator('POST', `${path}/attendance`, body);
      return [answer.status, answer.body.rule];
    };
    expect(await arrival({ userId: 'ukendt' })).toEqual([422, 'attendee.unregistered']);
    expect(await arrival({ guestName: 'Demo Gæst', organisationId: 'ukendt' })).toEqual([422, 'attendee.unregistered']);
    expect(await arrival({ guestName: 'Demo Gæst' })).toEqual([400, undefined]);
    expect(await arrival({ userId: 'sof', guestName: 'Demo Gæst', organisationId: 'bif' })).toEqual([400, undefined]);
    expect(await arrival({ userId: 'sof', at: `${day(1)}T08:00:00Z` })).toEqual([422, 'room.future']);
    expect((await coordinator('POST', `${path}/attendance`, { userId: 'coordinator' })).body.id).toBe(
      attendees.get('coordinator'),
    );
  });
});

describe('minutes', () => {
  it('hold for each exactly what that person may see', async () => {
    const [all, few] = [
      await newCase(server),
      await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof', 'politi'] }),
    ];
    const { meetingId, path, items, attendees, open } = await meetingOn(
      [all.caseId, few.caseId],
      ['coordinator', 'sof', 'police'],
    );
    for (const [i, note] of ['NOTE-ALLE', 'NOTE-FAA'].entries()) {
      const { revision } = done(await open(items[i]!));
      const path_ = `${path}/items/${items[i]!}`;
      done(
        await coordinator(
          'POST',
          `${path_}/disclosures`,
          said(attendees.get('police')!, { content: `SAGT-${note}` }),
          at(revision),
        ),
      );
      done(await coordinator('POST', `${path_}/discussion`, { noNews: false, note }));
    }
    const inMeeting = { meetingId, itemId: items[0]! };
    const actionId = await newAction(server, all.caseId, { inMeeting });
    done(await coordinator('POST', `${path}/closing`));
    const minutes = (user: string) => server.call<Minutes>(user, 'GET', `${path}/minutes`);
    const item = ({ body }: { body: Minutes }, { caseId }: { caseId: string }) => body.items.find((i) => i.caseId === caseId);

    const sof = await minutes('SOF');
    expect(item(sof, all)).toMatchObject({
      note: 'NOTE-ALLE',
      disclosures: [{ content: 'SAGT-NOTE-ALLE' }],
      actions: [{ actionId }],
    });
    expect(item(sof, few)).toMatchObject({ note: 'NOTE-FAA', disclosures: [{ content: 'SAGT-NOTE-FAA' }] });
    expect(sof.body.notice).toContain('§ 115');
    // BIF takes part in one of the cases and was not in the room.
    const bif = await minutes('BIF');
    expect(item(bif, few)).toBeUndefined();
    expect(item(bif, all)).toMatchObject({ note: 'NOTE-ALLE', disclosures: [{ withheld: true }] });
    expect(bif.text).not.toMatch(/SAGT|NOTE-FAA/);
    expect(bif.body.withheldItems).toBeGreaterThan(sof.body.withheldItems);
    expect((await minutes('steeringMember')).status).toBe(403);
  });

  it('are frozen when the meeting closes; a correction stands beside them', async () => {
    const { caseId } = await newCase(server);
    const { path, items, open, stream } = await meetingOn([caseId], ['coordinator']);
    const correct = () => coordinator('POST', `${path}/items/${items[0]!}/corrections`, { correction: 'Fristen var den 15.' });
    expect((await correct()).body.rule).toBe('meeting.not-closed');
    done(await open(items[0]!));
    done(await coordinator('POST', `${path}/closing`));
    expect((await types(server, stream)).slice(-2)).toEqual(['ItemShut', 'MeetingClosed']);
    expect((await coordinator('POST', `${path}/items/${items[0]!}/discussion`, { noNews: true })).body.rule).toBe(
      'meeting.closed',
    );
    expect((await coordinator('POST', `${path}/attendance`, { userId: 'sof' })).body.rule).toBe('meeting.closed');
    done(await correct());
    const { body } = await server.call<Minutes>('coordinator', 'GET', `${path}/minutes`);
    expect(body.items.find((i) => i.caseId === caseId)!.corrections).toMatchObject([{ correction: 'Fristen var den 15.' }]);
  });
});
