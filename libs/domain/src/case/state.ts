// What a case is so far, folded from the clear part of its events.
import { unreachable } from '../kernel/decider.js';
import { compact, unique } from '../kernel/values.js';
import type { Disclosed, DisclosureRefusal, Party } from '../information-sharing/information-sharing.js';
import type { CaseFolded, CloseOutcome, Rest, ReviewVerdict } from './events.js';

type Data<T extends CaseFolded['type']> = Extract<CaseFolded, { type: T }>['data'];

export interface InformationRequest {
  readonly asked: Data<'InformationRequested'>;
  readonly answer?: 'shared' | 'declined';
}

export interface Action {
  readonly actionId: string;
  readonly status: 'open' | 'completed' | 'cancelled';
  readonly agreed: Data<'ActionAgreed'>;
  readonly ownerOrganisationId: string;
  /** Missing: the organisation is responsible, but nobody is named. */
  readonly ownerUserId?: string;
  readonly accepted: boolean;
  /** Who declined last, while nobody has taken over. */
  readonly declinedBy?: string;
  readonly deadline: string;
  /** How often it was moved. */
  readonly deadlineMoves: number;
  /** Waits for the receiver; until then the old owner stays responsible. */
  readonly handover?: { readonly toOrganisationId: string; readonly toUserId?: string };
  /** Who said no to the last one, while there is no other. */
  readonly handoverDeclinedBy?: string;
}

export interface Withdrawal {
  readonly eventId: string;
  /** Organisations. */
  readonly told: readonly string[];
  readonly acknowledged: readonly string[];
  /** False: a disclosure that was recalled; the sharer still reads it. */
  readonly withdrawn: boolean;
}

export interface Recall {
  readonly disclosureId: string;
  readonly rests: readonly Rest[];
  readonly reviews: readonly { readonly eventId: string; readonly verdict: ReviewVerdict }[];
}

interface CaseFacts {
  readonly referred: Data<'CaseReferred'>;
  readonly screened?: 'accepted' | 'rejected';
  readonly areaId: string;
  readonly responsible: { readonly organisationId: string; readonly userId?: string };
  readonly organisations: readonly Party[];
  /** Those that took part once. */
  readonly leftOrganisationIds: readonly string[];
  readonly excludedUserIds: readonly string[];
  readonly requests: readonly InformationRequest[];
  readonly disclosures: readonly Disclosed[];
  readonly refused: readonly DisclosureRefusal[];
  readonly actions: readonly Action[];
  readonly reports: readonly Data<'ProgressReported'>[];
  readonly followUps: readonly Data<'FollowUpScheduled'>[];
  readonly withdrawals: readonly Withdrawal[];
  readonly recalls: readonly Recall[];
}
/** `none` → referred → accepted or rejected → open ↔ paused → closed → open again. */
export type ExistingCase = CaseFacts &
  (
    | { readonly status: 'referred' | 'accepted' | 'rejected' | 'open' }
    | { readonly status: 'paused'; readonly until: string }
    | { readonly status: 'closed'; readonly outcome: CloseOutcome }
  );
export type CaseState = { readonly status: 'none' } | ExistingCase;

const changeAction = (state: ExistingCase, actionId: string, change: (action: Action) => Action): ExistingCase => ({
  ...state,
  actions: state.actions.map((action) => (action.actionId === actionId ? change(action) : action)),
});

/** An excluded worker is named nowhere any more: what they owed is open and unnamed, so that it is seen. */
const unname = (state: ExistingCase, userId: string): ExistingCase => ({
  ...state,
  excludedUserIds: [...state.excludedUserIds, userId],
  responsible: state.responsible.userId === userId ? { organisationId: state.responsible.organisationId } : state.responsible,
  actions: state.actions.map((action) => ({
    ...action,
    ...(action.ownerUserId === userId && action.status === 'open' ? { ownerUserId: undefined, accepted: false } : {}),
    ...(action.handover?.toUserId === userId ? { handover: undefined } : {}),
  })),
});

const answered = (state: ExistingCase, requestId: string | undefined, answer: 'shared' | 'declined') =>
  state.requests.map((r) => (r.asked.requestId === requestId ? { ...r, answer } : r));

/** Those who got it are told anew: who had forgotten a recalled text and is told that it is withdrawn answers again. */
const tell = (state: ExistingCase, eventId: string, told: readonly string[], withdrawn: boolean): readonly Withdrawal[] => {
  const known = state.withdrawals.find((w) => w.eventId === eventId);
  const others = state.withdrawals.filter((w) => w !== known);
  const all = unique([...(known?.told ?? []), ...told]);
  return [...others, { eventId, told: all, acknowledged: [], withdrawn: withdrawn || (known?.withdrawn ?? false) }];
};

