// user-{userId}: a member of staff, of exactly one organisation. Answers "who had access when", with the group streams.
import { accept, refuse, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { code, id, localDate, oneOf, type InferShape } from '../kernel/schema.js';
import { compact, same } from '../kernel/values.js';
import { ORGANISATION_KINDS, ROLES, type OrganisationKind, type Role } from '../kernel/vocabulary.js';

export const LANGUAGES = ['da', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
/** When mail of a sort goes out. `digest`: with Monday's list. */
export const MAIL_TIMES = ['digest', 'at-once'] as const;
export type MailTime = (typeof MAIL_TIMES)[number];

const mailChoice = {
  language: oneOf(LANGUAGES),
  /** Of deadlines that come near. */
  reminders: oneOf(MAIL_TIMES),
  /** Of deadlines that have passed, and of what waits for one's acceptance. */
  chases: oneOf(MAIL_TIMES),
};
export type MailChoice = InferShape<typeof mailChoice>;
/** Of who has chosen nothing: a chase that waits for Monday is none. */
export const DEFAULT_MAIL: MailChoice = { language: 'da', reminders: 'digest', chases: 'at-once' };

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
  /** `changeId`: of the request, so that a repeat is recognised without looking at the address. */
  EmailChanged: event(1, { userId: id, changeId: id }, { email: text(103, 'staff') }),
  MailChosen: event(1, { userId: id, ...mailChoice }),
  /** `feedHash`: keyed hash of the secret in the feed's address. A new one ends the one before. */
  CalendarFeedIssued: event(1, { userId: id, feedHash: code }),
  CalendarFeedRevoked: event(1, { userId: id }),
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
  | Command<'RecordUserLeft', { userId: string; on: string }>
  | Command<'ChangeEmail', { userId: string; changeId: string; email: string }>
  | Command<'ChooseMail', { userId: string } & MailChoice>
  | Command<'IssueCalendarFeed', { userId: string; feedHash: string }>
  | Command<'RevokeCalendarFeed', { userId: string }>;

/** Which roles a member of staff may hold, by the kind of the organisation. `other` never gets one that sees personal data. */
export const ROLES_BY_KIND: Readonly<Record<OrganisationKind, readonly Role[]>> = {
  municipal: ROLES.filter((role) => role !== 'partner'),
  police: ['participant', 'steeringMember', 'coordinator', 'projectLead', 'auditor'],
  other: ['partner', 'auditor'],
};

type Enrolled = Extract<UserFolded, { type: 'UserEnrolled' }>['data'];
interface Known {
  readonly enrolled: Enrolled;
  readonly role: Role;
  readonly mail: MailChoice;
  /** Of the request that changed the address last. */
  readonly emailChangeId?: string;
  /** Missing: no feed. */
  readonly feedHash?: string;
}
export type UserState =
  | { readonly status: 'none' }
  | ({ readonly status: 'enrolled' } & Known)
  | ({ readonly status: 'left'; readonly on: string } & Known);

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
    if (event.type === 'UserEnrolled')
      return { status: 'enrolled', enrolled: event.data, role: event.data.role, mail: DEFAULT_MAIL };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'RoleChanged':
        return { ...state, role: event.data.role };
      case 'UserLeft':
        return { ...state, status: 'left', on: event.data.on };
      case 'EmailChanged':
        return { ...state, emailChangeId: event.data.changeId };
      case 'MailChosen': {
        const { userId: _, ...mail } = event.data;
        return { ...state, mail };
      }
      case 'CalendarFeedIssued':
        return { ...state, feedHash: event.data.feedHash };
      case 'CalendarFeedRevoked': {
        const { feedHash: _, ...rest } = state;
        return rest;
      }
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
      case 'ChangeEmail': {
        const { userId, changeId, email } = command.data;
        if (state.status === 'none') return notFound('user');
        if (state.emailChangeId === changeId) return nothing;
        if (state.status === 'left') return left;
        const subject = { id: userId, scope: 'identity' };
        return accept({ type: 'EmailChanged', data: { userId, changeId }, subject, text: { email } });
      }
      case 'ChooseMail': {
        const { userId, ...mail } = command.data;
        if (state.status === 'none') return notFound('user');
        if (same(state.mail, mail)) return nothing;
        if (state.status === 'left') return left;
        return accept({ type: 'MailChosen', data: { userId, ...mail } });
      }
      case 'IssueCalendarFeed': {
        const { userId, feedHash } = command.data;
        if (state.status === 'none') return notFound('user');
        if (state.feedHash === feedHash) return nothing;
        if (state.status === 'left') return left;
        return accept({ type: 'CalendarFeedIssued', data: { userId, feedHash } });
      }
      case 'RevokeCalendarFeed': {
        const { userId } = command.data;
        if (state.status === 'none') return notFound('user');
        return state.feedHash === undefined ? nothing : accept({ type: 'CalendarFeedRevoked', data: { userId } });
      }
      default:
        return unreachable(command);
    }
  },
};
