// What is written for ever: event types, field numbers, and a stored example of every version.
import { readdirSync, readFileSync } from 'node:fs';
import { codec, event, text } from './events.js';
import { id, int, opt, SchemaError } from './schema.js';
import { decodeAny, definitionOf, STREAMS, streamName, textField, type StreamCategory } from './streams.js';

/** Add lines, never change one: a number is bound into every ciphertext of its field. */
const FROZEN_FIELDS = {
  'PersonRegistered.name': 1,
  'PersonRegistered.cpr': 2,
  'PersonRegistered.birthDate': 3,
  'PersonRegistered.address': 4,
  'PersonRegistered.alias': 5,
  'PersonRegistered.phone': 6,
  // a correction holds the same fields of the same identity
  'PersonCorrected.name': 1,
  'PersonCorrected.cpr': 2,
  'PersonCorrected.birthDate': 3,
  'PersonCorrected.address': 4,
  'PersonCorrected.alias': 5,
  'PersonCorrected.phone': 6,
  'ErasureProposed.reason': 11,
  'ErasureWithdrawn.reason': 12,
  'LegalHoldPlaced.note': 13,
  'LegalHoldLifted.note': 14,
  'PersonMerged.reason': 15,
  'PersonMergeUndone.reason': 16,
  'PersonInformed.note': 17,
  'InformingPostponed.reason': 18,
  'PersonMoved.movedOn': 19,
  'PersonMoved.municipality': 20,
  'PersonDied.diedOn': 21,
  'LifeEventRetracted.reason': 22,
  'PoliceContributionDecided.note': 23,
  'PartWithheld.reason': 24,
  'PartReleased.note': 25,
  'AccessRequestWithdrawn.reason': 26,
  'UserEnrolled.name': 101,
  'UserEnrolled.email': 102,
  'EmailChanged.email': 103,
  'CaseReferred.reason': 201,
  'CaseScreened.assessment': 202,
  'WorkerExcluded.ground': 203,
  'InformationRequested.question': 204,
  'InformationShared.content': 205,
  'InformationShared.necessity': 206,
  'ActionAgreed.description': 207,
  'ActionDeclined.ground': 208,
  'ProgressReported.report': 209,
  'DeadlineMoved.ground': 210,
  'ActionCompleted.outcome': 211,
  'ActionCancelled.ground': 212,
  'FollowUpScheduled.note': 213,
  'CasePaused.ground': 214,
  'CaseClosed.summary': 215,
  'CaseReopened.ground': 216,
  'ActionReworded.description': 218,
  'TextWithdrawn.ground': 219,
  'DisclosureRecalled.ground': 220,
  'RecallReviewed.reason': 221,
  'HandoverDeclined.ground': 222,
  'AttendeeArrived.guestName': 301,
  'InformationSharedInRoom.content': 302,
  'InformationSharedInRoom.necessity': 303,
  'ItemDiscussed.note': 304,
  'MinutesCorrected.correction': 305,
  'ActionChased.note': 401,
  'ChaseAnswered.answer': 402,
  'ActionEscalated.reason': 403,
  'EscalationSummarised.summary': 501,
  'EscalationNameOpened.necessity': 502,
  'TakenToDirectors.reason': 503,
  'SteeringDecisionMade.decision': 504,
  'SteeringDecisionMade.otherAction': 505,
  'LookUpReviewed.note': 601,
};

const categories = Object.keys(STREAMS) as StreamCategory[];
const typesOf = (category: StreamCategory) => Object.keys(STREAMS[category].codec.definitions);
const allTypes = categories.flatMap(typesOf);

describe('event types', () => {
  it('are unique over all streams', () => {
    expect(new Set(allTypes).size).toBe(allTypes.length);
  });

  it('belong to streams named by category and id', () => {
    for (const category of categories) expect(STREAMS[category].category).toBe(category);
    expect(streamName('case', '00000000-0000-4000-8000-000000000001')).toBe('case-00000000-0000-4000-8000-000000000001');
  });
});

