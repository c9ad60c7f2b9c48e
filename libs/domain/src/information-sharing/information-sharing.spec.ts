// Rules 1-5 and 7 of § 115, on their own: the same judgement serves the case and the room.
import { actors, parties } from '@app/testing';
import { AGE_BANDS, PURPOSES } from '../kernel/vocabulary.js';
import { DEFAULT_RULE_SET, type RuleSet } from '../ruleset/ruleset.js';
import {
  disclosure,
  disclosureRefused,
  judgeDisclosure,
  saysNothing,
  sharingRefusal,
  REFUSAL_RULES,
  type DisclosureRequest,
  type Occasion,
} from './information-sharing.js';

const { bif, buf, police, housing } = parties;
const occasion: Occasion = {
  caseId: 'case-1',
  personId: 'person-1',
  participants: [bif, buf, police],
  from: { organisationId: police.organisationId, userId: actors.police.userId, kind: 'police' },
  to: [{ organisationId: 'bif' }],
  earlier: [],
  ruleSet: DEFAULT_RULE_SET,
};
const request: DisclosureRequest = {
  disclosureId: 'd1',
  category: 'network',
  necessity: 'Jobindsatsen kan ikke planlægges uden at kende risikoen i gruppen.',
  necessityFingerprint: 'fp-1',
  content: 'SECRET-CONTENT',
  policies: ['allow-1'],
};
const ruleOf = (o: Partial<Occasion>, r: Partial<DisclosureRequest> = {}) =>
  judgeDisclosure({ ...occasion, ...o }, { ...request, ...r }).refused?.rule;

describe('an allowed disclosure', () => {
  it('carries who, to whom on which basis, why by fingerprint, and what decided; never the text', () => {
    expect(judgeDisclosure(occasion, request).disclosed).toEqual({
      disclosureId: 'd1',
      caseId: 'case-1',
      personId: 'person-1',
      fromOrganisationId: police.organisationId,
      fromUserId: actors.police.userId,
      recipients: [{ organisationId: 'bif', basis: 'rpl115' }],
      category: 'network',
      purpose: 'ssp',
      necessityFingerprint: 'fp-1',
      ruleSetId: DEFAULT_RULE_SET.ruleSetId,
      policies: ['allow-1'],
    });
  });
});

describe('rule 1: purpose', () => {
  it('is ssp unless another is said', () => {
    expect(judgeDisclosure(occasion, request).disclosed?.purpose).toBe('ssp');
  });
  it.each(PURPOSES)('%s holds', (purpose) => {
    expect(judgeDisclosure(occasion, { ...request, purpose }).disclosed?.purpose).toBe(purpose);
  });
  it.each(['', 'curiosity', 'efterforskning', 'ksp', 'constructor'])('%p is refused and recorded as unknown', (purpose) => {
    expect(judgeDisclosure(occasion, { ...request, purpose }).refused).toMatchObject({
      rule: 'rpl115.purpose',
      purpose: 'unknown',
    });
  });
  it('must be one of the rule set in force', () => {
    const ruleSet: RuleSet = { ...DEFAULT_RULE_SET, purposes: ['ssp'] };
    expect(judgeDisclosure({ ...occasion, ruleSet }, { ...request, purpose: 'psp' }).refused).toMatchObject({
      rule: 'rpl115.purpose',
      purpose: 'psp',
    });
  });
});

describe('rule 2: necessity', () => {
  it.each([
    '',
    '   ',
    '...!?',
    'ok',
    'OK.',
    ' Se  ovenfor! ',
    'See\u00a0above',
    'o\u200bk',
    'ＯＫ',
    'DET ER NØDVENDIGT',
    'ok, det er nødvendigt, som aftalt',
    'N/A',
    'xyz',
    '1234567',
  ])('%p says nothing', (necessity) => {
    expect(ruleOf({}, { necessity })).toBe('rpl115.necessity');
  });
  it('counts letters and digits, not signs', () => {
    expect(ruleOf({}, { necessity: 'a.b.c.d.e.f.g' })).toBe('rpl115.necessity');
    expect(ruleOf({}, { necessity: 'a.b.c.d.e.f.g.h' })).toBeUndefined();
  });
  it('takes the phrases from the rule set in force', () => {
    const ruleSet = { ...DEFAULT_RULE_SET, emptyPhrases: ['af hensyn til sagen'] };
    expect(ruleOf({ ruleSet }, { necessity: 'Af hensyn til sagen.' })).toBe('rpl115.necessity');
    expect(ruleOf({}, { necessity: 'Af hensyn til sagen.' })).toBeUndefined();
  });
  it('takes a phrase for what it says, whatever its case and spaces, and only as a whole', () => {
    const ruleSet = { ...DEFAULT_RULE_SET, emptyPhrases: ['Af  Hensyn til sagen', '...', 'to'] };
    expect(saysNothing('af hensyn, til SAGEN!', ruleSet)).toBe(true);
    expect(saysNothing('til sagen', ruleSet)).toBe(false);
    expect(saysNothing('hensyn til sagen to', ruleSet)).toBe(false);
    expect(saysNothing('sagen', ruleSet)).toBe(false);
  });
  it('is refused with the paragraph of the law, as every rule here is', () => {
    for (const rule of REFUSAL_RULES)
      expect(sharingRefusal(rule)).toEqual({
        rule,
        source: expect.stringMatching(/^Retsplejeloven § 115, stk\. [1-3]/) as string,
        en: expect.stringMatching(/^\S.{8,}\.$/) as string,
        da: expect.stringMatching(/^\S.{8,}\.$/) as string,
      });
  });
  it('finds phrases in a row without losing itself in ambiguous lists', () => {
    const ruleSet = { ...DEFAULT_RULE_SET, emptyPhrases: ['a', 'a a', 'a a a'] };
    expect(saysNothing('a '.repeat(2_000), ruleSet)).toBe(true);
    expect(saysNothing('a '.repeat(2_000) + 'b', ruleSet)).toBe(false);
  });

  const earlier = [{ disclosureId: 'd0', necessityFingerprint: 'fp-1' }];
  it('a repeated text must cite the earlier disclosure', () => {
    expect(ruleOf({ earlier })).toBe('rpl115.necessity-repeated');
    expect(judgeDisclosure({ ...occasion, earlier }, { ...request, repeats: 'd0' }).disclosed?.repeats).toBe('d0');
  });
  it('cites only a disclosure of this stream that says the same', () => {
    expect(ruleOf({ earlier }, { repeats: 'd9' })).toBe('rpl115.necessity-repeated');
    expect(ruleOf({ earlier }, { repeats: 'd0', necessityFingerprint: 'fp-2' })).toBe('rpl115.necessity-repeated');
    expect(ruleOf({}, { repeats: 'd0' })).toBe('rpl115.necessity-repeated');
  });
});

