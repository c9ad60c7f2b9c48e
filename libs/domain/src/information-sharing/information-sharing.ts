// Retsplejeloven § 115 as code: one judgement for what is written in a case and what is said in the room.
import type { Refusal } from '../kernel/decider.js';
import { code, id, list, object, oneOf, opt, type Infer, type InferShape } from '../kernel/schema.js';
import { compact, unique } from '../kernel/values.js';
import { BASES, CATEGORIES, ORGANISATION_KINDS, PURPOSES, type Category } from '../kernel/vocabulary.js';
import type { RuleSet } from '../ruleset/ruleset.js';

/** An organisation as the rules need it. */
export const party = object({ organisationId: id, kind: oneOf(ORGANISATION_KINDS), authorityId: id });
export type Party = Infer<typeof party>;
/** Exactly the fields of a party: what else a caller knows of an organisation does not reach an event. */
export const partyOf = ({ organisationId, kind, authorityId }: Party): Party => ({ organisationId, kind, authorityId });

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
export type Disclosed = InferShape<typeof disclosure>;

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
export type RefusalRule = (typeof REFUSAL_RULES)[number];
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
export type DisclosureRefusal = InferShape<typeof disclosureRefused>;

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

const SAYS: Readonly<Record<RefusalRule, Omit<Refusal, 'rule'>>> = {
  'rpl115.purpose': {
    source: 'Retsplejeloven § 115, stk. 1, nr. 1-3',
    en: 'Information is shared for SSP, PSP or KSP cooperation and for no other purpose.',
    da: 'Oplysninger videregives til SSP-, PSP- eller KSP-samarbejdet og ikke til andre formål.',
  },
  'rpl115.investigation': {
    source: 'Retsplejeloven § 115, stk. 2',
    en: 'Information is never shared for the investigation of criminal offences.',
    da: 'Oplysninger videregives aldrig med henblik på efterforskning af straffesager.',
  },
  'rpl115.necessity': {
    source: 'Retsplejeloven § 115, stk. 1',
    en: 'Say in words why sharing is necessary for the purpose.',
    da: 'Skriv med ord, hvorfor videregivelsen er nødvendig for formålet.',
  },
  'rpl115.necessity-repeated': {
    source: 'Retsplejeloven § 115, stk. 1',
    en: 'This reason was given before: cite that earlier disclosure, or say why it is necessary now.',
    da: 'Begrundelsen er brugt før: henvis til den tidligere videregivelse, eller skriv, hvorfor det er nødvendigt nu.',
  },
  'rpl115.recipient': {
    source: 'Retsplejeloven § 115, stk. 1-2',
    en: 'Every recipient has to take part in the case, and there has to be one.',
    da: 'Alle modtagere skal deltage i sagen, og der skal være mindst én.',
  },
  'rpl115.kind': {
    source: 'Retsplejeloven § 115, stk. 1-3',
    en: 'Information is shared between municipal authorities and the police only.',
    da: 'Oplysninger videregives kun mellem kommunale myndigheder og politiet.',
  },
  'rpl115.sender': {
    source: 'Retsplejeloven § 115, stk. 1-2',
    en: 'Only somebody present, of an organisation that takes part in the case, can share.',
    da: 'Kun en tilstedeværende fra en organisation, der deltager i sagen, kan videregive.',
  },
  'room.mixed': {
    source: 'Retsplejeloven § 115, stk. 1-2',
    en: 'Somebody in the room may not hear about this case.',
    da: 'En person i lokalet må ikke høre om denne sag.',
  },
  'room.item-not-open': {
    source: 'Retsplejeloven § 115, stk. 1-2',
    en: 'The item was not open when this was said.',
    da: 'Punktet var ikke åbent, da det blev sagt.',
  },
};
/** What a caller is told when a rule of § 115 or of the room says no. */
export const sharingRefusal = (rule: RefusalRule): Refusal => ({ rule, ...SAYS[rule] });

/** Somebody who shares or hears: an organisation, and the person where one is known. */
export interface Voice {
  readonly organisationId: string;
  readonly userId?: string;
  readonly attendeeId?: string;
}

/** All that § 115 asks about a disclosure except its own words. */
export interface Occasion {
  readonly caseId: string;
  readonly personId: string;
  /** The organisations that take part in the case. */
  readonly participants: readonly Party[];
  readonly from: Voice & Pick<Party, 'kind'>;
  readonly to: readonly Voice[];
  /** The disclosures of the same stream so far. */
  readonly earlier: readonly Pick<Disclosed, 'disclosureId' | 'necessityFingerprint'>[];
  readonly ruleSet: RuleSet;
}

export type Judgement =
  | { readonly disclosed: Disclosed; readonly refused?: undefined }
  | { readonly disclosed?: undefined; readonly refused: DisclosureRefusal };

