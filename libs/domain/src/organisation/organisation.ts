// organisation-{organisationId}: who is municipal, police or other. Decides what anybody in it may ever see.
import type { Command } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { id, label, oneOf } from '../kernel/schema.js';
import { ORGANISATION_KINDS, type OrganisationKind } from '../kernel/vocabulary.js';

export const organisationEvents = {
  /** `authorityId`: the data controller the organisation is part of (a municipality, the police, or itself). */
  OrganisationRegistered: event(1, { organisationId: id, name: label, kind: oneOf(ORGANISATION_KINDS), authorityId: id }),
  OrganisationRenamed: event(1, { organisationId: id, name: label }),
};
export type OrganisationEvent = EventOf<typeof organisationEvents>;
export type OrganisationFolded = FoldedOf<typeof organisationEvents>;
export const organisationCodec = codec(organisationEvents);

export type OrganisationCommand =
  | Command<'RegisterOrganisation', { organisationId: string; name: string; kind: OrganisationKind; authorityId: string }>
  | Command<'RenameOrganisation', { organisationId: string; name: string }>;
