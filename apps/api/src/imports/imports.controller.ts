// /api/imports/rows: a spreadsheet's row becomes a person, a case and an action; the same row again changes nothing.
import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import { requireAccess } from '@app/access';
import { IDENTITY_FIELDS, STREAMS, streamName, type ExistingCase, type Identity, type IdentityField } from '@app/domain';
import { loadState, type Position } from '@app/event-store';
import type { GroupRow, PersonRow } from '@app/read-models';
import { caseNumberOf } from '../cases/case-number.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers } from '../core/endpoint.js';
import { RefusedError } from '../core/errors.js';
import { requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { ageBandOf, completeIdentity, Registrar } from '../persons/registrar.js';
import { checkRow, type CheckedRow } from './check-row.js';
import { ImportRowAnswer, ImportRowBody, type ImportProblem, type ImportRowFields } from './import-row.dto.js';
import { Ledger, type LedgerEntry, type RowHashes } from './ledger.js';
import { planRow } from './plan-row.js';

@Injectable()
export class RowImporter {
  private ledger: Ledger | undefined;

  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly registrar: Registrar,
  ) {}

  async import(call: Call, { dryRun, row }: ImportRowBody, group: GroupRow): Promise<ImportRowAnswer> {
    const ledger = (this.ledger ??= new Ledger(this.ports.ask, await this.ports.keys.named('import-ledger')));
    const checked = checkRow(row, group, await this.ports.readModels.registry(), this.ports.clock.today());
    const { problems } = checked;
    if (!checked.row) return { outcome: 'problem', problems };

    const personKey = ledger.hash(group.groupId, ...checked.row.personKey);
    const rowKey = ledger.hash(
      group.groupId,
      row.reference === undefined ? [personKey, row.action ?? null] : ['reference', row.reference],
    );
    const done: RowHashes = { row: ledger.hash(row), ...hashes(row, (column, text) => ledger.hash(column, text)) };
    const found = await ledger.find(rowKey);
    const known = found && (found.personKey === personKey || (await this.hasBegun(found))) ? found : undefined;
    if (known && known.personKey !== personKey) return { outcome: 'problem', problems: [...problems, OTHER_PERSON] };
    if (known?.done?.row === done.row) return answer('unchanged', problems, known.caseId);
    const outcome = known?.done === undefined ? 'created' : 'updated';
    if (dryRun) return { outcome, problems };

    let entry = known ?? (await ledger.draft(rowKey, personKey));
    await ledger.write(entry);
    try {
      entry = await this.carryOut(call, group, row, checked.row, entry, done);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const { rule, da, en } = error.refusal;
      return { outcome: 'problem', problems: [...problems, { column: columnOf(rule), code: rule, severity: 'error', da, en }] };
    }
    await ledger.write({ ...entry, done });
    return answer(outcome, problems, entry.caseId);
  }

  /** Whether anything came of it; a row that was refused at once may be mended into somebody else. */
  private async hasBegun({ done, personId, caseId }: LedgerEntry): Promise<boolean> {
    if (done) return true;
    await this.ports.readModels.reach(this.ports.lastWritten);
    return (await this.ports.readModels.person(personId)) !== undefined || (await this.load(caseId)) !== undefined;
  }

  private async carryOut(
    call: Call,
    group: GroupRow,
    row: ImportRowFields,
    checked: CheckedRow,
    begun: LedgerEntry,
    now: RowHashes,
  ): Promise<LedgerEntry> {
    const identity = completeIdentity(pick(row));
    const personId = await this.personOf(call, group.groupId, identity, begun);
    const entry = await this.caseOf(group.groupId, { ...begun, personId });
    const known = await this.ports.readModels.person(personId);
    const context = await this.ports.context(call.principal);
    const changed = (column: keyof ImportRowFields) => begun.done?.[column] !== now[column];
    const ageBand =
      identity.birthDate === undefined && known
        ? await this.registrar.ageBand(known, context.today)
        : ageBandOf(identity.birthDate, context.today);
    const idFor = (what: string) => this.ports.idFor(entry.actionId, what);
    const state = (await this.load(entry.caseId)) ?? { status: 'none' as const };
    const commands = planRow({ group, row, checked, entry, changed, ageBand, idFor }, state, context);

    await this.ledger!.write(entry);
    if (known) await this.correct(call, known, identity, changed);
    else {
      const receipt = await this.registrar.register(call, identity, { commandId: randomUUID(), personId });
      await this.ports.readModels.reach(receipt.position as Position);
      // Somebody else registered the same number in between: what was planned is for another person.
      if (receipt.id !== personId) return this.carryOut(call, group, row, checked, { ...begun, personId: receipt.id }, now);
    }
    for (const command of commands) {
      await this.changer.change(call, 'case', entry.caseId, () => command, { commandId: randomUUID() });
    }
    return entry;
  }

  /** Who the row is about: the ledger's person, whoever has the CPR number, or somebody new. Looking for the number is logged. */
  private async personOf(call: Call, groupId: string, { cpr }: Identity, entry: LedgerEntry): Promise<string> {
    const { principal } = call;
    let { personId } = entry;
    if (cpr !== undefined) {
      const { policies } = requireAccess(principal, 'importCases', { type: 'Group', groupId });
      const known = await this.registrar.byCpr(cpr);
      if (known && !(await this.ports.readModels.person(personId))) personId = known.personId;
      await this.registrar.logSearch(call, 'import.row', policies, cpr, personId);
    }
    await this.ports.readModels.reach(this.ports.lastWritten);
    if (!(await this.registrar.mayRefer(principal, personId))) throw new RefusedError(NOT_YOURS);
    return personId;
  }

  /** Corrects what the sheet says differently from when it was last imported, and from what is held. */
  private async correct(
    call: Call,
    { personId, identity: held }: PersonRow,
    identity: Identity,
    changed: (column: IdentityField) => boolean,
  ): Promise<void> {
    const fields = IDENTITY_FIELDS.filter((field) => identity[field] !== undefined && changed(field));
    const sealed = fields.flatMap((field) => (held[field] ? [held[field]] : []));
    const texts = await this.ports.vault.openMany(sealed);
    const textOf = (field: IdentityField) => texts[sealed.indexOf(held[field]!)];
    const different = fields.filter((field) => textOf(field) !== identity[field]);
    if (different.length === 0) return;
    const corrections = Object.fromEntries(different.map((field) => [field, identity[field]]));
    const command = { type: 'CorrectPerson', data: { personId, identity: corrections } } as const;
    await this.changer.change(call, 'person', personId, () => command, { commandId: randomUUID() });
  }

  /** The person's case in this group: the row's own, else one that is not over, else a new one. */
  private async caseOf(groupId: string, entry: LedgerEntry): Promise<LedgerEntry> {
    const isOver = (state: ExistingCase) => state.status === 'closed' || state.status === 'rejected';
    const own = await this.load(entry.caseId);
    if (own && (entry.done !== undefined || !isOver(own))) return entry;
    for (const facts of await this.ports.readModels.caseFactsOfPerson(entry.personId)) {
      const state = facts.groupId === groupId ? await this.load(facts.caseId) : undefined;
      if (state && !isOver(state)) return { ...entry, caseId: facts.caseId };
    }
    return own ? { ...entry, caseId: randomUUID() } : entry;
  }

  private async load(caseId: string): Promise<ExistingCase | undefined> {
    const { decider, codec } = STREAMS.case;
    const { state } = await loadState(this.ports.store, streamName('case', caseId), decider, codec);
    return state.status === 'none' ? undefined : state;
  }
}

