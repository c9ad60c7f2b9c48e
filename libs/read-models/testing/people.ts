// A group with its area, organisations and users, and short ways to write what happens in it. No name belongs to anybody.
import { randomUUID } from 'node:crypto';
import type { AgendaItem, CaseEvent, Identity, MeetingEvent, Party } from '@app/domain';
import type { Appended } from '@app/event-store';
import type { History, WrittenBy } from './history.js';

export const BIF: Party = { organisationId: 'bif', kind: 'municipal', authorityId: 'kk' };
export const SOF: Party = { organisationId: 'sof', kind: 'municipal', authorityId: 'kk' };
export const POLICE: Party = { organisationId: 'police', kind: 'police', authorityId: 'police' };

/** One group in an area of its own: specs in the same database do not see each other. */
export const inGroup = (history: History) => {
  const suffix = randomUUID().slice(0, 8);
  const groupId = `group-${suffix}`;
  const areaId = `area-${suffix}`;
  let cases = 0;

  const onCase = (caseId: string, events: CaseEvent | readonly CaseEvent[], by?: WrittenBy): Promise<Appended> =>
    history.write(`case-${caseId}`, events, by);
  const onMeeting = (meetingId: string, events: MeetingEvent | readonly MeetingEvent[], by?: WrittenBy): Promise<Appended> =>
    history.write(`meeting-${meetingId}`, events, by);

  return {
    groupId,
    areaId,
    onCase,
    onMeeting,

    register: async (identity: Identity = { name: 'Ung Testperson' }): Promise<string> => {
      const personId = randomUUID();
      const subject = { id: personId, scope: 'identity' };
      await history.write(`person-${personId}`, { type: 'PersonRegistered', data: { personId }, subject, text: identity });
      return personId;
    },

    /** An open case with a person, unless `status` says otherwise. */
    case: async (
      more: {
        personId?: string;
        areaId?: string;
        organisations?: readonly Party[];
        status?: 'referred' | 'open';
        at?: string;
        name?: string;
        imported?: true;
      } = {},
    ) => {
      const caseId = randomUUID();
      const personId = more.personId ?? randomUUID();
      const by = more.at === undefined ? {} : { at: more.at };
      if (more.personId === undefined)
        await history.write(
          `person-${personId}`,
          {
            type: 'PersonRegistered',
            data: { personId },
            subject: { id: personId, scope: 'identity' },
            text: { name: more.name ?? 'Ung Testperson' },
          },
          by,
        );
      const subject = { id: personId, scope: caseId };
      const events: CaseEvent[] = [
        {
          type: 'CaseReferred',
          data: {
            caseId,
            personId,
            groupId,
            areaId: more.areaId ?? areaId,
            caseNumber: `${suffix}-${++cases}`,
            ageBand: '15-17',
            responsibleOrganisationId: 'bif',
            organisations: more.organisations ?? [BIF, POLICE],
            ...(more.imported && { imported: true }),
          },
          subject,
          text: { reason: 'Bekymring fra skolen' },
        },
      ];
      if (more.status !== 'referred')
        events.push(
          { type: 'CaseScreened', data: { caseId, outcome: 'accepted' }, subject, text: {} },
          { type: 'CaseOpened', data: { caseId } },
        );
      await onCase(caseId, events, by);
      return { caseId, personId, subject, caseNumber: `${suffix}-${cases}` };
    },

    action: async (
      { caseId, subject }: { caseId: string; subject: { id: string; scope: string } },
      deadline: string,
      more: { ownerUserId?: string; ownerOrganisationId?: string; meetingId?: string; at?: string } = {},
    ): Promise<string> => {
      const actionId = randomUUID();
      const { ownerUserId, ownerOrganisationId = 'bif', meetingId } = more;
      await onCase(
        caseId,
        {
          type: 'ActionAgreed',
          data: {
            caseId,
            actionId,
            ownerOrganisationId,
            ...(ownerUserId !== undefined && { ownerUserId }),
            deadline,
            ...(meetingId !== undefined && { inMeeting: { meetingId, itemId: 'item' } }),
          },
          subject,
          text: { description: 'Kontakt til familien' },
        },
        more.at === undefined ? {} : { at: more.at },
      );
      return actionId;
    },

    /** A meeting that was planned; with `agenda`, one that has opened. */
    meeting: async (localDate: string, agenda?: readonly AgendaItem[]): Promise<string> => {
      const meetingId = randomUUID();
      const events: MeetingEvent[] = [
        {
          type: 'MeetingPlanned',
          data: {
            meetingId,
            groupId,
            localDate,
            startsAt: `${localDate}T08:00:00.000Z`,
            endsAt: `${localDate}T10:00:00.000Z`,
            invited: [{ userId: 'user-bif', organisationId: 'bif' }],
          },
        },
      ];
      if (agenda) events.push({ type: 'MeetingOpened', data: { meetingId, agenda } });
      await onMeeting(meetingId, events);
      return meetingId;
    },
  };
};