const evolveExisting = (state: ExistingCase, event: Exclude<CaseFolded, { type: 'CaseReferred' }>): ExistingCase => {
  switch (event.type) {
    case 'CaseScreened':
      return { ...state, status: event.data.outcome, screened: event.data.outcome };
    case 'CaseOpened':
    case 'CaseResumed':
    case 'CaseReopened':
      return { ...state, status: 'open' };
    case 'CasePaused':
      return { ...state, status: 'paused', until: event.data.until };
    case 'CaseClosed':
      return { ...state, status: 'closed', outcome: event.data.outcome };
    case 'ResponsibilityAssigned': {
      const { organisationId, userId } = event.data;
      return { ...state, responsible: compact({ organisationId, userId }) };
    }
    case 'OrganisationJoinedCase':
      return { ...state, organisations: [...state.organisations, event.data.organisation] };
    case 'OrganisationLeftCase': {
      const { organisationId } = event.data;
      return {
        ...state,
        organisations: state.organisations.filter((o) => o.organisationId !== organisationId),
        leftOrganisationIds: [...state.leftOrganisationIds, organisationId],
        // What was offered to it is offered to nobody any more.
        actions: state.actions.map((a) => (a.handover?.toOrganisationId === organisationId ? { ...a, handover: undefined } : a)),
      };
    }
    case 'WorkerExcluded':
      return unname(state, event.data.userId);
    case 'CaseAreaChanged':
      return { ...state, areaId: event.data.areaId };

    case 'InformationRequested':
      return { ...state, requests: [...state.requests, { asked: event.data }] };
    case 'InformationRequestDeclined':
      return { ...state, requests: answered(state, event.data.requestId, 'declined') };
    case 'InformationShared':
      return {
        ...state,
        disclosures: [...state.disclosures, event.data],
        requests: answered(state, event.data.answers, 'shared'),
      };
    case 'DisclosureRefused':
      return { ...state, refused: [...state.refused, event.data] };

    case 'ActionAgreed': {
      const { actionId, ownerOrganisationId, ownerUserId, deadline } = event.data;
      const action = { actionId, ownerOrganisationId, ownerUserId, deadline, deadlineMoves: 0, agreed: event.data };
      return { ...state, actions: [...state.actions, { ...action, status: 'open', accepted: false }] };
    }
    case 'ActionAccepted': {
      const { actionId, userId } = event.data;
      return changeAction(state, actionId, (a) => ({ ...a, ownerUserId: userId, accepted: true, declinedBy: undefined }));
    }
    case 'ActionDeclined': {
      const { actionId, userId } = event.data;
      return changeAction(state, actionId, (a) => ({ ...a, ownerUserId: undefined, accepted: false, declinedBy: userId }));
    }
    case 'HandoverOffered': {
      const { actionId, toOrganisationId, toUserId } = event.data;
      return changeAction(state, actionId, (a) => ({
        ...a,
        handover: compact({ toOrganisationId, toUserId }),
        handoverDeclinedBy: undefined,
      }));
    }
    case 'HandoverDeclined': {
      const { actionId, userId } = event.data;
      return changeAction(state, actionId, (a) => ({ ...a, handover: undefined, handoverDeclinedBy: userId }));
    }
    case 'HandoverAccepted': {
      const { actionId, organisationId, userId } = event.data;
      const owner = { ownerOrganisationId: organisationId, ownerUserId: userId, accepted: true };
      return changeAction(state, actionId, (a) => ({ ...a, ...owner, declinedBy: undefined, handover: undefined }));
    }
    case 'DeadlineMoved':
      return changeAction(state, event.data.actionId, (a) => ({
        ...a,
        deadline: event.data.to,
        deadlineMoves: a.deadlineMoves + 1,
      }));
    case 'ActionReworded':
      return state;
    case 'ActionCompleted':
      return changeAction(state, event.data.actionId, (a) => ({ ...a, status: 'completed', handover: undefined }));
    case 'ActionCancelled':
      return changeAction(state, event.data.actionId, (a) => ({ ...a, status: 'cancelled', handover: undefined }));
    case 'ProgressReported':
      return { ...state, reports: [...state.reports, event.data] };
    case 'FollowUpScheduled':
      return { ...state, followUps: [...state.followUps, event.data] };
    case 'TextWithdrawn': {
      const { eventId, told } = event.data;
      return { ...state, withdrawals: tell(state, eventId, told, true) };
    }
    case 'WithdrawalAcknowledged': {
      const { eventId, organisationId } = event.data;
      const acknowledge = (w: Withdrawal) =>
        w.eventId === eventId ? { ...w, acknowledged: [...w.acknowledged, organisationId] } : w;
      return { ...state, withdrawals: state.withdrawals.map(acknowledge) };
    }
    case 'DisclosureRecalled': {
      const { disclosureId, eventId, told, rests } = event.data;
      const recalls = [...state.recalls, { disclosureId, rests, reviews: [] }];
      return { ...state, recalls, withdrawals: tell(state, eventId, told, false) };
    }
    case 'RecallReviewed': {
      const { disclosureId, eventId, verdict } = event.data;
      const review = (r: Recall) =>
        r.disclosureId === disclosureId ? { ...r, reviews: [...r.reviews, { eventId, verdict }] } : r;
      return { ...state, recalls: state.recalls.map(review) };
    }
    default:
      return unreachable(event);
  }
};

export const evolveCase = (state: CaseState, event: CaseFolded): CaseState => {
  if (event.type !== 'CaseReferred') return state.status === 'none' ? state : evolveExisting(state, event);
  const { areaId, responsibleOrganisationId, organisations } = event.data;
  return {
    status: 'referred',
    referred: event.data,
    areaId,
    responsible: { organisationId: responsibleOrganisationId },
    organisations,
    leftOrganisationIds: [],
    excludedUserIds: [],
    requests: [],
    disclosures: [],
    refused: [],
    actions: [],
    reports: [],
    followUps: [],
    withdrawals: [],
    recalls: [],
  };
};

export const takesPart = (state: ExistingCase, organisationId: string): boolean =>
  state.organisations.some((o) => o.organisationId === organisationId);
export const isExcluded = (state: ExistingCase, userId: string | undefined): boolean =>
  userId !== undefined && state.excludedUserIds.includes(userId);
/** From referral until closing, also while paused. */
export const isAlive = (state: ExistingCase): boolean => state.status !== 'rejected' && state.status !== 'closed';
/** What actions need: somebody has opened the case. */
export const isWorkedOn = (state: ExistingCase): boolean => state.status === 'open' || state.status === 'paused';
