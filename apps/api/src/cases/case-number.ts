// What people say instead of a name: eight letters and digits from the case's random id, none of them easily misheard.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `K7QF-3MXP` from the first 40 random bits of a case's UUID. Tells nothing and cannot be guessed from another. */
export const caseNumberOf = (caseId: string): string => {
  const bits = BigInt(`0x${caseId.replaceAll('-', '').slice(0, 10)}`);
  const characters = Array.from({ length: 8 }, (_, i) => ALPHABET[Number((bits >> BigInt(35 - 5 * i)) & 31n)]);
  return `${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`;
};
