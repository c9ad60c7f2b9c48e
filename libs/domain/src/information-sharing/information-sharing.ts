// Retsplejeloven § 115 as code: one judgement for what is written in a case and what is said in the room.
import { code, id, list, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import { BASES, CATEGORIES, ORGANISATION_KINDS, PURPOSES, type Category } from '../kernel/vocabulary.js';

/** An organisation as the rules need it. */
export const party = object({ organisationId: id, kind: oneOf(ORGANISATION_KINDS), authorityId: id });
export type Party = Infer<typeof party>;

/** `userId` where the recipient was a person in the room; a guest without an account has `attendeeId` only. */
export const recipient = object({ organisationId: id, basis: oneOf(BASES), userId: opt(id), attendeeId: opt(id) });
export type Recipient = Infer<typeof recipient>;

/** The clear part of a disclosure, alike in the case stream and the meeting stream. */
export const disclosure = {
  disclosureId: id,
  caseId: id,
  personId: id,
  fromOrganisationId: id,
  fromUserId: opt(id),
  recipients: list(recipient),
  category: oneOf(CATEGORIES),
  purpose: oneOf(PURPOSES),
  /** Keyed fingerprint of the normalised necessity: finds a text that is used again. */
  necessityFingerprint: code,
  /** The earlier disclosure whose necessity text this one repeats: cited, and flagged to auditors. */
  repeats: opt(id),
  /** The information request this answers. */
  answers: opt(id),
  ruleSetId: id,
  /** Ids of the access policies that allowed it. */
  policies: list(code),
};

export const REFUSAL_RULES = [
  'rpl115.purpose',
  'rpl115.investigation',
  'rpl115.necessity',
  'rpl115.necessity-repeated',
  'rpl115.recipient',
  'rpl115.kind',
  'rpl115.sender',
  'room.mixed',
  'room.item-not-open',
] as const;
/** A refusal is recorded, without the content (rule 4). The purpose is the one that was sent. */
export const disclosureRefused = {
  disclosureId: id,
  caseId: id,
  personId: id,
  fromOrganisationId: id,
  toOrganisationIds: list(id),
  category: oneOf(CATEGORIES),
  purpose: oneOf([...PURPOSES, 'investigation', 'unknown']),
  rule: oneOf(REFUSAL_RULES),
  ruleSetId: id,
};

/** What somebody wants to share. `purpose` is free text from outside: judging it is rule 1. */
export interface DisclosureRequest {
  readonly disclosureId: string;
  readonly category: Category;
  /** Default `ssp`. */
  readonly purpose?: string;
  readonly necessity: string;
  readonly necessityFingerprint: string;
  readonly content: string;
  readonly repeats?: string;
  readonly answers?: string;
  readonly policies: readonly string[];
}
