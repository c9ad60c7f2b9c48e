// /api/organisations, users, groups, areas, rule-sets: what an administrator sets up and everybody refers to.
import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess } from '@app/access';
import {
  DEFAULT_RULE_SET,
  ORGANISATION_KINDS,
  PURPOSES,
  ROLES,
  type OrganisationKind,
  type Purpose,
  type Role,
} from '@app/domain';
import type { Registry } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type ChangeRequest } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { RefusedError } from '../core/errors.js';
import { Day, DayOfYear, Email, Id, Nested, Text, TimeOfDay, Whole, Word } from '../core/fields.js';
import { requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { LadderBody } from './ladder.dto.js';

class OrganisationAnswer {
  @Id({ example: 'bif' }) organisationId!: string;
  @Text(200, { example: 'Beskæftigelses- og Integrationsforvaltningen' }) name!: string;
  @Word(ORGANISATION_KINDS) kind!: OrganisationKind;
  @Id({ example: 'koebenhavns-kommune', description: 'The data controller it belongs to.' }) authorityId!: string;
}
class OrganisationList {
  @Nested(() => OrganisationAnswer, { many: true }) items!: OrganisationAnswer[];
}
class OrganisationParams {
  @Id({ example: 'bif' }) organisationId!: string;
}
class NameBody {
  @Text(200, { example: 'Socialforvaltningen' }) name!: string;
}

class UserAnswer {
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Word(ROLES) role!: Role;
  @Text(200, { optional: true, nullable: true, example: 'Demo Mødeleder' }) name?: string | null;
  @Day({ optional: true, description: 'First day without access.' }) leftOn?: string;
}
class UserList {
  @Nested(() => UserAnswer, { many: true }) items!: UserAnswer[];
}
class EnrolUserBody {
  @Id({ example: 'bif' }) organisationId!: string;
  @Word(ROLES, { example: 'participant' }) role!: Role;
  @Text(200, { example: '9f1c2a', description: '`sub` of the sign-in issuer; stored as a keyed hash only.' }) subject!: string;
  @Text(200, { example: 'Demo Medarbejder' }) name!: string;
  @Email({ optional: true, description: 'Sealed. Without it nothing is sent to them.' }) email?: string;
}
class UserParams {
  @Id({ example: 'bif-participant' }) userId!: string;
}
class EmailBody {
  @Email() email!: string;
}
class RoleBody {
  @Word(ROLES, { example: 'participant' }) role!: Role;
}
class OnBody {
  @Day() on!: string;
}

class SeriesAnswer {
  @Whole(1, 7, { example: 2, description: 'ISO weekday: 1 Monday to 7 Sunday.' }) weekday!: number;
  @TimeOfDay() startTime!: string;
  @Whole(5, 480, { example: 90 }) durationMinutes!: number;
}
class MemberAnswer {
  @Id({ example: 'bif-participant' }) userId!: string;
  @Id({ example: 'bif' }) organisationId!: string;
  @Day() from!: string;
  @Day({ optional: true, description: 'First day without membership.' }) until?: string;
}
class DeputyAnswer {
  @Id({ example: 'bif-participant' }) userId!: string;
  @Id({ example: 'sof-participant' }) deputyUserId!: string;
}
class AbsenceAnswer {
  @Id({ example: 'bif-participant' }) userId!: string;
  @Day() from!: string;
  @Day({ example: '2026-12-01', description: 'First day back.' }) backOn!: string;
}
class AbsenceBody {
  @Id({ optional: true, example: 'bif-participant', description: 'Missing: yourself.' }) userId?: string;
  @Day() from!: string;
  @Day({ example: '2026-12-01', description: 'First day back.' }) backOn!: string;
}
class SteeringSeriesBody {
  @Day({ description: 'The first meeting; then every 14 days, a week later where that day is closed.' }) firstOn!: string;
  @TimeOfDay({ example: '14:00' }) startTime!: string;
  @Whole(5, 480, { example: 60 }) durationMinutes!: number;
}
class GroupAnswer {
  @Id() groupId!: string;
  @Text(200, { example: 'Fremdriftsgruppen' }) name!: string;
  @Id({ many: true, example: ['akacieparken'] }) areaIds!: string[];
  @Nested(() => SeriesAnswer) series!: SeriesAnswer;
  @Id({ many: true, example: ['bif', 'politi'] }) organisationIds!: string[];
  @Nested(() => MemberAnswer, { many: true }) members!: MemberAnswer[];
  @Nested(() => DeputyAnswer, { many: true }) deputies!: DeputyAnswer[];
  @Day({ many: true, example: ['2026-12-23'] }) closingDays!: string[];
  @DayOfYear({ many: true, example: ['06-05', '12-24', '12-31'] }) yearlyClosingDays!: string[];
  @Nested(() => LadderBody, { optional: true, description: 'Its own thresholds. Missing: those of the rule set.' })
  ladder?: LadderBody;
  @Nested(() => AbsenceAnswer, { many: true, description: 'Under way and to come.' }) absences!: AbsenceAnswer[];
  @Nested(() => SteeringSeriesBody, {
    optional: true,
    description: 'When its steering group meets. Missing: every other Thursday at 14.',
  })
  steeringSeries?: SteeringSeriesBody;
}
class GroupList {
  @Nested(() => GroupAnswer, { many: true }) items!: GroupAnswer[];
}
class FormGroupBody {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Text(200, { example: 'Fremdriftsgruppen' }) name!: string;
  @Id({ many: true, example: ['akacieparken'] }) areaIds!: string[];
  @Nested(() => SeriesAnswer) series!: SeriesAnswer;
}
class GroupParams {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
}
class GroupOrganisationParams extends GroupParams {
  @Id({ example: 'bif' }) organisationId!: string;
}
class GroupMemberParams extends GroupParams {
  @Id({ example: 'bif-participant' }) userId!: string;
}
class MemberBody {
  @Id({ example: 'bif-participant' }) userId!: string;
  @Day() from!: string;
}
class DeputyBody {
  @Id({ example: 'sof-participant' }) deputyUserId!: string;
}
class ClosingDaysBody {
  @Day({ many: true, example: ['2026-12-23', '2027-05-07'] }) dates!: string[];
  @DayOfYear({ many: true, optional: true, example: ['06-05', '12-24', '12-31'], description: 'Every year. Missing: as before.' })
  yearly?: string[];
}

class AreaAnswer {
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Text(200, { example: 'Akacieparken' }) name!: string;
}
class AreaList {
  @Nested(() => AreaAnswer, { many: true }) items!: AreaAnswer[];
}
class DesignateBody extends AreaAnswer {
  @Id({ example: 'koebenhavns-kommune' }) authorityId!: string;
}

class RetentionBody {
  @Whole(1, 30, { example: 1 }) closedWithoutActionYears!: number;
  @Whole(1, 30, { example: 5 }) closedYears!: number;
  @Whole(1, 30, { optional: true, example: 2, description: 'For what was looked for, from the last day of its month.' })
  accessLogYears?: number;
}
class RuleSetBody {
  @Id({ example: 'rpl115-2027' }) ruleSetId!: string;
  @Day({ example: '2027-01-01' }) validFrom!: string;
  @Word(PURPOSES, { many: true, example: ['ssp', 'psp'] }) purposes!: Purpose[];
  @Text(200, { many: true, example: ['ok', 'se ovenfor'] }) emptyPhrases!: string[];
  @Whole(1, 500, { example: 8 }) necessityMinLength!: number;
  @Whole(1, 365, { example: 21 }) silentAfterDays!: number;
  @Whole(0, 30, { example: 2 }) agendaWorkingDaysBefore!: number;
  @Nested(() => LadderBody) ladder!: LadderBody;
  @Nested(() => RetentionBody, { optional: true, description: 'Years from the end of a case. Missing: 1 and 5, and 2.' })
  retention?: RetentionBody;
}
class RuleSetList {
  @Nested(() => RuleSetBody, { many: true }) items!: RuleSetBody[];
}

class MeAnswer {
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Text(200, { example: 'Hotspotsekretariatet' }) organisationName!: string;
  @Word(ORGANISATION_KINDS) kind!: OrganisationKind;
  @Word(ROLES) role!: Role;
  @Id({ many: true, example: ['fremdriftsgruppen'] }) groups!: string[];
  @Day({ description: 'Today in Europe/Copenhagen, by this server’s clock.' }) today!: string;
}

@ApiTags('Registry')
@Controller('api')
export class RegistryController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get('me')
  @Answers({ summary: 'Who you are here', answer: MeAnswer })
  async me(@TheCall() call: Call): Promise<MeAnswer> {
    requireAccess(call.principal, 'readSelf');
    const { userId, organisationId, kind, role, groups } = call.principal;
    const registry = await this.ports.readModels.registry();
    const organisationName = registry.organisations.get(organisationId)!.name;
    return { userId, organisationId, organisationName, kind, role, groups: [...groups], today: this.ask.today };
  }

  @Get('organisations')
  @Answers({ summary: 'All organisations', answer: OrganisationList })
  async organisations(@TheCall() call: Call): Promise<OrganisationList> {
    return { items: [...(await this.registry(call, 'readRegistry')).organisations.values()] };
  }

  @Post('organisations')
  @Changes({ summary: 'Register an organisation', status: 201 })
  registerOrganisation(@TheCall() call: Call, @Body() body: OrganisationAnswer): Promise<Receipt> {
    return this.administer(call, 'organisation', body.organisationId, () => ({
      type: 'RegisterOrganisation',
      data: { ...body },
    }));
  }

  @Put('organisations/:organisationId/name')
  @Changes({ summary: 'Rename an organisation' })
  rename(@TheCall() call: Call, @Param() { organisationId }: OrganisationParams, @Body() { name }: NameBody): Promise<Receipt> {
    return this.administer(call, 'organisation', organisationId, () => ({
      type: 'RenameOrganisation',
      data: { organisationId, name },
    }));
  }

  @Get('users')
  @Answers({ summary: 'All members of staff', answer: UserList })
  async users(@TheCall() call: Call): Promise<UserList> {
    const decision = requireAccess(call.principal, 'readRegistry');
    const registry = await this.registry(call, 'readRegistry');
    const items = [...registry.users.values()].map(({ userId, organisationId, role, name, leftOn }) => ({
      userId,
      organisationId,
      role,
      ...(name && { name }),
      ...(leftOn !== undefined && { leftOn }),
    }));
    return this.out.reveal(call, { purpose: 'users.list', decision }, { items });
  }

  @Post('users')
  @Changes({ summary: 'Enrol a member of staff', status: 201 })
  async enrol(@TheCall() call: Call, @Body() { subject, ...body }: EnrolUserBody): Promise<Receipt> {
    requireAccess(call.principal, 'administer');
    const organisation = (await this.registry(call, 'administer')).organisations.get(body.organisationId);
    if (!organisation) throw new RefusedError(UNREGISTERED);
    const subjectHash = this.ports.blindIndex.subjectHash(this.ports.issuer, subject);
    // One sign-in, one user: enrolling the same person again finds the first.
    const userId = this.ports.idFor(subjectHash, 'user');
    return this.administer(call, 'user', userId, () => ({
      type: 'EnrolUser',
      data: { ...body, userId, organisationKind: organisation.kind, subjectHash },
    }));
  }

  @Put('users/:userId/role')
  @Changes({ summary: 'Change somebody’s role' })
  changeRole(@TheCall() call: Call, @Param() { userId }: UserParams, @Body() { role }: RoleBody): Promise<Receipt> {
    return this.administer(call, 'user', userId, () => ({ type: 'ChangeRole', data: { userId, role } }));
  }

  @Put('users/:userId/email')
  @Changes({ summary: 'Change somebody’s e-mail address', description: 'Sealed; shown to nobody, opened when mail is sent.' })
  changeEmail(@TheCall() call: Call, @Param() { userId }: UserParams, @Body() { email }: EmailBody): Promise<Receipt> {
    const changeId = this.changer.begin(call).idFor('email');
    return this.administer(call, 'user', userId, () => ({ type: 'ChangeEmail', data: { userId, changeId, email } }));
  }

  @Post('users/:userId/leaving')
  @Changes({ summary: 'Record that somebody leaves', description: 'From that date there is no access.' })
  leave(@TheCall() call: Call, @Param() { userId }: UserParams, @Body() { on }: OnBody): Promise<Receipt> {
    return this.administer(call, 'user', userId, () => ({ type: 'RecordUserLeft', data: { userId, on } }));
  }

  @Get('groups')
  @Answers({ summary: 'All progress groups', answer: GroupList })
  async groups(@TheCall() call: Call): Promise<GroupList> {
    const registry = await this.registry(call, 'readRegistry');
    const today = this.ask.today;
    return {
      items: [...registry.groups.values()].map(({ organisations, areaIds, members, deputies, ...group }) => ({
        ...group,
        areaIds: [...areaIds],
        members: [...members],
        deputies: [...deputies],
        closingDays: [...group.closingDays],
        yearlyClosingDays: [...group.yearlyClosingDays],
        absences: group.absences.filter(({ backOn }) => backOn > today),
        organisationIds: organisations.map((o) => o.organisationId),
      })),
    };
  }

  @Post('groups')
  @Changes({ summary: 'Form a progress group', status: 201 })
  form(@TheCall() call: Call, @Body() { series, ...body }: FormGroupBody): Promise<Receipt> {
    return this.administer(call, 'group', body.groupId, () => ({ type: 'FormGroup', data: { ...body, series: { ...series } } }));
  }

  @Put('groups/:groupId/organisations/:organisationId')
  @Changes({ summary: 'Let an organisation take part in the group', description: 'Municipal and police only (rule 5, rule 8).' })
  async joinGroup(@TheCall() call: Call, @Param() { groupId, organisationId }: GroupOrganisationParams): Promise<Receipt> {
    requireAccess(call.principal, 'administer');
    const organisation = (await this.registry(call, 'administer')).organisations.get(organisationId);
    if (!organisation) throw new RefusedError(UNREGISTERED);
    const { kind, authorityId } = organisation;
    return this.administer(call, 'group', groupId, () => ({
      type: 'AddOrganisationToGroup',
      data: { groupId, organisationId, kind, authorityId },
    }));
  }

  @Delete('groups/:groupId/organisations/:organisationId')
  @Changes({ summary: 'End an organisation’s part in the group' })
  leaveGroup(@TheCall() call: Call, @Param() { groupId, organisationId }: GroupOrganisationParams): Promise<Receipt> {
    return this.administer(call, 'group', groupId, () => ({
      type: 'RemoveOrganisationFromGroup',
      data: { groupId, organisationId },
    }));
  }

  @Post('groups/:groupId/members')
  @Changes({ summary: 'Add a member from a date' })
  async addMember(
    @TheCall() call: Call,
    @Param() { groupId }: GroupParams,
    @Body() { userId, from }: MemberBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'administer');
    const user = (await this.registry(call, 'administer')).users.get(userId);
    if (!user)
      throw new RefusedError({ rule: 'user.unenrolled', en: 'The user is not enrolled.', da: 'Brugeren er ikke oprettet.' });
    const { organisationId } = user;
    return this.administer(call, 'group', groupId, () => ({
      type: 'AddMember',
      data: { groupId, userId, organisationId, from },
    }));
  }

  @Post('groups/:groupId/members/:userId/leaving')
  @Changes({ summary: 'End a membership', description: 'From that date there is no access to the group’s cases.' })
  removeMember(@TheCall() call: Call, @Param() { groupId, userId }: GroupMemberParams, @Body() { on }: OnBody): Promise<Receipt> {
    return this.administer(call, 'group', groupId, () => ({ type: 'RemoveMember', data: { groupId, userId, on } }));
  }

  @Put('groups/:groupId/members/:userId/deputy')
  @Changes({ summary: 'Name a member’s deputy' })
  deputy(
    @TheCall() call: Call,
    @Param() { groupId, userId }: GroupMemberParams,
    @Body() { deputyUserId }: DeputyBody,
  ): Promise<Receipt> {
    return this.administer(call, 'group', groupId, () => ({ type: 'NameDeputy', data: { groupId, userId, deputyUserId } }));
  }

  @Put('groups/:groupId/closing-days')
  @Changes({ summary: 'Set the days, beside weekends and public holidays, on which nobody works' })
  closingDays(@TheCall() call: Call, @Param() { groupId }: GroupParams, @Body() body: ClosingDaysBody): Promise<Receipt> {
    return this.administer(call, 'group', groupId, () => ({ type: 'SetClosingDays', data: { groupId, ...body } }));
  }

  @Put('groups/:groupId/ladder')
  @Changes({
    summary: 'Give the group thresholds of its own for chasing',
    description: 'They hold for deadlines that are agreed or moved from now on.',
  })
  ladder(@TheCall() call: Call, @Param() { groupId }: GroupParams, @Body() body: LadderBody): Promise<Receipt> {
    return this.administer(call, 'group', groupId, () => ({
      type: 'SetLadder',
      data: { groupId, ladder: { ...DEFAULT_RULE_SET.ladder, ...body } },
    }));
  }

  @Put('groups/:groupId/steering-series')
  @Changes({
    summary: 'Say when the group’s steering group meets',
    description: 'Meetings that are planned already stay where they are.',
  })
  steeringSeries(@TheCall() call: Call, @Param() { groupId }: GroupParams, @Body() body: SteeringSeriesBody): Promise<Receipt> {
    const data = { groupId, series: { ...body } };
    return this.administer(call, 'group', groupId, () => ({ type: 'SetSteeringSeries', data }));
  }

  @Post('groups/:groupId/absences')
  @Changes({
    summary: 'Say that a member is away',
    description:
      'Deputies are told what is due meanwhile. Yourself, unless you run the meeting. Say it as often as you are away: one that overlaps another ' +
      'or begins the same day takes its place, the others stay; who is away today and says another before they are back is away until the end ' +
      'of that one. To come back on another day: the same `from`, another `backOn`. To come back today, or not to go: both the same day, one of ' +
      'that absence. To go on another day: call it off, and say it anew.',
  })
  async absence(
    @TheCall() call: Call,
    @Param() { groupId }: GroupParams,
    @Body() { userId = call.principal.userId, from, backOn }: AbsenceBody,
  ): Promise<Receipt> {
    const action = userId === call.principal.userId ? 'attendMeeting' : 'runMeeting';
    requireAccess(call.principal, action);
    requireGroup(call.principal, action, groupId);
    return this.changer.change(call, 'group', groupId, () => ({
      type: 'RecordAbsence',
      data: { groupId, userId, from, backOn },
    }));
  }

  @Get('areas')
  @Answers({ summary: 'All hotspot areas', answer: AreaList })
  async areas(@TheCall() call: Call): Promise<AreaList> {
    return { items: [...(await this.registry(call, 'readAreas')).areas.values()].map(({ areaId, name }) => ({ areaId, name })) };
  }

  @Post('areas')
  @Changes({ summary: 'Designate a hotspot', status: 201 })
  designate(@TheCall() call: Call, @Body() body: DesignateBody): Promise<Receipt> {
    return this.administer(call, 'hotspot', body.areaId, () => ({ type: 'DesignateHotspot', data: { ...body } }));
  }

  @Get('rule-sets')
  @Answers({ summary: 'The § 115 rules and thresholds, newest first', answer: RuleSetList })
  async ruleSets(@TheCall() call: Call): Promise<RuleSetList> {
    return { items: (await this.registry(call, 'readRegistry')).ruleSets as unknown as RuleSetBody[] };
  }

  @Post('rule-sets')
  @Changes({ summary: 'Adopt rules and thresholds from a date', status: 201 })
  adopt(@TheCall() call: Call, @Body() { ladder, retention, ...body }: RuleSetBody): Promise<Receipt> {
    return this.administer(call, 'ruleset', body.ruleSetId, () => ({
      type: 'AdoptRuleSet',
      data: {
        ...body,
        ladder: { ...DEFAULT_RULE_SET.ladder, ...ladder },
        retention: { ...DEFAULT_RULE_SET.retention, ...retention },
      },
    }));
  }

  private async registry(call: Call, action: 'readRegistry' | 'readAreas' | 'administer'): Promise<Registry> {
    requireAccess(call.principal, action);
    return (await this.ask.readModels(call)).registry();
  }

  private administer<K extends 'organisation' | 'user' | 'group' | 'hotspot' | 'ruleset'>(
    call: Call,
    category: K,
    id: string,
    command: ChangeRequest<K>['command'],
    commandId?: string,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'administer');
    return this.changer.change(call, category, id, command, { ...(commandId !== undefined && { commandId }) });
  }
}

const UNREGISTERED = {
  rule: 'organisation.unregistered',
  en: 'The organisation is not registered.',
  da: 'Enheden er ikke oprettet.',
};
