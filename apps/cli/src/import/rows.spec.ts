import { findHeader } from './headers.js';
import { MAX_ROWS, problemLines, readRows } from './rows.js';
import type { Cell } from './values.js';

const HEADER = ['Nr', 'Navn', 'CPR', 'Født', 'Område', 'Ansvarlig', 'Aftale', 'Frist', 'Opfølgning', 'Status', 'Udføres af'];
const GOOD = ['1', 'Demo Testperson 001', '010108-9912', '', 'Akacieparken', 'SOF', 'Møde', '01-12-2026', '', 'Åben', 'BUF'];
const row = (changes: Partial<Record<string, Cell>>): Cell[] =>
  HEADER.map((name, i) => (name in changes ? changes[name]! : GOOD[i]!));
const read = (...rows: Cell[][]) => {
  const table = [['Sager'], HEADER, ...rows];
  const header = findHeader(table);
  const result = readRows(table, header, '2026-11-24');
  return { ...result, lines: result.problems.flatMap((problem) => problemLines([problem], header.columns)) };
};

describe('rows', () => {
  it.each<[string, Partial<Record<string, Cell>>, string]>([
    ['an impossible deadline', { Frist: '31-02-2026' }, 'row 3, column H "Frist": 31-02-2026 is not a date / er ikke en dato'],
    ['text for a date', { Frist: 'når CANARY kan' }, 'row 3, column H "Frist": this is not a date / dette er ikke en dato'],
    ['an impossible birth date', { Født: '31-02-2008' }, 'row 3, column D "Født": this is not a date / dette er ikke en dato'],
    [
      'an impossible CPR number',
      { CPR: '320108-9912' },
      'row 3, column C "CPR": this is not a CPR number (ten digits that begin with a birth date) / dette er ikke et CPR-nummer (ti cifre, der begynder med en fødselsdato)',
    ],
    [
      'a birth date against the CPR number',
      { Født: '02-01-2008' },
      'row 3, column D "Født": the birth date and the CPR number do not agree / fødselsdatoen og CPR-nummeret passer ikke sammen',
    ],
    [
      'nobody',
      { Navn: '-', CPR: '' },
      'row 3, column B "Navn": a row needs a name or a CPR number / en række skal have navn eller CPR-nummer',
    ],
    ['no area', { Område: '?' }, 'row 3, column E "Område": the area is missing / området mangler'],
    [
      'nobody responsible',
      { Ansvarlig: 'ingen' },
      'row 3, column F "Ansvarlig": the responsible authority is missing / ansvarlig forvaltning mangler',
    ],
    [
      'an action without deadline',
      { Frist: '' },
      'row 3, column H "Frist": an agreed action needs a deadline / en aftale skal have en frist',
    ],
    [
      'an unknown status',
      { Status: 'CANARY' },
      'row 3, column J "Status": the status must be open, paused or closed / status skal være åben, på pause eller lukket',
    ],
  ])('with %s stay out', (_name, changes, line) => {
    const { rows, lines } = read(row(changes), row({ Nr: '2', Aftale: 'Andet' }));
    expect(lines).toEqual([line]);
    expect(rows.map(({ number }) => number)).toEqual([4]);
  });

  it('with several errors tell them all', () => {
    expect(read(row({ Frist: 'x', Område: '', CPR: '1' })).problems).toHaveLength(3);
  });

  it('go on with a warning when the person cannot be recognised, or a deadline has no action', () => {
    const { rows, problems } = read(row({ CPR: '' }), row({ Aftale: '' }));
    expect(problems.map(({ severity, field }) => `${severity} ${field}`)).toEqual(['warning name', 'warning action']);
    expect(rows).toHaveLength(2);
    expect(rows[1]!.row).not.toHaveProperty('deadline');
    expect(rows[1]!.row).not.toHaveProperty('actionOwner');
  });

  it('take the birth date from the CPR number', () => {
    expect(read(row({})).rows[0]!.row).toMatchObject({ cpr: '0101089912', birthDate: '2008-01-01' });
  });

  it('that are empty are skipped, notes and sum lines with a warning', () => {
    const { rows, problems } = read(row({}), ['', null, ' - '], [null, 'I alt 1 sag']);
    expect(rows).toHaveLength(1);
    expect(problems.map(({ row, severity }) => `${row} ${severity}`)).toEqual(['5 warning']);
  });

  it('that repeat an earlier row are sent once', () => {
    const { rows, identical, lines } = read(row({}), row({ Nr: '2' }));
    expect([rows.length, identical]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/^row 4: warning \/ advarsel: the same as row 3/);
  });

  it('that share a number get one each, the same whatever is wrong with the others', () => {
    const numbers = (frist: string) =>
      read(row({}), row({ Aftale: 'b', Frist: frist }), row({ Nr: '1/2', Aftale: 'c' }), row({ Aftale: 'd' })).rows.map(
        (r) => r.row.reference,
      );
    expect(numbers('01-12-2026')).toEqual(['1', '1/3', '1/2', '1/4']);
    expect(numbers('x')).toEqual(['1', '1/2', '1/4']);
  });

  it('may have the name in two columns', () => {
    const table = [
      ['Efternavn', 'Fornavn', 'Område', 'Ansvarlig', 'Født'],
      ['Testperson', 'Demo', 'A', 'B', '1/1 2010'],
      ['', '', 'A', 'B', '1/1 2010'],
    ];
    const header = findHeader(table);
    const { rows, problems } = readRows(table, header, '2026-11-24');
    expect(rows[0]!.row.name).toBe('Demo Testperson');
    expect(problems.flatMap((problem) => problemLines([problem], header.columns))).toEqual([
      expect.stringMatching(/^row 3, column A "Efternavn": /),
    ]);
  });

  it('are refused above the limit, and when there are none', () => {
    expect(() => read(...Array.from({ length: MAX_ROWS + 1 }, () => row({})))).toThrow(/at most 20000/);
    expect(() => read()).toThrow(/no rows/);
  });
});
