// /api/cases: everything that changes a case. Each handler: one access decision, one command.
import { Body, Controller, Delete, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess, type AccessDecision, type Action } from '@app/access';
import type { CaseState, Party } from '@app/domain';
import { ifMatch, ifMatchNeeded, TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { factsOf, requireCase, requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { Registrar } from '../persons/registrar.js';
import { caseNumberOf } from './case-number.js';
import {
  AgreeActionBody,
  AreaBody,
  CaseActionParams,
  CaseOrganisationParams,
  CaseParams,
  CaseRequestParams,
  CloseCaseBody,
  CompletionBody,
  DeadlineBody,
  ExclusionBody,
  FollowUpBody,
  GroundBody,
  HandoverBody,
  OptionalGroundBody,
  PauseCaseBody,
  ReferCaseBody,
  ReopenCaseBody,
  ReportBody,
  RequestInformationBody,
  ResponsibilityBody,
  ScreenCaseBody,
  ShareInformationBody,
  WordingBody,
} from './case-requests.dto.js';
import { requireStaff } from './staff.js';

type CaseData = Asked<'case'>;
interface Options {
  /** How If-Match is read: after access has been asked. */
  readonly revision?: (call: Call) => number | undefined;
  readonly actionId?: string;
  readonly commandId?: string;
}

@ApiTags('Cases')
@Controller('api/cases')
export class CaseChangesController {
  constructor(
    private readonly changer: Changer,
    private readonly ports: Ports,
    private readonly registrar: Registrar,
  ) {}

  /** Access to the case is asked on the folded state, in the same read that the decision is made on. */
  private change(
    call: Call,
    action: Action,
    caseId: string,
    command: CaseData | ((decision: AccessDecision, groupId: string) => CaseData),
    { revision, actionId, commandId }: Options = {},
  ): Promise<Receipt> {
    requireAccess(call.principal, action);
    const expectedRevision = revision?.(call);
    return this.changer.change(
      call,
      'case',
      caseId,
      (state: CaseState) => {
        const owner = ownerOf(state, actionId);
        const facts = factsOf(state);
        const decision = requireCase(call.principal, action, caseId, facts, owner);
        return typeof command === 'function' ? command(decision, facts!.groupId) : command;
      },
      { ...(expectedRevision !== undefined && { expectedRevision }), ...(commandId !== undefined && { commandId }) },
    );
  }

  @Post()
  @Changes({ summary: 'Refer a young person to a group', status: 201 })
  async refer(@TheCall() call: Call, @Body() body: ReferCaseBody): Promise<Receipt> {
    requireAccess(call.principal, 'referCase');
    requireGroup(call.principal, 'referCase', body.groupId);
    if (body.open === true) requireAccess(call.principal, 'manageCase');
    const { commandId, idFor } = this.changer.begin(call);
    const caseId = idFor('case');
    const organisations = await this.participants(body.groupId, body.organisationIds);
    const registry = await this.ports.readModels.registry();
    const group = registry.groups.get(body.groupId);
    if (!group?.areaIds.includes(body.areaId)) throw refusal(...AREA);
    const person = await this.ports.readModels
      .reach(this.ports.lastWritten)
      .then(() => this.ports.readModels.person(body.personId));
    if (!person) throw refusal('person.unknown', 'The person is not registered.', 'Personen er ikke oprettet.');
    if (!(await this.registrar.mayRefer(call.principal, body.personId))) throw new NotFoundError('referCase');
    await this.registrar.requireNotErased(person.personId);
    await this.registrar.requireNotDead(person.personId);
    const ageBand = await this.registrar.ageBand(person, this.ports.clock.today());
    const receipt = await this.changer.change(
      call,
      'case',
      caseId,
      () => ({
        type: 'ReferCase',
        data: {
          caseId,
          // Of two that were merged the one that stays.
          personId: person.personId,
          groupId: body.groupId,
          areaId: body.areaId,
          caseNumber: caseNumberOf(caseId),
          ageBand,
          responsibleOrganisationId: body.responsibleOrganisationId,
          organisations,
          ...(body.reason !== undefined && { reason: body.reason }),
        },
      }),
      { commandId },
    );
    if (body.open !== true) return receipt;
    return this.change(call, 'manageCase', caseId, { type: 'OpenCase', data: { caseId } }, { commandId: idFor('open') });
  }

  @Post(':caseId/screening')
  @Changes({ summary: 'Say whether the case belongs in the group' })
  screen(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ScreenCaseBody): Promise<Receipt> {
    return this.change(call, 'screenCase', caseId, { type: 'ScreenCase', data: { caseId, ...body } });
  }

  @Post(':caseId/opening')
  @Changes({ summary: 'Open the case' })
  open(@TheCall() call: Call, @Param() { caseId }: CaseParams): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'OpenCase', data: { caseId } });
  }

  @Post(':caseId/pause')
  @Changes({ summary: 'Pause the case until a date' })
  pause(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: PauseCaseBody): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'PauseCase', data: { caseId, ...body } });
  }

  @Post(':caseId/resumption')
  @Changes({ summary: 'Resume a paused case' })
  resume(@TheCall() call: Call, @Param() { caseId }: CaseParams): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'ResumeCase', data: { caseId } });
  }

  @Post(':caseId/closing')
  @Changes({ summary: 'Close the case', description: 'Refused while actions are open.', ifMatch: 'needed', errors: [428] })
  close(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: CloseCaseBody): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'CloseCase', data: { caseId, ...body } }, { revision: ifMatchNeeded });
  }

  @Post(':caseId/reopening')
  @Changes({ summary: 'Reopen a closed case' })
  reopen(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ReopenCaseBody): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'ReopenCase', data: { caseId, ...body } });
  }

  @Put(':caseId/responsibility')
  @Changes({ summary: 'Make an organisation, and a person in it, responsible for the case' })
  async assign(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ResponsibilityBody): Promise<Receipt> {
    requireAccess(call.principal, 'manageCase');
    await requireStaff(this.ports, body.organisationId, body.userId);
    return this.change(call, 'manageCase', caseId, { type: 'AssignResponsibility', data: { caseId, ...body } });
  }

  @Put(':caseId/area')
  @Changes({ summary: 'Move the case to another area of its group' })
  async changeArea(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() { areaId }: AreaBody): Promise<Receipt> {
    requireAccess(call.principal, 'manageCase');
    const { groups } = await this.ports.readModels.registry();
    return this.change(call, 'manageCase', caseId, (_, groupId) => {
      if (!groups.get(groupId)?.areaIds.includes(areaId)) throw refusal(...AREA);
      return { type: 'ChangeArea', data: { caseId, areaId } };
    });
  }

  @Put(':caseId/organisations/:organisationId')
  @Changes({ summary: 'Let an organisation of the group take part in the case' })
  async addOrganisation(@TheCall() call: Call, @Param() { caseId, organisationId }: CaseOrganisationParams): Promise<Receipt> {
    requireAccess(call.principal, 'manageCase');
    const { groups } = await this.ports.readModels.registry();
    return this.change(call, 'manageCase', caseId, (_, groupId) => {
      const organisation = groups.get(groupId)?.organisations.find((o) => o.organisationId === organisationId);
      if (!organisation) throw refusal(...OUTSIDE_GROUP);
      return { type: 'AddOrganisationToCase', data: { caseId, organisation } };
    });
  }

  @Delete(':caseId/organisations/:organisationId')
  @Changes({ summary: 'End an organisation’s part in the case' })
  removeOrganisation(@TheCall() call: Call, @Param() { caseId, organisationId }: CaseOrganisationParams): Promise<Receipt> {
    return this.change(call, 'manageCase', caseId, { type: 'RemoveOrganisationFromCase', data: { caseId, organisationId } });
  }

  @Post(':caseId/exclusions')
  @Changes({ summary: 'Exclude a worker who is too close to the young person' })
  async exclude(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ExclusionBody): Promise<Receipt> {
    requireAccess(call.principal, 'manageCase');
    // A name that nobody has protects nobody.
    if (!(await this.ports.readModels.registry()).users.has(body.userId))
      throw refusal('user.unenrolled', 'The user is not enrolled.', 'Brugeren er ikke oprettet.');
    return this.change(call, 'manageCase', caseId, { type: 'ExcludeWorker', data: { caseId, ...body } });
  }

  @Post(':caseId/information-requests')
  @Changes({ summary: 'Ask an organisation for information', status: 201 })
  request(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: RequestInformationBody): Promise<Receipt> {
    const { commandId, idFor } = this.changer.begin(call);
    const requestId = idFor('request');
    return this.made(
      requestId,
      this.change(
        call,
        'changeCase',
        caseId,
        { type: 'RequestInformation', data: { caseId, requestId, ...body } },
        { commandId },
      ),
    );
  }

  @Post(':caseId/information-requests/:requestId/declining')
  @Changes({
    summary: 'Decline to share',
    description: 'A full answer: no reason is asked and none is recorded (Retsplejeloven § 115, stk. 4).',
  })
  declineRequest(@TheCall() call: Call, @Param() { caseId, requestId }: CaseRequestParams): Promise<Receipt> {
    return this.change(call, 'shareInformation', caseId, { type: 'DeclineInformationRequest', data: { caseId, requestId } });
  }

  @Post(':caseId/disclosures')
  @Changes({
    summary: 'Share information under § 115',
    description: 'A refusal is recorded, without the content, before the answer (422).',
    status: 201,
  })
  async share(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ShareInformationBody): Promise<Receipt> {
    requireAccess(call.principal, 'shareInformation');
    const { commandId, idFor } = this.changer.begin(call);
    const disclosureId = idFor('disclosure');
    const { toOrganisationIds, ...shared } = body;
    // The key of (person, case) is needed for the fingerprint: who may see the case is asked before it is fetched.
    const facts = await this.ports.readModels.reach(this.ports.lastWritten).then(() => this.ports.readModels.caseFacts(caseId));
    requireCase(call.principal, 'shareInformation', caseId, facts);
    const necessityFingerprint = await this.ports.blindIndex.fingerprint(
      { id: facts!.personId, scope: caseId },
      shared.necessity,
    );
    return this.made(
      disclosureId,
      this.change(
        call,
        'shareInformation',
        caseId,
        ({ policies }) => ({
          type: 'ShareInformation',
          data: { caseId, toOrganisationIds, disclosure: { ...shared, disclosureId, necessityFingerprint, policies } },
        }),
        { commandId },
      ),
    );
  }

  @Post(':caseId/actions')
  @Changes({ summary: 'Agree an action: who does what by when', status: 201 })
  async agree(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: AgreeActionBody): Promise<Receipt> {
    requireAccess(call.principal, 'changeCase');
    await requireStaff(this.ports, body.ownerOrganisationId, body.ownerUserId);
    const { commandId, idFor } = this.changer.begin(call);
    const actionId = idFor('action');
    return this.made(
      actionId,
      this.change(call, 'changeCase', caseId, { type: 'AgreeAction', data: { caseId, actionId, ...body } }, { commandId }),
    );
  }

  @Post(':caseId/actions/:actionId/acceptance')
  @Changes({
    summary: 'Accept an action',
    description: 'By its owner, or by anyone of the owner’s organisation while nobody is named.',
  })
  accept(@TheCall() call: Call, @Param() { caseId, actionId }: CaseActionParams): Promise<Receipt> {
    return this.change(call, 'reportAction', caseId, { type: 'AcceptAction', data: { caseId, actionId } }, { actionId });
  }

  @Post(':caseId/actions/:actionId/declining')
  @Changes({ summary: 'Decline an action', description: 'It stays open, with nobody named, and comes on the agenda.' })
  decline(
    @TheCall() call: Call,
    @Param() { caseId, actionId }: CaseActionParams,
    @Body() body: OptionalGroundBody,
  ): Promise<Receipt> {
    return this.change(
      call,
      'reportAction',
      caseId,
      { type: 'DeclineAction', data: { caseId, actionId, ...body } },
      { actionId },
    );
  }

  @Post(':caseId/actions/:actionId/handover')
  @Changes({
    summary: 'Offer an action to somebody else',
    description: 'The old owner stays responsible until the receiver accepts.',
    ifMatch: 'needed',
    errors: [428],
  })
  async offer(
    @TheCall() call: Call,
    @Param() { caseId, actionId }: CaseActionParams,
    @Body() body: HandoverBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'reportAction');
    await requireStaff(this.ports, body.toOrganisationId, body.toUserId);
    return this.change(
      call,
      'reportAction',
      caseId,
      { type: 'OfferHandover', data: { caseId, actionId, ...body } },
      { actionId, revision: ifMatchNeeded },
    );
  }

  @Post(':caseId/actions/:actionId/handover-acceptance')
  @Changes({ summary: 'Accept an action that was offered', ifMatch: 'needed', errors: [428] })
  acceptHandover(@TheCall() call: Call, @Param() { caseId, actionId }: CaseActionParams): Promise<Receipt> {
    // The receiver does not own it yet: the case itself is what is asked for.
    return this.change(
      call,
      'changeCase',
      caseId,
      { type: 'AcceptHandover', data: { caseId, actionId } },
      { revision: ifMatchNeeded },
    );
  }

  @Post(':caseId/actions/:actionId/handover-declining')
  @Changes({ summary: 'Decline an action that was offered', description: 'It stays with its owner.' })
  declineHandover(
    @TheCall() call: Call,
    @Param() { caseId, actionId }: CaseActionParams,
    @Body() body: OptionalGroundBody,
  ): Promise<Receipt> {
    return this.change(call, 'changeCase', caseId, { type: 'DeclineHandover', data: { caseId, actionId, ...body } });
  }

  @Post(':caseId/actions/:actionId/deadline')
  @Changes({ summary: 'Move the deadline', description: 'Who and why are kept.', ifMatch: 'needed', errors: [428] })
  moveDeadline(
    @TheCall() call: Call,
    @Param() { caseId, actionId }: CaseActionParams,
    @Body() body: DeadlineBody,
  ): Promise<Receipt> {
    return this.change(
      call,
      'reportAction',
      caseId,
      { type: 'MoveDeadline', data: { caseId, actionId, ...body } },
      { actionId, revision: ifMatchNeeded },
    );
  }

  @Post(':caseId/actions/:actionId/wording')
  @Changes({ summary: 'Say more clearly what the action is' })
  reword(@TheCall() call: Call, @Param() { caseId, actionId }: CaseActionParams, @Body() body: WordingBody): Promise<Receipt> {
    return this.change(call, 'reportAction', caseId, { type: 'RewordAction', data: { caseId, actionId, ...body } }, { actionId });
  }

  @Post(':caseId/actions/:actionId/completion')
  @Changes({ summary: 'Report an action done', ifMatch: 'possible' })
  complete(
    @TheCall() call: Call,
    @Param() { caseId, actionId }: CaseActionParams,
    @Body() body: CompletionBody,
  ): Promise<Receipt> {
    const command: CaseData = { type: 'CompleteAction', data: { caseId, actionId, ...body } };
    return this.change(call, 'reportAction', caseId, command, { actionId, revision: ifMatch });
  }

  @Post(':caseId/actions/:actionId/cancellation')
  @Changes({ summary: 'Cancel an action', ifMatch: 'possible' })
  cancel(@TheCall() call: Call, @Param() { caseId, actionId }: CaseActionParams, @Body() body: GroundBody): Promise<Receipt> {
    const command: CaseData = { type: 'CancelAction', data: { caseId, actionId, ...body } };
    return this.change(call, 'reportAction', caseId, command, { actionId, revision: ifMatch });
  }

  @Post(':caseId/reports')
  @Changes({ summary: 'Report progress on the case or on one action', status: 201 })
  report(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: ReportBody): Promise<Receipt> {
    const { commandId, idFor } = this.changer.begin(call);
    const reportId = idFor('report');
    return this.made(
      reportId,
      this.change(call, 'changeCase', caseId, { type: 'ReportProgress', data: { caseId, reportId, ...body } }, { commandId }),
    );
  }

  @Post(':caseId/follow-ups')
  @Changes({ summary: 'Schedule a follow-up', status: 201 })
  followUp(@TheCall() call: Call, @Param() { caseId }: CaseParams, @Body() body: FollowUpBody): Promise<Receipt> {
    const { commandId, idFor } = this.changer.begin(call);
    const followUpId = idFor('follow-up');
    return this.made(
      followUpId,
      this.change(call, 'changeCase', caseId, { type: 'ScheduleFollowUp', data: { caseId, followUpId, ...body } }, { commandId }),
    );
  }

  /** The receipt names what was made, not only the case it is in. */
  private async made(id: string, receipt: Promise<Receipt>): Promise<Receipt> {
    return { ...(await receipt), id };
  }

  private async participants(groupId: string, wanted?: readonly string[]): Promise<readonly Party[]> {
    const group = (await this.ports.readModels.registry()).groups.get(groupId);
    if (!wanted) return group?.organisations ?? [];
    return wanted.map((id) => {
      const party = group?.organisations.find((o) => o.organisationId === id);
      if (!party) throw refusal(...OUTSIDE_GROUP);
      return party;
    });
  }
}

const AREA = ['case.area', 'The area does not belong to the group.', 'Området hører ikke til gruppen.'] as const;
const OUTSIDE_GROUP = [
  'case.organisation',
  'The organisation is not part of the group.',
  'Enheden er ikke med i gruppen.',
] as const;

const refusal = (rule: string, en: string, da: string) => new RefusedError({ rule, en, da });

const ownerOf = (state: CaseState, actionId: string | undefined): string | undefined =>
  actionId === undefined || state.status === 'none'
    ? undefined
    : state.actions.find((action) => action.actionId === actionId)?.ownerOrganisationId;
