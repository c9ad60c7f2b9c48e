// /api/imports/rows: a spreadsheet's row becomes a person, a case and an action; the same row again changes nothing.
import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import { requireAccess } from '@app/access';
import { IDENTITY_FIELDS, STREAMS, streamName, type ExistingCase, type Identity } from '@app/domain';
import { loadState, type Position } from '@app/event-store';
import { addDays } from '@app/platform';
import type { GroupRow } from '@app/read-models';
import { caseNumberOf } from '../cases/case-number.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers } from '../core/endpoint.js';
import { RefusedError } from '../core/errors.js';
import { requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { completeIdentity, Registrar } from '../persons/registrar.js';
import { checkRow, type CheckedRow } from './check-row.js';
import { ImportRowAnswer, ImportRowBody, type ImportProblem, type ImportRowFields } from './import-row.dto.js';
import { Ledger, type LedgerEntry, type RowHashes } from './ledger.js';

type CaseData = Asked<'case'>;

const PAUSED_FOR_DAYS = 28;
const FROM_SHEET = 'Ændret i regnearket før import';

@Injectable()
export class RowImporter {
  private ledger: Ledger | undefined;

  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly registrar: Registrar,
  ) {}

  async import(call: Call, { dryRun, row }: ImportRowBody, group: GroupRow): Promise<ImportRowAnswer> {
    const ledger = (this.ledger ??= new Ledger(this.ports.dataSource, await this.ports.keys.named('import-ledger')));
    const checked = checkRow(row, group, await this.ports.readModels.registry(), this.ports.clock.today());
    const { problems } = checked;
    if (!checked.row) return { outcome: 'problem', problems };

    const personKey = ledger.hash(group.groupId, ...checked.row.personKey);
    const rowKey = ledger.hash(
      group.groupId,
      row.reference === undefined ? [personKey, row.action ?? null] : ['reference', row.reference],
    );
    const done = { row: ledger.hash(row), reason: ledger.hash(row.reason ?? null), action: ledger.hash(row.action ?? null) };
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
    const entry = await this.caseOf(group.groupId, await this.person(call, group.groupId, row, begun));
    await this.ledger!.write(entry);
    const { caseId } = entry;
    const state = await this.openCase(call, group, row, checked, entry);
    const change = (command: CaseData) => this.changer.change(call, 'case', caseId, () => command, { commandId: randomUUID() });

    if (state.areaId !== checked.areaId) await change({ type: 'ChangeArea', data: { caseId, areaId: checked.areaId } });
    for (const organisation of [checked.responsible, checked.owner]) {
      if (!state.organisations.some((o) => o.organisationId === organisation.organisationId)) {
        await change({ type: 'AddOrganisationToCase', data: { caseId, organisation } });
      }
    }
    if (state.responsible.organisationId !== checked.responsible.organisationId) {
      await change({ type: 'AssignResponsibility', data: { caseId, organisationId: checked.responsible.organisationId } });
    }
    await this.action(row, checked, state, entry, now, change);
    if (row.followUpOn !== undefined && !state.followUps.some((f) => f.on === row.followUpOn)) {
      const followUpId = this.ports.idFor(entry.actionId, `follow-up ${row.followUpOn}`);
      await change({ type: 'ScheduleFollowUp', data: { caseId, followUpId, on: row.followUpOn } });
    }
    // A changed reason is not lost: the referral stays as it was, and the new words stand as a report.
    if (row.reason !== undefined && begun.done !== undefined && begun.done.reason !== now.reason) {
      const reportId = this.ports.idFor(entry.actionId, `reason ${now.reason}`);
      await change({ type: 'ReportProgress', data: { caseId, reportId, report: row.reason } });
    }
    // A pause that is over by now is none: the case is open, and its follow-up puts it on the agenda.
    const today = this.ports.clock.today();
    const until = row.followUpOn ?? addDays(today, PAUSED_FOR_DAYS);
    if (row.status === 'paused' && state.status === 'open' && until >= today) {
      await change({ type: 'PauseCase', data: { caseId, until, ground: 'På pause ifølge regnearket' } });
    }
    if (row.status === 'closed') await this.close(entry, change);
    return entry;
  }

  /** A closed row: what it agreed is done, and the case closes unless another row keeps it open. */
  private async close({ caseId, actionId }: LedgerEntry, change: (command: CaseData) => Promise<unknown>): Promise<void> {
    const state = await this.load(caseId);
    if (state?.status !== 'open' && state?.status !== 'paused') return;
    const open = state.actions.filter((a) => a.status === 'open');
    if (open.some((a) => a.actionId === actionId)) await change({ type: 'CompleteAction', data: { caseId, actionId } });
    if (open.every((a) => a.actionId === actionId)) await change({ type: 'CloseCase', data: { caseId, outcome: 'other' } });
  }

  /** Registers, or corrects what the sheet says differently now. */
  private async person(call: Call, groupId: string, row: ImportRowFields, entry: LedgerEntry): Promise<LedgerEntry> {
    const identity = completeIdentity(pick(row));
    if (identity.cpr !== undefined) {
      const { principal } = call;
      await this.ports.accessLog.record({
        type: 'PersonalDataSearched',
        actor: principal,
        requestId: String(call.id),
        purpose: 'import.row',
        policies: requireAccess(principal, 'importCases', { type: 'Group', groupId }).policies,
        criterion: identity.cpr,
        personIds: [],
        fieldClasses: [],
      });
    }
    await this.ports.readModels.reach(this.ports.lastWritten);
    let personId = entry.personId;
    if (!(await this.ports.readModels.person(personId))) {
      const receipt = await this.registrar.register(call, identity, { commandId: randomUUID(), personId });
      await this.ports.readModels.reach(receipt.position as Position);
      personId = receipt.id;
    }
    const person = await this.ports.readModels.person(personId);
    const current = IDENTITY_FIELDS.flatMap((field) =>
      person?.identity[field] ? [{ field, sealed: person.identity[field] }] : [],
    );
    const texts = await this.ports.vault.openMany(current.map(({ sealed }) => sealed));
    const held = new Map(current.map(({ field }, i) => [field, texts[i]]));
    const changed = Object.fromEntries(
      Object.entries(identity).filter(([field, text]) => text !== undefined && held.get(field as never) !== text),
    );
    if (Object.keys(changed).length > 0) {
      const correct = { type: 'CorrectPerson', data: { personId, identity: changed as Identity } } as const;
      await this.changer.change(call, 'person', personId, () => correct, { commandId: randomUUID() });
    }
    return { ...entry, personId };
  }

  /** The person's case in this group: the ledger's, or another that is not over. */
  private async caseOf(groupId: string, entry: LedgerEntry): Promise<LedgerEntry> {
    if (await this.load(entry.caseId)) return entry;
    for (const facts of await this.ports.readModels.caseFactsOfPerson(entry.personId)) {
      if (facts.groupId !== groupId) continue;
      const state = await this.load(facts.caseId);
      if (state && state.status !== 'closed' && state.status !== 'rejected') return { ...entry, caseId: facts.caseId };
    }
    return entry;
  }

  private async openCase(call: Call, group: GroupRow, row: ImportRowFields, checked: CheckedRow, entry: LedgerEntry) {
    const { caseId, personId } = entry;
    const open = () =>
      this.changer.change(call, 'case', caseId, () => ({ type: 'OpenCase', data: { caseId } }), { commandId: randomUUID() });
    const existing = await this.load(caseId);
    if (existing) {
      // Referred by an import that got no further, or by people: a row in the group's list says that it works on the case.
      if (existing.status !== 'referred' && existing.status !== 'accepted') return existing;
      await open();
      return (await this.load(caseId))!;
    }
    const person = await this.ports.readModels.person(personId);
    const today = this.ports.clock.today();
    const ageBand = person ? await this.registrar.ageBand(person, today) : 'unknown';
    const refer: CaseData = {
      type: 'ReferCase',
      data: {
        caseId,
        personId,
        groupId: group.groupId,
        areaId: checked.areaId,
        caseNumber: caseNumberOf(caseId),
        ageBand,
        responsibleOrganisationId: checked.responsible.organisationId,
        organisations: group.organisations,
        imported: true,
        ...(row.reason !== undefined && { reason: row.reason }),
      },
    };
    await this.changer.change(call, 'case', caseId, () => refer as never, { commandId: randomUUID() });
    await open();
    return (await this.load(caseId))!;
  }

  private async load(caseId: string): Promise<ExistingCase | undefined> {
    const { decider, codec } = STREAMS.case;
    const { state } = await loadState(this.ports.store, streamName('case', caseId), decider, codec);
    return state.status === 'none' ? undefined : state;
  }

  private async action(
    { action, deadline }: ImportRowFields,
    { owner }: CheckedRow,
    state: ExistingCase,
    { caseId, actionId, done }: LedgerEntry,
    now: RowHashes,
    change: (command: CaseData) => Promise<unknown>,
  ): Promise<void> {
    if (action === undefined || deadline === undefined) return;
    const agreed = state.actions.find((a) => a.actionId === actionId);
    if (!agreed) {
      const data = { caseId, actionId, ownerOrganisationId: owner.organisationId, deadline, description: action, imported: true };
      await change({ type: 'AgreeAction', data });
      return;
    }
    if (agreed.status !== 'open') return; // Done or cancelled here: the sheet is behind.
    if (done?.action !== now.action) await change({ type: 'RewordAction', data: { caseId, actionId, description: action } });
    if (agreed.deadline !== deadline)
      await change({ type: 'MoveDeadline', data: { caseId, actionId, to: deadline, ground: FROM_SHEET } });
    if (agreed.ownerOrganisationId !== owner.organisationId && agreed.handover?.toOrganisationId !== owner.organisationId) {
      await change({ type: 'OfferHandover', data: { caseId, actionId, toOrganisationId: owner.organisationId } });
    }
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
