import { columnLetter, FIELDS, findHeader } from './headers.js';

describe('the row of column names', () => {
  it('is found below title lines, in Danish or English, with dirt in the names', () => {
    const header = findHeader([
      ['Fremdriftsgruppen: sager'],
      [],
      ['Løbe-nr.', ' NAVN * ', 'Cpr-nr.', 'Område', 'Ansvarlig\nforvaltning', 'Due date', 'Frist (dd-mm-åååå)', 'Hund'],
      ['1', 'Navn', 'x', 'y', 'z'],
    ]);
    expect(header.rowIndex).toBe(2);
    expect([...header.columns].map(([field, column]) => `${field} ${column.letter}`)).toEqual([
      'reference A',
      'name B',
      'cpr C',
      'area D',
      'responsible E',
      'deadline F',
    ]);
    expect(header.ignored.map(({ letter, header }) => `${letter} ${header}`)).toEqual(['G Frist (dd-mm-åååå)', 'H Hund']);
  });

  it('tells what is missing, without repeating any cell', () => {
    expect(() => findHeader([['Navn', 'Frist']])).toThrow(
      /missing: area \/ område; responsible authority \/ ansvarlig forvaltning/,
    );
    expect(() => findHeader([['Område', 'Ansvarlig']])).toThrow(/name or CPR/);
    expect(() => findHeader([['CANARY', 'CANARY']])).toThrow(/no row of column names(?!.*CANARY)/);
  });

  it('letters its columns as a sheet does', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnLetter)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
  });

  it('gives every name to one field only', () => {
    const names = Object.values(FIELDS).flatMap((field) => field.headers.replaceAll(' ', '').split('|'));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
