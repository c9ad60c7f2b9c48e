// What the steering group takes and answers.
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  AGE_BANDS,
  DECISION_OUTCOMES,
  ESCALATION_CAUSES,
  RESOLUTIONS,
  type DecisionOutcome,
  type EscalationCause,
  type Resolution,
} from '@app/domain';
import { ESCALATION_STATUSES } from '@app/read-models';
import {
  ERASED,
  ErasedAnswer,
  StepRefusedAnswer,
  SteeringDecisionAnswer,
  WITHDRAWN,
  WithdrawnTextAnswer,
} from '../cases/case-answers.dto.js';
import { Day, Flag, Id, Moment, Nested, Text, TimeOfDay, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';

const MEETING_STATUSES = ['planned', 'cancelled', 'held'] as const;
const asFlag = Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

// ---- asked

export class EscalationParams {
  @Id() escalationId!: string;
}
export class EscalationQuery extends PageQuery {
  @Word(ESCALATION_STATUSES, { optional: true }) status?: (typeof ESCALATION_STATUSES)[number];
  @asFlag @Flag({ optional: true, description: 'Undecided after two held steering meetings.' }) stuck?: boolean;
  @asFlag @Flag({ optional: true, description: 'Taken to the directors, and undecided.' }) withDirectors?: boolean;
  @Id({ optional: true }) actionId?: string;
  @Id({ optional: true, example: 'fremdriftsgruppen' }) groupId?: string;
}
export class SummaryBody {
  @Text(4000, {
    example: 'To forvaltninger er uenige om, hvem der betaler pladsen.',
    description: 'Without a name: the steering group reads this instead of the action’s own words.',
  })
  summary!: string;
}
export class NameOpeningBody {
  @Text(2000, {
    example: 'Direktøren skal kunne afgøre, om det er den samme familie som i en anden sag.',
    description: 'Why the steering group needs the name.',
  })
  necessity!: string;
}
export class DirectorsBody {
  @Day({ description: 'When an answer is expected: the case is on the weekly agenda then.' }) answerBy!: string;
  @Text(4000, { example: 'Pladsen er væk på fredag.' }) reason!: string;
}
export class DecisionBody {
  @Id({ optional: true, description: 'The meeting it is made in. Missing: the directors decided what was taken to them.' })
  steeringMeetingId?: string;
  @Word(DECISION_OUTCOMES) outcome!: DecisionOutcome;
  @Id({ optional: true, example: 'sof', description: 'Who carries it out. Default, where the action stays: who has it in hand.' })
  ownerOrganisationId?: string;
  @Id({ optional: true, example: 'sof-participant' }) ownerUserId?: string;
  @Day({ description: 'When it is to be done: the ladder chases from here.' }) dueOn!: string;
  @Text(4000, { example: 'SOF overtager og betaler pladsen indtil sommer.' }) decision!: string;
  @Text(4000, { optional: true, example: 'Praktik i stedet for skole.', description: 'With `change-plan`: replaces the action.' })
  otherAction?: string;
  @Whole(0, 1_000_000_000, { optional: true, example: 25000, description: 'With `grant`: whole kroner.' }) amount?: number;
}

export class SteeringMeetingParams {
  @Id() steeringMeetingId!: string;
}
export class SteeringMeetingQuery extends PageQuery {
  @Word(MEETING_STATUSES, { optional: true }) status?: (typeof MEETING_STATUSES)[number];
}
export class SteeringWhenBody {
  @Day({ description: 'Local date in Europe/Copenhagen.' }) localDate!: string;
  @TimeOfDay({ optional: true, description: 'Default: the series’ own.' }) startTime?: string;
  @Whole(5, 480, { optional: true, example: 60, description: 'Default: the series’ own.' }) durationMinutes?: number;
}
export class PlanSteeringMeetingBody extends SteeringWhenBody {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Text(200, { optional: true, example: 'Rådhuset' }) place?: string;
}
export class HoldingBody {
  @Id({ many: true, example: ['steering-member', 'hotspot-chief'], description: 'Users who were there.' }) attended!: string[];
}

// ---- answered

export class EvidenceHandAnswer {
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true, example: 'sof-participant', description: 'Missing: nobody named.' }) userId?: string;
  @Day() from!: string;
  @Day({ optional: true, description: 'Missing: still.' }) until?: string;
  @Whole(0, 100000, { example: 12, description: 'Calendar days.' }) days!: number;
  @Flag() accepted!: boolean;
}
export class EvidenceMoveAnswer {
  @Day() on!: string;
  @Day() from!: string;
  @Day({ example: '2026-12-08' }) to!: string;
  @Id({ example: 'sof-participant' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
}
export class EvidenceChaseAnswer {
  @Day() on!: string;
  @Word(['ladder', 'hand']) by!: 'ladder' | 'hand';
  @Whole(0, 100000, { example: 1, description: 'How many answers came.' }) answers!: number;
}
export class EvidenceMissedAnswer {
  @Id() meetingId!: string;
  @Day() heldOn!: string;
}
export class EvidenceAnswer {
  @Nested(() => EvidenceHandAnswer, { many: true }) hands!: EvidenceHandAnswer[];
  @Nested(() => EvidenceMoveAnswer, { many: true }) moves!: EvidenceMoveAnswer[];
  @Nested(() => EvidenceChaseAnswer, { many: true }) chases!: EvidenceChaseAnswer[];
  @Nested(() => EvidenceMissedAnswer, { many: true }) missedMeetings!: EvidenceMissedAnswer[];
}
export class NameOpenedAnswer {
  @Moment() at!: string;
  @Id({ example: 'project-lead' }) userId!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Er det den samme familie?' }) necessity?: string | null;
}
export class DirectorsFollowUpAnswer {
  @Moment() at!: string;
  @Nested(() => StepRefusedAnswer, {
    many: true,
    description: 'Not empty: the case did not take the date, and nobody is reminded of it there.',
  })
  refused!: StepRefusedAnswer[];
}
export class DirectorsAnswer {
  @Moment() at!: string;
  @Id({ example: 'hotspot-chief' }) userId!: string;
  @Day() answerBy!: string;
  @Flag({ example: false, description: 'The date has passed without a decision.' }) overdue!: boolean;
  @Text(4000, { optional: true, nullable: true, example: 'Pladsen er væk på fredag.' }) reason?: string | null;
  @Nested(() => DirectorsFollowUpAnswer, {
    optional: true,
    description: 'What became of the date in the case, as a follow-up. Missing: not there yet.',
  })
  followUp?: DirectorsFollowUpAnswer;
}
export class ResolvedAnswer {
  @Moment() at!: string;
  @Word(RESOLUTIONS) how!: Resolution;
}
export class EscalationAnswer {
  @Id() escalationId!: string;
  @Word(ESCALATION_STATUSES) status!: (typeof ESCALATION_STATUSES)[number];
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id({ optional: true, description: 'For who leads the group, and auditors.' }) caseId?: string;
  @Id({ optional: true, description: 'For who leads the group, and auditors: by pseudonym.' }) personId?: string;
  @Id() actionId!: string;
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Word(AGE_BANDS, { example: '15-17' }) ageBand!: (typeof AGE_BANDS)[number];
  @Day({ description: 'The one that was missed.' }) deadline!: string;
  @Word(ESCALATION_CAUSES) why!: EscalationCause;
  @Moment() escalatedAt!: string;
  @Moment() receivedAt!: string;
  @Moment({ description: 'Of the first of escalations that took over from each other.' }) waitingSince!: string;
  @Whole(0, 100000, { example: 9, description: 'Calendar days since then, until it ended.' }) waitingDays!: number;
  @Whole(0, 100000, { example: 1, description: 'Held steering meetings that left it undecided.' }) passedMeetings!: number;
  @Flag({ example: false, description: 'Undecided after two of them.' }) stuck!: boolean;
  @Nested(() => EvidenceAnswer) evidence!: EvidenceAnswer;
  @Id({ optional: true, description: 'The undecided escalation it took over from.' }) follows?: string;
  @Text(4000, { optional: true, nullable: true, example: 'To forvaltninger er uenige om betalingen.' }) summary?: string | null;
  @Text(200, {
    optional: true,
    nullable: true,
    example: 'Demo Ung 01',
    description: 'For who leads the group; for the steering group once it is opened, until the escalation ends. Never in lists.',
  })
  personName?: string | null;
  @Nested(() => NameOpenedAnswer, { optional: true }) nameOpened?: NameOpenedAnswer;
  @Nested(() => DirectorsAnswer, { optional: true }) directors?: DirectorsAnswer;
  @Nested(() => SteeringDecisionAnswer, { optional: true }) decision?: SteeringDecisionAnswer;
  @Nested(() => ResolvedAnswer, { optional: true, description: 'It ended without a decision.' }) resolved?: ResolvedAnswer;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
}
export class EscalationPage {
  @Nested(() => EscalationAnswer, { many: true }) items!: EscalationAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
}
export class SteeringAttendeeAnswer {
  @Id({ example: 'steering-member' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
}
export class SteeringMeetingAnswer {
  @Id() steeringMeetingId!: string;
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Word(MEETING_STATUSES) status!: (typeof MEETING_STATUSES)[number];
  @Day() localDate!: string;
  @Moment() startsAt!: string;
  @Moment() endsAt!: string;
  @Text(200, { optional: true, example: 'Rådhuset' }) place?: string;
  @Nested(() => SteeringAttendeeAnswer, { many: true }) invited!: SteeringAttendeeAnswer[];
  @Nested(() => SteeringAttendeeAnswer, { optional: true, many: true }) attended?: SteeringAttendeeAnswer[];
  @Id({ optional: true, many: true, description: 'Escalations, of a held meeting.' }) decided?: string[];
  @Id({ optional: true, many: true, description: 'Escalations it left undecided, longest waiting first.' }) undecided?: string[];
  @Whole(0, 1_000_000, { example: 0 }) revision!: number;
}
export class SteeringMeetingPage {
  @Nested(() => SteeringMeetingAnswer, { many: true }) items!: SteeringMeetingAnswer[];
  @ApiProperty(NEXT) next?: string;
}
export class SteeringAgendaAnswer {
  @Nested(() => SteeringMeetingAnswer) meeting!: SteeringMeetingAnswer;
  @Nested(() => EscalationAnswer, { many: true, description: 'Longest waiting first.' }) items!: EscalationAnswer[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
}