export const words = (text: string): readonly string[] =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');

/**
 * Whether a reason is no reason: nothing but punctuation, or nothing but phrases of the rule set's list, one or several
 * in a row ("ok, det er nødvendigt"). Case, punctuation, white space and invisible characters do not count.
 */
export const saysNothing = (text: string, ruleSet: RuleSet): boolean => {
  const said = words(text);
  const phrases = ruleSet.emptyPhrases.map(words).filter((phrase) => phrase.length > 0);
  // covered[i]: the first i words are made of empty phrases
  const covered = [true];
  for (let end = 1; end <= said.length; end++)
    covered[end] = phrases.some((phrase) => {
      const start = end - phrase.length;
      return start >= 0 && covered[start] === true && phrase.every((word, i) => said[start + i] === word);
    });
  return covered[said.length] === true;
};

/** Rule 2. The minimum counts letters and digits. */
export const necessitySaid = (text: string, ruleSet: RuleSet): boolean =>
  !saysNothing(text, ruleSet) && [...words(text).join('')].length >= ruleSet.necessityMinLength;

const purposeOf = (sent: string | undefined): DisclosureRefusal['purpose'] => {
  const purpose = (sent ?? 'ssp').trim().toLowerCase();
  return [...PURPOSES, 'investigation' as const].find((known) => known === purpose) ?? 'unknown';
};

const brokenRule = (occasion: Occasion, request: DisclosureRequest): RefusalRule | undefined => {
  const { participants, from, to, earlier, ruleSet } = occasion;
  const purpose = purposeOf(request.purpose);
  if (purpose === 'investigation') return 'rpl115.investigation';
  if (purpose === 'unknown' || !ruleSet.purposes.includes(purpose)) return 'rpl115.purpose';
  const takingPart = (voice: Voice) => participants.find((p) => p.organisationId === voice.organisationId);
  if (from.kind === 'other' || [from, ...to].some((voice) => takingPart(voice)?.kind === 'other')) return 'rpl115.kind';
  if (!takingPart(from)) return 'rpl115.sender';
  if (to.length === 0 || !to.every(takingPart)) return 'rpl115.recipient';
  if (!necessitySaid(request.necessity, ruleSet)) return 'rpl115.necessity';
  const alike = earlier.filter((d) => d.necessityFingerprint === request.necessityFingerprint).map((d) => d.disclosureId);
  const cites = request.repeats !== undefined;
  if (cites ? !alike.includes(request.repeats) : alike.length > 0) return 'rpl115.necessity-repeated';
  return undefined;
};

/** The record of a refusal: who wanted to share with whom, by which rule it was refused, and nothing of what (rule 4). */
export const refuseDisclosure = (occasion: Occasion, request: DisclosureRequest, rule: RefusalRule): DisclosureRefusal => ({
  disclosureId: request.disclosureId,
  caseId: occasion.caseId,
  personId: occasion.personId,
  fromOrganisationId: occasion.from.organisationId,
  toOrganisationIds: unique(occasion.to.map((voice) => voice.organisationId)),
  category: request.category,
  purpose: purposeOf(request.purpose),
  rule,
  ruleSetId: occasion.ruleSet.ruleSetId,
});

/**
 * Judges a disclosure by the rule set in force: purpose (rules 1 and 4), necessity (2), direction, basis and recipients
 * (3 and 5). Whoever is allowed gets the clear part of the event; every refusal is to be recorded.
 * Retsplejeloven § 115, stk. 1-4. There is no rule on age and no question of consent (rule 7).
 */
export const judgeDisclosure = (occasion: Occasion, request: DisclosureRequest): Judgement => {
  const rule = brokenRule(occasion, request);
  if (rule !== undefined) return { refused: refuseDisclosure(occasion, request, rule) };
  const authorities = new Map(occasion.participants.map((p) => [p.organisationId, p.authorityId]));
  const { disclosureId, category, necessityFingerprint, repeats, answers, policies } = request;
  const { caseId, personId, from, to, ruleSet } = occasion;
  return {
    disclosed: compact({
      disclosureId,
      caseId,
      personId,
      fromOrganisationId: from.organisationId,
      fromUserId: from.userId,
      recipients: to.map(({ organisationId, userId, attendeeId }) =>
        compact({
          organisationId,
          basis: authorities.get(organisationId) === authorities.get(from.organisationId) ? 'internal' : 'rpl115',
          userId,
          attendeeId,
        }),
      ),
      category,
      purpose: purposeOf(request.purpose) as Disclosed['purpose'],
      necessityFingerprint,
      repeats,
      answers,
      ruleSetId: ruleSet.ruleSetId,
      policies,
    }),
  };
};
