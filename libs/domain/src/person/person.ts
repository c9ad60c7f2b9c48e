// person-{personId}: the young person's identity. Everything here is sealed with the person's identity key.
import type { Command } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { id, list, oneOf } from '../kernel/schema.js';

/** Field numbers are frozen: they are bound into the ciphertext. */
const identity = {
  name: text(1, 'identity'),
  cpr: text(2, 'identity'),
  birthDate: text(3, 'identity'),
  address: text(4, 'location'),
  alias: text(5, 'identity'),
  phone: text(6, 'identity'),
};
export const IDENTITY_FIELDS = ['name', 'cpr', 'birthDate', 'address', 'alias', 'phone'] as const;
export type IdentityField = (typeof IDENTITY_FIELDS)[number];
export type Identity = { readonly [F in IdentityField]?: string };

export const personEvents = {
  PersonRegistered: event(1, { personId: id }, identity),
  /** Text holds the new values; `removed` names the fields that no longer hold one. */
  PersonCorrected: event(1, { personId: id, removed: list(oneOf(IDENTITY_FIELDS)) }, identity),
  AddressProtected: event(1, { personId: id }),
  AddressProtectionLifted: event(1, { personId: id }),
};
export type PersonEvent = EventOf<typeof personEvents>;
export type PersonFolded = FoldedOf<typeof personEvents>;
export const personCodec = codec(personEvents);

export type PersonCommand =
  | Command<'RegisterPerson', { personId: string; identity: Identity; addressProtected?: boolean }>
  | Command<'CorrectPerson', { personId: string; identity: Identity; removed?: readonly IdentityField[] }>
  | Command<'ProtectAddress', { personId: string }>
  | Command<'LiftAddressProtection', { personId: string }>;
