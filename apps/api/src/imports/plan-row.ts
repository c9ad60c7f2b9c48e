// What a row asks of its case, decided in advance on the case as it is: all of it is accepted, or nothing is sent.
import { caseDecider, type AgeBand, type CaseState, type Context } from '@app/domain';
import { addDays } from '@app/platform';
import type { GroupRow } from '@app/read-models';
import { caseNumberOf } from '../cases/case-number.js';
import type { Asked } from '../core/change.js';
import { RefusedError } from '../core/errors.js';
import type { CheckedRow } from './check-row.js';
import type { ImportRowFields } from './import-row.dto.js';
import type { LedgerEntry } from './ledger.js';

export interface PlannedRow {
  readonly group: GroupRow;
  readonly row: ImportRowFields;
  readonly checked: CheckedRow;
  readonly entry: LedgerEntry;
  /** The columns that say something else than when the row was last carried out. What people changed here since stays. */
  readonly changed: (column: keyof ImportRowFields) => boolean;
  readonly ageBand: AgeBand;
  /** Ids of what the row makes beside its action; a repeat gets the same. */
  readonly idFor: (what: string) => string;
}

const PAUSED_FOR_DAYS = 28;
const FROM_SHEET = 'Ændret i regnearket før import';

/** @throws RefusedError naming the rule; nothing of the row has been done then */
export const planRow = (planned: PlannedRow, state: CaseState, context: Context): readonly Asked<'case'>[] => {
  const { group, row, checked, entry, changed, ageBand, idFor } = planned;
  const { caseId, personId, actionId } = entry;
  const commands: Asked<'case'>[] = [];
  let at = state;
  const plan = (command: Asked<'case'>): void => {
    const { events, refusal } = caseDecider.decide({ ...command, context }, at);
    if (refusal) throw new RefusedError(refusal);
    if (events.length === 0) return;
    at = events.reduce<CaseState>((before, event) => caseDecider.evolve(before, event), at);
    commands.push(command);
  };

  if (at.status === 'none') {
    const data = {
      caseId,
      personId,
      groupId: group.groupId,
      areaId: checked.areaId,
      caseNumber: caseNumberOf(caseId),
      ageBand,
      responsibleOrganisationId: checked.responsible.organisationId,
      organisations: group.organisations,
      imported: true,
    };
    plan({ type: 'ReferCase', data: { ...data, ...(row.reason !== undefined && { reason: row.reason }) } });
  }
  // Referred by an import that got no further, or by people: a row in the group's list says that it works on the case.
  if (at.status === 'referred' || at.status === 'accepted') plan({ type: 'OpenCase', data: { caseId } });
  if (at.status === 'none') return commands;

  if (changed('area') && at.areaId !== checked.areaId) plan({ type: 'ChangeArea', data: { caseId, areaId: checked.areaId } });
  for (const organisation of [checked.responsible, checked.owner]) {
    if (!at.organisations.some((o) => o.organisationId === organisation.organisationId)) {
      plan({ type: 'AddOrganisationToCase', data: { caseId, organisation } });
    }
  }
  const { organisationId } = checked.responsible;
  if (changed('responsible') && at.responsible.organisationId !== organisationId) {
    plan({ type: 'AssignResponsibility', data: { caseId, organisationId } });
  }

  const { action, deadline } = row;
  const ownerOrganisationId = checked.owner.organisationId;
  const agreed = at.actions.find((a) => a.actionId === actionId);
  if (action !== undefined && deadline !== undefined) {
    if (!agreed) {
      const data = { caseId, actionId, ownerOrganisationId, deadline, description: action, imported: true };
      plan({ type: 'AgreeAction', data });
    } else if (agreed.status === 'open') {
      // Done or cancelled here: the sheet is behind.
      if (changed('action')) plan({ type: 'RewordAction', data: { caseId, actionId, description: action } });
      if (changed('deadline') && agreed.deadline !== deadline) {
        plan({ type: 'MoveDeadline', data: { caseId, actionId, to: deadline, ground: FROM_SHEET } });
      }
      const offered = agreed.handover?.toOrganisationId === ownerOrganisationId;
      if (changed('actionOwner') && agreed.ownerOrganisationId !== ownerOrganisationId && !offered) {
        plan({ type: 'OfferHandover', data: { caseId, actionId, toOrganisationId: ownerOrganisationId } });
      }
    }
  }
  if (row.followUpOn !== undefined && changed('followUpOn') && !at.followUps.some((f) => f.on === row.followUpOn)) {
    plan({ type: 'ScheduleFollowUp', data: { caseId, followUpId: idFor(`follow-up ${row.followUpOn}`), on: row.followUpOn } });
  }
  // A changed reason is not lost: the referral stays as it was, and the new words stand as a report.
  if (row.reason !== undefined && entry.done !== undefined && changed('reason')) {
    plan({ type: 'ReportProgress', data: { caseId, reportId: idFor(`reason ${context.at}`), report: row.reason } });
  }
  // A pause that is over by now is none: the case is open, and its follow-up puts it on the agenda.
  const until = row.followUpOn ?? addDays(context.today, PAUSED_FOR_DAYS);
  if (row.status === 'paused' && changed('status') && at.status === 'open' && until >= context.today) {
    plan({ type: 'PauseCase', data: { caseId, until, ground: 'På pause ifølge regnearket' } });
  }
  // A closed row: what it agreed is done, and the case closes unless another row keeps it open.
  if (row.status === 'closed' && changed('status') && (at.status === 'open' || at.status === 'paused')) {
    const open = at.actions.filter((a) => a.status === 'open');
    if (open.some((a) => a.actionId === actionId)) plan({ type: 'CompleteAction', data: { caseId, actionId } });
    if (open.every((a) => a.actionId === actionId)) plan({ type: 'CloseCase', data: { caseId, outcome: 'other' } });
  }
  return commands;
};
