// What becomes of an escalation: summarised without a name, decided by the steering group or the directors, or resolved before that.
import { accept, refuse, unreachable, type Decider, type Decision } from '../kernel/decider.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { compact, same } from '../kernel/values.js';
import { isWithinTwoYears, notTakingPart, workerExcluded } from '../case/rules.js';
import { necessitySaid, saysNothing, words } from '../information-sharing/information-sharing.js';
import type { EscalationCommand, EscalationEvent, EscalationFolded } from './events.js';

type Data<T extends EscalationFolded['type']> = Extract<EscalationFolded, { type: T }>['data'];
type CommandOf<T extends EscalationCommand['type']> = Extract<EscalationCommand, { type: T }>;

export interface ExistingEscalation {
  readonly status: 'open' | 'decided' | 'resolved';
  readonly received: Data<'EscalationReceived'>;
  readonly summaryIds: readonly string[];
  readonly nameOpened: boolean;
  readonly directors?: Data<'TakenToDirectors'>;
  readonly decision?: Data<'SteeringDecisionMade'>;
  readonly returned?: Data<'DecisionReturned'>;
  readonly followUp?: Data<'DirectorsFollowUpSet'>;
  readonly resolved?: Data<'EscalationResolved'>;
}
export type EscalationState = { readonly status: 'none' } | ExistingEscalation;

const ended = refuse(
  'escalation.ended',
  'The escalation has been decided or resolved already.',
  'Eskaleringen er allerede afgjort eller løst.',
);
const noSummary = refuse('escalation.summary', 'Say in words what stands still.', 'Skriv med ord, hvad der står stille.');
const identifies = refuse(
  'escalation.summary-identifies',
  'The summary names the young person: the steering group gets the case without a name.',
  'Resuméet nævner den unge: styregruppen får sagen uden navn.',
  'Databeskyttelsesforordningen art. 5, stk. 1, litra c',
);
const noNecessity = refuse(
  'escalation.necessity',
  'Say in words why the steering group needs the name.',
  'Skriv med ord, hvorfor styregruppen har brug for navnet.',
  'Retsplejeloven § 115, stk. 1',
);
const noReason = refuse(
  'escalation.reason',
  'Say in words why it cannot wait for the steering group.',
  'Skriv med ord, hvorfor det ikke kan vente på styregruppen.',
);
const badDate = refuse(
  'escalation.date',
  'This is not a date from today to two years ahead.',
  'Det er ikke en dato fra i dag og højst to år frem.',
);
const withDirectors = refuse(
  'escalation.with-directors',
  'It has been taken to the directors already.',
  'Den er allerede løftet til direktørerne.',
);
const notWithDirectors = refuse(
  'escalation.not-with-directors',
  'The directors decide only what was taken to them; the steering group decides in a meeting.',
  'Direktørerne afgør kun det, der er løftet til dem; styregruppen afgør i et møde.',
);
const badMeeting = refuse(
  'decision.meeting',
  'A decision is made in a steering meeting of the group, on its day or later.',
  'En beslutning træffes på et af gruppens styregruppemøder, på dagen eller senere.',
);
const noDecision = refuse('decision.text', 'Say in words what was decided.', 'Skriv med ord, hvad der er besluttet.');
const noOwner = refuse('decision.owner', 'Say who carries the decision out.', 'Skriv, hvem der udfører beslutningen.');
const sameHolder = refuse('decision.same-holder', 'The action is in those hands already.', 'Indsatsen ligger allerede dér.');
const notHolder = refuse(
  'decision.not-holder',
  'The action stays where it is: assign it to let another organisation carry it out.',
  'Indsatsen bliver, hvor den er: tildel den for at lade en anden organisation udføre den.',
);
const sameDeadline = refuse(
  'decision.same-deadline',
  'The action was escalated for that deadline: another one, so that it is chased anew.',
  'Indsatsen er eskaleret for den frist: sæt en anden, så der rykkes på ny.',
);
const wrongForOutcome = refuse(
  'decision.outcome',
  'An amount belongs to a grant, another action to a change of plan.',
  'Et beløb hører til en bevilling, en anden indsats til en ændret plan.',
);
const actionNotOpen = refuse(
  'action.not-open',
  'The action is completed or cancelled.',
  'Indsatsen er afsluttet eller annulleret.',
);

/** Ten digits that may be a CPR number. */
const CPR = /(?<!\d)\d{6}[- ]?\d{4}(?!\d)/;
/**
 * Whether the text says who it is about: one of these words in a row, whatever their case and marks, also in the Danish genitive, or a
 * CPR number.
 */
export const saysWho = (said: string, identifying: readonly string[]): boolean => {
  const text = ` ${words(said).join(' ')} `;
  // An apostrophe before the s parts the words already.
  const says = (who: string): boolean => who !== '' && (text.includes(` ${who} `) || text.includes(` ${who}s `));
  return CPR.test(said) || identifying.some((who) => says(words(who).join(' ')));
};

const evolve = (state: EscalationState, event: EscalationFolded): EscalationState => {
  if (event.type === 'EscalationReceived') return { status: 'open', received: event.data, summaryIds: [], nameOpened: false };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'EscalationSummarised':
      return { ...state, summaryIds: [...state.summaryIds, event.data.summaryId] };
    case 'EscalationNameOpened':
      return { ...state, nameOpened: true };
    case 'TakenToDirectors':
      return { ...state, directors: event.data };
    case 'SteeringDecisionMade':
      return { ...state, status: 'decided', decision: event.data };
    case 'DecisionReturned':
      return { ...state, returned: event.data };
    case 'DirectorsFollowUpSet':
      return { ...state, followUp: event.data };
    case 'EscalationResolved':
      return { ...state, status: 'resolved', resolved: event.data };
    default:
      return unreachable(event);
  }
};

