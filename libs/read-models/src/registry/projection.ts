// Organisations, users, groups, areas and rule sets: small tables everything else refers to, kept as one.
import { unreachable, withAbsence, YEARLY_CLOSING_DAYS, type RuleSet } from '@app/domain';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnGroup, type OnHotspot, type OnOrganisation, type OnRuleSet, type OnUser } from '../history.js';
import type { GroupRow, Registry, UserRow } from '../questions.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

type MapValue<M> = M extends ReadonlyMap<string, infer V> ? V : never;
export interface RegistryDocs {
  organisation: MapValue<Registry['organisations']>;
  user: UserRow;
  group: GroupRow;
  area: MapValue<Registry['areas']>;
  ruleset: RuleSet;
}
export interface RegistryRow {
  /** `{kind}-{id}`. */
  id: string;
  kind: keyof RegistryDocs;
  doc: RegistryDocs[keyof RegistryDocs];
}
export const registryTable = table<RegistryRow>({
  name: 'registry',
  clear: true,
  key: 'id',
  columns: { id: 'text', kind: 'text', doc: 'json' },
  indexes: [],
});

const put = <K extends keyof RegistryDocs>(rows: Rows, kind: K, id: string, doc: RegistryDocs[K]): void =>
  rows.registry.put({ id: `${kind}-${id}`, kind, doc });
const known = <K extends keyof RegistryDocs>(rows: Rows, kind: K, id: string): RegistryDocs[K] => {
  const row = rows.registry.get(`${kind}-${id}`);
  if (!row) throw new InconsistentHistoryError(`${kind} unknown`);
  return row.doc as RegistryDocs[K];
};

export const needRegistry = (event: OnOrganisation | OnUser | OnGroup, rows: Rows): void => rows.registry.need(event.stream);

export const projectOrganisation = ({ type, data }: OnOrganisation, rows: Rows): void => {
  switch (type) {
    case 'OrganisationRegistered':
      return put(rows, 'organisation', data.organisationId, data);
    case 'OrganisationRenamed':
      return put(rows, 'organisation', data.organisationId, {
        ...known(rows, 'organisation', data.organisationId),
        name: data.name,
      });
    default:
      return unreachable(type);
  }
};

export const projectUser = (event: OnUser, rows: Rows): void => {
  const { userId } = event.data;
  const change = (changes: Partial<UserRow>) => put(rows, 'user', userId, { ...known(rows, 'user', userId), ...changes });
  switch (event.type) {
    case 'UserEnrolled': {
      const { organisationId, role, subjectHash } = event.data;
      const [name, email] = [sealed(event, 'name'), sealed(event, 'email')];
      return put(rows, 'user', userId, {
        userId,
        organisationId,
        role,
        subjectHash,
        ...(name && { name }),
        ...(email && { email }),
      });
    }
    case 'RoleChanged':
      return change({ role: event.data.role });
    case 'UserLeft':
      return change({ leftOn: event.data.on });
    case 'EmailChanged':
      return change({ email: sealed(event, 'email')! });
    case 'MailChosen': {
      const { userId: _, ...mail } = event.data;
      return change({ mail });
    }
    case 'CalendarFeedIssued':
      return change({ feedHash: event.data.feedHash });
    case 'CalendarFeedRevoked': {
      const { feedHash: _, ...rest } = known(rows, 'user', userId);
      return put(rows, 'user', userId, rest);
    }
    default:
      return unreachable(event);
  }
};

export const projectGroup = (event: OnGroup, rows: Rows): void => {
  const { groupId } = event.data;
  if (event.type === 'GroupFormed') {
    const { name, areaIds, series } = event.data;
    const nobody = { organisations: [], members: [], deputies: [], absences: [] };
    const calendar = { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };
    return put(rows, 'group', groupId, { groupId, name, areaIds, series, ...nobody, ...calendar });
  }
  const group = known(rows, 'group', groupId);
  const change = (changes: Partial<GroupRow>) => put(rows, 'group', groupId, { ...group, ...changes });
  switch (event.type) {
    case 'OrganisationJoinedGroup': {
      const { organisationId, kind, authorityId } = event.data;
      const others = group.organisations.filter((o) => o.organisationId !== organisationId);
      return change({ organisations: [...others, { organisationId, kind, authorityId }] });
    }
    case 'OrganisationLeftGroup':
      return change({ organisations: group.organisations.filter((o) => o.organisationId !== event.data.organisationId) });
    case 'MemberJoined': {
      const { userId, organisationId, from } = event.data;
      return change({ members: [...group.members, { userId, organisationId, from }] });
    }
    case 'MemberLeft': {
      const { userId, on } = event.data;
      const last = group.members.findLastIndex((m) => m.userId === userId);
      return change({ members: group.members.map((m, i) => (i === last ? { ...m, until: on } : m)) });
    }
    case 'DeputyNamed': {
      const { userId, deputyUserId } = event.data;
      return change({ deputies: [...group.deputies, { userId, deputyUserId }] });
    }
    case 'ClosingDaysSet':
      return change({ closingDays: event.data.dates, yearlyClosingDays: event.data.yearly });
    case 'LadderSet':
      return change({ ladder: event.data.ladder });
    case 'SteeringSeriesSet':
      return change({ steeringSeries: event.data.series });
    case 'MemberAway': {
      const { userId, from, backOn } = event.data;
      return change({ absences: withAbsence(group.absences, { userId, from, backOn }) });
    }
    default:
      return unreachable(event);
  }
};

export const projectHotspot = ({ type, data }: OnHotspot, rows: Rows): void => {
  switch (type) {
    case 'HotspotDesignated':
      return put(rows, 'area', data.areaId, data);
    default:
      return unreachable(type);
  }
};

export const projectRuleSet = ({ type, data }: OnRuleSet, rows: Rows): void => {
  switch (type) {
    case 'RuleSetAdopted':
      return put(rows, 'ruleset', data.ruleSetId, data);
    default:
      return unreachable(type);
  }
};
