// A text that was written about the wrong person, or rested on a recalled disclosure, is withdrawn: unreadable from here on, and those who got it are told to forget it.
// Always told in the case's own stream, also of a text in a meeting: one event is all that everybody has to know.
import { accept, refuse, type Decision } from '../kernel/decider.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { compact, unique } from '../kernel/values.js';
import { LEADS } from '../kernel/vocabulary.js';
import type { CaseCommand, CaseEvent, WithdrawalReason } from './events.js';
import type { ExistingCase } from './state.js';

type CommandOf<T extends CaseCommand['type']> = Extract<CaseCommand, { type: T }>;

const notYours = refuse(
  'text.not-yours',
  'A text is withdrawn by who wrote it, or by who leads the group.',
  'En tekst trækkes tilbage af den, der har skrevet den, eller af den, der leder gruppen.',
);
const notTold = refuse(
  'withdrawal.not-yours',
  'Your organisation was not told of this withdrawal.',
  'Din organisation har ikke fået besked om tilbagetrækningen.',
);

export const withdrawText = (
  { data, context }: CommandOf<'WithdrawText'>,
  state: ExistingCase,
  why: WithdrawalReason = 'wrong-person',
): Decision<CaseEvent> => {
  const { caseId, text, ground } = data;
  const { eventId, eventType, writtenAt, category, meetingId, writtenBy, organisationId } = text;
  if (state.withdrawals.some((w) => w.eventId === eventId && w.withdrawn)) return nothing;
  const { actor } = context;
  if (!writtenBy.includes(actor.userId) && !LEADS.includes(actor.role)) return notYours;
  // Who got it: whom it was shared with; else all who take part, or did, and could read it.
  const got = text.recipients ?? [...state.organisations.map((o) => o.organisationId), ...state.leftOrganisationIds];
  const told = unique([...got, organisationId]).filter((id) => id !== actor.organisationId);
  return accept({
    type: 'TextWithdrawn',
    data: compact({ caseId, eventId, eventType, writtenAt, category, meetingId, told, why }),
    subject: { id: state.referred.personId, scope: caseId },
    text: { ground },
  });
};

/** One answer for the whole organisation: it has seen to it that the text is forgotten. */
export const acknowledgeWithdrawal = (
  { data, context }: CommandOf<'AcknowledgeWithdrawal'>,
  state: ExistingCase,
): Decision<CaseEvent> => {
  const { caseId, eventId } = data;
  const { organisationId } = context.actor;
  const withdrawal = state.withdrawals.find((w) => w.eventId === eventId);
  if (!withdrawal) return notFound('withdrawal');
  if (!withdrawal.told.includes(organisationId)) return notTold;
  if (withdrawal.acknowledged.includes(organisationId)) return nothing;
  return accept({ type: 'WithdrawalAcknowledged', data: { caseId, eventId, organisationId } });
};
