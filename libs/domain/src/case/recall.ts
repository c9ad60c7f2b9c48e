// A disclosure that lacked its basis is recalled: quarantined for those who got it, and what may rest on it waits for a human.
// Always told in the case's own stream, also of what was said in a meeting, as a withdrawal is.
import { accept, refuse, type Decision } from '../kernel/decider.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { compact, unique } from '../kernel/values.js';
import { LEADS } from '../kernel/vocabulary.js';
import { saysNothing } from '../information-sharing/information-sharing.js';
import { decideAction } from './actions.js';
import type { CaseCommand, CaseEvent } from './events.js';
import type { ExistingCase } from './state.js';
import { withdrawText } from './withdrawal.js';

type CommandOf<T extends CaseCommand['type']> = Extract<CaseCommand, { type: T }>;

const noGround = refuse(
  'recall.ground',
  'Say in words why, and on what you go.',
  'Skriv med ord hvorfor.',
  'Retsplejeloven § 115, stk. 1',
);
const notYours = refuse(
  'recall.not-yours',
  'A disclosure is recalled by who shared it, or by who leads the group.',
  'En videregivelse kaldes tilbage af den, der har videregivet, eller af den, der leder gruppen.',
);
const notPolice = refuse(
  'recall.police',
  'What the police shared is theirs to recall.',
  'Det, politiet har videregivet, kan kun politiet kalde tilbage.',
);
const notReviewer = refuse(
  'recall.review-not-yours',
  'What rests on a recalled disclosure is reviewed by who leads the group.',
  'Det, der bygger på en tilbagekaldt videregivelse, gennemgås af den, der leder gruppen.',
);
const reviewed = refuse('recall.reviewed', 'This was reviewed with another verdict.', 'Dette er gennemgået med et andet udfald.');

export const recallDisclosure = ({ data, context }: CommandOf<'RecallDisclosure'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, disclosure, rests, ground } = data;
  const { disclosureId, eventId, eventType, fromOrganisationId, fromKind, sharedAt, category, meetingId, recipients } =
    disclosure;
  if (state.recalls.some((r) => r.disclosureId === disclosureId)) return nothing;
  const { actor } = context;
  if (fromKind === 'police' && actor.kind !== 'police') return notPolice;
  if (actor.organisationId !== fromOrganisationId && !LEADS.includes(actor.role)) return notYours;
  if (saysNothing(ground, context.ruleSet)) return noGround;
  const told = unique([...recipients, fromOrganisationId]).filter((id) => id !== actor.organisationId);
  const what = { caseId, disclosureId, eventId, eventType, fromOrganisationId, sharedAt, category, meetingId, told };
  return accept({
    type: 'DisclosureRecalled',
    data: compact({ ...what, rests: rests.map(compact) }),
    subject: { id: state.referred.personId, scope: caseId },
    text: { ground },
  });
};

/** One look at one thing that may rest on it: it is kept, or its text is withdrawn and, where it is an open action, that is cancelled. */
export const reviewRecall = ({ data, context }: CommandOf<'ReviewRecall'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, disclosureId, eventId, verdict, reason, text } = data;
  const recall = state.recalls.find((r) => r.disclosureId === disclosureId);
  if (!recall) return notFound('recall');
  const rest = recall.rests.find((r) => r.eventId === eventId);
  if (!rest) return notFound('rest');
  if (!LEADS.includes(context.actor.role)) return notReviewer;
  const before = recall.reviews.find((r) => r.eventId === eventId);
  if (before) return before.verdict === verdict ? nothing : reviewed;
  if (saysNothing(reason, context.ruleSet)) return noGround;
  const review: CaseEvent = {
    type: 'RecallReviewed',
    data: compact({ caseId, disclosureId, eventId, actionId: rest.actionId, verdict }),
    subject: { id: state.referred.personId, scope: caseId },
    text: { reason },
  };
  if (verdict === 'keep') return accept(review);
  const withdrawn = text
    ? withdrawText({ type: 'WithdrawText', data: { caseId, text, ground: reason }, context }, state, 'rested-on-recalled').events
    : [];
  return accept(review, ...withdrawn, ...cancelled(rest, { caseId, ground: reason, context }, state));
};

/** Of an action that was agreed and is still open. */
const cancelled = (
  { eventType, actionId }: { readonly eventType: string; readonly actionId?: string },
  { caseId, ground, context }: { readonly caseId: string; readonly ground: string } & Pick<CommandOf<'CancelAction'>, 'context'>,
  state: ExistingCase,
): readonly CaseEvent[] => {
  if (eventType !== 'ActionAgreed' || actionId === undefined) return [];
  return decideAction({ type: 'CancelAction', data: { caseId, actionId, ground }, context }, state).events;
};
