// The Danish personal number: what can be said about one without asking the register. From the CPR office's "Personnummeret i CPR-systemet".

/** A doubt about a number, for the person who typed it. Never a reason to refuse. */
export interface CprWarning {
  readonly code: 'cpr.format' | 'cpr.date' | 'cpr.modulus11';
  readonly da: string;
  readonly en: string;
}

/** Ten digits; undefined when it is something else. Hyphen and spaces do not matter. */
export const normaliseCpr = (cpr: string): string | undefined => {
  const digits = cpr.replace(/[\s\u00ad\u2010-\u2014-]/g, '');
  return /^[0-9]{10}$/.test(digits) ? digits : undefined;
};

/** The seventh digit and the two of the year give the century. */
const centuryOf = (seventh: number, year: number): number => {
  if (seventh <= 3) return 1900;
  if (seventh === 4 || seventh === 9) return year <= 36 ? 2000 : 1900;
  return year <= 57 ? 2000 : 1800;
};

/** The local date of birth in a number, such as `1961-07-07`; undefined when it holds no possible date. */
export const birthDateOf = (cpr: string): string | undefined => {
  const digits = normaliseCpr(cpr);
  if (!digits) return undefined;
  const [day, month, yy] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2))) as [number, number, number];
  const year = centuryOf(Number(digits[6]), yy) + yy;
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.toISOString().slice(0, 10) : undefined;
};

const WEIGHTS = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/** What looks wrong with a number. Since 2007 numbers without modulus 11 are given out, so that one only warns. */
export const cprWarnings = (cpr: string): CprWarning[] => {
  const digits = normaliseCpr(cpr);
  if (!digits)
    return [{ code: 'cpr.format', da: 'CPR-nummeret har ikke ti cifre.', en: 'The CPR number does not have ten digits.' }];
  const warnings: CprWarning[] = [];
  if (!birthDateOf(digits))
    warnings.push({
      code: 'cpr.date',
      da: 'CPR-nummeret begynder ikke med en dato.',
      en: 'The CPR number does not begin with a date.',
    });
  if (WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0) % 11 !== 0)
    warnings.push({
      code: 'cpr.modulus11',
      da: 'CPR-nummeret opfylder ikke modulus 11. Det kan være rigtigt (siden 2007), men se efter for tastefejl.',
      en: 'The CPR number fails the modulus 11 check. It can be right (since 2007), but look for a typing error.',
    });
  return warnings;
};
