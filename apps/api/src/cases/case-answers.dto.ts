// What a case looks like on the way out.
import { ApiProperty } from '@nestjs/swagger';
import {
  AGE_BANDS,
  BASES,
  CATEGORIES,
  CLOSE_OUTCOMES,
  DECIDERS,
  DECISION_OUTCOMES,
  FIELD_CLASSES,
  REST_REASONS,
  WITHDRAWAL_REASONS,
  type FieldClass,
} from '@app/domain';
import { WITHHELD_REASONS, WITHHELD_SAYS, type WithheldReason } from '../core/texts.js';
import { NEXT } from '../core/paging.dto.js';
import { Day, Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';

const STATUSES = ['referred', 'accepted', 'rejected', 'open', 'paused', 'closed'] as const;
const ACTION_STATUSES = ['agreed', 'accepted', 'declined', 'completed', 'cancelled'] as const;

/** Why texts are null: their keys are destroyed. */
export class ErasedAnswer {
  @Id() erasureId!: string;
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id({ optional: true, description: 'The texts of this case. Missing: everything about the person.' }) caseId?: string;
  @Moment() at!: string;
}
export const ERASED = {
  many: true,
  optional: true,
  description: 'What is null because it was erased: when, and by which erasure, whose certificate tells more.',
};
/** What withdrew them: they are about the wrong person, rested on what was recalled, or were shared without a basis themselves. */
export const WITHDRAWN_WHY = [...WITHDRAWAL_REASONS, 'recalled'] as const;
/** Why texts are null. */
export class WithdrawnTextAnswer {
  @Id({ description: 'The event whose texts were withdrawn.' }) eventId!: string;
  @Id() caseId!: string;
  @Moment() at!: string;
  @Id({ example: 'coordinator' }) by!: string;
  @Word(WITHDRAWN_WHY) why!: (typeof WITHDRAWN_WHY)[number];
  @Id({ optional: true, description: 'The disclosure that was recalled.' }) disclosureId?: string;
  @Flag({ description: 'false: recalled from others; you shared it, or review what rests on it.' }) withheld!: boolean;
  @Text(200, { many: true, example: ['/items/0/texts/report'], description: 'Where in this answer they stand, or would.' })
  paths!: string[];
}
/** What may rest on a disclosure that was recalled, until a human has looked. */
export class RestsOnRecalledAnswer {
  @Id({ description: 'The event whose texts these are.' }) eventId!: string;
  @Id() caseId!: string;
  @Id({ description: 'The recalled disclosure.' }) disclosureId!: string;
  @Word(REST_REASONS, { example: 'possible' }) why!: (typeof REST_REASONS)[number];
  @Text(200, { many: true, example: ['/actions/0/description'], description: 'Where in this answer.' }) paths!: string[];
}
export const RESTS = {
  many: true,
  optional: true,
  description: 'What may rest on a recalled disclosure, and nobody has looked at yet.',
};
export const WITHDRAWN = {
  many: true,
  optional: true,
  description:
    'What was withdrawn (a text about the wrong person) or recalled (a disclosure without its basis): null where `withheld`.',
};
/** Why texts are null: they are not for this reader. */
export class WithheldTextAnswer {
  @Text(200, { example: '/person/address', description: 'Where in this answer it would stand.' }) path!: string;
  @Word(FIELD_CLASSES, { example: 'location' }) fieldClass!: FieldClass;
  @Word(WITHHELD_REASONS, { example: 'address-protected' }) reason!: WithheldReason;
  @Text(200, { example: WITHHELD_SAYS['address-protected'].da }) da!: string;
  @Text(200, { example: WITHHELD_SAYS['address-protected'].en }) en!: string;
}
export const WITHHELD = {
  many: true,
  optional: true,
  description: 'What is null because it is not for you, or not here: never silently missing.',
};
export class PersonAnswer {
  @Id() personId!: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01', description: 'null: no longer readable.' }) name?:
    string | null;
  @Text(200, { optional: true, nullable: true, example: 'Demo' }) alias?: string | null;
  @Text(10, { optional: true, nullable: true, example: '0101104242' }) cpr?: string | null;
  @Text(10, { optional: true, nullable: true, example: '2010-01-01' }) birthDate?: string | null;
  @Text(400, {
    optional: true,
    nullable: true,
    description: 'null while it is protected, or not for you: see `withheldTexts`.',
    example: 'Demovej 1',
  })
  address?: string | null;
  @Text(40, { optional: true, nullable: true, example: '00000001' }) phone?: string | null;
  @Flag({ example: false }) addressProtected!: boolean;
  @Id({ many: true, optional: true, description: 'Of the person alone: other registrations that were merged into this one.' })
  mergedPersonIds?: string[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
}

export class CaseSummary {
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Word(STATUSES, { example: 'open' }) status!: (typeof STATUSES)[number];
  @Id() groupId!: string;
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Word(AGE_BANDS, { example: '15-17' }) ageBand!: (typeof AGE_BANDS)[number];
  @Id({ example: 'bif' }) responsibleOrganisationId!: string;
  @Id({ optional: true, example: 'bif-participant' }) responsibleUserId?: string;
  @Id({ many: true, example: ['bif', 'buf', 'politi'] }) organisationIds!: string[];
  @Moment() referredAt!: string;
  @Moment({ optional: true }) openedAt?: string;
  @Moment({ optional: true }) closedAt?: string;
  @Word(CLOSE_OUTCOMES, { optional: true }) outcome?: (typeof CLOSE_OUTCOMES)[number];
  @Day({ optional: true }) pausedUntil?: string;
  @Moment() lastActivityAt!: string;
  @Whole(0, 100000, { example: 2 }) openActions!: number;
  @Whole(0, 100000, { example: 1 }) overdueActions!: number;
  @Day({ optional: true }) nextDeadline?: string;
  @Day({ optional: true }) nextFollowUp?: string;
  @Whole(0, 1000000, { example: 7, description: 'For If-Match.' }) revision!: number;
  @Nested(() => PersonAnswer) person!: PersonAnswer;
}
export class CasePage {
  @Nested(() => CaseSummary, { many: true }) items!: CaseSummary[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

export class HandoverAnswer {
  @Id({ example: 'gadeteam' }) organisationId!: string;
  @Id({ optional: true, example: 'gadeteam-participant' }) userId?: string;
}
export class ActionAnswer {
  @Id() actionId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id() personId!: string;
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Id() groupId!: string;
  @Id({ example: 'jobcenter' }) ownerOrganisationId!: string;
  @Id({ optional: true, example: 'jobcenter-participant' }) ownerUserId?: string;
  @Day({ example: '2026-12-01' }) deadline!: string;
  @Word(ACTION_STATUSES) status!: (typeof ACTION_STATUSES)[number];
  @Flag({ example: false, description: 'From the midnight after the deadline, Europe/Copenhagen; computed when read.' })
  overdue!: boolean;
  @Whole(0, 100000, { example: 0 }) daysOverdue!: number;
  @Moment() agreedAt!: string;
  @Id({ optional: true }) agreedInMeetingId?: string;
  @Whole(0, 1000, { example: 0 }) deadlineMoves!: number;
  @Whole(0, 1000, { example: 1, description: 'How often it was chased, by the ladder and by hand.' }) chases!: number;
  @Whole(0, 1000, { example: 0 }) chasesAnswered!: number;
  @Day({ optional: true, example: '2026-12-02' }) lastChasedOn?: string;
  @Day({ optional: true, example: '2026-12-15', description: 'For the deadline it has now.' }) escalatedOn?: string;
  @Day({ optional: true, example: '2026-11-24', description: 'Since when somebody has to accept it, or its handover.' })
  awaitsAcceptanceSince?: string;
  @Id({ many: true, optional: true, description: 'Recalled disclosures it may rest on; it is chased as ever.' })
  restsOnRecalled?: string[];
  @Nested(() => HandoverAnswer, { optional: true }) handoverTo?: HandoverAnswer;
  @Text(4000, { optional: true, nullable: true, example: 'Tage kontakt til den unge og aftale et møde.' }) description?:
    string | null;
  @Text(8000, { optional: true, nullable: true, example: 'Har talt med den unge.' }) lastReport?: string | null;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01' }) personName?: string | null;
}
export class ActionPage {
  @Nested(() => ActionAnswer, { many: true }) items!: ActionAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

export class FollowUpAnswer {
  @Id() followUpId!: string;
  @Day() on!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Se på praktikken.' }) note?: string | null;
  @Flag({ example: false, description: 'The case was discussed in a meeting on or after the date.' }) done!: boolean;
}
export class RequestAnswer {
  @Id() requestId!: string;
  @Id({ example: 'bif' }) fromOrganisationId!: string;
  @Id({ example: 'buf' }) toOrganisationId!: string;
  @Word(CATEGORIES, { example: 'school' }) category!: (typeof CATEGORIES)[number];
  @Day() dueOn!: string;
  @Word(['open', 'answered', 'declined']) status!: 'open' | 'answered' | 'declined';
  @Text(4000, { optional: true, nullable: true, example: 'Hvordan er fremmødet?' }) question?: string | null;
}
export class EscalationOwnerAnswer {
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true, example: 'sof-participant' }) userId?: string;
}
export class StepRefusedAnswer {
  @Text(100, { example: 'OfferHandover' }) command!: string;
  @Text(100, { example: 'action.not-open' }) rule!: string;
}
export class DecisionReturnedAnswer {
  @Moment() at!: string;
  @Id({ many: true, description: 'Actions that carry the decision; the ladder chases them.' }) actionIds!: string[];
  @Nested(() => StepRefusedAnswer, { many: true }) refused!: StepRefusedAnswer[];
}
export class SteeringDecisionAnswer {
  @Id() decisionId!: string;
  @Moment() at!: string;
  @Id({ example: 'hotspot-chief' }) userId!: string;
  @Word(DECIDERS) by!: (typeof DECIDERS)[number];
  @Id({ optional: true }) steeringMeetingId?: string;
  @Word(DECISION_OUTCOMES) outcome!: (typeof DECISION_OUTCOMES)[number];
  @Nested(() => EscalationOwnerAnswer) owner!: EscalationOwnerAnswer;
  @Day() dueOn!: string;
  @Id({ optional: true }) newActionId?: string;
  @Whole(0, 1_000_000_000, { optional: true, example: 25000, description: 'Whole kroner.' }) amount?: number;
  @Text(4000, { optional: true, nullable: true, example: 'SOF overtager.' }) decision?: string | null;
  @Text(4000, { optional: true, nullable: true, example: 'Praktik i stedet.' }) otherAction?: string | null;
  @Nested(() => DecisionReturnedAnswer, { optional: true }) returned?: DecisionReturnedAnswer;
}
export class CaseEscalationAnswer {
  @Id() escalationId!: string;
  @Id() actionId!: string;
  @Word(['open', 'decided', 'resolved']) status!: 'open' | 'decided' | 'resolved';
  @Moment() escalatedAt!: string;
  @Flag({ example: false, description: 'Undecided after two held steering meetings.' }) stuck!: boolean;
  @Day({ optional: true, description: 'Taken to the directors: when their answer is due.' }) directorsAnswerBy?: string;
  @Nested(() => SteeringDecisionAnswer, { optional: true }) decision?: SteeringDecisionAnswer;
}
export class CaseAnswer extends CaseSummary {
  @Text(4000, { optional: true, nullable: true, example: 'Set på gaden sent om aftenen.' }) reason?: string | null;
  @Nested(() => ActionAnswer, { many: true }) actions!: ActionAnswer[];
  @Nested(() => FollowUpAnswer, { many: true }) followUps!: FollowUpAnswer[];
  @Nested(() => RequestAnswer, { many: true }) requests!: RequestAnswer[];
  @Nested(() => CaseEscalationAnswer, { many: true, description: 'What went up to the steering group, and what came back.' })
  escalations!: CaseEscalationAnswer[];
  @Id({ many: true, example: [], description: 'Workers who may not see the case.' }) excludedUserIds!: string[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

export class TimelineAnswer {
  @Id() eventId!: string;
  @Text(100, { example: 'ActionAgreed' }) type!: string;
  @Moment() at!: string;
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'hotspotsekretariatet' }) organisationId!: string;
  @Id({ optional: true }) meetingId?: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What is not text: ids, dates, codes.',
    example: { deadline: '2026-12-01' },
  })
  data!: Record<string, unknown>;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    description: 'The event’s texts by name; null: no longer readable.',
    example: { description: 'Tage kontakt til den unge og aftale et møde.' },
  })
  texts!: Record<string, string | null>;
  @Flag({ example: false, description: 'It was shared, or asked, between others: its texts are not for you.' })
  withheld!: boolean;
}
export class TimelinePage {
  @Nested(() => TimelineAnswer, { many: true }) items!: TimelineAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

export class RecipientAnswer {
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Word(BASES) basis!: (typeof BASES)[number];
  @Id({ optional: true, example: 'jobcenter-participant' }) userId?: string;
  @Id({ optional: true }) attendeeId?: string;
}
export class DisclosureLogAnswer {
  @Id() disclosureId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Id() groupId!: string;
  @Moment() at!: string;
  @Moment({ optional: true, description: 'When it was said, for what was shared in the room.' }) saidAt?: string;
  @Id({ optional: true }) meetingId?: string;
  @Id({ example: 'buf' }) fromOrganisationId!: string;
  @Id({ example: 'coordinator', description: 'Who recorded it.' }) byUserId!: string;
  @Id({ optional: true, example: 'buf-participant', description: 'Who said it.' }) fromUserId?: string;
  @Nested(() => RecipientAnswer, { many: true }) recipients!: RecipientAnswer[];
  @Id({ many: true, optional: true, example: ['politi'], description: 'With whom it was to be shared, when that was refused.' })
  toOrganisationIds?: string[];
  @Word(CATEGORIES, { example: 'school' }) category!: (typeof CATEGORIES)[number];
  @Text(40, { example: 'ssp' }) purpose!: string;
  @Id({ example: 'rpl115-default' }) ruleSetId!: string;
  @Text(200, { many: true, example: ['share.participant'], description: 'Ids of the access policies that allowed it.' })
  policies!: string[];
  @Text(100, {
    optional: true,
    example: 'rpl115.necessity',
    description: 'The rule that refused it: nothing was shared, no content recorded.',
  })
  refusedBy?: string;
  @Id({ optional: true, description: 'The earlier disclosure whose necessity text it repeats.' }) repeats?: string;
  @Moment({ optional: true, description: 'Its texts were about the wrong person and were withdrawn.' }) withdrawnAt?: string;
  @Moment({ optional: true, description: 'It lacked its basis and was recalled.' }) recalledAt?: string;
}
export class DisclosureAnswer extends DisclosureLogAnswer {
  @Flag({ example: false, description: 'It was shared, but not with your organisation.' }) withheld!: boolean;
  @Text(8000, { optional: true, nullable: true, example: 'Fremmødet er 40 % siden efterårsferien.' }) content?: string | null;
  @Text(4000, { optional: true, nullable: true, example: 'Jobcentret skal kende fremmødet for at lægge en plan.' }) necessity?:
    string | null;
}
export class DisclosurePage {
  @Nested(() => DisclosureAnswer, { many: true }) items!: DisclosureAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}
export class SharingLogPage {
  @Nested(() => DisclosureLogAnswer, { many: true }) items!: DisclosureLogAnswer[];
  @ApiProperty(NEXT) next?: string;
}
