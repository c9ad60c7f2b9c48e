// What mail there is, and what one message says: ids, case numbers and dates. Nothing in it is about a person.
import type { MailChoice } from '@app/domain';

export const MAIL_KINDS = [
  ...(['reminded', 'due', 'chased', 'acceptance', 'offered', 'escalated'] as const),
  ...(['withdrawn', 'recalled', 'minutes', 'invitation', 'moved', 'cancelled', 'digest'] as const),
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** `requested`: by hand, after it was given up. */
export const MAIL_STATUSES = ['for-digest', 'in-digest', 'queued', 'requested', 'sent', 'not-sent', 'dead'] as const;
export type MailStatus = (typeof MAIL_STATUSES)[number];

export interface MeetingFacts {
  readonly meetingId: string;
  /** Of the steering group; missing: the weekly one. */
  readonly steering?: true;
  /** Local date, Europe/Copenhagen. */
  readonly localDate: string;
  /** UTC. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly place?: string;
  /** Rises with every change. */
  readonly sequence: number;
}
export interface ActionFacts {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly actionId: string;
  /** Local date, Europe/Copenhagen. */
  readonly deadline: string;
}
/** What a kind says: exactly one of these. Of several actions at once a kind that is about an action has a list, too. */
export interface Facts {
  readonly action?: ActionFacts;
  readonly theCase?: Pick<ActionFacts, 'caseId' | 'caseNumber'>;
  readonly meeting?: MeetingFacts;
  readonly digest?: DigestFacts;
}
/** A list of actions. */
export interface DigestFacts {
  /** Local date of the list: what is overdue is so on that day. */
  readonly on: string;
  readonly actions: readonly (ActionFacts & { readonly awaitsAcceptance: boolean })[];
  readonly meeting?: MeetingFacts;
}

/** A message as it stands in the outbox. */
export interface Message {
  readonly id: string;
  readonly messageId: string;
  readonly kind: MailKind;
  readonly userId: string;
  readonly eventId?: string;
  /** UTC. */
  readonly happenedAt: string;
  readonly facts: Facts;
}

const CHOSEN: Partial<Record<MailKind, 'reminders' | 'chases'>> = {
  ...{ reminded: 'reminders', due: 'reminders' },
  ...{ chased: 'chases', acceptance: 'chases', offered: 'chases' },
};
/** Whether it waits for Monday's list. What is not a matter of choice goes at once. */
export const waitsForDigest = (kind: MailKind, choice: MailChoice): boolean => {
  const sort = CHOSEN[kind];
  return sort !== undefined && choice[sort] === 'digest';
};
