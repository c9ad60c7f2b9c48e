// The agenda that composes itself: proposals from the read models, under ids that stay the same until the meeting opens.
import { composeAgenda, type AgendaItem, type AgendaReason } from '@app/domain';
import type { AgendaProposal, MeetingRow } from '@app/read-models';
import { silenceRuleOf } from '../chase/silence.js';
import type { Ports } from '../core/ports.js';

/** One item per meeting and case, before and after the meeting opens. */
export const itemIdOf = (ports: Ports, meetingId: string, caseId: string): string => ports.idFor(meetingId, `item ${caseId}`);

export const proposals = async (ports: Ports, meeting: MeetingRow, today: string): Promise<readonly AgendaProposal[]> => {
  const { groupId, localDate } = meeting;
  const group = (await ports.readModels.registry()).groups.get(groupId);
  const rule = silenceRuleOf(group, await ports.ruleSetOn(today), localDate > today ? localDate : today);
  return ports.readModels.agenda(groupId, localDate, today, rule);
};

const itemsOf = (ports: Ports, meeting: MeetingRow, proposed: readonly AgendaProposal[]): AgendaItem[] =>
  proposed.map(({ caseId, personId, reasons }) => ({
    itemId: itemIdOf(ports, meeting.meetingId, caseId),
    caseId,
    personId,
    reasons,
  }));

/** What OpenMeeting freezes (it applies the changes by hand itself). */
export const proposedItems = async (ports: Ports, meeting: MeetingRow, today: string): Promise<AgendaItem[]> =>
  itemsOf(ports, meeting, await proposals(ports, meeting, today));

/** The agenda as it stands: live until the meeting opens, then as recorded. */
export const agendaItems = (ports: Ports, meeting: MeetingRow, proposed: readonly AgendaProposal[]): readonly AgendaItem[] => {
  if (meeting.status !== 'planned') return meeting.items;
  const { added, removed, order } = meeting.overrides;
  return composeAgenda(itemsOf(ports, meeting, proposed), {
    added: added.map((item) => ({ ...item, reasons: ['manual'] })),
    removed,
    order,
  });
};

/** Why an item is there, in words. */
export const REASON_TEXT: Readonly<Record<AgendaReason, { readonly da: string; readonly en: string }>> = {
  'escalated-action': { da: 'En aftale er eskaleret', en: 'An action is escalated' },
  'chased-action': { da: 'En aftale er rykket for og ikke gjort', en: 'An action was chased and is not done' },
  'overdue-action': { da: 'En aftale er over fristen', en: 'An action is overdue' },
  'steering-decision': { da: 'Styregruppen har besluttet noget', en: 'The steering group has decided something' },
  'follow-up-due': { da: 'Opfølgning er aftalt til nu', en: 'A follow-up is due' },
  'person-moved': {
    da: 'Den unge er flyttet til en anden kommune: luk eller overdrag',
    en: 'Moved to another municipality: close or hand over',
  },
  'came-of-age': { da: 'Den unge er fyldt 18: se på grundlag og myndigheder', en: 'Turned 18: look at basis and authorities' },
  'rests-on-recalled': {
    da: 'Noget bygger måske på en tilbagekaldt videregivelse',
    en: 'Something may rest on a recalled disclosure',
  },
  'new-information': { da: 'Nyt siden sidste møde', en: 'New since the last meeting' },
  'new-referral': { da: 'Ny henvisning', en: 'New referral' },
  'unnamed-owner': { da: 'En aftale har ingen ansvarlig person', en: 'An action has nobody named' },
  'unanswered-request': { da: 'En anmodning om oplysninger er ubesvaret', en: 'An information request is unanswered' },
  silent: { da: 'Intet er sket i sagen længe', en: 'Nothing has happened for long' },
  manual: { da: 'Sat på af mødelederen', en: 'Put on by the coordinator' },
};
