// user-{userId}: a member of staff, of exactly one organisation. Answers "who had access when", with the group streams.
import type { Command } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { code, id, localDate, oneOf } from '../kernel/schema.js';
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
