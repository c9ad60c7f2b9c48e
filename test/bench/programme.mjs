// The log of a programme some years old: groups, young persons, cases of twenty events, weekly meetings, look-ups.
// The order is that of life: many cases at a time, each going on for months.
import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { built } from './parts.mjs';

const SENTENCE = 'Den unge fortalte, at jobcentret har ringet, og at skolen begynder igen på mandag. ';
const PARTY = {
  bif: { organisationId: 'bif', kind: 'municipal', authorityId: 'kk' },
  sof: { organisationId: 'sof', kind: 'municipal', authorityId: 'kk' },
  police: { organisationId: 'police', kind: 'police', authorityId: 'police' },
};
const WEEK = 7 * 86_400_000;
const START = Date.UTC(2024, 0, 2, 8);
const isoDate = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Keys in memory, in the form of the key store: what opens what this file seals. */
export const createKeys = () => {
  const keys = new Map();
  const keyFor = ({ id, scope }) => {
    const keyId = `${id}/${scope}`;
    let key = keys.get(keyId);
    if (!key) keys.set(keyId, (key = randomBytes(32)));
    return { keyId, key };
  };
  return {
    keyFor: async (subject) => keyFor(subject),
    keyNow: keyFor,
    find: async (keyId) => keys.get(keyId),
    named: async () => Buffer.alloc(32, 7),
    destroy: async () => [],
    close: async () => {},
  };
};

const seal = (keys, subject, eventId, field, text) => {
  const { keyId, key } = keys.keyNow(subject);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(JSON.stringify(['fremdrift.text', 1, eventId, subject.id, field])));
  const ct = cipher.update(text, 'utf8', 'base64url') + cipher.final('base64url');
  return { v: 1, keyId, iv: iv.toString('base64url'), ct, tag: cipher.getAuthTag().toString('base64url') };
};

/** Fields as the domain numbers them; length of text as people write. */
const LENGTH = { name: 14, cpr: 10, address: 40, necessity: 90 };
const TEXT = SENTENCE.repeat(4);
const textFor = (name) =>
  name === 'cpr' ? '0101901234' : name === 'name' ? 'Ung Testperson' : TEXT.slice(0, LENGTH[name] ?? 200);

/** Writes stored events, each at the next revision of its stream: { stream, revision, id, type, data, metadata }. */
const createWriter = async (keys) => {
  const domain = await built('domain');
  const definitions = Object.assign(
    {},
    ...['organisation', 'user', 'group', 'ruleSet', 'person', 'case', 'meeting', 'hotspot'].map((n) => domain[`${n}Events`]),
  );
  const revisions = new Map();
  return (now, stream, type, data, subject, texts = []) => {
    const id = randomUUID();
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const fields = definitions[type]?.text ?? {};
    const text = Object.fromEntries(texts.map((name) => [name, seal(keys, subject, id, fields[name].field, textFor(name))]));
    const metadata = {
      v: 1,
      commandId: id,
      commandHash: 'c1.mN0f2v7mZ1o5c3r8mN0f2v7mZ1o5c3r8mN0f2v7mZ1o5',
      actor: 'user-17',
      organisation: 'bif',
      authority: 'kk',
      at: new Date(now).toISOString(),
      ruleSet: 'rpl115-default',
    };
    return { stream, revision, id, type, data: subject ? { ...data, subject, text } : data, metadata };
  };
};

/** The organisations, and the groups with an area each. */
function* registry(write, now, groups) {
  for (const { organisationId, kind, authorityId } of Object.values(PARTY))
    yield write(now, `organisation-${organisationId}`, 'OrganisationRegistered', {
      organisationId,
      name: organisationId,
      kind,
      authorityId,
    });
  for (let g = 0; g < groups; g++) {
    yield write(now, `hotspot-area-${g}`, 'HotspotDesignated', { areaId: `area-${g}`, name: `Område ${g}`, authorityId: 'kk' });
    const series = { weekday: 2, startTime: '09:00', durationMinutes: 90 };
    yield write(now, `group-group-${g}`, 'GroupFormed', {
      groupId: `group-${g}`,
      name: `Gruppe ${g}`,
      areaIds: [`area-${g}`],
      series,
    });
  }
}
const referral = ({ caseId, personId, n, group }) => ({
  ...{ caseId, personId, groupId: `group-${group}`, areaId: `area-${group}`, caseNumber: `F-${n}`, ageBand: '15-17' },
  ...{ responsibleOrganisationId: 'bif', organisations: Object.values(PARTY) },
});

/**
 * Open actions, ten to a case, a hundred cases to a group: agreed and accepted on one day.
 * @param deadline of the n-th of them, ISO local date
 */
