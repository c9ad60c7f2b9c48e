// The committed example files are what their script makes, and give what their README says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findHeader } from './headers.js';
import { readTable } from './read-file.js';
import { readRows } from './rows.js';

interface Example {
  csv: Buffer;
  xlsx: Buffer;
  readme: string;
  expected: {
    persons: number;
    sent: number;
    identical: number;
    localProblemRows: { row: number; column: string }[];
    serverProblemRows: { row: number; column: string }[];
  };
}
const root = join(import.meta.dirname, '../../../..');
const folder = join(root, 'examples/import');
const load = async (name: string) => {
  const { rows } = await readTable(join(folder, name));
  const header = findHeader(rows);
  return { header, ...readRows(rows, header, '2026-11-24') };
};

let example: Example;
beforeAll(async () => {
  const script = (await import(pathToFileURL(join(root, 'scripts/make-example-import.mjs')).href)) as {
    makeExample(): Promise<Example>;
  };
  example = await script.makeExample();
});

it('the files are the ones the script makes', () => {
  expect(readFileSync(join(folder, 'cases.csv')).equals(example.csv)).toBe(true);
  expect(readFileSync(join(folder, 'cases.xlsx')).equals(example.xlsx)).toBe(true);
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(example.readme);
});

it('both files give the same rows and the problems of the README', async () => {
  const csv = await load('cases.csv');
  const xlsx = await load('cases.xlsx');
  expect(csv).toEqual(xlsx);

  const { expected } = example;
  expect(xlsx.rows).toHaveLength(expected.sent);
  expect(xlsx.identical).toBe(expected.identical);
  const errors = xlsx.problems.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ row, field }) => ({ row, column: xlsx.header.columns.get(field!)!.header }))).toEqual(
    expected.localProblemRows,
  );

  const strange = new Set(['Kultur og Fritid', 'Socialforvaltnigen', 'Sjælør Blvd.']);
  const refused = xlsx.rows.filter(({ row }) =>
    [row.area, row.responsible, row.actionOwner].some((value) => value && strange.has(value)),
  );
  expect(refused.map(({ number }) => number)).toEqual(expected.serverProblemRows.map(({ row }) => row));

  // The server knows a person by CPR number, or by the name's words in any order and the birth date.
  const known = (row: (typeof xlsx.rows)[number]['row']) => `${row.name!.split(' ').toSorted().join(' ')} ${row.birthDate}`;
  const good = xlsx.rows.filter((row) => !refused.includes(row)).map(({ row }) => row);
  expect(new Set(good.map(known)).size).toBe(expected.persons);
});
