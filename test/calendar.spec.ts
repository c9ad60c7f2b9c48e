// Meetings in people's calendars: by mail, and as a feed. Read back with another library than the one that writes it.
import ICAL from 'ical.js';
import type { MovableClock } from '@app/platform';
import { feedOf, invitationOf } from '../apps/api/src/mail/calendar.js';
import type { MeetingFacts } from '../apps/api/src/mail/kinds.js';
import { Mailer } from '../apps/api/src/mail/mailer.js';
import { openPost } from '../apps/api/src/mail/smtp.js';
import { MailSink } from '../apps/api/src/demo/mail-sink.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { done, newAction, newCase } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type Answer, type TestServer } from './support/server.js';

/** A Monday, in winter time. */
const START = new Date('2027-03-15T07:30:00.000Z');
const MEETING: MeetingFacts = {
  ...{ meetingId: '00000000-0000-4000-8000-000000000001', localDate: '2027-03-30', sequence: 0 },
  ...{ startsAt: '2027-03-30T07:00:00.000Z', endsAt: '2027-03-30T08:30:00.000Z' },
};
const about = {
  to: 'sof@demo.example',
  from: 'fremdrift@demo.example',
  language: 'da',
  publicUrl: 'https://fremdrift.example',
} as const;

/** What RFC 5545 asks of every line, and of the whole; then parsed. */
const read = (text: string): ICAL.Component => {
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  expect(calendar.getFirstPropertyValue('prodid')).toBeTruthy();
  for (const event of calendar.getAllSubcomponents('vevent'))
    for (const name of ['uid', 'dtstamp', 'dtstart']) expect(event.getAllProperties(name)).toHaveLength(1);
  return calendar;
};
/** The sink's reader takes the line ends of text apart. */
const onTheWire = (text: string) => text.replaceAll(/\r?\n/g, '\r\n');
const eventsIn = (text: string) =>
  read(text)
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component));

describe('an invitation', () => {
  const invitation = async (kind: 'invitation' | 'moved' | 'cancelled', over: Partial<MeetingFacts> = {}) =>
    (await invitationOf({ kind, happenedAt: START.toISOString(), meeting: { ...MEETING, ...over } }, about))!;

  it('asks the recipient alone, for the right moment also in summer time', async () => {
    const { method, content } = await invitation('invitation');
    expect(method).toBe('REQUEST');
    expect(read(content).getFirstPropertyValue('method')).toBe('REQUEST');
    const [event] = eventsIn(content);
    expect(event!.startDate.toJSDate().toISOString()).toBe(MEETING.startsAt);
    expect(event!.endDate.toJSDate().toISOString()).toBe(MEETING.endsAt);
    expect(event!.organizer).toBe('mailto:fremdrift@demo.example');
    expect(event!.attendees.map((a) => String(a.getFirstValue()).toLowerCase())).toEqual(['mailto:sof@demo.example']);
    expect(event!.component.getFirstPropertyValue('url')).toBe(`https://fremdrift.example/#/meetings/${MEETING.meetingId}`);
  });

  it('keeps its UID, and its SEQUENCE rises with every change up to the cancellation', async () => {
    const all = [
      await invitation('invitation'),
      await invitation('moved', { sequence: 3, startsAt: '2027-03-31T07:00:00.000Z', endsAt: '2027-03-31T08:00:00.000Z' }),
      await invitation('cancelled', { sequence: 5 }),
    ];
    const events = all.flatMap(({ content }) => eventsIn(content));
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(1);
    expect(events.map(({ sequence }) => sequence)).toEqual([0, 3, 5]);
    expect(all[2]!.method).toBe('CANCEL');
    expect(events[2]!.component.getFirstPropertyValue('status')).toBe('CANCELLED');
  });

  it('a place with commas, semicolons, quotes and a line break stays one value', async () => {
    const place = 'Rådhuset, 2. sal; lokale "Nord" \\ til højre '.repeat(4).trim();
    const [event] = eventsIn((await invitation('invitation', { place })).content);
    expect(event!.location).toBe(place);
    const broken = eventsIn((await invitation('invitation', { place: 'Lokale 3\nATTENDEE:mailto:x@y.example' })).content)[0]!;
    expect(broken.attendees).toHaveLength(1);
  });

  it('arrives in a mail of its own kind', async () => {
    const sink = new MailSink();
    const post = await openPost(await sink.start());
    const calendar = await invitation('moved', { sequence: 2 });
    await post.send({
      to: about.to,
      messageId: '<m@demo.example>',
      subject: 'Flyttet',
      text: 'Flyttet',
      html: '<p>Flyttet</p>',
      calendar,
    });
    post.close();
    await sink.close();
    expect(sink.caught[0]).toMatchObject({ method: 'REQUEST', text: 'Flyttet\n' });
    expect(eventsIn(onTheWire(sink.caught[0]!.calendar!))[0]!.sequence).toBe(2);
  });
});

