import { birthDateOf, cprWarnings, normaliseCpr } from './cpr.js';

const codes = (cpr: string) => cprWarnings(cpr).map(({ code }) => code);

describe('a CPR number', () => {
  it('may have a hyphen and spaces', () => {
    expect(normaliseCpr(' 070761-4285')).toBe('0707614285');
    expect(normaliseCpr('07076142855')).toBeUndefined();
    expect(normaliseCpr('０７０７６１４２８５')).toBeUndefined();
  });

  // The table of the CPR office: seventh digit and year give the century.
  it.each([
    ['010100-0000', '1900-01-01'],
    ['311299-3000', '1999-12-31'],
    ['010100-4000', '2000-01-01'],
    ['010136-4000', '2036-01-01'],
    ['010137-4000', '1937-01-01'],
    ['010199-4000', '1999-01-01'],
    ['010100-5000', '2000-01-01'],
    ['010157-8000', '2057-01-01'],
    ['010158-5000', '1858-01-01'],
    ['010199-8000', '1899-01-01'],
    ['010100-9000', '2000-01-01'],
    ['010136-9000', '2036-01-01'],
    ['010137-9000', '1937-01-01'],
    ['290200-4000', '2000-02-29'],
  ])('%s is born on %s', (cpr, date) => expect(birthDateOf(cpr)).toBe(date));

  it.each(['290200-0000', '290201-4000', '310490-0000', '000190-0000', '010090-0000', '011390-0000', '610190-0000', 'x'])(
    '%s holds no possible date',
    (cpr) => expect(birthDateOf(cpr)).toBeUndefined(),
  );

  it('only warns, in both languages, and says nothing of the number', () => {
    expect(codes('070761-4285')).toEqual([]); // the CPR office's own example of modulus 11
    expect(codes('070761-4286')).toEqual(['cpr.modulus11']);
    expect(codes('070716-4285')).toEqual(['cpr.modulus11']);
    expect(codes('320161-4285')).toContain('cpr.date');
    expect(codes('12345')).toEqual(['cpr.format']);
    expect([...cprWarnings('x'), ...cprWarnings('990761-4286')]).toEqual([
      { code: 'cpr.format', da: 'CPR-nummeret har ikke ti cifre.', en: 'The CPR number does not have ten digits.' },
      {
        code: 'cpr.date',
        da: 'CPR-nummeret begynder ikke med en dato.',
        en: 'The CPR number does not begin with a date.',
      },
      {
        code: 'cpr.modulus11',
        da: 'CPR-nummeret opfylder ikke modulus 11. Det kan være rigtigt (siden 2007), men se efter for tastefejl.',
        en: 'The CPR number fails the modulus 11 check. It can be right (since 2007), but look for a typing error.',
      },
    ]);
    for (const { da, en } of [...cprWarnings('990761-4286'), ...cprWarnings('x')]) {
      expect(da).not.toMatch(/\d{6}/);
      expect(en).not.toMatch(/\d{6}/);
    }
  });
});
