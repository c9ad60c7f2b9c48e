// All projections over one batch of events: pure but for what is handed in. What fails parks its stream; the rest goes on.
import { SchemaError, UnknownEventError } from '@app/domain';
import type { Position, StoredEvent } from '@app/event-store';
import { needBreakGlass } from './access-log/break-glass.js';
import { projectAccess } from './access-log/projection.js';
import { needCalendars, needChase, projectCalendar, projectChase } from './chase/projection.js';
import { needCase, needSpokenOf, projectCase, projectSpokenOf } from './cases/projection.js';
import { InconsistentHistoryError } from './errors.js';
import { decode, type Happened } from './history.js';
import { needMeeting, projectMeeting } from './meetings/projection.js';
import { projectOverview } from './overview/projection.js';
import type { PersonIndexes } from './persons/person-indexes.js';
import { needPerson, projectPerson } from './persons/projection.js';
import {
  needRegistry,
  projectGroup,
  projectHotspot,
  projectOrganisation,
  projectRuleSet,
  projectUser,
} from './registry/projection.js';
import type { Rows } from './rows.js';
import {
  needEscalated,
  needEscalation,
  needSteeringMeeting,
  projectDone,
  projectEscalated,
  projectEscalation,
  projectSteeringMeeting,
} from './steering/projection.js';
import { needSpotCheck, projectSpotCheck } from './spot-checks/projection.js';
import { projectSharing } from './sharing-log/projection.js';

/** A stream that stands still at an event that cannot be read or applied. Nothing here tells what the event says. */
export interface ParkedStream {
  readonly stream: string;
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  readonly reason: string;
}

/** Only the messages of our own errors are known to hold no content. */
const reasonOf = (error: unknown): string => {
  if (error instanceof SchemaError || error instanceof UnknownEventError || error instanceof InconsistentHistoryError)
    return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.name : 'unknown';
};
export const park = ({ stream, position, id: eventId, type }: StoredEvent, error: unknown): ParkedStream => ({
  stream,
  position,
  eventId,
  type,
  reason: reasonOf(error),
});

/** The events of the streams that run. Parks what cannot be decoded, in `parked` (by stream). */
export const decodeAll = (events: readonly StoredEvent[], parked: Map<string, ParkedStream>): Happened[] => {
  const happened: Happened[] = [];
  for (const event of events) {
    if (parked.has(event.stream)) continue;
    try {
      happened.push(decode(event));
    } catch (error) {
      parked.set(event.stream, park(event, error));
    }
  }
  return happened;
};

/** Reads every row that the events will ask for, and that is not here yet. */
export const load = async (
  events: readonly Happened[],
  rows: Rows,
  em: Parameters<Rows['load']>[0],
  schema: string,
): Promise<void> => {
  announce(events, rows);
  await rows.load(em, schema);
  needCalendars(events, rows);
  needEscalated(events, rows);
  await rows.load(em, schema);
};
const announce = (events: readonly Happened[], rows: Rows): void => {
  for (const event of events) {
    if (event.kind === 'case') needCase(event, rows);
    else if (event.kind === 'chase') needChase(event, rows);
    else if (event.kind === 'meeting') {
      needMeeting(event, rows);
      needSpokenOf(event, rows);
    } else if (event.kind === 'escalation') needEscalation(event, rows);
    else if (event.kind === 'steeringMeeting') needSteeringMeeting(event, rows);
    else if (event.kind === 'person') needPerson(event, rows);
    else if (event.kind === 'access') needBreakGlass(event, rows);
    else if (event.kind === 'spotCheck') needSpotCheck(event, rows);
    else if (event.kind === 'organisation' || event.kind === 'user' || event.kind === 'group') needRegistry(event, rows);
  }
};

const project = (event: Happened, rows: Rows, personIndexes: PersonIndexes): void => {
  switch (event.kind) {
    case 'case':
      projectCase(event, rows);
      projectDone(event, rows);
      return projectSharing(event, rows);
    case 'meeting':
      projectMeeting(event, rows);
      projectSpokenOf(event, rows);
      return projectSharing(event, rows);
    case 'chase':
      projectChase(event, rows);
      return projectEscalated(event, rows);
    case 'escalation':
      return projectEscalation(event, rows);
    case 'steeringMeeting':
      return projectSteeringMeeting(event, rows);
    case 'access':
      return projectAccess(event, rows);
    case 'spotCheck':
      return projectSpotCheck(event, rows);
    case 'person':
      return projectPerson(event, rows, personIndexes);
    case 'organisation':
      return projectOrganisation(event, rows);
    case 'user':
      return projectUser(event, rows);
    case 'group':
      projectGroup(event, rows);
      return projectCalendar(event, rows);
    case 'hotspot':
      return projectHotspot(event, rows);
    case 'overview':
      return projectOverview(event, rows);
    case 'ruleset':
      return projectRuleSet(event, rows);
  }
};

const REGISTRY_KINDS: readonly Happened['kind'][] = ['organisation', 'user', 'group', 'hotspot', 'ruleset'];

/** Applies the events to the rows, in order. @returns the position of the last change of the registry, if there was one */
export const fold = (
  events: readonly Happened[],
  rows: Rows,
  personIndexes: PersonIndexes,
  parked: Map<string, ParkedStream>,
): Position | undefined => {
  let registryChangedAt: Position | undefined;
  for (const event of events) {
    if (parked.has(event.stream)) continue;
    try {
      rows.attempt(() => project(event, rows, personIndexes));
      if (REGISTRY_KINDS.includes(event.kind)) registryChangedAt = event.position;
    } catch (error) {
      const { stream, position, eventId: id, type } = event;
      parked.set(stream, park({ stream, position, id, type } as StoredEvent, error));
    }
  }
  return registryChangedAt;
};
