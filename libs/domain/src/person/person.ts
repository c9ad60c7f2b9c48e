// person-{personId}: the young person's identity. Everything here is sealed with the person's identity key.
import { accept, refuse, unreachable, type Command, type Decider, type Decision } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { id, list, oneOf } from '../kernel/schema.js';
import { compact, isLocalDate, yearsLater } from '../kernel/values.js';
import {
  accessRequestEvents,
  decideAccessRequest,
  evolveAccessRequest,
  isAccessRequestCommand,
  isAccessRequestEvent,
  NO_ACCESS_REQUEST,
  type AccessRequestCommand,
  type AccessRequestState,
} from './access-request.js';
import {
  decideErasure,
  erasing,
  erasureEvents,
  evolveErasure,
  isErasureCommand,
  isErasureEvent,
  isPersonErased,
  NO_ERASURE,
  personErased,
  type ErasureCommand,
  type ErasureState,
} from './erasure.js';
import {
  decideInforming,
  evolveInforming,
  informingEvents,
  isInformingCommand,
  isInformingEvent,
  type InformingCommand,
  type InformingState,
} from './informing.js';
import {
  decideLife,
  evolveLife,
  isLifeCommand,
  isLifeEvent,
  lifeEvents,
  NO_LIFE_EVENTS,
  type LifeCommand,
  type LifeState,
} from './life.js';
import {
  decideMerge,
  evolveMerge,
  isMergeCommand,
  isMergeEvent,
  mergeEvents,
  NOT_MERGED,
  personMerged,
  type MergeCommand,
  type MergeState,
} from './merge.js';

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
  ...informingEvents,
  ...lifeEvents,
  ...accessRequestEvents,
  ...mergeEvents,
  ...erasureEvents,
};
export type PersonEvent = EventOf<typeof personEvents>;
export type PersonFolded = FoldedOf<typeof personEvents>;
export const personCodec = codec(personEvents);

export type PersonCommand =
  | Command<'RegisterPerson', { personId: string; identity: Identity; addressProtected?: boolean }>
  | Command<'CorrectPerson', { personId: string; identity: Identity; removed?: readonly IdentityField[] }>
  | Command<'ProtectAddress', { personId: string }>
  | Command<'LiftAddressProtection', { personId: string }>
  | InformingCommand
  | LifeCommand
  | AccessRequestCommand
  | MergeCommand
  | ErasureCommand;

/** The identity itself is sealed: a decider knows that the person exists, whether the address is protected, what is merged, what erased, what was told and asked for. */
export type PersonState =
  | { readonly status: 'none' }
  | (ErasureState &
      MergeState &
      InformingState &
      LifeState &
      AccessRequestState & { readonly status: 'registered'; readonly addressProtected: boolean });

const subject = (personId: string): Subject => ({ id: personId, scope: 'identity' });

const problemWith = (identity: Identity, today: string): Decision<never> | undefined => {
  const { birthDate, cpr } = identity;
  if (Object.values(identity).some((value) => value.trim() === ''))
    return refuse('person.blank', 'A field is blank; remove it instead.', 'Et felt er tomt; fjern det i stedet.');
  if (birthDate !== undefined && !(isLocalDate(birthDate) && birthDate <= today && birthDate > yearsLater(today, -130)))
    return refuse(
      'person.birth-date',
      'The date of birth is not a date, is to come, or is more than 130 years ago.',
      'Fødselsdatoen er ikke en dato, ligger i fremtiden eller er over 130 år siden.',
    );
  if (cpr !== undefined && !/^\d{10}$/.test(cpr))
    return refuse('person.cpr', 'A CPR number has exactly 10 digits.', 'Et cpr-nummer har netop 10 cifre.');
  return undefined;
};

export const personDecider: Decider<PersonState, PersonCommand, PersonEvent, PersonFolded> = {
  initialState: { status: 'none' },

  evolve: (state, event) => {
    if (event.type === 'PersonRegistered')
      return {
        status: 'registered',
        addressProtected: false,
        ...NO_ERASURE,
        ...NOT_MERGED,
        ...NO_LIFE_EVENTS,
        ...NO_ACCESS_REQUEST,
      };
    if (isErasureEvent(event)) return state.status === 'none' ? state : evolveErasure(state, event);
    if (isMergeEvent(event)) return state.status === 'none' ? state : evolveMerge(state, event);
    if (isLifeEvent(event)) return state.status === 'none' ? state : evolveLife(state, event);
    if (isAccessRequestEvent(event)) return state.status === 'none' ? state : evolveAccessRequest(state, event);
    if (isInformingEvent(event)) return state.status === 'none' ? state : evolveInforming(state, event);
    switch (event.type) {
      case 'PersonCorrected':
        return state;
      case 'AddressProtected':
        return state.status === 'none' ? state : { ...state, addressProtected: true };
      case 'AddressProtectionLifted':
        return state.status === 'none' ? state : { ...state, addressProtected: false };
      default:
        return unreachable(event);
    }
  },

  decide: (command, state) => {
    const { personId } = command.data;
    if (command.type === 'RegisterPerson') {
      if (state.status === 'registered') return nothing;
      const identity = compact(command.data.identity);
      const problem = problemWith(identity, command.context.today);
      if (problem) return problem;
      if (identity.name === undefined && identity.alias === undefined)
        return refuse('person.nameless', 'A person needs a name or an alias.', 'En person skal have et navn eller et kaldenavn.');
      const registered: PersonEvent = {
        type: 'PersonRegistered',
        data: { personId },
        subject: subject(personId),
        text: identity,
      };
      return command.data.addressProtected === true
        ? accept<PersonEvent>(registered, { type: 'AddressProtected', data: { personId } })
        : accept<PersonEvent>(registered);
    }
    if (state.status === 'none') return notFound('person');
    if (isErasureCommand(command)) return decideErasure(command, state);
    if (isMergeCommand(command)) return decideMerge(command, state, erasing(state));
    if (isAccessRequestCommand(command)) {
      if (command.type === 'RequestAccess' && state.merge) return personMerged;
      const isHeld = (holdId: string) => state.holds.some((hold) => hold.holdId === holdId && !hold.lifted);
      return decideAccessRequest(command, state, isPersonErased(state), isHeld);
    }
    if (isPersonErased(state)) return personErased;
    if (isLifeCommand(command)) {
      // What stands in the stream of an alias is retracted there.
      if (!state.merge || command.type === 'RetractLifeEvent') return decideLife(command, state);
      return command.type === 'RecordCameOfAge' ? nothing : personMerged;
    }
    if (isInformingCommand(command)) return state.merge ? personMerged : decideInforming(command, state);
    switch (command.type) {
      case 'CorrectPerson': {
        const identity = compact(command.data.identity);
        const removed = command.data.removed ?? [];
        if (state.merge) return personMerged;
        if (removed.length === 0 && Object.keys(identity).length === 0) return nothing;
        const problem = problemWith(identity, command.context.today);
        if (problem) return problem;
        if (removed.some((field) => identity[field] !== undefined))
          return refuse('person.contradiction', 'A field is both given and removed.', 'Et felt er både udfyldt og fjernet.');
        return accept({ type: 'PersonCorrected', data: { personId, removed }, subject: subject(personId), text: identity });
      }
      case 'ProtectAddress':
        return state.addressProtected ? nothing : accept({ type: 'AddressProtected', data: { personId } });
      case 'LiftAddressProtection':
        return state.addressProtected ? accept({ type: 'AddressProtectionLifted', data: { personId } }) : nothing;
      default:
        return unreachable(command);
    }
  },
};
