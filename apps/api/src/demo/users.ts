// The demo's organisations and users: one user per role and organisation. All invented, and named so that it shows.
import type { OrganisationKind, Role } from '@app/domain';

export interface DemoOrganisation {
  readonly organisationId: string;
  readonly name: string;
  readonly kind: OrganisationKind;
  readonly authorityId: string;
}
const KOMMUNE = 'koebenhavns-kommune';
const municipal = (organisationId: string, name: string): DemoOrganisation => ({
  organisationId,
  name,
  kind: 'municipal',
  authorityId: KOMMUNE,
});
const outside = (organisationId: string, name: string): DemoOrganisation => ({
  organisationId,
  name,
  kind: 'other',
  authorityId: organisationId,
});

export const DEMO_ORGANISATIONS: readonly DemoOrganisation[] = [
  municipal('hotspotsekretariatet', 'Hotspotsekretariatet'),
  municipal('bif', 'Beskæftigelses- og Integrationsforvaltningen'),
  municipal('buf', 'Børne- og Ungdomsforvaltningen'),
  municipal('sof', 'Socialforvaltningen'),
  municipal('gadeteam', 'Gadeteam'),
  municipal('jobcenter', 'Jobcenter'),
  { organisationId: 'politi', name: 'Politiet', kind: 'police', authorityId: 'koebenhavns-politi' },
  municipal('oekonomiforvaltningen', 'Økonomiforvaltningen'),
  municipal('it-forvaltningen', 'IT-forvaltningen'),
  municipal('intern-revision', 'Intern revision'),
  outside('boligorganisation', 'Boligorganisation (demo)'),
  outside('ekstern-revision', 'Ekstern revision (demo)'),
];

export interface DemoUser {
  /** As in `npm run -s token -- <user>`. */
  readonly user: string;
  readonly userId: string;
  readonly role: Role;
  readonly organisationId: string;
  readonly name: string;
  readonly inGroup: boolean;
}
const user = (name: string, role: Role, organisationId: string, display: string, inGroup = false): DemoUser => ({
  user: name,
  userId: name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase(),
  role,
  organisationId,
  name: `Demo ${display}`,
  inGroup,
});

export const DEMO_USERS: readonly DemoUser[] = [
  user('coordinator', 'coordinator', 'hotspotsekretariatet', 'Mødeleder', true),
  user('projectLead', 'projectLead', 'hotspotsekretariatet', 'Projektleder', true),
  user('hotspotChief', 'hotspotChief', 'hotspotsekretariatet', 'Hotspotchef', true),
  user('BIF', 'participant', 'bif', 'Deltager BIF', true),
  user('BUF', 'participant', 'buf', 'Deltager BUF', true),
  user('SOF', 'participant', 'sof', 'Deltager SOF', true),
  user('gadeteam', 'participant', 'gadeteam', 'Deltager Gadeteam', true),
  user('jobcenter', 'participant', 'jobcenter', 'Deltager Jobcenter', true),
  user('police', 'participant', 'politi', 'Deltager Politi', true),
  user('steeringMember', 'steeringMember', 'sof', 'Styregruppe'),
  user('auditor', 'auditor', 'intern-revision', 'Revisor'),
  user('externalAuditor', 'auditor', 'ekstern-revision', 'Ekstern revisor'),
  user('partner', 'partner', 'boligorganisation', 'Samarbejdspartner'),
  user('politicalMember', 'politicalMember', 'oekonomiforvaltningen', 'Politiker'),
  user('administrator', 'administrator', 'it-forvaltningen', 'Administrator'),
];

export const DEMO_GROUP = 'fremdriftsgruppen';
export const DEMO_AREAS = [
  { areaId: 'akacieparken', name: 'Akacieparken', authorityId: KOMMUNE },
  { areaId: 'sjaeloer-boulevard', name: 'Sjælør Boulevard', authorityId: KOMMUNE },
];
export const GROUP_ORGANISATIONS = ['hotspotsekretariatet', 'bif', 'buf', 'sof', 'gadeteam', 'jobcenter', 'politi'];
