// What may rest on a disclosure: what cites it or was caused by it, what was recorded of the same item afterwards, and everything that
// those who got it recorded in the case once they had it, or that was written down for them: of an item they were in the room for, or by
// who leads the group. These are only possible: nobody can see what a decision was made of.
import type { CaseFolded, Rest } from '../case/events.js';
import { compact } from '../kernel/values.js';
import type { MeetingFolded } from '../meeting/events.js';
import type { ExistingMeeting, Interval } from '../meeting/state.js';
import { meetingsOf, type Happening } from './knowledge.js';

/** Decisions, actions, minutes, reports, questions and further disclosures. What only says who takes part rests on nothing. */
const CAN_REST: ReadonlySet<string> = new Set<CaseFolded['type'] | MeetingFolded['type']>([
  ...(['CaseScreened', 'CasePaused', 'CaseClosed', 'CaseReopened', 'FollowUpScheduled'] as const),
  ...([
    'ActionAgreed',
    'ActionDeclined',
    'HandoverDeclined',
    'ActionReworded',
    'DeadlineMoved',
    'ActionCompleted',
    'ActionCancelled',
    'ProgressReported',
  ] as const),
  ...(['InformationRequested', 'InformationShared', 'InformationSharedInRoom', 'ItemDiscussed', 'MinutesCorrected'] as const),
]);

interface Shared {
  readonly disclosureId: string;
  readonly fromOrganisationId: string;
  readonly recipients: readonly { readonly organisationId: string }[];
  readonly repeats?: string;
  readonly itemId?: string;
}
const sharedIn = ({ event }: Happening): Shared | undefined =>
  event.type === 'InformationShared' || event.type === 'InformationSharedInRoom' ? event.data : undefined;
/** When it could be known: what was said in the room, from when it was said. */
const knownAt = ({ at, event }: Happening): string => ('saidAt' in event.data ? event.data.saidAt : at);
const itemOf = ({ event: { data } }: Happening): string | undefined =>
  'itemId' in data ? data.itemId : 'inMeeting' in data ? data.inMeeting?.itemId : undefined;
const meetingOf = ({ event: { data } }: Happening): string | undefined =>
  'meetingId' in data ? data.meetingId : 'inMeeting' in data ? data.inMeeting?.meetingId : undefined;

/** The organisations that were in the room at any time an item was open, also at its very edge. Undefined: it cannot be known. */
const inRoomFor = (meeting: ExistingMeeting | undefined, itemId: string): readonly string[] | undefined => {
  const openings = meeting?.openings.filter((opening) => opening.itemId === itemId) ?? [];
  if (!meeting || openings.length === 0) return undefined;
  const meets = (stay: Interval) =>
    openings.some((o) => (o.to === undefined || stay.from <= o.to) && (stay.to === undefined || stay.to >= o.from));
  return meeting.attendees.filter((a) => a.presence.some(meets)).map(({ organisation }) => organisation.organisationId);
};

/**
 * @param history the case's stream and the whole streams of its meetings, in the order of the log
 * @returns earliest first. A further disclosure that rests on it carries on to those who got that. Nothing that is withdrawn already.
 */
export const restsOn = (history: readonly Happening[], caseId: string, disclosureId: string): readonly Rest[] => {
  const ofCase = history.filter(({ event }) => 'caseId' in event.data && event.data.caseId === caseId);
  const origin = ofCase.find((h) => sharedIn(h)?.disclosureId === disclosureId);
  const shared = origin && sharedIn(origin);
  if (!origin || !shared) return [];
  const since = knownAt(origin);
  const item = itemOf(origin);
  const gone = new Set(ofCase.flatMap(({ event }) => (event.type === 'TextWithdrawn' ? [event.data.eventId] : [])));
  /** Who has it from here, whom it came from left out: what they knew by themselves rests on nothing. */
  const carriers = new Set<string>();
  const cited = new Set<string>([disclosureId]);
  const causes = new Set<string>([origin.eventId]);
  const carry = (s: Shared): void => {
    for (const { organisationId } of s.recipients) if (organisationId !== shared.fromOrganisationId) carriers.add(organisationId);
  };
  carry(shared);
  const meetings = meetingsOf(history);
  /** Whether somebody who had it may have put it into this, by whomever it was written down. */
  const mayComeFromOne = (h: Happening): boolean => {
    const further = sharedIn(h);
    const by = further ? further.fromOrganisationId : h.organisationId;
    if (carriers.has(by)) return true;
    if (further && by === shared.fromOrganisationId) return false;
    if (h.led !== false) return true;
    // What somebody said is theirs, whoever heard it.
    if ('saidAt' in h.event.data) return false;
    if (h.event.type === 'ActionAgreed' && carriers.has(h.event.data.ownerOrganisationId)) return true;
    const itemId = itemOf(h);
    if (itemId === undefined) return false;
    return inRoomFor(meetings.get(meetingOf(h) ?? ''), itemId)?.some((id) => carriers.has(id)) ?? true;
  };

  const rests: Rest[] = [];
  const later = ofCase.filter((h) => h !== origin && CAN_REST.has(h.event.type) && knownAt(h) >= since && !gone.has(h.eventId));
  // Times do not always come in the order of the log; of one instant the log's order holds.
  for (const h of later.sort((a, b) => (knownAt(a) < knownAt(b) ? -1 : knownAt(a) > knownAt(b) ? 1 : 0))) {
    const further = sharedIn(h);
    const why =
      further?.repeats !== undefined && cited.has(further.repeats)
        ? 'cites'
        : h.causation !== undefined && causes.has(h.causation)
          ? 'caused-by'
          : !further && item !== undefined && itemOf(h) === item
            ? 'same-item'
            : mayComeFromOne(h)
              ? 'possible'
              : undefined;
    if (!why) continue;
    const actionId = 'actionId' in h.event.data ? h.event.data.actionId : undefined;
    rests.push(compact({ eventId: h.eventId, eventType: h.event.type, why, actionId }));
    causes.add(h.eventId);
    if (further) {
      cited.add(further.disclosureId);
      carry(further);
    }
  }
  return rests;
};
