import fc from 'fast-check';
import { displayName, looksLikeDate, parseCpr, parseDate, parseStatus, referenceOf, textOf, type Cell } from './values.js';

const TODAY = '2026-11-24';

describe('dates', () => {
  it.each<[Cell, string]>([
    ['24-11-2026', '2026-11-24'],
    ['24/11 2026', '2026-11-24'],
    ['24/11-26', '2026-11-24'],
    ['24.11.26', '2026-11-24'],
    ['4. 1. 2027', '2027-01-04'],
    ['1. 12.26', '2026-12-01'],
    ["24/11 '26", '2026-11-24'],
    ['24. november 2026', '2026-11-24'],
    ['24 Nov. 26', '2026-11-24'],
    ['1. okt. 2026', '2026-10-01'],
    ['tirsdag d. 24. november 2026', '2026-11-24'],
    ['tirs. den 24/11 2026', '2026-11-24'],
    ['2026-11-24', '2026-11-24'],
    ['2026-11-24T00:00:00.000Z', '2026-11-24'],
    ['24-11-2026 00:00:00', '2026-11-24'],
    ['24.11.2026 kl. 10.30', '2026-11-24'],
    ['24112026', '2026-11-24'],
    ['20261124', '2026-11-24'],
    ['241126', '2026-11-24'],
    ['\u00a024-11-2026\u00a0', '2026-11-24'],
    [46350, '2026-11-24'],
    ['46350', '2026-11-24'],
    ['46350,0', '2026-11-24'],
    [new Date('2026-11-24T00:00:00Z'), '2026-11-24'],
    [new Date(Date.UTC(2026, 10, 24) - 1), '2026-11-24'],
    ['29-02-2028', '2028-02-29'],
  ])('%p is %s', (cell, expected) => expect(parseDate(cell, 'plan', TODAY)).toBe(expected));

  it.each<[Cell]>([
    ['31-02-2026'],
    ['29-02-2027'],
    ['24-13-2026'],
    ['00-11-2026'],
    ['24/11'],
    ['snarest'],
    ['uge 48'],
    ['24. nonvember 2026'],
    ['24-11-2206'],
    ['24-11-1926'],
    ['1234567890'],
    [7],
    [true],
    [new Date(NaN)],
  ])('%p is not a date', (cell) => expect(parseDate(cell, 'plan', TODAY)).toBeUndefined());

  it('reads a birth date in the past, with two digits this century unless that lies in the future', () => {
    expect(parseDate('24.11.08', 'birth', TODAY)).toBe('2008-11-24');
    expect(parseDate('24.11.26', 'birth', TODAY)).toBe('2026-11-24');
    expect(parseDate('25.11.26', 'birth', TODAY)).toBe('1926-11-25');
    expect(parseDate('25-11-2026', 'birth', TODAY)).toBeUndefined();
    expect(parseDate('01-01-1899', 'birth', TODAY)).toBeUndefined();
  });

  it('comes back from every form it is written in', () => {
    const months = 'januar februar marts april maj juni juli august september oktober november december'.split(' ');
    const forms: ((y: number, m: number, d: number) => Cell)[] = [
      (y, m, d) => `${d}-${m}-${y}`,
      (y, m, d) => `${d}/${m} ${y}`,
      (y, m, d) => `${d}.${m}.${String(y).slice(2)}`,
      (y, m, d) => `${d}. ${months[m - 1]} ${y}`,
      (y, m, d) => `d. ${d}/${m}-${String(y).slice(2)}`,
      (y, m, d) => new Date(Date.UTC(y, m - 1, d)),
      (y, m, d) => (Date.UTC(y, m - 1, d) - Date.UTC(1899, 11, 30)) / 86_400_000,
      (y, m, d) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
      (y, m, d) => `${String(d).padStart(2, '0')}${String(m).padStart(2, '0')}${y}`,
      (y, m, d) => `${String(d).padStart(2, '0')}${String(m).padStart(2, '0')}${String(y).slice(2)}`,
    ];
    const days = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom(...forms), (date, form) => {
        const iso = date.toISOString().slice(0, 10);
        const [y, m, d] = iso.split('-').map(Number) as [number, number, number];
        expect(parseDate(form(y, m, d), 'plan', TODAY)).toBe(iso);
      }),
      { numRuns: 1000 },
    );
  });

  it('tells a bad date, which may be repeated, from other text, which may not', () => {
    for (const text of ['31-02-2026', '32/13 26', '31. februar 2026', '2026-02-31']) expect(looksLikeDate(text)).toBe(true);
    for (const text of [
      'snarest',
      '010108-9912',
      '0101089912',
      '00 00 12 34',
      '24. Testperson 2026',
      'ring 24-11-2026 til mor',
    ]) {
      expect(looksLikeDate(text)).toBe(false);
    }
  });
});

describe('CPR numbers', () => {
  it.each<[Cell, string, string]>([
    ['010108-9912', '0101089912', '2008-01-01'],
    ['0101089912', '0101089912', '2008-01-01'],
    ['010108 – 9912', '0101089912', '2008-01-01'],
    [101089912, '0101089912', '2008-01-01'],
    ['101089912', '0101089912', '2008-01-01'],
    ['10108-9912', '0101089912', '2008-01-01'],
    ['311299-4912', '3112994912', '1999-12-31'],
    ['010199-1912', '0101991912', '1999-01-01'],
    ['010120-5912', '0101205912', '2020-01-01'],
  ])('%p is a number and a birth date', (cell, cpr, birthDate) => expect(parseCpr(cell, TODAY)).toEqual({ cpr, birthDate }));

  it.each<[Cell]>([
    ['320108-9912'],
    ['311108'],
    ['610108-9912'],
    ['310208-9912'],
    ['010108-99123'],
    ['1,01E+08'],
    ['010136-9912'],
    ['010158-5912'],
    ['x'],
  ])('%p is none', (cell) => expect(parseCpr(cell, TODAY)).toBeUndefined());
});

describe('text', () => {
  it.each<[Cell, string]>([
    ['\u00a0 Akacieparken \u202f', 'Akacieparken'],
    ['to\r\nlinjer', 'to\nlinjer'],
    ['a\u030aben', 'åben'],
    ['a\u0007b', 'a b'],
    [1, '1'],
    [null, ''],
    ...['-', '–', 'ingen', 'N/A', '?', '??', 'Ukendt', ' . '].map((marker) => [marker, ''] as [Cell, string]),
    ['ingen frist', 'ingen frist'],
  ])('%p is %p', (cell, expected) => expect(textOf(cell)).toBe(expected));

  it('reads running numbers and names as people mean them', () => {
    expect(['1,0', '12.00', 'A-7', '1,5'].map(referenceOf)).toEqual(['1', '12', 'A-7', '1,5']);
    expect(referenceOf(17)).toBe('17');
    expect(['Testperson, Demo', 'Demo  Testperson', 'A, B, C', 'Testperson,'].map(displayName)).toEqual([
      'Demo Testperson',
      'Demo Testperson',
      'A, B, C',
      'Testperson,',
    ]);
    expect(['Åben', 'I bero', 'AFSLUTTET', 'måske'].map(parseStatus)).toEqual(['open', 'paused', 'closed', undefined]);
  });
});
