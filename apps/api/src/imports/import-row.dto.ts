// One row of a spreadsheet, as the import sends it.
import { Day, Flag, Id, Nested, Text, Word } from '../core/fields.js';

export class ImportRowFields {
  @Text(100, {
    optional: true,
    example: '17',
    description: 'The sheet’s own number of the row. With it an edited row is recognised.',
  })
  reference?: string;
  @Text(200, { optional: true, example: 'Demo Testperson 017' }) name?: string;
  @Text(200, { optional: true, example: 'Demo' }) alias?: string;
  @Text(11, { optional: true, example: '0101104242' }) cpr?: string;
  @Day({ optional: true, example: '2010-01-01' }) birthDate?: string;
  @Text(400, { optional: true, example: 'Demovej 17' }) address?: string;
  @Text(40, { optional: true, example: '00000017' }) phone?: string;
  @Text(200, { optional: true, example: 'Akacieparken', description: 'As written.' }) area?: string;
  @Text(200, { optional: true, example: 'BUF', description: 'Responsible organisation, as written.' }) responsible?: string;
  @Text(4000, { optional: true, example: 'Henvist af gadeteamet.' }) reason?: string;
  @Text(4000, { optional: true, example: 'Samtale med skolen' }) action?: string;
  @Text(200, { optional: true, example: 'BUF', description: 'Who does it, as written; default: the responsible organisation.' })
  actionOwner?: string;
  @Day({ optional: true, example: '2026-12-01' }) deadline?: string;
  @Day({ optional: true, example: '2026-12-15' }) followUpOn?: string;
  @Word(['open', 'paused', 'closed'], { optional: true }) status?: 'open' | 'paused' | 'closed';
}
export class ImportRowBody {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Flag({ example: true, description: 'Only say what would happen.' }) dryRun!: boolean;
  @Nested(() => ImportRowFields) row!: ImportRowFields;
}
export class ImportProblem {
  @Text(40, { example: 'area', description: 'The field of the row.' }) column!: string;
  @Text(100, { example: 'unknown-area' }) code!: string;
  @Word(['error', 'warning']) severity!: 'error' | 'warning';
  @Text(400, { example: 'Området kendes ikke i gruppen' }) da!: string;
  @Text(400, { example: 'The area is not known in the group' }) en!: string;
}
export class ImportRowAnswer {
  @Word(['created', 'updated', 'unchanged', 'problem'], { description: 'problem: nothing of the row was imported.' })
  outcome!: 'created' | 'updated' | 'unchanged' | 'problem';
  @Nested(() => ImportProblem, { many: true }) problems!: ImportProblem[];
  @Id({ optional: true }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
}
