// group-{groupId}: a progress group (fremdriftsgruppe): its areas, organisations, members with dates, deputies and calendar.
import type { Command } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { id, int, label, list, localDate, localTime, object, oneOf } from '../kernel/schema.js';
import type { OrganisationKind } from '../kernel/vocabulary.js';

const PERSONAL_KINDS = ['municipal', 'police'] as const;
/** The weekly series: ISO weekday 1 (Monday) to 7, local time in Europe/Copenhagen, length in minutes. */
const series = object({ weekday: int, startTime: localTime, durationMinutes: int });

export const groupEvents = {
  GroupFormed: event(1, { groupId: id, name: label, areaIds: list(id), series }),
  OrganisationJoinedGroup: event(1, { groupId: id, organisationId: id, kind: oneOf(PERSONAL_KINDS), authorityId: id }),
  OrganisationLeftGroup: event(1, { groupId: id, organisationId: id }),
  MemberJoined: event(1, { groupId: id, userId: id, organisationId: id, from: localDate }),
  DeputyNamed: event(1, { groupId: id, userId: id, deputyUserId: id }),
  MemberLeft: event(1, { groupId: id, userId: id, on: localDate }),
  /** The whole list of local dates, beside weekends, on which nobody works. Replaces the list before it. */
  ClosingDaysSet: event(1, { groupId: id, dates: list(localDate) }),
};
export type GroupEvent = EventOf<typeof groupEvents>;
export type GroupFolded = FoldedOf<typeof groupEvents>;
export const groupCodec = codec(groupEvents);

export type GroupCommand =
  | Command<
      'FormGroup',
      {
        groupId: string;
        name: string;
        areaIds: readonly string[];
        series: { weekday: number; startTime: string; durationMinutes: number };
      }
    >
  | Command<'AddOrganisationToGroup', { groupId: string; organisationId: string; kind: OrganisationKind; authorityId: string }>
  | Command<'RemoveOrganisationFromGroup', { groupId: string; organisationId: string }>
  | Command<'AddMember', { groupId: string; userId: string; organisationId: string; from: string }>
  | Command<'NameDeputy', { groupId: string; userId: string; deputyUserId: string }>
  | Command<'RemoveMember', { groupId: string; userId: string; on: string }>
  | Command<'SetClosingDays', { groupId: string; dates: readonly string[] }>;
