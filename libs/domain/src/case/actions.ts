// Who owes what by when: the decisions about a case's actions.
import { accept, refuse, unreachable, type Context, type Decision } from '../kernel/decider.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { compact, same } from '../kernel/values.js';
import { saysNothing } from '../information-sharing/information-sharing.js';
import type { CaseCommand, CaseEvent } from './events.js';
import { isWithinTwoYears, mayAnswerFor, notOpen, notTakingPart, workerExcluded } from './rules.js';
import { isExcluded, isWorkedOn, takesPart, type Action, type ExistingCase } from './state.js';

const ACTION_COMMANDS = [
  'AgreeAction',
  'AcceptAction',
  'DeclineAction',
  'OfferHandover',
  'AcceptHandover',
  'DeclineHandover',
  'MoveDeadline',
  'RewordAction',
  'CompleteAction',
  'CancelAction',
] as const;
export type ActionCommand = Extract<CaseCommand, { type: (typeof ACTION_COMMANDS)[number] }>;
type CommandOf<T extends ActionCommand['type']> = Extract<ActionCommand, { type: T }>;

export const isActionCommand = (command: CaseCommand): command is ActionCommand =>
  (ACTION_COMMANDS as readonly string[]).includes(command.type);

const actionNotOpen = refuse(
  'action.not-open',
  'The action is completed or cancelled.',
  'Indsatsen er afsluttet eller annulleret.',
);
const notOwner = refuse(
  'action.not-owner',
  'Only who is responsible for the action can do this.',
  'Kun den ansvarlige for indsatsen kan dette.',
);
const notReceiver = refuse(
  'action.not-receiver',
  'Only the one it was offered to can take the action over.',
  'Kun den, der har fået tilbuddet, kan overtage indsatsen.',
);
const badDeadline = refuse(
  'action.deadline',
  'A deadline is a date from today to two years ahead.',
  'En frist er en dato fra i dag og højst to år frem.',
);
const noGround = refuse('action.ground', 'Say in words why the deadline moves.', 'Skriv med ord, hvorfor fristen flyttes.');

const deadlineHolds = (date: string, context: Context, imported = false): boolean =>
  isWithinTwoYears(date, context) && (imported || date >= context.today);

const agree = ({ data, context }: CommandOf<'AgreeAction'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, actionId, ownerOrganisationId, ownerUserId, deadline, inMeeting } = data;
  const agreed = compact({ caseId, actionId, ownerOrganisationId, ownerUserId, deadline, inMeeting });
  const known = state.actions.find((a) => a.actionId === actionId);
  if (known) return same(known.agreed, agreed) ? nothing : taken('action');
  if (!isWorkedOn(state)) return notOpen;
  if (!takesPart(state, ownerOrganisationId)) return notTakingPart;
  if (isExcluded(state, ownerUserId)) return workerExcluded;
  if (!deadlineHolds(deadline, context, data.imported)) return badDeadline;
  const agreement: CaseEvent = {
    type: 'ActionAgreed',
    data: agreed,
    subject: { id: state.referred.personId, scope: caseId },
    text: { description: data.description },
  };
  const { userId, organisationId } = context.actor;
  if (ownerUserId !== userId) return accept(agreement);
  // Who takes an action on takes it on for the own organisation, and has thereby accepted it.
  if (ownerOrganisationId !== organisationId) return notOwner;
  return accept<CaseEvent>(agreement, { type: 'ActionAccepted', data: { caseId, actionId, userId } });
};

const offer = ({ data, context }: CommandOf<'OfferHandover'>, action: Action, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, actionId, toOrganisationId, toUserId } = data;
  const handover = compact({ toOrganisationId, toUserId });
  if (same(action.handover, handover)) return nothing;
  if (!mayAnswerFor(context, action.ownerOrganisationId)) return notOwner;
  if (!takesPart(state, toOrganisationId)) return notTakingPart;
  if (isExcluded(state, toUserId)) return workerExcluded;
  return accept({ type: 'HandoverOffered', data: { caseId, actionId, ...handover } });
};

