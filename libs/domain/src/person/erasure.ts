// Erasing what is kept of a person (rule 12): proposed, approved by every authority whose data it is, regretted for 7 days, destroyed.
// Every key is a person's, so every step is told in the person's stream: no two of them can pass each other unseen.
import { accept, refuse, unreachable, type Command, type Context, type Decision } from '../kernel/decider.js';
import { event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { code, id, instant, int, keyId, list, localDate, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import { compact, isLocalDate, plusMilliseconds, yearsLater } from '../kernel/values.js';

/** `retention`: the time for keeping it is over. The others are those of GDPR art. 17, and a person who should never have been registered. */
export const ERASURE_GROUNDS = ['retention', 'no-longer-necessary', 'objection', 'unlawful', 'registered-in-error'] as const;
export type ErasureGround = (typeof ERASURE_GROUNDS)[number];
/** `person`: somebody took it back. The others: what was approved is no longer what would be erased. */
export const WITHDRAWAL_CAUSES = ['person', 'case-not-ended', 'other-authority'] as const;
export type WithdrawalCause = (typeof WITHDRAWAL_CAUSES)[number];
/** Why nothing goes to the archives before the erasure. */
export const ARCHIVING_GROUNDS = ['disposal-rules', 'held-elsewhere', 'registered-in-error'] as const;
export type ArchivingGround = (typeof ARCHIVING_GROUNDS)[number];
export const HOLD_GROUNDS = ['legal-claim', 'complaint', 'supervision', 'access-request'] as const;
export type HoldGround = (typeof HOLD_GROUNDS)[number];

export const REGRET_MS = 7 * 86_400_000;

/** How long a case was kept, and until when it had to be. */
const retention = object({ endedOn: localDate, dueOn: localDate });
export type Retention = Infer<typeof retention>;
/** A stream with texts that were sealed by the destroyed keys: how many events, and between which places. */
const affected = object({ stream: code, events: int, fromRevision: int, toRevision: int, fromPosition: code, toPosition: code });
export type AffectedStream = Infer<typeof affected>;

const target = { personId: id, erasureId: id, caseId: opt(id) };
const destroyed = { personId: id, erasureId: id, keys: list(keyId), affected: list(affected) };

/** Without `caseId`: everything about the person. Texts are sealed by the keys they speak of, and go with them. */
export const erasureEvents = {
  /** `authorities`: whose data it is, and who therefore must approve. */
  ErasureProposed: event(
    1,
    { ...target, ground: oneOf(ERASURE_GROUNDS), proposedBy: id, authorities: list(id), retention: opt(retention) },
    { reason: text(11, 'social') },
  ),
  /** `regretUntil`: with the last approval that was missing. */
  ErasureApproved: event(1, { personId: id, erasureId: id, authorityId: id, approvedBy: id, regretUntil: opt(instant) }),
  ErasureWithdrawn: event(1, { personId: id, erasureId: id, cause: oneOf(WITHDRAWAL_CAUSES) }, { reason: text(12, 'social') }),
  DeliveredToArchives: event(1, { personId: id, erasureId: id, archiveId: id, deliveryId: id }),
  ArchivingNotRequired: event(1, { personId: id, erasureId: id, ground: oneOf(ARCHIVING_GROUNDS) }),
  LegalHoldPlaced: event(
    1,
    { personId: id, holdId: id, caseId: opt(id), ground: oneOf(HOLD_GROUNDS), reviewOn: localDate },
    { note: text(13, 'social') },
  ),
  LegalHoldLifted: event(1, { personId: id, holdId: id }, { note: text(14, 'social') }),
  /** The point of no return: from here on the keys are gone, whatever is restored. What a restored key store replays. */
  ErasureStarted: event(1, target),
  CaseTextErased: event(1, { ...destroyed, caseId: id }),
  PersonErased: event(1, destroyed),
};
export type ErasureEvent = EventOf<typeof erasureEvents>;
export type ErasureFolded = FoldedOf<typeof erasureEvents>;

/** What is known of the cases behind an erasure: read when the command is built, judged in the decider. */
export interface ErasureFacts {
  /** Authorities whose people wrote or said what is kept. */
  readonly authorities: readonly string[];
  /** Cases that have not ended. */
  readonly liveCaseIds: readonly string[];
  /** Of the case that ended last; missing when there is none. */
  readonly retention?: Retention;
  /** The person is merged with another, as the alias or as the one that survived. */
  readonly merged?: boolean;
}
type Archiving =
  | { readonly outcome: 'delivered'; readonly archiveId: string; readonly deliveryId: string }
  | { readonly outcome: 'not-required'; readonly ground: ArchivingGround };

export type ErasureCommand =
  | Command<
      'ProposeErasure',
      {
        personId: string;
        erasureId: string;
        caseId?: string;
        ground: ErasureGround;
        reason?: string;
        facts: ErasureFacts;
      }
    >
  | Command<'ApproveErasure', { personId: string; erasureId: string }>
  | Command<'WithdrawErasure', { personId: string; erasureId: string; reason?: string }>
  | Command<'RecordArchiving', { personId: string; erasureId: string; archiving: Archiving }>
  | Command<
      'PlaceLegalHold',
      { personId: string; holdId: string; caseId?: string; ground: HoldGround; reviewOn: string; note?: string }
    >
  | Command<'LiftLegalHold', { personId: string; holdId: string; note?: string }>
  | Command<'StartErasure', { personId: string; erasureId: string; facts: ErasureFacts }>
  | Command<
      'CompleteErasure',
      { personId: string; erasureId: string; keys: readonly string[]; affected: readonly AffectedStream[] }
    >;

interface Reach {
  readonly caseId?: string | undefined;
}
export interface Erasure extends Reach {
  readonly proposed: Extract<ErasureFolded, { type: 'ErasureProposed' }>['data'];
  readonly status: 'proposed' | 'approved' | 'started' | 'erased' | 'withdrawn';
  readonly approvals: readonly { readonly authorityId: string; readonly approvedBy: string }[];
  readonly regretUntil?: string | undefined;
  readonly archived: boolean;
}
export interface ErasureState {
  readonly erasures: readonly Erasure[];
  readonly holds: readonly (Reach & { readonly holdId: string; readonly lifted: boolean })[];
}
/** With the merge the person is in, whose events are told in the same stream. */
type Whole = ErasureState & { readonly merge?: unknown };
export const NO_ERASURE: ErasureState = { erasures: [], holds: [] };

const ERASURE_TYPES: ReadonlySet<string> = new Set(Object.keys(erasureEvents));
export const isErasureEvent = <E extends { readonly type: string }>(event: E | ErasureFolded): event is ErasureFolded =>
  ERASURE_TYPES.has(event.type);

const change = <S extends ErasureState>(state: S, erasureId: string, how: (erasure: Erasure) => Partial<Erasure>): S => ({
  ...state,
  erasures: state.erasures.map((e) => (e.proposed.erasureId === erasureId ? { ...e, ...how(e) } : e)),
});

export const evolveErasure = <S extends ErasureState>(state: S, event: ErasureFolded): S => {
  switch (event.type) {
    case 'ErasureProposed': {
      const { caseId } = event.data;
      return {
        ...state,
        erasures: [...state.erasures, { proposed: event.data, caseId, status: 'proposed', approvals: [], archived: false }],
      };
    }
    case 'ErasureApproved': {
      const { erasureId, authorityId, approvedBy, regretUntil } = event.data;
      return change(state, erasureId, (e) => ({
        approvals: [...e.approvals, { authorityId, approvedBy }],
        ...(regretUntil !== undefined && { status: 'approved', regretUntil }),
      }));
    }
    case 'ErasureWithdrawn':
      return change(state, event.data.erasureId, () => ({ status: 'withdrawn' }));
    case 'DeliveredToArchives':
    case 'ArchivingNotRequired':
      return change(state, event.data.erasureId, () => ({ archived: true }));
    case 'LegalHoldPlaced': {
      const { holdId, caseId } = event.data;
      return { ...state, holds: [...state.holds, { holdId, caseId, lifted: false }] };
    }
    case 'LegalHoldLifted': {
      const { holdId } = event.data;
      return { ...state, holds: state.holds.map((h) => (h.holdId === holdId ? { ...h, lifted: true } : h)) };
    }
    case 'ErasureStarted':
      return change(state, event.data.erasureId, () => ({ status: 'started' }));
    case 'CaseTextErased':
    case 'PersonErased':
      return change(state, event.data.erasureId, () => ({ status: 'erased' }));
    default:
      return unreachable(event);
  }
};

const SOURCE = 'Databeskyttelsesforordningen art. 5, stk. 1, litra e, og art. 17';
const no = (rule: string, en: string, da: string) => refuse(rule, en, da, SOURCE);
export const personErased = no(
  'person.erased',
  'What was kept about the person is erased.',
  'Oplysningerne om personen er slettet.',
);
export const caseErased = no('case.erased', 'The texts of the case are erased.', 'Sagens tekster er slettet.');
const caseNotEnded = no(
  'erasure.case-not-ended',
  'A case has not ended: close it first.',
  'En sag er ikke afsluttet: luk den først.',
);
const notDue = no(
  'erasure.not-due',
  'The time for keeping it is not over; another ground must be given.',
  'Opbevaringsfristen er ikke udløbet; der skal angives et andet grundlag.',
);
const noReason = no(
  'erasure.reason',
  'An erasure before its time needs a reason in words.',
  'En sletning før tid skal begrundes med ord.',
);
export const erasureUnderWay = no(
  'erasure.under-way',
  'An erasure of this is under way already.',
  'En sletning heraf er allerede i gang.',
);
const onHold = no(
  'erasure.legal-hold',
  'A legal hold keeps it until the hold is lifted.',
  'Et slettestop gør, at det skal bevares, til stoppet er ophævet.',
);
const mergedFirst = no(
  'erasure.merged',
  'The person is merged with another: undo the merge, and erase each by itself. What belongs to whom must be clear before it is gone.',
  'Personen er lagt sammen med en anden: ophæv sammenlægningen, og slet dem hver for sig. Hvad der hører til hvem, skal være klart, før det er væk.',
);
const selfApproval = no(
  'erasure.self-approval',
  'Whoever proposed the erasure does not approve it.',
  'Den, der har foreslået sletningen, kan ikke godkende den.',
);
const notYours = no(
  'erasure.not-your-authority',
  'Each authority approves for its own data.',
  'Hver myndighed godkender for sine egne oplysninger.',
);
const begun = no('erasure.begun', 'The keys are being destroyed or gone.', 'Nøglerne er ved at blive eller er tilintetgjort.');
const withdrawn = no('erasure.withdrawn', 'The erasure was withdrawn.', 'Sletningen er trukket tilbage.');
const notApproved = no('erasure.not-approved', 'An approval is missing.', 'Der mangler en godkendelse.');
const inRegret = no('erasure.regret', 'The time for regret is not over.', 'Fortrydelsesfristen er ikke udløbet.');
const notArchived = no(
  'erasure.archiving',
  'It must be said what was delivered to the archives, or why nothing has to be.',
  'Det skal fremgå, hvad der er afleveret til arkivet, eller hvorfor intet skal.',
);
const badReview = no(
  'hold.review',
  'The review date is a date from today to a year ahead.',
  'Datoen for genvurdering skal ligge mellem i dag og et år frem.',
);

const overlap = (a: Reach, b: Reach): boolean => a.caseId === undefined || b.caseId === undefined || a.caseId === b.caseId;
const isGone = ({ status }: Erasure): boolean => status === 'started' || status === 'erased';

/** How far an erasure of everything about the person is, if there is one. */
export const erasing = ({ erasures }: Pick<ErasureState, 'erasures'>): 'no' | 'under-way' | 'done' => {
  const ofAll = erasures.filter((e) => e.caseId === undefined && e.status !== 'withdrawn');
  if (ofAll.some(isGone)) return 'done';
  return ofAll.length > 0 ? 'under-way' : 'no';
};
/** Whether everything about the person is gone, or about to be: nothing new is written about them. */
export const isPersonErased = (state: Pick<ErasureState, 'erasures'>): boolean => erasing(state) === 'done';
const gone = (state: ErasureState, { caseId }: Reach): Decision<never> | undefined => {
  if (isPersonErased(state)) return personErased;
  return caseId !== undefined && state.erasures.some((e) => e.caseId === caseId && isGone(e)) ? caseErased : undefined;
};
const isHeld = ({ holds }: ErasureState, reach: Reach): boolean => holds.some((hold) => !hold.lifted && overlap(hold, reach));

const subjectOf = (personId: string, { caseId }: Reach): Subject => ({ id: personId, scope: caseId ?? 'identity' });

const propose = (
  { data, context }: Extract<ErasureCommand, { type: 'ProposeErasure' }>,
  state: Whole,
): Decision<ErasureEvent> => {
  const { personId, erasureId, caseId, ground, reason, facts } = data;
  const known = state.erasures.find((e) => e.proposed.erasureId === erasureId);
  if (known) return known.caseId === caseId && known.proposed.ground === ground ? nothing : taken('erasure');
  const erased = gone(state, { caseId });
  if (erased) return erased;
  if (state.erasures.some((e) => e.status !== 'withdrawn' && e.status !== 'erased' && overlap(e, { caseId })))
    return erasureUnderWay;
  if (isHeld(state, { caseId })) return onHold;
  if (caseId === undefined && (facts.merged === true || state.merge !== undefined)) return mergedFirst;
  if (facts.liveCaseIds.length > 0) return caseNotEnded;
  if (ground === 'retention' && !(facts.retention && facts.retention.dueOn <= context.today)) return notDue;
  if (ground !== 'retention' && reason === undefined) return noReason;
  const { authorities, retention: kept } = facts;
  return accept({
    type: 'ErasureProposed',
    data: compact({
      ...{ personId, erasureId, caseId, ground, proposedBy: context.actor.userId },
      ...{ authorities: [...authorities].sort(), retention: kept },
    }),
    subject: subjectOf(personId, { caseId }),
    text: compact({ reason }),
  });
};

const approve = (erasure: Erasure, state: ErasureState, { actor, at }: Context): Decision<ErasureEvent> => {
  const { personId, erasureId, authorities, proposedBy } = erasure.proposed;
  if (erasure.approvals.some((a) => a.authorityId === actor.authorityId)) return nothing;
  if (erasure.status === 'withdrawn') return withdrawn;
  if (!authorities.includes(actor.authorityId)) return notYours;
  if (actor.userId === proposedBy) return selfApproval;
  if (isHeld(state, erasure)) return onHold;
  const { authorityId, userId: approvedBy } = actor;
  const last = authorities.every((a) => a === authorityId || erasure.approvals.some((given) => given.authorityId === a));
  return accept({
    type: 'ErasureApproved',
    data: { personId, erasureId, authorityId, approvedBy, ...(last && { regretUntil: plusMilliseconds(at, REGRET_MS) }) },
  });
};

/** The clock and the state of the cases decide; what was approved must still be what is erased. */
const start = (erasure: Erasure, state: Whole, facts: ErasureFacts, { at }: Context): Decision<ErasureEvent> => {
  const { personId, erasureId, caseId, authorities } = erasure.proposed;
  if (isGone(erasure)) return nothing;
  if (erasure.status === 'withdrawn') return withdrawn;
  if (erasure.regretUntil === undefined) return notApproved;
  const withdraw = (cause: 'case-not-ended' | 'other-authority'): Decision<ErasureEvent> =>
    accept({
      type: 'ErasureWithdrawn',
      data: { personId, erasureId, cause },
      subject: subjectOf(personId, erasure),
      text: {},
    });
  if (facts.liveCaseIds.length > 0) return withdraw('case-not-ended');
  if (facts.authorities.some((a) => !authorities.includes(a))) return withdraw('other-authority');
  if (isHeld(state, erasure)) return onHold;
  if (caseId === undefined && (facts.merged === true || state.merge !== undefined)) return mergedFirst;
  if (!erasure.archived) return notArchived;
  if (at < erasure.regretUntil) return inRegret;
  return accept({ type: 'ErasureStarted', data: compact({ personId, erasureId, caseId }) });
};

const complete = (
  erasure: Erasure,
  { keys, affected: streams }: Extract<ErasureCommand, { type: 'CompleteErasure' }>['data'],
): Decision<ErasureEvent> => {
  const { personId, erasureId, caseId } = erasure.proposed;
  if (erasure.status === 'erased') return nothing;
  if (erasure.status !== 'started') return notApproved;
  const data = { personId, erasureId, keys, affected: streams };
  return caseId === undefined
    ? accept({ type: 'PersonErased', data })
    : accept({ type: 'CaseTextErased', data: { ...data, caseId } });
};

const archive = (
  erasure: Erasure,
  { archiving }: Extract<ErasureCommand, { type: 'RecordArchiving' }>['data'],
): Decision<ErasureEvent> => {
  const { personId, erasureId } = erasure.proposed;
  if (erasure.archived) return nothing;
  if (erasure.status === 'withdrawn') return withdrawn;
  if (archiving.outcome === 'not-required')
    return accept({ type: 'ArchivingNotRequired', data: { personId, erasureId, ground: archiving.ground } });
  const { archiveId, deliveryId } = archiving;
  return accept({ type: 'DeliveredToArchives', data: { personId, erasureId, archiveId, deliveryId } });
};

const decideHold = (
  { data, context, type }: Extract<ErasureCommand, { type: 'PlaceLegalHold' | 'LiftLegalHold' }>,
  state: ErasureState,
): Decision<ErasureEvent> => {
  const { personId, holdId, note } = data;
  const known = state.holds.find((h) => h.holdId === holdId);
  if (type === 'LiftLegalHold') {
    if (!known) return notFound('hold');
    if (known.lifted) return nothing;
    return accept({
      type: 'LegalHoldLifted',
      data: { personId, holdId },
      subject: subjectOf(personId, known),
      text: compact({ note }),
    });
  }
  const { caseId, ground, reviewOn } = data;
  if (known) return known.caseId === caseId ? nothing : taken('hold');
  // Also a part that is gone, or about to be, cannot be kept any more.
  const erased = gone(state, { caseId });
  if (erased) return erased;
  if (!isLocalDate(reviewOn) || reviewOn < context.today || reviewOn > yearsLater(context.today, 1)) return badReview;
  return accept({
    type: 'LegalHoldPlaced',
    data: compact({ personId, holdId, caseId, ground, reviewOn }),
    subject: subjectOf(personId, { caseId }),
    text: compact({ note }),
  });
};

export const isErasureCommand = (command: { readonly type: string }): command is ErasureCommand =>
  ERASURE_COMMANDS.has(command.type as ErasureCommand['type']);
const ERASURE_COMMANDS: ReadonlySet<ErasureCommand['type']> = new Set([
  'ProposeErasure',
  'ApproveErasure',
  'WithdrawErasure',
  'RecordArchiving',
  'PlaceLegalHold',
  'LiftLegalHold',
  'StartErasure',
  'CompleteErasure',
]);

export const decideErasure = (command: ErasureCommand, state: Whole): Decision<ErasureEvent> => {
  if (command.type === 'ProposeErasure') return propose(command, state);
  if (command.type === 'PlaceLegalHold' || command.type === 'LiftLegalHold') return decideHold(command, state);
  const { erasureId } = command.data;
  const erasure = state.erasures.find((e) => e.proposed.erasureId === erasureId);
  if (!erasure) return notFound('erasure');
  switch (command.type) {
    case 'ApproveErasure':
      return approve(erasure, state, command.context);
    case 'WithdrawErasure': {
      if (erasure.status === 'withdrawn') return nothing;
      if (isGone(erasure)) return begun;
      const { personId, reason } = command.data;
      return accept({
        type: 'ErasureWithdrawn',
        data: { personId, erasureId, cause: 'person' },
        subject: subjectOf(personId, erasure),
        text: compact({ reason }),
      });
    }
    case 'RecordArchiving':
      return archive(erasure, command.data);
    case 'StartErasure':
      return start(erasure, state, command.data.facts, command.context);
    case 'CompleteErasure':
      return complete(erasure, command.data);
    default:
      return unreachable(command);
  }
};
