// The blind index that finds a person by name, birth date and CPR number.
import { table } from '../tables.js';
import type { PersonIndex } from './person-indexes.js';

/** Apart from the persons: it stays out of backups, and is made anew when its key is changed. Keyed hashes only. */
export interface PersonSearchRow {
  person_id: string;
  cpr_index: string | null;
  /** Shared with numbers that differ by a slip of the hand. */
  cpr_alike: readonly string[];
  birth_index: string | null;
  /** Of all words of the name together. */
  name_key: string | null;
  name_tokens: readonly string[];
  alias_tokens: readonly string[];
}
export const personSearchTable = table<PersonSearchRow>({
  name: 'person_search',
  key: 'person_id',
  columns: {
    person_id: 'text',
    cpr_index: 'text',
    cpr_alike: 'text[]',
    birth_index: 'text',
    name_key: 'text',
    name_tokens: 'text[]',
    alias_tokens: 'text[]',
  },
  indexes: [
    '(cpr_index) where cpr_index is not null',
    '(birth_index) where birth_index is not null',
    'using gin (name_tokens, alias_tokens)',
  ],
});
/** Of somebody whom nothing finds. */
export const unfindable = (personId: string): PersonSearchRow => ({
  person_id: personId,
  cpr_index: null,
  cpr_alike: [],
  birth_index: null,
  name_key: null,
  name_tokens: [],
  alias_tokens: [],
});

/** What the fields of an event are found by, beside what the others are. `null`: the field finds nobody any more. */
export const withIndex = (row: PersonSearchRow, { cpr, birthDate, name, alias }: PersonIndex): PersonSearchRow => ({
  ...row,
  ...(cpr !== undefined && { cpr_index: cpr?.index ?? null, cpr_alike: cpr?.alike ?? [] }),
  ...(birthDate !== undefined && { birth_index: birthDate }),
  ...(name !== undefined && { name_key: name?.key ?? null, name_tokens: name?.tokens ?? [] }),
  ...(alias !== undefined && { alias_tokens: alias?.tokens ?? [] }),
});
