// The one way this program gives up: a sentence in both languages and exit code 2.

/** Both languages on one line, English first: `is not a date / er ikke en dato`. */
export const both = (en: string, da: string): string => `${en} / ${da}`;

/** The file, the arguments or the server cannot be used as they are. Never holds a name, a CPR number, an address or free text. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  constructor(en: string, da: string) {
    super(both(en, da));
  }
}

/** Text from a file or a server, made safe for a terminal: no control characters, one line, not endless. */
export const printable = (text: string, length = 300): string => {
  const line = text.replace(/\p{Cc}+|\p{Zl}|\p{Zp}|[\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
};
