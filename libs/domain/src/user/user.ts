// user-{userId}: a member of staff, of exactly one organisation. Answers "who had access when", with the group streams.
import { accept, refuse, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { code, id, localDate, oneOf } from '../kernel/schema.js';
import { compact, same } from '../kernel/values.js';
import { ORGANISATION_KINDS, ROLES, type OrganisationKind, type Role } from '../kernel/vocabulary.js';

export const userEvents = {
  /** `subjectHash`: keyed hash of the sign-in issuer's `sub`; the plain value may be an e-mail address. */
  UserEnrolled: event(
    1,
    { userId: id, organisationId: id, organisationKind: oneOf(ORGANISATION_KINDS), role: oneOf(ROLES), subjectHash: code },
    { name: text(101, 'staff'), email: text(102, 'staff') },
  ),
  RoleChanged: event(1, { userId: id, role: oneOf(ROLES) }),
  /** `on`: the first local date without access. */
  UserLeft: event(1, { userId: id, on: localDate }),
};
export type UserEvent = EventOf<typeof userEvents>;
export type UserFolded = FoldedOf<typeof userEvents>;
export const userCodec = codec(userEvents);

export type UserCommand =
  | Command<
      'EnrolUser',
      {
        userId: string;
        organisationId: string;
        organisationKind: OrganisationKind;
        role: Role;
        subjectHash: string;
        name: string;
        email?: string;
      }
    >
  | Command<'ChangeRole', { userId: string; role: Role }>
  | Command<'RecordUserLeft', { userId: string; on: string }>;

/** Which roles a member of staff may hold, by the kind of the organisation. `other` never gets one that sees personal data. */
export const ROLES_BY_KIND: Readonly<Record<OrganisationKind, readonly Role[]>> = {
  municipal: ROLES.filter((role) => role !== 'partner'),
  police: ['participant', 'steeringMember', 'coordinator', 'projectLead', 'auditor'],
  other: ['partner', 'auditor'],
};

type Enrolled = Extract<UserFolded, { type: 'UserEnrolled' }>['data'];
export type UserState =
  | { readonly status: 'none' }
  | { readonly status: 'enrolled'; readonly enrolled: Enrolled; readonly role: Role }
  | { readonly status: 'left'; readonly enrolled: Enrolled; readonly role: Role; readonly on: string };

const roleRefused = refuse(
  'user.role-for-kind',
  'This role cannot be held in an organisation of this kind.',
  'Rollen kan ikke haves i en organisation af denne slags.',
  'Retsplejeloven § 115, stk. 1-3',
);
const left = refuse('user.left', 'The user has left.', 'Brugeren er fratrådt.');

export const userDecider: Decider<UserState, UserCommand, UserEvent, UserFolded> = {
  initialState: { status: 'none' },

  evolve: (state, event) => {
    switch (event.type) {
      case 'UserEnrolled':
        return { status: 'enrolled', enrolled: event.data, role: event.data.role };
      case 'RoleChanged':
        return state.status === 'none' ? state : { ...state, role: event.data.role };
      case 'UserLeft':
        return state.status === 'none'
          ? state
          : { status: 'left', enrolled: state.enrolled, role: state.role, on: event.data.on };
      default:
        return unreachable(event);
    }
  },

  decide: (command, state) => {
    switch (command.type) {
      case 'EnrolUser': {
        const { userId, organisationId, organisationKind, role, subjectHash, name, email } = command.data;
        const data = { userId, organisationId, organisationKind, role, subjectHash };
        if (state.status !== 'none') return same(state.enrolled, data) ? nothing : taken('user');
        if (!ROLES_BY_KIND[organisationKind].includes(role)) return roleRefused;
        return accept({
          type: 'UserEnrolled',
          data,
          subject: { id: userId, scope: 'identity' },
          text: compact({ name, email }),
        });
      }
      case 'ChangeRole': {
        const { userId, role } = command.data;
        if (state.status === 'none') return notFound('user');
        if (state.role === role) return nothing;
        if (state.status === 'left') return left;
        if (!ROLES_BY_KIND[state.enrolled.organisationKind].includes(role)) return roleRefused;
        return accept({ type: 'RoleChanged', data: { userId, role } });
      }
      case 'RecordUserLeft': {
        const { userId, on } = command.data;
        if (state.status === 'none') return notFound('user');
        if (state.status === 'left') return state.on === on ? nothing : left;
        return accept({ type: 'UserLeft', data: { userId, on } });
      }
      default:
        return unreachable(command);
    }
  },
};
