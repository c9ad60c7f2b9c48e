// What is in the log and in the letter boxes, against what the rule says has to be there.
import type pg from 'pg';
import { short } from '../support/ruled.js';
import type { Handed } from './sink.js';
import type { Week } from './week.js';

export interface Found {
  readonly steps: { readonly expected: number; readonly missing: number; readonly doubled: number };
  readonly mails: {
    readonly expected: number;
    readonly missing: number;
    /** Nobody should have got it. */
    readonly unexpected: number;
    readonly secondMessageId: number;
    /** Sent again under the same Message-ID, which is allowed. */
    readonly repeated: number;
  };
  /** What is wrong, in words. */
  readonly wrong: readonly string[];
}

interface Stored {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const groupBy = <T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
};
/** What of one list is not in the other; what is in both twice counts twice. */
const without = (all: readonly string[], others: readonly string[]): string[] => {
  const rest = [...others];
  return all.filter((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
};

/** @param from events after this position are the week's */
export const compare = async (database: pg.Client, week: Week, handed: readonly Handed[], from: string): Promise<Found> => {
  const { rows } = await database.query<Omit<Stored, 'data'> & { data: string }>(
    'select id, stream, type, data from event_store.events where position > $1::bigint order by position',
    [from],
  );
  const stored: Stored[] = rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Stored['data'] }));
  const byStream = groupBy(stored, ({ stream }) => stream);
  const wrong: string[] = [];
  const steps = { expected: 0, missing: 0, doubled: 0 };
  const account = (what: string, expected: readonly string[], found: readonly string[]): void => {
    steps.expected += expected.length;
    const [missing, doubled] = [without(expected, found), without(found, expected)];
    steps.missing += missing.length;
    steps.doubled += doubled.length;
    wrong.push(...missing.map((one) => `missing: ${what} ${one}`), ...doubled.map((one) => `doubled: ${what} ${one}`));
  };

  /** Event, or list, and user: to which address. */
  const due = new Map<string, string>();
  const addressOf = new Map(week.members.map(({ userId, address }) => [userId, address]));
  const tell = (event: string, userId: string) => void due.set(`${event} ${userId}`, addressOf.get(userId)!);
  for (const { ruled, owner } of week.actions) {
    const events = byStream.get(`chase-${ruled.actionId}`) ?? [];
    account(
      `action ${ruled.actionId}`,
      ruled.lines,
      events.map((event) => short(event)),
    );
    for (const { id, type } of events) {
      if (['ActionReminded', 'ActionFellDue'].includes(type) && owner.reminders === 'at-once') tell(id, owner.userId);
      if (['ActionChased', 'AcceptanceChased'].includes(type) && owner.chases === 'at-once') tell(id, owner.userId);
      if (type !== 'ActionEscalated') continue;
      for (const { userId } of [owner, ...week.leads]) tell(id, userId);
      const received = (byStream.get(`escalation-${id}`) ?? []).filter((event) => event.type === 'EscalationReceived');
      account(
        `escalation ${id}`,
        ['received'],
        received.map(() => 'received'),
      );
    }
  }
  for (const { id, type } of stored)
    if (['MeetingPlanned', 'MeetingClosed'].includes(type)) for (const { userId } of week.members) tell(id, userId);
  for (const [monday, userIds] of week.lists) for (const userId of userIds) tell(monday, userId);

  // Many of one kind to one person went out as one, put into the outbox in the same transaction: it stands for all of them.
  const { rows: outbox } = await database.query<{ message_id: string; key: string; status: string; kind: string }>(
    `select coalesce(many.message_id, m.message_id) as message_id,
       coalesce(m.event_id, m.facts->'digest'->>'on') || ' ' || m.user_id as key, m.status, m.kind
     from mail.outbox m left join mail.outbox many on many.event_id is null and m.event_id is not null and m.status = 'in-digest'
       and many.kind = m.kind and many.user_id = m.user_id and many.created_at = m.created_at
     where m.event_id is not null or m.kind = 'digest'`,
  );
  const keysOf = groupBy(outbox, (row) => row.message_id);
  const toldBy = (messageId: string): readonly string[] => (keysOf.get(messageId) ?? []).map(({ key }) => key);
  const got = new Set(
    handed.filter(({ answered }) => answered).flatMap(({ messageId, to }) => toldBy(messageId).map((key) => `${key} ${to}`)),
  );
  const missing = [...due].filter(([key, address]) => !got.has(`${key} ${address}`));
  for (const [key] of missing)
    wrong.push(`not sent: ${key} (${outbox.find((row) => row.key === key)?.status ?? 'not in the outbox'})`);
  const unexpected = [...groupBy(handed, ({ messageId }) => messageId)].filter(([messageId, [letter]]) => {
    const keys = toldBy(messageId);
    return keys.length === 0 || keys.some((key) => due.get(key) !== letter!.to);
  });
  for (const [messageId, [letter]] of unexpected) wrong.push(`nobody expected ${messageId}: ${letter!.subject}`);
  // No two events of the week say the same to the same person: what does is one message under two names.
  const idsOf = groupBy(handed, ({ to, subject, text }) => JSON.stringify([to, subject, text]));
  const second = [...idsOf.values()].filter((letters) => new Set(letters.map(({ messageId }) => messageId)).size > 1);
  for (const [letter] of second) wrong.push(`a second Message-ID: ${letter!.subject}`);
  const mails = {
    expected: due.size,
    missing: missing.length,
    unexpected: unexpected.length,
    secondMessageId: second.length,
    repeated: handed.length - new Set(handed.map(({ messageId }) => messageId)).size,
  };
  return { steps, mails, wrong };
};