export async function* openActions(keys, count, on, deadline) {
  const write = await createWriter(keys);
  const now = Date.parse(`${on}T08:00:00Z`);
  yield* registry(write, now, Math.ceil(count / 1_000));
  for (let n = 0; n < count / 10; n++) {
    const c = { n, group: Math.floor(n / 100), caseId: randomUUID(), personId: randomUUID() };
    yield write(
      now,
      `person-${c.personId}`,
      'PersonRegistered',
      { personId: c.personId },
      { id: c.personId, scope: 'identity' },
      ['name'],
    );
    const [stream, subject] = [`case-${c.caseId}`, { id: c.personId, scope: c.caseId }];
    yield write(now, stream, 'CaseReferred', referral(c), subject, ['reason']);
    yield write(now, stream, 'CaseScreened', { caseId: c.caseId, outcome: 'accepted' }, subject, ['assessment']);
    yield write(now, stream, 'CaseOpened', { caseId: c.caseId });
    for (let a = 0; a < 10; a++) {
      const action = { caseId: c.caseId, actionId: randomUUID() };
      const agreed = { ...action, ownerOrganisationId: 'bif', ownerUserId: 'user-17', deadline: deadline(n * 10 + a) };
      yield write(now, stream, 'ActionAgreed', agreed, subject, ['description']);
      yield write(now, stream, 'ActionAccepted', { ...action, userId: 'user-17' });
    }
  }
}

/**
 * Yields stored events in order. `caseCount` cases of up to `length` events, a hundred to a group, forty of them at a time.
 * @returns an async generator of { stream, revision, id, type, data, metadata }
 */
