// group-{groupId}: a progress group (fremdriftsgruppe): its areas, organisations, members with dates, deputies and calendar.
import { accept, refuse, unreachable, type Command, type Decider, type Decision } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { kindRefused, notFound, nothing, taken } from '../kernel/refusals.js';
import { YEARLY_CLOSING_DAYS } from '../kernel/calendar.js';
import { id, int, label, list, localDate, localTime, monthDay, object, oneOf } from '../kernel/schema.js';
import { isLocalDate, same, unique } from '../kernel/values.js';
import type { OrganisationKind } from '../kernel/vocabulary.js';
import { isSoundSteeringSeries, steeringSeries, type SteeringSeries } from '../steeringMeeting/series.js';
import { fromToday, withAbsence } from './absences.js';
import { isSoundLadder, ladderThresholds, type LadderThresholds } from '../ruleset/ruleset.js';

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
  /**
   * The whole list of local dates, and of days of every year, on which nobody works beside weekends and public holidays.
   * Replaces the list before it.
   */
  ClosingDaysSet: event(
    2,
    { groupId: id, dates: list(localDate), yearly: list(monthDay) },
    {},
    { 1: (old) => ({ ...old, yearly: YEARLY_CLOSING_DAYS }) },
  ),
  /** The group's own thresholds, instead of the rule set's. */
  LadderSet: event(1, { groupId: id, ladder: ladderThresholds }),
  /**
   * Away, so that deputies get what is due. `backOn`: the first local date back. Takes the place of that user's absences it overlaps or
   * that begin the same day; the others stay. `backOn` on `from`: those in its place are called off.
   */
  MemberAway: event(1, { groupId: id, userId: id, from: localDate, backOn: localDate }),
  /** When its steering group meets. Replaces the series before it; meetings that are planned stay. */
  SteeringSeriesSet: event(1, { groupId: id, series: steeringSeries }),
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
  /** `yearly` missing: as before. */
  | Command<'SetClosingDays', { groupId: string; dates: readonly string[]; yearly?: readonly string[] }>
  | Command<'SetLadder', { groupId: string; ladder: LadderThresholds }>
  | Command<'SetSteeringSeries', { groupId: string; series: SteeringSeries }>
  | Command<'RecordAbsence', { groupId: string; userId: string; from: string; backOn: string }>;

type Data<T extends GroupFolded['type']> = Extract<GroupFolded, { type: T }>['data'];

/** `until`: the first local date on which they are no longer a member. */
export interface Member {
  readonly userId: string;
  readonly organisationId: string;
  readonly from: string;
  readonly until?: string;
}
export interface FormedGroup {
  readonly status: 'formed';
  readonly formed: Data<'GroupFormed'>;
  readonly organisations: readonly Data<'OrganisationJoinedGroup'>[];
  readonly members: readonly Member[];
  readonly deputies: readonly { readonly userId: string; readonly deputyUserId: string }[];
  readonly closingDays: readonly string[];
  readonly yearlyClosingDays: readonly string[];
  readonly ladder?: LadderThresholds;
  readonly steeringSeries?: SteeringSeries;
  readonly absences: readonly Data<'MemberAway'>[];
}
export type GroupState = { readonly status: 'none' } | FormedGroup;

const evolveFormed = (state: FormedGroup, event: Exclude<GroupFolded, { type: 'GroupFormed' }>): FormedGroup => {
  switch (event.type) {
    case 'OrganisationJoinedGroup':
      return { ...state, organisations: [...state.organisations, event.data] };
    case 'OrganisationLeftGroup':
      return { ...state, organisations: state.organisations.filter((o) => o.organisationId !== event.data.organisationId) };
    case 'MemberJoined': {
      const { userId, organisationId, from } = event.data;
      return { ...state, members: [...state.members, { userId, organisationId, from }] };
    }
    case 'DeputyNamed': {
      const { userId, deputyUserId } = event.data;
      return { ...state, deputies: [...state.deputies, { userId, deputyUserId }] };
    }
    case 'MemberLeft': {
      const last = state.members.findLastIndex((m) => m.userId === event.data.userId);
      return { ...state, members: state.members.map((m, i) => (i === last ? { ...m, until: event.data.on } : m)) };
    }
    case 'ClosingDaysSet':
      return { ...state, closingDays: event.data.dates, yearlyClosingDays: event.data.yearly };
    case 'LadderSet':
      return { ...state, ladder: event.data.ladder };
    case 'SteeringSeriesSet':
      return { ...state, steeringSeries: event.data.series };
    case 'MemberAway':
      return { ...state, absences: withAbsence(state.absences, event.data) };
    default:
      return unreachable(event);
  }
};

