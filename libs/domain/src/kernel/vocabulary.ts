// The closed word lists that more than one stream uses.

/** Personal data is for `municipal` and `police` only. No setting changes this. */
export const ORGANISATION_KINDS = ['municipal', 'police', 'other'] as const;
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number];

export const ROLES = [
  'coordinator',
  'projectLead',
  'participant',
  'hotspotChief',
  'steeringMember',
  'auditor',
  'partner',
  'politicalMember',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];
/** Who leads a group's work: writes down what others say and decide, and in the municipality reads all of its cases. */
export const LEADS: readonly Role[] = ['coordinator', 'projectLead', 'hotspotChief'];

/** What a piece of shared information is about: decides who needs it, and what an auditor sees instead of the content. */
export const CATEGORIES = ['family', 'health', 'school', 'work', 'crime', 'network', 'location', 'social'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Retsplejeloven § 115, stk. 1, nr. 1-3; the ksp letters as in nr. 3. `investigation` can be sent and is always refused (stk. 2). */
export const PURPOSES = ['ssp', 'psp', 'ksp-a', 'ksp-b', 'ksp-c'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** `rpl115` between authorities; `internal` between departments of one authority. */
export const BASES = ['rpl115', 'internal'] as const;
export type Basis = (typeof BASES)[number];

/** Years of age on the day of referral, coarse enough for a steering group. */
export const AGE_BANDS = ['under-12', '12-14', '15-17', '18-24', '25-plus', 'unknown'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];
