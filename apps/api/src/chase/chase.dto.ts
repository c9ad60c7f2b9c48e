// What chasing takes and answers.
import { ApiProperty } from '@nestjs/swagger';
import { ESCALATION_CAUSES, LADDER_STEPS, type EscalationCause, type LadderStep } from '@app/domain';
import { SILENCES } from '@app/read-models';
import { ActionAnswer, ERASED, ErasedAnswer } from '../cases/case-answers.dto.js';
import { Day, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT } from '../core/paging.dto.js';

export class ActionParams {
  @Id() actionId!: string;
}
export class ChaseParams extends ActionParams {
  @Id() chaseId!: string;
}
export class HolderParams {
  @Id({ example: 'bif-participant' }) userId!: string;
}
export class ChaseBody {
  @Text(2000, { optional: true, example: 'Er der aftalt en tid?' }) note?: string;
}
export class ChaseAnswerBody {
  @Text(4000, { example: 'Tiden er på torsdag.' }) answer!: string;
}
export class EscalationBody {
  @Text(4000, { example: 'Kræver en bevilling, som ingen i gruppen kan give.' }) reason!: string;
}
export class BulkHandoverBody {
  @Id({ example: 'sof' }) toOrganisationId!: string;
  @Id({ optional: true, example: 'sof-participant' }) toUserId?: string;
}

export class OfferedAnswer {
  @Id() actionId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
}
export class NotOfferedAnswer extends OfferedAnswer {
  @Text(100, { example: 'case.organisation-not-taking-part' }) rule!: string;
  @Text(400, { example: 'Organisationen deltager ikke i sagen.' }) da!: string;
  @Text(400, { example: 'The organisation does not take part in the case.' }) en!: string;
}
export class BulkHandoverAnswer {
  @Nested(() => OfferedAnswer, { many: true, description: 'They wait for the receiver to accept.' }) offered!: OfferedAnswer[];
  @Nested(() => NotOfferedAnswer, { many: true, description: 'They stay where they are, and why.' })
  notOffered!: NotOfferedAnswer[];
}

export class HandAnswer {
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true, example: 'sof-participant', description: 'Missing: nobody named.' }) userId?: string;
  @Moment() from!: string;
  @Moment({ optional: true, description: 'Missing: still.' }) until?: string;
  @Whole(0, 100000, { example: 12, description: 'Calendar days.' }) days!: number;
  @Moment({ optional: true, description: 'Missing: never accepted.' }) acceptedAt?: string;
}
export class MoveAnswer {
  @Moment() at!: string;
  @Id({ example: 'sof-participant' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
  @Day() from!: string;
  @Day({ example: '2026-12-08' }) to!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Skolen har lukket.' }) ground?: string | null;
}
export class ReplyAnswer {
  @Moment() at!: string;
  @Id({ example: 'sof-participant' }) userId!: string;
  @Text(4000, { optional: true, nullable: true, example: 'Tiden er på torsdag.' }) answer?: string | null;
}
export class ChasedAnswer {
  @Id() chaseId!: string;
  @Moment() at!: string;
  @Word(['ladder', 'hand']) by!: 'ladder' | 'hand';
  @Id({ example: 'project-lead' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Id({ many: true, example: ['sof-participant'], description: 'Who was told.' }) to!: string[];
  @Text(2000, { optional: true, nullable: true, example: 'Er der aftalt en tid?' }) note?: string | null;
  @Nested(() => ReplyAnswer, { many: true }) answers!: ReplyAnswer[];
}
export class StepAnswer {
  @Text(40, { example: 'ActionReminded' }) type!: string;
  @Moment() at!: string;
  @Day({ description: 'When it fell due.' }) on!: string;
  @Day({ optional: true }) deadline?: string;
  @Word(LADDER_STEPS, { optional: true, description: 'Which step was overtaken: its moment had passed, and nobody was told.' })
  step?: LadderStep;
  @Id({ optional: true, description: 'The held meeting at which it was overdue.' }) meetingId?: string;
  @Word(ESCALATION_CAUSES, { optional: true }) why?: EscalationCause;
  @Id({ example: 'fremdrift' }) userId!: string;
  @Text(4000, { optional: true, nullable: true, example: 'Kræver en bevilling.' }) reason?: string | null;
}
export class ActionHistoryAnswer {
  @Nested(() => ActionAnswer) action!: ActionAnswer;
  @Nested(() => HandAnswer, { many: true }) hands!: HandAnswer[];
  @Nested(() => MoveAnswer, { many: true }) moves!: MoveAnswer[];
  @Nested(() => ChasedAnswer, { many: true }) chases!: ChasedAnswer[];
  @Nested(() => StepAnswer, { many: true }) steps!: StepAnswer[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}

export class OverdueAnswer {
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Whole(0, 100000, { example: 4 }) overdue!: number;
  @Whole(0, 100000, { example: 1 }) days1to7!: number;
  @Whole(0, 100000, { example: 2 }) days8to14!: number;
  @Whole(0, 100000, { example: 1 }) days15to30!: number;
  @Whole(0, 100000, { example: 0 }) over30days!: number;
  @Day({ example: '2026-11-02' }) oldestDeadline!: string;
  @Whole(0, 100000, { example: 1, description: 'Of them, escalated.' }) escalated!: number;
}
export class OverdueList {
  @Day({ description: 'Overdue as of this local date.' }) asOf!: string;
  @Nested(() => OverdueAnswer, { many: true }) items!: OverdueAnswer[];
}

export class SilenceAnswer {
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id() personId!: string;
  @Id() groupId!: string;
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Word(SILENCES) reason!: (typeof SILENCES)[number];
  @Text(200, { example: 'Intet er sket i sagen længe' }) da!: string;
  @Text(200, { example: 'Nothing has happened in the case for long' }) en!: string;
  @Day({ description: 'Of the last activity, the question, or the agreed follow-up.' }) since!: string;
  @Whole(0, 100000, { example: 23, description: 'Calendar days.' }) days!: number;
  @Id({ optional: true }) requestId?: string;
  @Id({ optional: true, example: 'buf', description: 'Who was asked.' }) toOrganisationId?: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01' }) personName?: string | null;
}
export class SilencePage {
  @Nested(() => SilenceAnswer, { many: true }) items!: SilenceAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