describe('personal text fields', () => {
  const fields = allTypes.flatMap((type) =>
    Object.keys(definitionOf(type).text).map((field) => [`${type}.${field}`, textField(type, field).field] as const),
  );

  it('have the frozen numbers', () => {
    expect(Object.fromEntries(fields)).toEqual(FROZEN_FIELDS);
  });

  it('share no number, but for the identity that is corrected', () => {
    const numbers = fields.filter(([name]) => !name.startsWith('PersonCorrected.')).map(([, number]) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('are looked up by type and name, strangers refused', () => {
    expect(textField('ActionAgreed', 'description')).toEqual({ field: 207, fieldClass: 'social' });
    expect(() => textField('ActionAgreed', 'toString')).toThrow(SchemaError);
    expect(() => textField('Nothing', 'description')).toThrow('unknown event type Nothing');
  });
});

describe('stored examples', () => {
  it.each(categories)('%s: every version of every event has one, and it decodes', (category) => {
    const folder = new URL(`../${category}/examples/`, import.meta.url);
    const expected = typesOf(category).flatMap((type) =>
      Array.from({ length: definitionOf(type).version }, (_, i) => `${type}.v${i + 1}.json`),
    );
    expect(readdirSync(folder).sort()).toEqual(expected.sort());
    for (const file of expected) {
      const [type, version] = file.split('.') as [string, string];
      const stored = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object;
      const { data } = decodeAny(type, Number(version.slice(1)), stored);
      if (version === `v${definitionOf(type).version}`) expect(data).toEqual(stored);
      else expect(data).not.toEqual(stored); // lifted
    }
  });
});

describe('a codec', () => {
  const thing = codec({
    ThingMade: event(
      2,
      { thingId: id, size: int, note: opt(id) },
      { remark: text(9999, 'social') },
      {
        1: ({ length, thingId }) => ({ thingId, size: length }),
      },
    ),
    ThingLost: event(3, { thingId: id }, undefined, { 2: (clear) => clear }),
  });

  it('reads today’s version as it is', () => {
    expect(thing.decode('ThingMade', 2, { thingId: 'a', size: 3 })).toEqual({
      type: 'ThingMade',
      data: { thingId: 'a', size: 3 },
    });
  });
  it('lifts an old version, and validates what came out', () => {
    expect(thing.decode('ThingMade', 1, { thingId: 'a', length: 3 }).data).toEqual({ thingId: 'a', size: 3 });
    expect(() => thing.decode('ThingMade', 1, { thingId: 'a', length: '3' })).toThrow('ThingMade.size: expected a whole number');
  });
  it('refuses a type it does not know, and what only objects have', () => {
    expect(() => thing.decode('ThingFound', 1, {})).toThrow('unknown event type ThingFound');
    expect(() => decodeAny('constructor', 1, {})).toThrow('unknown event type constructor');
  });
  it('refuses a version from the future, one before the first, and a gap in the upcasters', () => {
    expect(() => thing.decode('ThingMade', 3, { thingId: 'a', size: 3 })).toThrow(SchemaError);
    expect(() => thing.decode('ThingMade', 0, { thingId: 'a', size: 3 })).toThrow(SchemaError);
    expect(() => thing.decode('ThingLost', 1, { thingId: 'a' })).toThrow('ThingLost.v1: expected an upcaster');
  });
  it('refuses a field that is not on the list: it might be personal', () => {
    expect(() => thing.decode('ThingMade', 2, { thingId: 'a', size: 3, name: 'x' })).toThrow(
      'ThingMade.name: expected no such field',
    );
  });
  it('refuses what every object has but no list names', () => {
    expect(() => thing.decode('ThingMade', 2, { thingId: 'a', size: 3, toString: 'x' })).toThrow('no such field');
  });
  it('refuses a missing field, and never quotes the value that is wrong', () => {
    expect(() => thing.decode('ThingMade', 2, { thingId: 'a' })).toThrow('ThingMade.size: expected a value');
    expect(() => thing.decode('ThingMade', 2, { thingId: 'Ung Testperson', size: 1 })).toThrow(
      /^ThingMade\.thingId: expected an id$/,
    );
  });
});
