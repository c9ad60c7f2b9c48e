// organisation-{organisationId}: who is municipal, police or other. Decides what anybody in it may ever see.
import { accept, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { id, label, oneOf } from '../kernel/schema.js';
import { same } from '../kernel/values.js';
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

type Registered = Extract<OrganisationFolded, { type: 'OrganisationRegistered' }>['data'];
export type OrganisationState =
  { readonly status: 'none' } | { readonly status: 'registered'; readonly registered: Registered; readonly name: string };

export const organisationDecider: Decider<OrganisationState, OrganisationCommand, OrganisationEvent, OrganisationFolded> = {
  initialState: { status: 'none' },

  evolve: (state, event) => {
    switch (event.type) {
      case 'OrganisationRegistered':
        return { status: 'registered', registered: event.data, name: event.data.name };
      case 'OrganisationRenamed':
        return state.status === 'none' ? state : { ...state, name: event.data.name };
      default:
        return unreachable(event);
    }
  },

  decide: (command, state) => {
    switch (command.type) {
      case 'RegisterOrganisation': {
        const { organisationId, name, kind, authorityId } = command.data;
        const data = { organisationId, name, kind, authorityId };
        if (state.status === 'none') return accept({ type: 'OrganisationRegistered', data });
        return same(state.registered, data) ? nothing : taken('organisation');
      }
      case 'RenameOrganisation': {
        const { organisationId, name } = command.data;
        if (state.status === 'none') return notFound('organisation');
        return state.name === name ? nothing : accept({ type: 'OrganisationRenamed', data: { organisationId, name } });
      }
      default:
        return unreachable(command);
    }
  },
};