/**
 * What the escalated action's ladder begins anew for, and what becomes an action of its own: a grant is carried out by its owner beside
 * the escalated action, another plan stands in its place.
 */
const decideIt = ({ data, context }: CommandOf<'DecideEscalation'>, state: ExistingEscalation): Decision<EscalationEvent> => {
  const { escalationId, decisionId, meeting, outcome, dueOn, decision, newActionId, otherAction, amount, theCase } = data;
  const { caseId, personId, actionId, groupId } = state.received;
  if (state.decision?.decisionId === decisionId) return nothing;
  if (state.status !== 'open') return ended;
  if (!theCase.actionOpen) return actionNotOpen;
  if (!meeting && !state.directors) return notWithDirectors;
  if (meeting && (meeting.cancelled || meeting.groupId !== groupId || meeting.localDate > context.today)) return badMeeting;
  if (saysNothing(decision, context.ruleSet)) return noDecision;
  if ((amount !== undefined && outcome !== 'grant') || (otherAction !== undefined && outcome !== 'change-plan'))
    return wrongForOutcome;
  const { holder, organisationIds, excludedUserIds } = theCase;
  const brings = outcome === 'grant' || otherAction !== undefined;
  const stays = !brings && outcome !== 'assign';
  if (!stays && !data.owner) return noOwner;
  const owner = compact(data.owner ?? holder);
  if (outcome === 'assign' && same(owner, compact(holder))) return sameHolder;
  if (stays && owner.organisationId !== holder.organisationId) return notHolder;
  if (!organisationIds.includes(owner.organisationId)) return notTakingPart;
  if (owner.userId !== undefined && excludedUserIds.includes(owner.userId)) return workerExcluded;
  if (dueOn < context.today || !isWithinTwoYears(dueOn, context)) return badDate;
  if (otherAction === undefined && dueOn === theCase.deadline) return sameDeadline;
  return accept({
    type: 'SteeringDecisionMade',
    data: compact({
      ...{ escalationId, decisionId, caseId, actionId, outcome, owner, dueOn, amount },
      by: meeting ? ('steering-group' as const) : ('directors' as const),
      steeringMeetingId: meeting?.steeringMeetingId,
      newActionId: brings ? newActionId : undefined,
    }),
    subject: { id: personId, scope: caseId },
    text: compact({ decision, otherAction }),
  });
};

const decideExisting = (
  command: Exclude<EscalationCommand, { type: 'ReceiveEscalation' }>,
  state: ExistingEscalation,
): Decision<EscalationEvent> => {
  const { context } = command;
  const { escalationId } = command.data;
  const { caseId, personId } = state.received;
  const subject = { id: personId, scope: caseId };
  const open = state.status === 'open';
  switch (command.type) {
    case 'SummariseEscalation': {
      const { summaryId, summary, identifying } = command.data;
      if (state.summaryIds.includes(summaryId)) return nothing;
      if (!open) return ended;
      if (saysNothing(summary, context.ruleSet)) return noSummary;
      if (saysWho(summary, identifying)) return identifies;
      return accept({ type: 'EscalationSummarised', data: { escalationId, caseId, summaryId }, subject, text: { summary } });
    }
    case 'OpenEscalationName': {
      if (state.nameOpened) return nothing;
      if (!open) return ended;
      const { necessity } = command.data;
      if (!necessitySaid(necessity, context.ruleSet)) return noNecessity;
      return accept({ type: 'EscalationNameOpened', data: { escalationId, caseId }, subject, text: { necessity } });
    }
    case 'TakeToDirectors': {
      const { answerBy, reason } = command.data;
      if (state.directors) return state.directors.answerBy === answerBy ? nothing : withDirectors;
      if (!open) return ended;
      if (saysNothing(reason, context.ruleSet)) return noReason;
      if (answerBy < context.today || !isWithinTwoYears(answerBy, context)) return badDate;
      return accept({ type: 'TakenToDirectors', data: { escalationId, caseId, answerBy }, subject, text: { reason } });
    }
    case 'DecideEscalation':
      return decideIt(command, state);
    case 'RecordDecisionReturned':
      if (state.returned || state.decision?.decisionId !== command.data.decisionId) return nothing;
      return accept({ type: 'DecisionReturned', data: command.data });
    case 'RecordDirectorsFollowUp':
      if (state.followUp || !state.directors) return nothing;
      return accept({ type: 'DirectorsFollowUpSet', data: command.data });
    case 'ResolveEscalation':
      // Decided a moment ago: the decision stands.
      return open ? accept({ type: 'EscalationResolved', data: command.data }) : nothing;
    default:
      return unreachable(command);
  }
};

export const escalationDecider: Decider<EscalationState, EscalationCommand, EscalationEvent, EscalationFolded> = {
  initialState: { status: 'none' },
  evolve,
  decide: (command, state) => {
    if (command.type !== 'ReceiveEscalation')
      return state.status === 'none' ? notFound('escalation') : decideExisting(command, state);
    if (state.status === 'none') return accept({ type: 'EscalationReceived', data: command.data });
    const { received } = state;
    return received.actionId === command.data.actionId ? nothing : taken('escalation');
  },
};