const takeOver = ({ data, context }: CommandOf<'AcceptHandover'>, action: Action, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, actionId } = data;
  const { userId, organisationId } = context.actor;
  const { handover } = action;
  if (!handover) return action.ownerUserId === userId && action.accepted ? nothing : notFound('handover');
  const offeredTo = handover.toUserId === undefined || handover.toUserId === userId;
  if (!offeredTo || handover.toOrganisationId !== organisationId) return notReceiver;
  if (!takesPart(state, organisationId)) return notTakingPart;
  return accept({ type: 'HandoverAccepted', data: { caseId, actionId, organisationId, userId } });
};

/** By who could accept it. */
const sayNo = ({ data, context }: CommandOf<'DeclineHandover'>, action: Action, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, actionId, ground } = data;
  const { userId, organisationId } = context.actor;
  const { handover } = action;
  if (!handover) return action.handoverDeclinedBy === userId ? nothing : notFound('handover');
  const offeredTo = handover.toUserId === undefined || handover.toUserId === userId;
  if (!offeredTo || handover.toOrganisationId !== organisationId) return notReceiver;
  const subject = { id: state.referred.personId, scope: caseId };
  const text = compact({ ground });
  return accept({ type: 'HandoverDeclined', data: { caseId, actionId, organisationId, userId }, subject, text });
};

/** Decisions about actions. Only the owner's organisation, or who chases for the group, changes an action. */
export const decideAction = (command: ActionCommand, state: ExistingCase): Decision<CaseEvent> => {
  if (command.type === 'AgreeAction') return agree(command, state);

  const { context } = command;
  const { caseId, actionId } = command.data;
  const { userId, organisationId } = context.actor;
  const action = state.actions.find((a) => a.actionId === actionId);
  if (!action) return notFound('action');
  if (command.type === 'CompleteAction' && action.status === 'completed') return nothing;
  if (command.type === 'CancelAction' && action.status === 'cancelled') return nothing;
  if (action.status !== 'open') return actionNotOpen;

  const subject = { id: state.referred.personId, scope: caseId };
  const mayChange = mayAnswerFor(context, action.ownerOrganisationId);
  switch (command.type) {
    case 'AcceptAction': {
      if (action.ownerUserId === userId && action.accepted) return nothing;
      // Nobody named: whoever of the organisation says yes first.
      const asked =
        action.ownerUserId === undefined ? action.ownerOrganisationId === organisationId : action.ownerUserId === userId;
      return asked ? accept({ type: 'ActionAccepted', data: { caseId, actionId, userId } }) : notOwner;
    }
    case 'DeclineAction': {
      if (action.declinedBy === userId) return nothing;
      if (action.ownerUserId !== userId) return notOwner;
      const text = compact({ ground: command.data.ground });
      return accept({ type: 'ActionDeclined', data: { caseId, actionId, userId }, subject, text });
    }
    case 'OfferHandover':
      return offer(command, action, state);
    case 'AcceptHandover':
      return takeOver(command, action, state);
    case 'DeclineHandover':
      return sayNo(command, action, state);
    case 'MoveDeadline': {
      const { to, ground } = command.data;
      if (to === action.deadline) return nothing;
      if (!mayChange) return notOwner;
      if (saysNothing(ground, context.ruleSet)) return noGround;
      if (!deadlineHolds(to, context)) return badDeadline;
      const data = { caseId, actionId, from: action.deadline, to };
      return accept({ type: 'DeadlineMoved', data, subject, text: { ground } });
    }
    case 'RewordAction': {
      const { description } = command.data;
      if (!mayChange) return notOwner;
      return accept({ type: 'ActionReworded', data: { caseId, actionId }, subject, text: { description } });
    }
    case 'CompleteAction': {
      if (!mayChange) return notOwner;
      const text = compact({ outcome: command.data.outcome });
      return accept({ type: 'ActionCompleted', data: { caseId, actionId }, subject, text });
    }
    case 'CancelAction': {
      if (!mayChange) return notOwner;
      const text = { ground: command.data.ground };
      return accept({ type: 'ActionCancelled', data: { caseId, actionId }, subject, text });
    }
    default:
      return unreachable(command);
  }
};
