// Everything that can be wrong with a row is found before its first command: a row is imported whole or not at all.
import type { Party } from '@app/domain';
import { cprWarnings, normaliseCpr } from '@app/personal-data';
import type { GroupRow, Registry } from '@app/read-models';
import type { ImportProblem, ImportRowFields } from './import-row.dto.js';

export interface CheckedRow {
  readonly areaId: string;
  readonly responsible: Party;
  readonly owner: Party;
  /** Who the row is about: CPR number, or the name's words in any order with the date of birth. */
  readonly personKey: readonly string[];
}

const error = (column: keyof ImportRowFields, code: string, da: string, en: string): ImportProblem => ({
  column,
  code,
  severity: 'error',
  da,
  en,
});
const warning = (column: keyof ImportRowFields, code: string, da: string, en: string): ImportProblem => ({
  ...error(column, code, da, en),
  severity: 'warning',
});

/** Case, spaces, punctuation and the two spellings of æ, ø, å do not count. */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'oe')
    .replaceAll('å', 'aa')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const nameKey = (name: string): string => fold(name).split(' ').sort().join(' ');

const yearsFrom = (date: string, years: number): string => `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;
/** Plans reach two years ahead, here as in the case itself. */
const isTooFar = (date: string, today: string): boolean => date > yearsFrom(today, 2);

/**
 * @param today local date in Europe/Copenhagen
 * @returns every problem; `row` when none of them is an error
 */
export const checkRow = (
  row: ImportRowFields,
  group: GroupRow,
  registry: Registry,
  today: string,
): { problems: ImportProblem[]; row?: CheckedRow } => {
  const problems: ImportProblem[] = [];
  const cpr = row.cpr === undefined ? undefined : normaliseCpr(row.cpr);
  if (row.cpr !== undefined && cpr === undefined)
    problems.push(error('cpr', 'bad-cpr', 'CPR-nummeret har ikke ti cifre', 'The CPR number does not have ten digits'));
  if (cpr !== undefined) {
    for (const { code, da, en } of cprWarnings(cpr)) {
      problems.push(code === 'cpr.modulus11' ? warning('cpr', code, da, en) : error('cpr', 'bad-cpr', da, en));
    }
  }
  if (row.name === undefined && row.alias === undefined)
    problems.push(error('name', 'missing-name', 'Navn mangler', 'The name is missing'));
  if (row.cpr === undefined && row.name === undefined) {
    problems.push(
      error('cpr', 'cannot-identify', 'Uden CPR-nummer skal der et navn til', 'Without a CPR number the name is needed'),
    );
  } else if (row.cpr === undefined && row.birthDate === undefined && row.reference === undefined) {
    const da = 'Kun et navn: uden CPR-nummer, fødselsdato eller rækkens nummer kan to med samme navn ikke skilles ad';
    const en = 'Only a name: without CPR number, date of birth or a row number two of the same name cannot be told apart';
    problems.push(error('name', 'cannot-identify', da, en));
  } else if (row.cpr === undefined && row.birthDate === undefined) {
    const da = 'Kun et navn: personen kan ikke kendes igen i andre rækker';
    problems.push(warning('name', 'name-only', da, 'Only a name: the person cannot be recognised in other rows'));
  }

  const area =
    row.area === undefined
      ? undefined
      : group.areaIds.find((id) => [id, registry.areas.get(id)?.name ?? ''].some((n) => fold(n) === fold(row.area!)));
  if (row.area === undefined) problems.push(error('area', 'missing-area', 'Område mangler', 'The area is missing'));
  else if (area === undefined)
    problems.push(error('area', 'unknown-area', 'Området kendes ikke i gruppen', 'The area is not known in the group'));

  const organisation = (column: 'responsible' | 'actionOwner'): Party | undefined => {
    const written = row[column];
    if (written === undefined) return undefined;
    const known = [...registry.organisations.values()].find((o) =>
      [o.organisationId, o.name].some((n) => fold(n) === fold(written)),
    );
    if (!known) problems.push(error(column, 'unknown-department', 'Enheden kendes ikke', 'The department is not known'));
    else if (known.kind === 'other') {
      problems.push(
        error(
          column,
          'outside-authority',
          'Enheden er hverken kommunal eller politi (§ 115)',
          'The organisation is neither municipal nor police (§ 115)',
        ),
      );
    } else if (!group.organisations.some((o) => o.organisationId === known.organisationId)) {
      problems.push(error(column, 'not-in-group', 'Enheden er ikke med i gruppen', 'The organisation is not part of the group'));
    }
    return known;
  };
  const responsible = organisation('responsible');
  if (row.responsible === undefined)
    problems.push(
      error('responsible', 'missing-responsible', 'Ansvarlig enhed mangler', 'The responsible organisation is missing'),
    );
  const owner = organisation('actionOwner') ?? responsible;

  if (row.birthDate !== undefined && (row.birthDate > today || row.birthDate <= yearsFrom(today, -130))) {
    const da = 'Fødselsdatoen ligger i fremtiden eller er over 130 år siden';
    problems.push(error('birthDate', 'bad-birth-date', da, 'The date of birth is to come or more than 130 years ago'));
  }
  if (row.action !== undefined && row.deadline === undefined)
    problems.push(error('deadline', 'missing-deadline', 'Aftalen har ingen frist', 'The action has no deadline'));
  for (const column of ['deadline', 'followUpOn'] as const) {
    if (row[column] !== undefined && isTooFar(row[column], today))
      problems.push(error(column, 'too-far', 'Datoen ligger mere end to år fremme', 'The date is more than two years ahead'));
  }
  if (row.action === undefined && row.deadline !== undefined)
    problems.push(
      warning('deadline', 'deadline-without-action', 'Fristen hører ikke til en aftale', 'The deadline belongs to no action'),
    );

  if (problems.some((p) => p.severity === 'error') || area === undefined || !responsible || !owner) return { problems };
  const personKey =
    cpr !== undefined
      ? ['cpr', cpr]
      : row.birthDate !== undefined
        ? ['name', nameKey(row.name!), row.birthDate]
        : ['row', nameKey(row.name!), row.reference ?? ''];
  return { problems, row: { areaId: area, responsible, owner, personKey } };
};
