// What is asked and answered about erasing. No text here but the reasons, and those go to who may read the case.
import { ApiProperty } from '@nestjs/swagger';
import {
  ARCHIVING_GROUNDS,
  CLOSE_OUTCOMES,
  ERASURE_GROUNDS,
  HOLD_GROUNDS,
  WITHDRAWAL_CAUSES,
  type ArchivingGround,
  type CloseOutcome,
  type ErasureGround,
  type HoldGround,
  type WithdrawalCause,
} from '@app/domain';
import type { ErasureStatus } from '@app/read-models';
import { ERASED, ErasedAnswer } from '../cases/case-answers.dto.js';
import { Day, Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';

const STATUSES = ['proposed', 'approved', 'started', 'erased', 'withdrawn'] as const;
const OUTCOMES = ['delivered', 'not-required'] as const;
export const WAITS_FOR = ['approval', 'archiving', 'regret', 'legal-hold'] as const;
const EVERYTHING = 'Missing: everything about the person.';
const REASON = { optional: true, example: 'Familien er flyttet, og oplysningerne bruges ikke mere.' };

export class ErasureParams {
  @Id() erasureId!: string;
}
export class HoldParams {
  @Id() holdId!: string;
}
export class ErasuresQuery extends PageQuery {
  @Word(STATUSES, { optional: true }) status?: ErasureStatus;
}
export class ProposeErasureBody {
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id({ optional: true, description: `One case. ${EVERYTHING}` }) caseId?: string;
  @Word(ERASURE_GROUNDS, { description: '`retention` only when it is due.' }) ground!: ErasureGround;
  @Text(2000, { ...REASON, description: 'Needed for every other ground. Erased with the rest.' }) reason?: string;
}
export class ErasureReasonBody {
  @Text(2000, REASON) reason?: string;
}
export class ArchivingBody {
  @Word(OUTCOMES) outcome!: (typeof OUTCOMES)[number];
  @Id({ optional: true, example: 'stadsarkivet', description: 'To which archives: when delivered.' }) archiveId?: string;
  @Id({ optional: true, example: 'aflevering-2027-12', description: 'Their number of the delivery: when delivered.' })
  deliveryId?: string;
  @Word(ARCHIVING_GROUNDS, { optional: true, description: 'Why not: when not required.' }) ground?: ArchivingGround;
}
export class LegalHoldBody {
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id({ optional: true, description: `One case. ${EVERYTHING}` }) caseId?: string;
  @Word(HOLD_GROUNDS) ground!: HoldGround;
  @Day({ description: 'When somebody looks at it again: within a year.' }) reviewOn!: string;
  @Text(2000, { optional: true, example: 'Klage til ombudsmanden.' }) note?: string;
}
export class LiftHoldBody {
  @Text(2000, { optional: true, example: 'Klagen er afgjort.' }) note?: string;
}

export class RetentionAnswer {
  @Day({ description: 'When the case that ended last ended.' }) endedOn!: string;
  @Day({ description: 'First day on which it is due.' }) dueOn!: string;
}
export class ApprovalAnswer {
  @Id({ example: 'koebenhavns-kommune' }) authorityId!: string;
  @Id({ example: 'project-lead' }) approvedBy!: string;
  @Moment() at!: string;
}
export class ArchivingAnswer {
  @Word(OUTCOMES) outcome!: (typeof OUTCOMES)[number];
  @Id({ optional: true, example: 'stadsarkivet' }) archiveId?: string;
  @Id({ optional: true, example: 'aflevering-2027-12' }) deliveryId?: string;
  @Word(ARCHIVING_GROUNDS, { optional: true }) ground?: ArchivingGround;
  @Id({ example: 'coordinator' }) by!: string;
  @Moment() at!: string;
}
export class WithdrawalAnswer {
  @Word(WITHDRAWAL_CAUSES) cause!: WithdrawalCause;
  @Id({ example: 'coordinator' }) by!: string;
  @Moment() at!: string;
  @Text(2000, { ...REASON, nullable: true }) reason?: string | null;
}
export class ErasureAnswer {
  @Id() erasureId!: string;
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Id({ optional: true, description: EVERYTHING }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Word(STATUSES) status!: ErasureStatus;
  @Word(WAITS_FOR, { many: true, description: 'What must come before the keys are destroyed.' })
  waitsFor!: (typeof WAITS_FOR)[number][];
  @Word(ERASURE_GROUNDS) ground!: ErasureGround;
  @Nested(() => RetentionAnswer, { optional: true }) retention?: RetentionAnswer;
  @Moment() proposedAt!: string;
  @Id({ example: 'coordinator' }) proposedBy!: string;
  @Id({ many: true, example: ['koebenhavns-kommune', 'koebenhavns-politi'], description: 'Whose data it is: each must approve.' })
  authorities!: string[];
  @Nested(() => ApprovalAnswer, { many: true }) approvals!: ApprovalAnswer[];
  @Nested(() => ArchivingAnswer, { optional: true }) archiving?: ArchivingAnswer;
  @Moment({ optional: true, description: '7 days from the last approval.' }) regretUntil?: string;
  @Moment({ optional: true, description: 'The point of no return.' }) startedAt?: string;
  @Moment({ optional: true }) erasedAt?: string;
  @Nested(() => WithdrawalAnswer, { optional: true }) withdrawn?: WithdrawalAnswer;
}
export class ErasureDetail extends ErasureAnswer {
  @Text(2000, { ...REASON, nullable: true, description: 'For who may read the case; null: erased.' }) reason?: string | null;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
export class ErasurePage {
  @Nested(() => ErasureAnswer, { many: true }) items!: ErasureAnswer[];
  @ApiProperty(NEXT) next?: string;
}
export class DueAnswer {
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Id({ optional: true, description: 'Missing: of this person only the identity is left.' }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Day() endedOn!: string;
  @Day() dueOn!: string;
  @Word(CLOSE_OUTCOMES, { optional: true, description: 'Missing: rejected in screening.' }) outcome?: CloseOutcome;
  @Flag({ example: false, description: 'A legal hold keeps it.' }) held!: boolean;
}
export class DuePage {
  @Nested(() => DueAnswer, { many: true }) items!: DueAnswer[];
  @ApiProperty(NEXT) next?: string;
}
export class LegalHoldAnswer {
  @Id() holdId!: string;
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Id({ optional: true, description: EVERYTHING }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Word(HOLD_GROUNDS) ground!: HoldGround;
  @Day() reviewOn!: string;
  @Flag({ example: false, description: 'Nobody has looked at it by the date.' }) reviewOverdue!: boolean;
  @Flag({ example: false }) lifted!: boolean;
  @Id({ example: 'coordinator' }) placedBy!: string;
  @Moment() placedAt!: string;
  @Id({ optional: true, example: 'coordinator' }) liftedBy?: string;
  @Moment({ optional: true }) liftedAt?: string;
}
export class LegalHoldPage {
  @Nested(() => LegalHoldAnswer, { many: true }) items!: LegalHoldAnswer[];
  @ApiProperty(NEXT) next?: string;
}

export class StepAnswer {
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Id({ example: 'koebenhavns-kommune' }) authorityId!: string;
  @Moment() at!: string;
  @Text(40, { example: '0000000000000000123', description: 'Of the event in the log.' }) position!: string;
}
export class AffectedAnswer {
  @Text(100, { example: 'case-6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }) stream!: string;
  @Whole(1, 1000000, { example: 12, description: 'Events with texts that can no longer be read.' }) events!: number;
  @Whole(0, 1000000, { example: 0 }) fromRevision!: number;
  @Whole(0, 1000000, { example: 31 }) toRevision!: number;
  @Text(40, { example: '0000000000000000123' }) fromPosition!: string;
  @Text(40, { example: '0000000000000000456' }) toPosition!: string;
}
export class CertificateAnswer {
  @Id() erasureId!: string;
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Id({ optional: true, description: EVERYTHING }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Word(ERASURE_GROUNDS) ground!: ErasureGround;
  @Id({ example: 'rpl115-default', description: 'The rule set in force when it was proposed.' }) ruleSetId!: string;
  @Nested(() => RetentionAnswer, { optional: true }) retention?: RetentionAnswer;
  @Nested(() => StepAnswer) proposed!: StepAnswer;
  @Nested(() => StepAnswer, { many: true, description: 'One for each authority whose data it was.' }) approvals!: StepAnswer[];
  @Nested(() => ArchivingAnswer) archiving!: ArchivingAnswer;
  @Moment() regretUntil!: string;
  @Nested(() => StepAnswer, { description: 'The point of no return.' }) started!: StepAnswer;
  @Nested(() => StepAnswer) erased!: StepAnswer;
  @Text(22, {
    many: true,
    example: ['mPzJ2yQ7Rk-0aXw_LbNc3A'],
    description: 'Of the keys that were destroyed, as sealed texts name them.',
  })
  keys!: string[];
  @Nested(() => AffectedAnswer, { many: true, description: 'Where in the log the texts stand that nobody can read any more.' })
  affected!: AffectedAnswer[];
  @Text(1000, { description: 'What it means.', example: 'Nøglerne, som teksterne var krypteret med, er overskrevet.' })
  da!: string;
  @Text(1000, { example: 'The keys that sealed the texts are overwritten.' }) en!: string;
}
