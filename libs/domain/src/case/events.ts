// case-{caseId}: one young person's case with its organisations, information, actions and follow-ups.
import type { Command } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { bool, code, id, instant, list, localDate, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import { AGE_BANDS, CATEGORIES, type AgeBand, type Category } from '../kernel/vocabulary.js';
import {
  disclosure,
  disclosureRefused,
  party,
  type DisclosureRequest,
  type Party,
} from '../information-sharing/information-sharing.js';

export const CLOSE_OUTCOMES = ['goal-reached', 'handed-over', 'moved', 'closed-without-action', 'died', 'other'] as const;
export type CloseOutcome = (typeof CLOSE_OUTCOMES)[number];

/** Why something may rest on a disclosure: it says so, something says it for it, or who got the disclosure made it afterwards. */
export const REST_REASONS = ['cites', 'caused-by', 'same-item', 'possible'] as const;
const rest = object({ eventId: id, eventType: code, why: oneOf(REST_REASONS), actionId: opt(id) });
/** Something that may rest on a recalled disclosure: an event of the case or of a meeting. */
export type Rest = Infer<typeof rest>;
/** Why a text is withdrawn. */
export const WITHDRAWAL_REASONS = ['wrong-person', 'rested-on-recalled'] as const;
export type WithdrawalReason = (typeof WITHDRAWAL_REASONS)[number];
export const REVIEW_VERDICTS = ['keep', 'withdraw'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** Where a step was agreed, when it was in a meeting. */
const inMeeting = opt(object({ meetingId: id, itemId: id }));
export type InMeeting = { readonly meetingId: string; readonly itemId: string };

/** Every text of a case is sealed with the key of (person, case). Field numbers are frozen. */
export const caseEvents = {
  CaseReferred: event(
    1,
    {
      caseId: id,
      personId: id,
      groupId: id,
      areaId: id,
      /** What people say instead of a name: short, random, tells nothing. */
      caseNumber: code,
      ageBand: oneOf(AGE_BANDS),
      /** The organisation that answers for the case until another takes over. */
      responsibleOrganisationId: id,
      organisations: list(party),
      /** Set when the case came from a spreadsheet. */
      imported: opt(bool),
    },
    { reason: text(201, 'social') },
  ),
  CaseScreened: event(1, { caseId: id, outcome: oneOf(['accepted', 'rejected']) }, { assessment: text(202, 'social') }),
  CaseOpened: event(1, { caseId: id }),
  ResponsibilityAssigned: event(1, { caseId: id, organisationId: id, userId: opt(id) }),
  OrganisationJoinedCase: event(1, { caseId: id, organisation: party }),
  OrganisationLeftCase: event(1, { caseId: id, organisationId: id }),
  /** The worker is too close to the young person (a cousin): no access to this case from here on. */
  WorkerExcluded: event(1, { caseId: id, userId: id }, { ground: text(203, 'network') }),

  InformationRequested: event(
    1,
    { caseId: id, requestId: id, toOrganisationId: id, category: oneOf(CATEGORIES), dueOn: localDate },
    { question: text(204, 'category') },
  ),
  /** Stk. 4: no duty to share. No reason is asked and none is recorded. */
  InformationRequestDeclined: event(1, { caseId: id, requestId: id }),
  InformationShared: event(1, disclosure, { content: text(205, 'category'), necessity: text(206, 'category') }),
  DisclosureRefused: event(1, disclosureRefused),

  /** `ownerUserId` missing: the organisation is responsible, but nobody is named yet. */
  ActionAgreed: event(
    1,
    { caseId: id, actionId: id, ownerOrganisationId: id, ownerUserId: opt(id), deadline: localDate, inMeeting },
    { description: text(207, 'social') },
  ),
  ActionAccepted: event(1, { caseId: id, actionId: id, userId: id }),
  ActionDeclined: event(1, { caseId: id, actionId: id, userId: id }, { ground: text(208, 'social') }),
  HandoverOffered: event(1, { caseId: id, actionId: id, toOrganisationId: id, toUserId: opt(id) }),
  HandoverAccepted: event(1, { caseId: id, actionId: id, organisationId: id, userId: id }),
  /** The receiver says no: it stays with the owner. */
  HandoverDeclined: event(1, { caseId: id, actionId: id, organisationId: id, userId: id }, { ground: text(222, 'social') }),
  ProgressReported: event(1, { caseId: id, actionId: opt(id), reportId: id }, { report: text(209, 'social') }),
  /** Every move keeps who (metadata) and why. */
  DeadlineMoved: event(1, { caseId: id, actionId: id, from: localDate, to: localDate }, { ground: text(210, 'social') }),
  ActionCompleted: event(1, { caseId: id, actionId: id }, { outcome: text(211, 'social') }),
  ActionCancelled: event(1, { caseId: id, actionId: id }, { ground: text(212, 'social') }),
  ActionReworded: event(1, { caseId: id, actionId: id }, { description: text(218, 'social') }),
  FollowUpScheduled: event(1, { caseId: id, followUpId: id, on: localDate, inMeeting }, { note: text(213, 'social') }),

  CasePaused: event(1, { caseId: id, until: localDate }, { ground: text(214, 'social') }),
  CaseResumed: event(1, { caseId: id }),
  CaseClosed: event(1, { caseId: id, outcome: oneOf(CLOSE_OUTCOMES), at: instant }, { summary: text(215, 'social') }),
  CaseReopened: event(1, { caseId: id }, { ground: text(216, 'social') }),
  /** The case moved to another area of its group. */
  CaseAreaChanged: event(1, { caseId: id, areaId: id }),
  /**
   * The texts of an event, of this stream or of a meeting's, were written about the wrong person, or rested on a disclosure that was
   * recalled. `told`: organisations that got them and must forget them, and answer; but for the one that withdraws them, whose members
   * are only written to. v1 did not say why.
   */
  TextWithdrawn: event(
    2,
    {
      ...{ caseId: id, eventId: id, eventType: code, writtenAt: instant },
      ...{ category: opt(oneOf(CATEGORIES)), meetingId: opt(id), told: list(id), why: oneOf(WITHDRAWAL_REASONS) },
    },
    { ground: text(219, 'social') },
    { 1: (old) => ({ ...old, why: 'wrong-person' }) },
  ),
  WithdrawalAcknowledged: event(1, { caseId: id, eventId: id, organisationId: id }),
  /**
   * A disclosure, of this stream or of a meeting's, lacked its basis. `told`: organisations that got it, as above. `rests`: what may
   * rest on it, as the log stood; each waits for a human.
   */
  DisclosureRecalled: event(
    1,
    {
      ...{ caseId: id, disclosureId: id, eventId: id, eventType: code, fromOrganisationId: id, sharedAt: instant },
      ...{ category: oneOf(CATEGORIES), meetingId: opt(id), told: list(id), rests: list(rest) },
    },
    { ground: text(220, 'social') },
  ),
  RecallReviewed: event(
    1,
    { caseId: id, disclosureId: id, eventId: id, actionId: opt(id), verdict: oneOf(REVIEW_VERDICTS) },
    { reason: text(221, 'social') },
  ),
};
export type CaseEvent = EventOf<typeof caseEvents>;
export type CaseFolded = FoldedOf<typeof caseEvents>;
export const caseCodec = codec(caseEvents);

/** What is known of the event whose texts are withdrawn: read from the log when the command is built. */
export interface WrittenText {
  readonly eventId: string;
  readonly eventType: string;
  /** UTC. */
  readonly writtenAt: string;
  readonly category?: Category;
  readonly meetingId?: string;
  /** Users: who recorded it, and who said it. */
  readonly writtenBy: readonly string[];
  readonly organisationId: string;
  /** Organisations it was shared with, or put to; missing: all of the case could read it. */
  readonly recipients?: readonly string[];
}

/** What is known of a disclosure that is recalled, and of what may rest on it: read from the log when the command is built. */
export interface SharedDisclosure {
  readonly disclosureId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** UTC; what was said in the room: when it was said. */
  readonly sharedAt: string;
  readonly category: Category;
  readonly meetingId?: string;
  readonly fromOrganisationId: string;
  readonly fromKind: Party['kind'];
  /** Organisations. */
  readonly recipients: readonly string[];
}

export type CaseCommand =
  | Command<
      'ReferCase',
      {
        caseId: string;
        personId: string;
        groupId: string;
        areaId: string;
        caseNumber: string;
        ageBand: AgeBand;
        responsibleOrganisationId: string;
        organisations: readonly Party[];
        reason?: string;
        imported?: boolean;
      }
    >
  | Command<'ScreenCase', { caseId: string; outcome: 'accepted' | 'rejected'; assessment?: string }>
  | Command<'OpenCase', { caseId: string }>
  | Command<'AssignResponsibility', { caseId: string; organisationId: string; userId?: string }>
  | Command<'AddOrganisationToCase', { caseId: string; organisation: Party }>
  | Command<'RemoveOrganisationFromCase', { caseId: string; organisationId: string }>
  | Command<'ExcludeWorker', { caseId: string; userId: string; ground?: string }>
  | Command<
      'RequestInformation',
      { caseId: string; requestId: string; toOrganisationId: string; category: Category; dueOn: string; question: string }
    >
  | Command<'DeclineInformationRequest', { caseId: string; requestId: string }>
  | Command<'ShareInformation', { caseId: string; toOrganisationIds: readonly string[]; disclosure: DisclosureRequest }>
  | Command<
      'AgreeAction',
      {
        caseId: string;
        actionId: string;
        ownerOrganisationId: string;
        ownerUserId?: string;
        deadline: string;
        description: string;
        inMeeting?: InMeeting;
        /** Only an import may bring a deadline that has passed: the sheet is how it was. */
        imported?: boolean;
      }
    >
  | Command<'AcceptAction', { caseId: string; actionId: string }>
  | Command<'DeclineAction', { caseId: string; actionId: string; ground?: string }>
  | Command<'OfferHandover', { caseId: string; actionId: string; toOrganisationId: string; toUserId?: string }>
  | Command<'AcceptHandover', { caseId: string; actionId: string }>
  | Command<'DeclineHandover', { caseId: string; actionId: string; ground?: string }>
  | Command<'ReportProgress', { caseId: string; actionId?: string; reportId: string; report: string }>
  | Command<'MoveDeadline', { caseId: string; actionId: string; to: string; ground: string }>
  | Command<'RewordAction', { caseId: string; actionId: string; description: string }>
  | Command<'CompleteAction', { caseId: string; actionId: string; outcome?: string }>
  | Command<'CancelAction', { caseId: string; actionId: string; ground: string }>
  | Command<'ScheduleFollowUp', { caseId: string; followUpId: string; on: string; note?: string; inMeeting?: InMeeting }>
  | Command<'PauseCase', { caseId: string; until: string; ground: string }>
  | Command<'ResumeCase', { caseId: string }>
  | Command<'CloseCase', { caseId: string; outcome: CloseOutcome; summary?: string }>
  /** By the programme: whatever is open ends, nobody is reminded of anything any more. */
  | Command<'CloseAfterDeath', { caseId: string }>
  | Command<'ReopenCase', { caseId: string; ground: string }>
  | Command<'ChangeArea', { caseId: string; areaId: string }>
  | Command<'WithdrawText', { caseId: string; text: WrittenText; ground: string }>
  | Command<'AcknowledgeWithdrawal', { caseId: string; eventId: string }>
  | Command<'RecallDisclosure', { caseId: string; disclosure: SharedDisclosure; rests: readonly Rest[]; ground: string }>
  | Command<
      'ReviewRecall',
      { caseId: string; disclosureId: string; eventId: string; verdict: ReviewVerdict; reason: string; text?: WrittenText }
    >;