const pick = ({ name, alias, cpr, birthDate, address, phone }: ImportRowFields): Identity => ({
  ...(name !== undefined && { name }),
  ...(alias !== undefined && { alias }),
  ...(cpr !== undefined && { cpr }),
  ...(birthDate !== undefined && { birthDate }),
  ...(address !== undefined && { address }),
  ...(phone !== undefined && { phone }),
});

const answer = (outcome: ImportRowAnswer['outcome'], problems: ImportProblem[], caseId: string): ImportRowAnswer => ({
  outcome,
  problems,
  caseId,
  caseNumber: caseNumberOf(caseId),
});

/** One hash a column: what cannot be compared once it is sealed, and what people may have changed here since. */
const hashes = (row: ImportRowFields, hash: (column: string, text: string) => string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([column, text]: [string, unknown]) =>
      typeof text === 'string' ? [[column, hash(column, text)]] : [],
    ),
  );

const NOT_YOURS = {
  rule: 'person.not-yours',
  en: 'This row cannot be imported by you.',
  da: 'Denne række kan ikke importeres af dig.',
};

const OTHER_PERSON: ImportProblem = {
  column: 'reference',
  code: 'reference-reused',
  severity: 'error',
  da: 'Rækkens nummer hører allerede til en anden person',
  en: 'The number of the row belongs to another person already',
};

const columnOf = (rule: string): string =>
  rule.startsWith('action.deadline')
    ? 'deadline'
    : rule.startsWith('action')
      ? 'action'
      : rule.startsWith('person')
        ? 'name'
        : 'row';

@ApiTags('Import')
@Controller('api/imports')
export class ImportsController {
  constructor(
    private readonly importer: RowImporter,
    private readonly registrar: Registrar,
    private readonly ports: Ports,
  ) {}

  @Post('rows')
  @Answers({
    summary: 'Import one row of a spreadsheet',
    description: 'The same row again changes nothing; an edited row updates. A row with an error is not imported at all.',
    answer: ImportRowAnswer,
    errors: [400, 404, 409, 413, 415],
  })
  async row(@TheCall() call: Call, @Body() body: ImportRowBody): Promise<ImportRowAnswer> {
    requireAccess(call.principal, 'importCases');
    requireGroup(call.principal, 'importCases', body.groupId);
    const group = (await this.ports.readModels.registry()).groups.get(body.groupId)!;
    return this.registrar.alone('import', body.groupId, () => this.importer.import(call, body, group));
  }
}
