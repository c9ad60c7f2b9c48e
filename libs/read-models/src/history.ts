// Stored events as projections see them: validated, lifted to the newest version, texts still sealed.
import {
  caseCodec,
  chaseCodec,
  escalationCodec,
  groupCodec,
  hotspotCodec,
  instant,
  meetingCodec,
  organisationCodec,
  overviewCodec,
  personCodec,
  ruleSetCodec,
  spotCheckCodec,
  steeringMeetingCodec,
  UnknownEventError,
  userCodec,
  type lifeEvents,
  type AccessRequestFolded,
  type CaseFolded,
  type ChaseFolded,
  type Codec,
  type EventDefinitions,
  type ErasureFolded,
  type EscalationFolded,
  type FieldClass,
  type GroupFolded,
  type HotspotFolded,
  type InformingEvent,
  type MeetingFolded,
  type OrganisationFolded,
  type OverviewFolded,
  type PersonFolded,
  type RuleSetFolded,
  type SpotCheckFolded,
  type SteeringMeetingFolded,
  type TextShape,
  type UserFolded,
} from '@app/domain';
import type { Position, StoredEvent } from '@app/event-store';
import { readStored, type Envelope, type Sealed } from '@app/personal-data';
import { ACCESS_TEXTS, decodeAccessEvent, type AccessFolded } from './access-log/access-events.js';

interface Place {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /** When it happened, UTC with milliseconds. */
  readonly at: string;
  readonly userId: string;
  readonly organisationId: string;
  /** The rule set in force. */
  readonly ruleSetId: string;
  readonly subject?: { readonly id: string; readonly scope: string };
  readonly text: Readonly<Record<string, Envelope>>;
  readonly textShape: TextShape;
}
type On<Kind extends string, F> = F extends { readonly type: infer T; readonly data: infer D }
  ? Place & { readonly kind: Kind; readonly type: T; readonly data: D }
  : never;

/** `kind` is the stream's; within it, `type` is the event's. */
export type OnOrganisation = On<'organisation', OrganisationFolded>;
export type OnUser = On<'user', UserFolded>;
export type OnGroup = On<'group', GroupFolded>;
export type OnRuleSet = On<'ruleset', RuleSetFolded>;
export type OnHotspot = On<'hotspot', HotspotFolded>;
export type OnOverview = On<'overview', OverviewFolded>;
export type OnPerson = On<'person', PersonFolded>;
/** Those of a person's events that are about erasing. */
export type OnErasure = On<'person', ErasureFolded>;
/** Those about what happened in a person's life. */
export type OnLife = Extract<OnPerson, { type: keyof typeof lifeEvents }>;
/** Those that are about telling the person. */
export type OnInforming = On<'person', Extract<PersonFolded, { readonly type: InformingEvent['type'] }>>;
/** Those that are about what the person asked to see. */
export type OnAccessRequest = On<'person', AccessRequestFolded>;
export type OnCase = On<'case', CaseFolded>;
export type OnChase = On<'chase', ChaseFolded>;
export type OnMeeting = On<'meeting', MeetingFolded>;
export type OnEscalation = On<'escalation', EscalationFolded>;
export type OnSteeringMeeting = On<'steeringMeeting', SteeringMeetingFolded>;
export type OnSpotCheck = On<'spotCheck', SpotCheckFolded>;
export type OnAccess = On<'access', AccessFolded>;
export type Happened =
  | OnOrganisation
  | OnUser
  | OnGroup
  | OnRuleSet
  | OnHotspot
  | OnOverview
  | OnPerson
  | OnCase
  | OnChase
  | OnMeeting
  | OnEscalation
  | OnSteeringMeeting
  | OnSpotCheck
  | OnAccess;

const CODECS: Readonly<Record<string, Codec<EventDefinitions>>> = {
  organisation: organisationCodec,
  user: userCodec,
  group: groupCodec,
  ruleset: ruleSetCodec,
  hotspot: hotspotCodec,
  overview: overviewCodec,
  person: personCodec,
  case: caseCodec,
  chase: chaseCodec,
  meeting: meetingCodec,
  escalation: escalationCodec,
  steeringMeeting: steeringMeetingCodec,
  spotCheck: spotCheckCodec,
} as never;

/** The streams the read models are made of. An event type that is not known in one of them is an error, never skipped. */
const KINDS: ReadonlySet<string> = new Set([...Object.keys(CODECS), 'access']);
export const STREAM_PREFIXES: readonly string[] = [...KINDS].map((kind) => `${kind}-`);
const kindOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
export const isOurs = ({ stream }: StoredEvent): boolean => KINDS.has(kindOf(stream));

const NO_TEXTS: TextShape = {};
const withMilliseconds = (at: string): string => {
  instant.parse(at, 'metadata.at');
  return at.length === 24 ? at : new Date(at).toISOString();
};

/** @throws SchemaError, UnknownEventError */
export const decode = (stored: StoredEvent): Happened => {
  const kind = kindOf(stored.stream);
  const { clear, subject, text } = readStored(stored.data);
  const { metadata } = stored;
  let data: unknown;
  let textShape = NO_TEXTS;
  if (kind === 'access') {
    data = decodeAccessEvent(stored.type, clear);
    textShape = ACCESS_TEXTS[stored.type] ?? NO_TEXTS;
  } else {
    const codec = CODECS[kind];
    if (!codec) throw new UnknownEventError(stored.type);
    data = codec.decode(stored.type, metadata.v, clear).data;
    textShape = codec.definitions[stored.type]!.text;
  }
  return {
    kind,
    type: stored.type,
    data,
    eventId: stored.id,
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    at: withMilliseconds(metadata.at),
    userId: metadata.actor,
    organisationId: metadata.organisation,
    ruleSetId: metadata.ruleSet,
    subject,
    text,
    textShape,
  } as unknown as Happened;
};

/** A text of the event with all that is needed to open it; undefined when the event has none of that name. */
export const sealed = (event: Happened, name: string): Sealed | undefined => {
  const envelope = event.text[name];
  const field = event.textShape[name];
  if (!envelope || !field || !event.subject) return undefined;
  const fieldClass = field.fieldClass === 'category' ? (event.data as { category: FieldClass }).category : field.fieldClass;
  return {
    sealed: true,
    eventId: event.eventId,
    subjectId: event.subject.id,
    scope: event.subject.scope,
    field: field.field,
    fieldClass,
    envelope,
  };
};

/** All texts of the event, by name. */
export const sealedTexts = (event: Happened): Record<string, Sealed> => {
  const texts: Record<string, Sealed> = {};
  for (const name of Object.keys(event.text)) {
    const text = sealed(event, name);
    if (text) texts[name] = text;
  }
  return texts;
};