describe('rule 3: direction and basis', () => {
  it('is internal within one authority and rpl115 between two', () => {
    const from = { organisationId: 'bif', kind: 'municipal' as const };
    const to = [{ organisationId: 'buf' }, { organisationId: police.organisationId }];
    expect(judgeDisclosure({ ...occasion, from, to }, request).disclosed?.recipients).toEqual([
      { organisationId: 'buf', basis: 'internal' },
      { organisationId: police.organisationId, basis: 'rpl115' },
    ]);
  });
  it('refuses a recipient that does not take part, even beside one that does', () => {
    expect(ruleOf({ to: [{ organisationId: 'bif' }, { organisationId: 'sof' }] })).toBe('rpl115.recipient');
  });
  it('refuses a disclosure to nobody', () => {
    expect(ruleOf({ to: [] })).toBe('rpl115.recipient');
  });
  it('refuses a sender that does not take part', () => {
    expect(ruleOf({ from: { organisationId: 'sof', kind: 'municipal' } })).toBe('rpl115.sender');
  });
});

describe('rule 4: never for investigation', () => {
  it.each(['investigation', ' Investigation '])('%p is refused before anything else is asked', (purpose) => {
    expect(ruleOf({ to: [] }, { purpose, necessity: '' })).toBe('rpl115.investigation');
  });
  it('no rule set can allow it', () => {
    const ruleSet = { ...DEFAULT_RULE_SET, purposes: ['investigation', ...PURPOSES] as unknown as RuleSet['purposes'] };
    expect(ruleOf({ ruleSet }, { purpose: 'investigation' })).toBe('rpl115.investigation');
  });
  it('is recorded without content and without the reason', () => {
    const { refused } = judgeDisclosure(occasion, { ...request, purpose: 'investigation' });
    expect(Object.keys(refused!).sort()).toEqual(Object.keys(disclosureRefused).sort());
    expect(JSON.stringify(refused)).not.toContain('SECRET-CONTENT');
    expect(JSON.stringify(refused)).not.toContain('Jobindsatsen');
  });
});

describe('rule 5: self-governing institutions and everybody else outside the authorities', () => {
  it('never send, even if a list of participants named them', () => {
    const participants = [bif, housing];
    const from = { organisationId: 'housing', kind: 'other' as const };
    expect(ruleOf({ participants, from })).toBe('rpl115.kind');
  });
  it('never receive, even if a list of participants named them', () => {
    expect(ruleOf({ participants: [police, housing], to: [{ organisationId: 'housing' }] })).toBe('rpl115.kind');
  });
  it('never send under the name of an organisation that takes part', () => {
    expect(ruleOf({ from: { organisationId: 'bif', kind: 'other' } })).toBe('rpl115.kind');
  });
});

describe('rule 7: all ages, no consent', () => {
  it('a disclosure has no field for age or consent', () => {
    expect(Object.keys(disclosure).filter((field) => /age|consent|samtykke/i.test(field))).toEqual([]);
    expect(AGE_BANDS).toEqual(expect.arrayContaining(['under-12', '25-plus']));
  });
});

describe('what a refusal says', () => {
  it.each(REFUSAL_RULES)('%s: in Danish and English, with the paragraph', (rule) => {
    const refusal = sharingRefusal(rule);
    expect(refusal).toMatchObject({ rule, source: expect.stringContaining('Retsplejeloven § 115') as string });
    expect(refusal.da).not.toBe(refusal.en);
  });
});