export async function* programme(keys, caseCount, length = 20) {
  const writeAt = await createWriter(keys);
  let now = START;
  const write = (...rest) => writeAt(now, ...rest);
  const groups = Math.ceil(caseCount / 100);
  yield* registry(writeAt, now, groups);

  const disclosure = (c, more) => ({
    disclosureId: randomUUID(),
    caseId: c.caseId,
    personId: c.personId,
    fromOrganisationId: 'police',
    recipients: [
      { organisationId: 'bif', basis: 'rpl115' },
      { organisationId: 'sof', basis: 'rpl115' },
    ],
    category: 'crime',
    purpose: 'ssp',
    necessityFingerprint: 'f1.mN0f2v7mZ1o5c3r8mN0f2v7mZ1o5c3r8',
    ruleSetId: 'rpl115-default',
    policies: ['share-in-cooperation'],
    ...more,
  });
  const action = (c, n) => ({ caseId: c.caseId, actionId: c.actions[n] });
  const agree = (n) => (c) => {
    c.actions[n] = randomUUID();
    const owner = n === 1 ? {} : { ownerUserId: 'user-17' };
    const data = { ...action(c, n), ownerOrganisationId: 'bif', ...owner, deadline: isoDate(now + (2 + 4 * n) * WEEK) };
    return ['ActionAgreed', data, ['description']];
  };
  const report = (n) => (c) => ['ProgressReported', { ...action(c, n), reportId: randomUUID() }, ['report']];
  const followUp = (c) => [
    'FollowUpScheduled',
    { caseId: c.caseId, followUpId: randomUUID(), on: isoDate(now + 3 * WEEK) },
    ['note'],
  ];
  const complete = (n) => (c) => ['ActionCompleted', action(c, n), ['outcome']];
  const share = (c) => ['InformationShared', disclosure(c), ['content', 'necessity']];
  const steps = [
    (c) => ['CaseReferred', referral(c), ['reason']],
    (c) => ['CaseScreened', { caseId: c.caseId, outcome: 'accepted' }, ['assessment']],
    (c) => ['CaseOpened', { caseId: c.caseId }],
    agree(0),
    (c) => ['ActionAccepted', { ...action(c, 0), userId: 'user-17' }],
    share,
    report(0),
    followUp,
    agree(1),
    (c) => [
      'InformationRequested',
      {
        caseId: c.caseId,
        requestId: (c.request = randomUUID()),
        toOrganisationId: 'police',
        category: 'crime',
        dueOn: isoDate(now + WEEK),
      },
      ['question'],
    ],
    (c) => ['InformationShared', disclosure(c, { answers: c.request }), ['content', 'necessity']],
    report(1),
    (c) => ['DeadlineMoved', { ...action(c, 1), from: isoDate(now), to: isoDate(now + 6 * WEEK) }, ['ground']],
    complete(0),
    agree(2),
    share,
    report(2),
    followUp,
    complete(2),
    complete(1),
  ].slice(0, length);
  const close = (c) => [
    'CaseClosed',
    { caseId: c.caseId, outcome: 'goal-reached', at: new Date(now).toISOString() },
    ['summary'],
  ];

  // Each group works on forty cases at a time: a step a week, a meeting a fortnight with four of them.
  const live = Array.from({ length: groups }, () => []);
  let begun = 0;
  for (let week = 0; begun < caseCount || week % 8 !== 0; week++) {
    now = START + week * WEEK;
    for (let g = 0; g < groups; g++) {
      const cases = live[g];
      while (cases.length < 40 && begun < caseCount && begun < (week + 1) * groups * 6) {
        const c = { n: begun++, group: g, caseId: randomUUID(), personId: randomUUID(), actions: [], step: 0 };
        const identity = { id: c.personId, scope: 'identity' };
        yield write(`person-${c.personId}`, 'PersonRegistered', { personId: c.personId }, identity, ['name', 'cpr', 'address']);
        cases.push(c);
      }
      for (const c of cases) {
        const subject = { id: c.personId, scope: c.caseId };
        const step = steps[c.step++];
        const [type, data, texts] = step ? step(c) : close(c);
        yield write(`case-${c.caseId}`, type, data, texts && subject, texts);
        if (c.step % 3 === 0)
          yield write(`access-p1-${isoDate(now)}`, 'PersonalDataShown', {
            userId: 'user-17',
            organisationId: 'bif',
            purpose: 'case.read',
            caseIds: [c.caseId],
            personIds: [c.personId],
            fieldClasses: ['identity', 'social', 'crime'],
            policies: ['coordinators-read-their-cases'],
            requestId: 'request-17',
          });
      }
      live[g] = cases.filter((c) => c.step <= steps.length);
      if ((week + g) % 2 === 0 && cases.length > 0) yield* meeting(g, cases.slice(0, 4));
    }
  }

  function* meeting(g, cases) {
    const meetingId = randomUUID();
    const stream = `meeting-${meetingId}`;
    const at = new Date(now).toISOString();
    const endsAt = new Date(now + 5_400_000).toISOString();
    const invited = [{ userId: 'user-17', organisationId: 'bif' }];
    const items = cases.map(({ caseId, personId }) => ({ itemId: randomUUID(), caseId, personId, reasons: ['follow-up-due'] }));
    yield write(stream, 'MeetingPlanned', {
      meetingId,
      groupId: `group-${g}`,
      localDate: isoDate(now),
      startsAt: at,
      endsAt,
      invited,
    });
    yield write(stream, 'MeetingOpened', { meetingId, agenda: items });
    for (const party of Object.values(PARTY)) {
      const attendeeId = randomUUID();
      const data = { meetingId, attendeeId, userId: 'user-17', organisation: party, at };
      yield write(stream, 'AttendeeArrived', data, { id: attendeeId, scope: 'identity' });
    }
    for (const { itemId, caseId, personId } of items) {
      const subject = { id: personId, scope: caseId };
      const open = { meetingId, itemId, caseId, personId, organisations: Object.values(PARTY), excludedUserIds: [], at };
      yield write(stream, 'ItemOpened', open);
      const said = disclosure({ caseId, personId }, { meetingId, itemId, saidAt: at });
      yield write(stream, 'InformationSharedInRoom', said, subject, ['content', 'necessity']);
      yield write(stream, 'ItemDiscussed', { meetingId, itemId, caseId, noNews: false }, subject, ['note']);
      yield write(stream, 'ItemShut', { meetingId, itemId, caseId, why: 'done', at });
    }
    yield write(stream, 'MeetingClosed', { meetingId, at: endsAt });
  }
}

/** Lays a log into the event store's table, past the store: as if it had been written over the years. @returns its length */
export const layDown = async (client, events) => {
  let rows = [];
  let position = 0;
  const flush = async () => {
    const column = (name) => rows.map((row) => row[name]);
    await client.query(
      `insert into event_store.events (position, stream, revision, id, type, data, metadata, recorded_at)
       select p, s, r, i, t, d, m, date_trunc('milliseconds', now())
       from unnest($1::bigint[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[]) as u(p, s, r, i, t, d, m)`,
      ['position', 'stream', 'revision', 'id', 'type', 'data', 'metadata'].map(column),
    );
    rows = [];
  };
  for await (const event of events) {
    const { stream, revision, id, type, data, metadata } = event;
    rows.push({
      position: ++position,
      stream,
      revision,
      id,
      type,
      data: JSON.stringify(data),
      metadata: JSON.stringify(metadata),
    });
    if (rows.length === 2_000) await flush();
  }
  if (rows.length > 0) await flush();
  await client.query('analyze event_store.events');
  return position;
};
