// The registry of all streams: for who reads events without knowing whose they are (projections, verification, encryption).
import { caseDecider } from '../case/decider.js';
import { caseCodec } from '../case/events.js';
import { chaseCodec, chaseDecider } from '../chase/chase.js';
import { escalationDecider } from '../escalation/escalation.js';
import { escalationCodec } from '../escalation/events.js';
import { groupCodec, groupDecider } from '../group/group.js';
import { hotspotCodec, hotspotDecider } from '../hotspot/hotspot.js';
import { meetingDecider } from '../meeting/decider.js';
import { meetingCodec } from '../meeting/events.js';
import { overviewCodec, overviewDecider } from '../overview/overview.js';
import { organisationCodec, organisationDecider } from '../organisation/organisation.js';
import { personCodec, personDecider } from '../person/person.js';
import { retentionCodec, retentionDecider } from '../retention/retention.js';
import { ruleSetCodec, ruleSetDecider } from '../ruleset/ruleset.js';
import { spotCheckCodec, spotCheckDecider } from '../spotCheck/spotCheck.js';
import { steeringMeetingCodec, steeringMeetingDecider } from '../steeringMeeting/steeringMeeting.js';
import { userCodec, userDecider } from '../user/user.js';
import { UnknownEventError, type EventDefinition, type TextField } from './events.js';
import { SchemaError } from './schema.js';

/** By category, the first part of a stream's name. */
export const STREAMS = {
  organisation: { category: 'organisation', decider: organisationDecider, codec: organisationCodec },
  user: { category: 'user', decider: userDecider, codec: userCodec },
  group: { category: 'group', decider: groupDecider, codec: groupCodec },
  hotspot: { category: 'hotspot', decider: hotspotDecider, codec: hotspotCodec },
  overview: { category: 'overview', decider: overviewDecider, codec: overviewCodec },
  ruleset: { category: 'ruleset', decider: ruleSetDecider, codec: ruleSetCodec },
  retention: { category: 'retention', decider: retentionDecider, codec: retentionCodec },
  person: { category: 'person', decider: personDecider, codec: personCodec },
  case: { category: 'case', decider: caseDecider, codec: caseCodec },
  meeting: { category: 'meeting', decider: meetingDecider, codec: meetingCodec },
  chase: { category: 'chase', decider: chaseDecider, codec: chaseCodec },
  escalation: { category: 'escalation', decider: escalationDecider, codec: escalationCodec },
  steeringMeeting: { category: 'steeringMeeting', decider: steeringMeetingDecider, codec: steeringMeetingCodec },
  spotCheck: { category: 'spotCheck', decider: spotCheckDecider, codec: spotCheckCodec },
} as const;
export type StreamCategory = keyof typeof STREAMS;

export const streamName = (category: StreamCategory, id: string): string => `${category}-${id}`;

/** Any event of the domain, clear data only. */
export type AnyFolded = ReturnType<(typeof STREAMS)[StreamCategory]['codec']['decode']>;

const codecs = new Map(
  Object.values(STREAMS).flatMap(({ codec }) => Object.keys(codec.definitions).map((type) => [type, codec] as const)),
);
const codecOf = (type: string) => {
  const codec = codecs.get(type);
  if (!codec) throw new UnknownEventError(type);
  return codec;
};

/**
 * Validates and upcasts the clear data of a stored event of any stream.
 * @param version the version it was written in
 * @throws SchemaError, UnknownEventError
 */
export const decodeAny = (type: string, version: number, clear: unknown): AnyFolded => codecOf(type).decode(type, version, clear);

/** The definition of an event type. @throws UnknownEventError */
export const definitionOf = (type: string): EventDefinition =>
  (codecOf(type).definitions as Readonly<Record<string, EventDefinition>>)[type]!;

/**
 * The frozen number and the class of a personal text field.
 * @throws UnknownEventError; SchemaError when the event has no such text
 */
export const textField = (type: string, field: string): TextField => {
  const { text } = definitionOf(type);
  if (!Object.hasOwn(text, field)) throw new SchemaError(`${type}.${field}`, 'a personal text field');
  return text[field]!;
};