const decideFormed = (command: Exclude<GroupCommand, { type: 'FormGroup' }>, state: FormedGroup): Decision<GroupEvent> => {
  const { groupId } = command.data;
  const takesPart = (organisationId: string) => state.organisations.some((o) => o.organisationId === organisationId);
  const latest = (userId: string) => state.members.findLast((m) => m.userId === userId);
  switch (command.type) {
    case 'AddOrganisationToGroup': {
      const { organisationId, kind, authorityId } = command.data;
      if (kind === 'other') return kindRefused;
      return takesPart(organisationId)
        ? nothing
        : accept({ type: 'OrganisationJoinedGroup', data: { groupId, organisationId, kind, authorityId } });
    }
    case 'RemoveOrganisationFromGroup': {
      const { organisationId } = command.data;
      if (!takesPart(organisationId)) return nothing;
      if (state.members.some((m) => m.organisationId === organisationId && m.until === undefined))
        return refuse(
          'group.organisation-has-members',
          'The organisation still has members in the group.',
          'Organisationen har stadig medlemmer i gruppen.',
        );
      return accept({ type: 'OrganisationLeftGroup', data: { groupId, organisationId } });
    }
    case 'AddMember': {
      const { userId, organisationId, from } = command.data;
      const member = latest(userId);
      if (member && member.organisationId === organisationId && member.from === from) return nothing;
      if (member && (member.until === undefined || from < member.until)) return taken('member');
      if (!takesPart(organisationId))
        return refuse(
          'group.organisation-not-taking-part',
          'The organisation does not take part in the group.',
          'Organisationen deltager ikke i gruppen.',
        );
      return accept({ type: 'MemberJoined', data: { groupId, userId, organisationId, from } });
    }
    case 'NameDeputy': {
      const { userId, deputyUserId } = command.data;
      const member = latest(userId);
      if (!member || member.until !== undefined) return notFound('member');
      if (userId === deputyUserId)
        return refuse('group.deputy-self', 'Nobody is their own deputy.', 'Ingen er sin egen stedfortræder.');
      return state.deputies.some((d) => d.userId === userId && d.deputyUserId === deputyUserId)
        ? nothing
        : accept({ type: 'DeputyNamed', data: { groupId, userId, deputyUserId } });
    }
    case 'RemoveMember': {
      const { userId, on } = command.data;
      const member = latest(userId);
      if (!member) return notFound('member');
      if (member.until === on) return nothing;
      if (on < member.from)
        return refuse(
          'group.member-dates',
          'A member cannot leave before joining.',
          'Et medlem kan ikke udtræde før sin indtræden.',
        );
      return accept({ type: 'MemberLeft', data: { groupId, userId, on } });
    }
    case 'SetClosingDays': {
      const dates = [...unique(command.data.dates)].sort();
      const yearly = [...unique(command.data.yearly ?? state.yearlyClosingDays)].sort();
      // 2028 is a leap year: 29 February is a day of the year too.
      if (!dates.every(isLocalDate) || !yearly.every((day) => isLocalDate(`2028-${day}`)))
        return refuse('group.closing-days', 'A closing day is not a date.', 'En lukkedag er ikke en dato.');
      return same(state.closingDays, dates) && same(state.yearlyClosingDays, yearly)
        ? nothing
        : accept({ type: 'ClosingDaysSet', data: { groupId, dates, yearly } });
    }
    case 'SetLadder': {
      const { ladder } = command.data;
      if (same(state.ladder, ladder)) return nothing;
      if (!isSoundLadder(ladder))
        return refuse(
          'group.ladder',
          'The thresholds of the ladder are numbers of days and meetings, none negative, none above 260.',
          'Grænserne i rykkertrappen er antal dage og møder, ingen negative og ingen over 260.',
        );
      return accept({ type: 'LadderSet', data: { groupId, ladder } });
    }
    case 'SetSteeringSeries': {
      const { firstOn, startTime, durationMinutes } = command.data.series;
      const series = { firstOn, startTime, durationMinutes };
      if (same(state.steeringSeries, series)) return nothing;
      if (!isSoundSteeringSeries(series))
        return refuse(
          'group.steering-series',
          'The steering group needs a first date, and 5 to 480 minutes.',
          'Styregruppen skal have en første dato og 5 til 480 minutter.',
        );
      return accept({ type: 'SteeringSeriesSet', data: { groupId, series } });
    }
    case 'RecordAbsence': {
      const { userId, from, backOn } = command.data;
      const absence = fromToday(state.absences, { groupId, userId, from, backOn }, command.context.today);
      if (state.absences.some((a) => same(a, absence))) return nothing;
      const member = latest(userId);
      if (!member || member.until !== undefined) return notFound('member');
      if (!isLocalDate(from) || !isLocalDate(backOn) || backOn < from)
        return refuse('group.absence', 'Nobody is back before they leave.', 'Ingen er tilbage, før de er gået.');
      const callsOff = absence.from === backOn;
      return callsOff && withAbsence(state.absences, absence).length === state.absences.length
        ? nothing
        : accept({ type: 'MemberAway', data: absence });
    }
    default:
      return unreachable(command);
  }
};

export const groupDecider: Decider<GroupState, GroupCommand, GroupEvent, GroupFolded> = {
  initialState: { status: 'none' },

  evolve: (state, event) => {
    if (event.type === 'GroupFormed')
      return {
        status: 'formed',
        formed: event.data,
        organisations: [],
        members: [],
        deputies: [],
        closingDays: [],
        yearlyClosingDays: YEARLY_CLOSING_DAYS,
        absences: [],
      };
    return state.status === 'none' ? state : evolveFormed(state, event);
  },

  decide: (command, state) => {
    if (command.type !== 'FormGroup') return state.status === 'none' ? notFound('group') : decideFormed(command, state);
    const { groupId, name, areaIds, series } = command.data;
    const data = { groupId, name, areaIds, series };
    if (state.status !== 'none') return same(state.formed, data) ? nothing : taken('group');
    const { weekday, durationMinutes } = series;
    if (weekday < 1 || weekday > 7 || durationMinutes < 5 || durationMinutes > 480)
      return refuse(
        'group.series',
        'The weekly series needs a weekday 1-7 and 5 to 480 minutes.',
        'Mødeserien skal have en ugedag 1-7 og vare 5 til 480 minutter.',
      );
    return accept({ type: 'GroupFormed', data });
  },
};
