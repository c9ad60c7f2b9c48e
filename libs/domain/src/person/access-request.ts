// The young person asks what is kept about them (rule 11; databeskyttelsesforordningen art. 15). Every key is the person's, and so is every
// step, told in their stream: what is withheld from one answer is withheld from the next, until a human releases it.
import { accept, refuse, unreachable, type Command, type Context, type Decision } from '../kernel/decider.js';
import { event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { monthFrom } from '../kernel/calendar.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { id, int, localDate, oneOf } from '../kernel/schema.js';
import { compact, isLocalDate, yearsLater } from '../kernel/values.js';
import { personErased, type erasureEvents } from './erasure.js';

/** Databeskyttelsesloven § 22, stk. 1, 2 and 3. */
export const WITHHOLDING_GROUNDS = ['private-interests', 'public-interests', 'public-administration'] as const;
export type WithholdingGround = (typeof WITHHOLDING_GROUNDS)[number];
export const POLICE_DECISIONS = ['approved', 'refused'] as const;
export type PoliceDecision = (typeof POLICE_DECISIONS)[number];

const request = { personId: id, requestId: id };
export const accessRequestEvents = {
  /** `dueOn`: the last day to answer on, a month after it came in (art. 12, stk. 3), or the working day after that. */
  AccessRequested: event(1, { ...request, receivedOn: localDate, dueOn: localDate }),
  /** What the police contributed is theirs to decide on, under their own law. The last decision holds. */
  PoliceContributionDecided: event(1, { ...request, decision: oneOf(POLICE_DECISIONS) }, { note: text(23, 'social') }),
  /** `partId`: the event whose texts are withheld, or a case. Replaces what was said of the part before. */
  PartWithheld: event(
    1,
    { personId: id, partId: id, ground: oneOf(WITHHOLDING_GROUNDS), reviewOn: localDate },
    { reason: text(24, 'social') },
  ),
  PartReleased: event(1, { personId: id, partId: id }, { note: text(25, 'social') }),
  /** The report is what the log held before this event. `number`: of the request, from 1. */
  AccessReportIssued: event(1, { ...request, reportId: id, number: int }),
  /** Whoever asked does so no more, or it was another person who asked. Nothing is issued or read under it from here on. */
  AccessRequestWithdrawn: event(1, request, { reason: text(26, 'social') }),
};
/** Until it is answered, nothing of it is erased: a legal hold comes and goes with the request, under its id. */
type HoldEvents = Pick<typeof erasureEvents, 'LegalHoldPlaced' | 'LegalHoldLifted'>;
export type AccessRequestEvent = EventOf<typeof accessRequestEvents>;
type Decided = AccessRequestEvent | EventOf<HoldEvents>;
export type AccessRequestFolded = FoldedOf<typeof accessRequestEvents>;

export type AccessRequestCommand =
  | Command<'RequestAccess', { personId: string; requestId: string; receivedOn: string }>
  | Command<'DecidePoliceContribution', { personId: string; requestId: string; decision: PoliceDecision; note?: string }>
  | Command<'WithholdPart', { personId: string; partId: string; ground: WithholdingGround; reviewOn: string; reason: string }>
  | Command<'ReleasePart', { personId: string; partId: string; note?: string }>
  /**
   * `policeTookPart`: the police take or took part in a case of the person's. `nextReviewOn`: the first review date of what is
   * withheld, also of registrations that are merged with this one.
   */
  | Command<
      'IssueAccessReport',
      { personId: string; requestId: string; reportId: string; policeTookPart: boolean; nextReviewOn?: string }
    >
  | Command<'WithdrawAccessRequest', { personId: string; requestId: string; reason: string }>;

export interface AccessRequest {
  readonly requestId: string;
  readonly receivedOn: string;
  readonly dueOn: string;
  readonly police?: PoliceDecision;
  readonly reportIds: readonly string[];
  readonly withdrawn?: true;
}
export interface WithheldPart {
  readonly partId: string;
  readonly ground: WithholdingGround;
  readonly reviewOn: string;
}
export interface AccessRequestState {
  readonly accessRequests: readonly AccessRequest[];
  /** Now. */
  readonly withheld: readonly WithheldPart[];
  /** Once. */
  readonly releasedPartIds: readonly string[];
}
export const NO_ACCESS_REQUEST: AccessRequestState = { accessRequests: [], withheld: [], releasedPartIds: [] };

export const isAccessRequestEvent = <E extends { readonly type: string }>(
  event: E | AccessRequestFolded,
): event is AccessRequestFolded => Object.hasOwn(accessRequestEvents, event.type);

const COMMANDS: ReadonlySet<AccessRequestCommand['type']> = new Set([
  'RequestAccess',
  'DecidePoliceContribution',
  'WithholdPart',
  'ReleasePart',
  'IssueAccessReport',
  'WithdrawAccessRequest',
]);
export const isAccessRequestCommand = (command: { readonly type: string }): command is AccessRequestCommand =>
  COMMANDS.has(command.type as AccessRequestCommand['type']);

const change = <S extends AccessRequestState>(
  state: S,
  requestId: string,
  how: (of: AccessRequest) => Partial<AccessRequest>,
): S => ({
  ...state,
  accessRequests: state.accessRequests.map((each) => (each.requestId === requestId ? { ...each, ...how(each) } : each)),
});

export const evolveAccessRequest = <S extends AccessRequestState>(state: S, event: AccessRequestFolded): S => {
  switch (event.type) {
    case 'AccessRequested': {
      const { requestId, receivedOn, dueOn } = event.data;
      return { ...state, accessRequests: [...state.accessRequests, { requestId, receivedOn, dueOn, reportIds: [] }] };
    }
    case 'PoliceContributionDecided':
      return change(state, event.data.requestId, () => ({ police: event.data.decision }));
    case 'PartWithheld': {
      const { partId, ground, reviewOn } = event.data;
      const others = state.withheld.filter((part) => part.partId !== partId);
      return { ...state, withheld: [...others, { partId, ground, reviewOn }] };
    }
    case 'PartReleased': {
      const { partId } = event.data;
      const withheld = state.withheld.filter((part) => part.partId !== partId);
      return { ...state, withheld, releasedPartIds: [...state.releasedPartIds, partId] };
    }
    case 'AccessReportIssued': {
      const { requestId, reportId } = event.data;
      return change(state, requestId, ({ reportIds }) => ({ reportIds: [...reportIds, reportId] }));
    }
    case 'AccessRequestWithdrawn':
      return change(state, event.data.requestId, () => ({ withdrawn: true }));
    default:
      return unreachable(event);
  }
};

const no = (rule: string, en: string, da: string, source = 'Databeskyttelsesforordningen art. 15') =>
  refuse(rule, en, da, source);
const badDate = no(
  'access-request.date',
  'The request came in on a date that exists, and not in the future.',
  'Anmodningen er modtaget på en dato, der findes, og ikke i fremtiden.',
);
const openAlready = no(
  'access-request.open',
  'A request of this person waits to be answered already.',
  'En anmodning fra personen venter allerede på svar.',
);
const policeOnly = no(
  'access-request.police',
  'Only the police decide on what the police contributed.',
  'Kun politiet træffer afgørelse om det, politiet har bidraget med.',
  'Retshåndhævelsesloven §§ 15-16',
);
const SECTION_22 = 'Databeskyttelsesloven § 22';
const badReview = no(
  'withholding.review',
  'The review date is a date from today to a year ahead.',
  'Datoen for genvurdering skal ligge mellem i dag og et år frem.',
  SECTION_22,
);
const noReason = no(
  'withholding.reason',
  'Say in words why this part is withheld from this person.',
  'Skriv med ord, hvorfor denne del undtages for denne person.',
  SECTION_22,
);
const reviewFirst = no(
  'withholding.review-due',
  'The review date of a withheld part has passed: release it, or withhold it anew, before a report is issued.',
  'Datoen for genvurdering af en undtaget del er passeret: frigiv den, eller undtag den på ny, før der udstedes en rapport.',
  SECTION_22,
);

/** Said to readers as well. */
export const accessRequestWithdrawn = no(
  'access-request.withdrawn',
  'The request was withdrawn: register it anew if the person asks again.',
  'Anmodningen er trukket tilbage: registrér den på ny, hvis personen beder om indsigt igen.',
);
const noWithdrawalReason = no(
  'access-request.withdrawal-reason',
  'Say in words why the request is withdrawn.',
  'Skriv med ord, hvorfor anmodningen trækkes tilbage.',
);

const lift = (personId: string, requestId: string): Decided => ({
  type: 'LegalHoldLifted',
  data: { personId, holdId: requestId },
  subject: { id: personId, scope: 'identity' },
  text: {},
});

const issue = (
  {
    personId,
    requestId,
    reportId,
    policeTookPart,
    nextReviewOn,
  }: Extract<AccessRequestCommand, { type: 'IssueAccessReport' }>['data'],
  of: AccessRequest,
  { withheld }: AccessRequestState,
  { today }: Context,
  held: boolean,
): Decision<Decided> => {
  if (of.reportIds.includes(reportId)) return nothing;
  if ([...withheld.map(({ reviewOn }) => reviewOn), nextReviewOn ?? today].some((on) => on < today)) return reviewFirst;
  const issued: Decided = {
    type: 'AccessReportIssued',
    data: { personId, requestId, reportId, number: of.reportIds.length + 1 },
  };
  // What the police have not decided on is still to be answered.
  return held && (!policeTookPart || of.police !== undefined)
    ? accept<Decided>(issued, lift(personId, requestId))
    : accept<Decided>(issued);
};

/**
 * @param erased everything about the person is gone, or about to be
 * @param isHeld whether a legal hold of this id stands
 */
export const decideAccessRequest = (
  command: AccessRequestCommand,
  state: AccessRequestState,
  erased: boolean,
  isHeld: (holdId: string) => boolean,
): Decision<Decided> => {
  const { context, data } = command;
  const { personId } = data;
  const subject: Subject = { id: personId, scope: 'identity' };
  if (erased) return personErased;
  if (command.type === 'RequestAccess') {
    const { requestId, receivedOn } = command.data;
    const known = state.accessRequests.find((each) => each.requestId === requestId);
    if (known) return known.receivedOn === receivedOn ? nothing : taken('access-request');
    if (!isLocalDate(receivedOn) || receivedOn > context.today || receivedOn < yearsLater(context.today, -1)) return badDate;
    if (state.accessRequests.some(({ reportIds, withdrawn }) => reportIds.length === 0 && !withdrawn)) return openAlready;
    const dueOn = monthFrom(receivedOn);
    return accept<Decided>(
      { type: 'AccessRequested', data: { personId, requestId, receivedOn, dueOn } },
      {
        type: 'LegalHoldPlaced',
        data: { personId, holdId: requestId, ground: 'access-request', reviewOn: dueOn },
        subject,
        text: {},
      },
    );
  }
  if (command.type === 'WithholdPart') {
    const { partId, ground, reviewOn, reason } = command.data;
    const known = state.withheld.find((part) => part.partId === partId);
    if (known?.ground === ground && known.reviewOn === reviewOn) return nothing;
    if (!isLocalDate(reviewOn) || reviewOn < context.today || reviewOn > yearsLater(context.today, 1)) return badReview;
    if (!/\p{L}/u.test(reason)) return noReason;
    return accept({ type: 'PartWithheld', data: { personId, partId, ground, reviewOn }, subject, text: { reason } });
  }
  if (command.type === 'ReleasePart') {
    const { partId, note } = command.data;
    if (!state.withheld.some((part) => part.partId === partId))
      return state.releasedPartIds.includes(partId) ? nothing : notFound('withholding');
    return accept({ type: 'PartReleased', data: { personId, partId }, subject, text: compact({ note }) });
  }
  const { requestId } = command.data;
  const of = state.accessRequests.find((each) => each.requestId === requestId);
  if (!of) return notFound('access-request');
  if (command.type === 'WithdrawAccessRequest') {
    const { reason } = command.data;
    if (of.withdrawn) return nothing;
    if (!/\p{L}/u.test(reason)) return noWithdrawalReason;
    const withdrawn: Decided = { type: 'AccessRequestWithdrawn', data: { personId, requestId }, subject, text: { reason } };
    return isHeld(requestId) ? accept<Decided>(withdrawn, lift(personId, requestId)) : accept<Decided>(withdrawn);
  }
  if (of.withdrawn) return accessRequestWithdrawn;
  if (command.type === 'IssueAccessReport') return issue(command.data, of, state, context, isHeld(requestId));
  const { decision, note } = command.data;
  if (context.actor.kind !== 'police') return policeOnly;
  if (of.police === decision) return nothing;
  return accept({ type: 'PoliceContributionDecided', data: { personId, requestId, decision }, subject, text: compact({ note }) });
};