describe('a feed', () => {
  it('has meetings at their time and deadlines as whole days that block nothing', async () => {
    const action = { caseId: 'c1', caseNumber: 'K7QF-3MXP', actionId: 'a1', deadline: '2027-03-28' };
    const feed = { meetings: [MEETING], deadlines: [action] };
    const text = await feedOf(feed, { language: 'da', publicUrl: 'https://fremdrift.example', now: START });
    const [meeting, deadline] = eventsIn(text);
    expect(meeting!.startDate.toJSDate().toISOString()).toBe(MEETING.startsAt);
    expect(deadline!.summary).toBe('Frist: sag K7QF-3MXP');
    expect([deadline!.startDate.isDate, deadline!.startDate.toString()]).toEqual([true, '2027-03-28']); // the night the clocks change
    expect(deadline!.component.getFirstPropertyValue('transp')).toBe('TRANSPARENT');
    expect(eventsIn(await feedOf({ meetings: [], deadlines: [] }, { language: 'en', publicUrl: '', now: START }))).toEqual([]);
  });
});

describe('calendars over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: START, publicUrl: 'https://fremdrift.example' });
  }, 60_000);
  afterAll(() => server.stop());

  const pathOf = (url: string) => new URL(url).pathname;
  const issue = async (user: string): Promise<string> =>
    done<{ url: string }>(await server.call(user, 'POST', '/api/me/calendar-feed')).url;
  const feed = (url: string): Promise<Answer> => server.call(undefined, 'GET', pathOf(url));
  const sinkOf = async () =>
    (
      await server.call<{ items: { to: string[]; subject: string; calendar?: string; method?: string }[] }>(
        undefined,
        'GET',
        '/demo/mail/messages',
      )
    ).body.items;

  it('a meeting that is planned, moved and cancelled is so in the calendars of who is invited', async () => {
    const planned = {
      groupId: DEMO_GROUP,
      localDate: '2027-03-30',
      startTime: '09:00',
      durationMinutes: 90,
      place: 'Rådhuset, 2. sal',
    };
    const { id } = done(await server.call('coordinator', 'POST', '/api/meetings', planned));
    await server.app.get(Mailer).look();
    const { revision } = done(
      await server.call('coordinator', 'PUT', `/api/meetings/${id}/schedule`, { localDate: '2027-03-31' }),
    );
    await server.app.get(Mailer).look();
    done(await server.call('coordinator', 'POST', `/api/meetings/${id}/cancellation`));
    await server.app.get(Mailer).look();
    const mine = (await sinkOf())
      .filter(({ to, calendar }) => to.includes('sof@demo.example') && calendar?.includes(id))
      .reverse();
    expect(mine.map(({ method }) => method)).toEqual(['REQUEST', 'REQUEST', 'CANCEL']);
    const events = mine.flatMap(({ calendar }) => eventsIn(onTheWire(calendar!)));
    expect(events.map(({ uid }) => uid)).toEqual([id, id, id]);
    expect(events[1]!.sequence).toBe(revision);
    expect(events[2]!.sequence).toBeGreaterThan(revision);
    // 09:00 in Copenhagen is 07:00 UTC after the last Sunday of March.
    expect(events[0]!.startDate.toJSDate().toISOString()).toBe('2027-03-30T07:00:00.000Z');
    expect(events[0]!.location).toBe('Rådhuset, 2. sal');
  });

  it('so is a meeting of the steering group, and in the feed of who is invited', async () => {
    const planned = { groupId: DEMO_GROUP, localDate: '2027-04-06', startTime: '14:00', place: 'Rådhuset' };
    const { id } = done(await server.call('projectLead', 'POST', '/api/steering-meetings', planned));
    const uids = async () => eventsIn((await feed(await issue('steeringMember'))).text).map(({ uid }) => uid);
    await server.app.get(Mailer).look();
    expect(await uids()).toContain(id);
    expect(eventsIn((await feed(await issue('projectLead'))).text).map(({ uid }) => uid)).not.toContain(id);
    done(await server.call('projectLead', 'PUT', `/api/steering-meetings/${id}/schedule`, { localDate: '2027-04-07' }));
    await server.app.get(Mailer).look();
    done(await server.call('projectLead', 'POST', `/api/steering-meetings/${id}/cancellation`));
    await server.app.get(Mailer).look();
    expect(await uids()).not.toContain(id);
    const about = (await sinkOf()).filter(({ calendar }) => calendar?.includes(id)).reverse();
    expect(new Set(about.flatMap(({ to }) => to))).toEqual(
      new Set(['steering-member@demo.example', 'hotspot-chief@demo.example']),
    );
    const mine = about.filter(({ to }) => to.includes('steering-member@demo.example'));
    expect(mine.map(({ method }) => method)).toEqual(['REQUEST', 'REQUEST', 'CANCEL']);
    expect(mine.map(({ subject }) => subject)).toEqual([
      'Møde i styregruppen 6. april 2027 kl. 14:00',
      expect.stringContaining('Flyttet: møde i styregruppen 7. april 2027'),
      'Aflyst: møde i styregruppen 7. april 2027',
    ]);
    const events = mine.flatMap(({ calendar }) => eventsIn(onTheWire(calendar!)));
    expect(events.map(({ uid, sequence }) => [uid, sequence])).toEqual([
      [id, 0],
      [id, 1],
      [id, 2],
    ]);
    expect(events[0]!.summary).toBe('Møde i styregruppen');
    expect(events[0]!.component.getFirstPropertyValue('url')).toBe(`https://fremdrift.example/#/steering-meetings/${id}`);
  });

  it('a feed has one’s own meetings and deadlines, without a token and without personal data', async () => {
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId, {
      deadline: '2027-04-08',
      ownerUserId: 'sof',
      description: 'KANARIE-aftale',
    });
    const url = await issue('SOF');
    expect(url).toMatch(/^https:\/\/fremdrift\.example\/api\/calendar\/[0-9a-f]{64}\.ics$/);
    const answer = await feed(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const all = eventsIn(answer.text);
    expect(all.map(({ uid }) => uid)).toContain(`deadline-${actionId}`);
    expect(all.filter(({ summary }) => summary === 'Fremdriftsmøde').length).toBeGreaterThan(0);
    expect(searchFor(['KANARIE', 'Testperson', 'Demo Ung', 'sof@demo']).inText(answer.text)).toEqual([]);
    expect(eventsIn((await feed(await issue('partner'))).text)).toEqual([]);
    // It stands nowhere as it is.
    const secret = pathOf(url).slice(-68, -4);
    const { events } = await server.ports.store.readAll('' as never, { filter: { streamPrefixes: ['user-'] }, limit: 100_000 });
    expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('the same request again gives the same address; a new one, a revocation and leaving end it, and all look alike', async () => {
    const key = { 'idempotency-key': 'kalender-1' };
    const [one, two] = [
      await server.call<{ url: string }>('BUF', 'POST', '/api/me/calendar-feed', undefined, key),
      await server.call<{ url: string }>('BUF', 'POST', '/api/me/calendar-feed', undefined, key),
    ];
    expect(two.body.url).toBe(one.body.url);
    const first = one.body.url;
    const second = await issue('BUF');
    expect((await server.call('BUF', 'GET', '/api/me/calendar-feed')).body).toEqual({ active: true });
    expect((await feed(second)).status).toBe(200);
    const renewed = await feed(first);
    done(await server.call('BUF', 'DELETE', '/api/me/calendar-feed'));
    expect((await server.call('BUF', 'GET', '/api/me/calendar-feed')).body).toEqual({ active: false });
    const revoked = await feed(second);
    const third = await issue('gadeteam');
    const on = server.ports.clock.today();
    done(await server.call('administrator', 'POST', '/api/users/gadeteam/leaving', { on }));
    const left = await feed(third);
    const never = await feed(`https://x.example/api/calendar/${'0'.repeat(64)}.ics`);
    const nonsense = await feed('https://x.example/api/calendar/nothing');
    const seen = ({ status, text, headers }: Answer) => [status, text, [...headers].filter(([name]) => name !== 'date')];
    expect(never.status).toBe(404);
    for (const answer of [renewed, revoked, left, nonsense]) expect(seen(answer)).toEqual(seen(never));
  });

  it('is dead from the day its user leaves', async () => {
    const url = await issue('jobcenter');
    done(await server.call('administrator', 'POST', '/api/users/jobcenter/leaving', { on: '2027-03-17' }));
    expect((await feed(url)).status).toBe(200);
    (server.ports.clock as MovableClock).advance(2 * 86_400_000);
    expect((await feed(url)).status).toBe(404);
  });
});

describe('guessing addresses of feeds', () => {
  it('is stopped after a few', async () => {
    const server = await startTestServer({ rateLimitPerMinute: 100 });
    const statuses: number[] = [];
    for (let i = 0; i < 15; i++)
      statuses.push((await server.call(undefined, 'GET', `/api/calendar/${String(i).padStart(64, '0')}.ics`)).status);
    expect(statuses.slice(0, 9)).toEqual(Array(9).fill(404));
    expect(statuses.at(-1)).toBe(429);
    await server.stop();
  }, 60_000);
});
