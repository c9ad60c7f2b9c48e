// What the chaser's figures take and answer.
import { ApiProperty } from '@nestjs/swagger';
import { CHASE_OUTCOMES } from '@app/read-models';
import { Amount, Day, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT } from '../core/paging.dto.js';
import { FORMATS, type Format } from '../core/tables.js';

const COUNT = { example: 3 };
const count = (description?: string) => Whole(0, 1000000, { ...COUNT, ...(description !== undefined && { description }) });

export class WaitingAnswer {
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Id({ optional: true, example: 'jobcenter-participant', description: 'Missing: on nobody in particular.' }) userId?: string;
  @count() openActions!: number;
  @count() overdueActions!: number;
  @count('Actions and handovers that wait to be accepted.') awaitsAcceptance!: number;
  @count('Of actions that are open, for the deadline they have now.') unansweredChases!: number;
  @count() unansweredRequests!: number;
  @Day({ description: 'The earliest deadline, offer, chase or answer due among them.' }) oldest!: string;
}
export class WaitingList {
  @Day({ description: 'As of this local date.' }) asOf!: string;
  @Nested(() => WaitingAnswer, { many: true }) items!: WaitingAnswer[];
}

export class ChasedByMeAnswer {
  @Id() chaseId!: string;
  @Id() actionId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true, example: 'sof-participant' }) userId?: string;
  @Moment() chasedAt!: string;
  @Day({ description: 'The deadline then.' }) deadline!: string;
  @Moment({ optional: true }) answeredAt?: string;
  @Word(CHASE_OUTCOMES, { description: 'moved: it has another deadline now.' }) outcome!: (typeof CHASE_OUTCOMES)[number];
  @Whole(0, 100000, { optional: true, example: 2, description: 'Calendar days until it was completed or cancelled.' })
  daysUntilEnd?: number;
}
export class ChasedByMePage {
  @Nested(() => ChasedByMeAnswer, { many: true }) items!: ChasedByMeAnswer[];
  @ApiProperty(NEXT) next?: string;
}

export class ProgressQuery {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
}
export class ProgressAnswer {
  @Id() meetingId!: string;
  @Day() heldOn!: string;
  @count('In the meeting.') casesDiscussed!: number;
  @count('From the meeting before, and in it, until this one.') actionsAgreed!: number;
  @count() actionsCompleted!: number;
  @count() deadlinesMoved!: number;
  @count('As the day began.') openActions!: number;
  @count('As the day began, by the deadlines of then.') overdueActions!: number;
}
export class ProgressList {
  @Nested(() => ProgressAnswer, { many: true, description: 'Newest first.' }) items!: ProgressAnswer[];
}

export class PeriodQuery {
  @Day({ example: '2026-10-01', description: 'When the actions ended: from this local date.' }) from!: string;
  @Day({ example: '2026-12-31', description: 'Inclusive.' }) to!: string;
}
const median = (description: string) => Amount(0, 100000, { optional: true, example: 3.5, description });
export class ResultsAnswer {
  @Id({ example: 'sof' }) organisationId!: string;
  @count() completed!: number;
  @count() cancelled!: number;
  @count('Completed on or before the deadline they had then.') onTime!: number;
  @count('Completed on or before the first deadline.') onFirstDeadline!: number;
  @median(
    'Median days from the first information since the action before, or the referral, to the agreement. Missing: there is none.',
  )
  informationToAgreement?: number;
  @median('Median days until it was accepted first.') agreementToAcceptance?: number;
  @median('Median days until it was completed.') agreementToCompletion?: number;
}
export class ResultsList {
  @Nested(() => ResultsAnswer, { many: true }) items!: ResultsAnswer[];
}

export const QUESTIONS = ['overdue', 'most-moved', 'waiting', 'chased-by-me', 'progress', 'results'] as const;
export type Question = (typeof QUESTIONS)[number];
export class ExportQuery {
  @Word(QUESTIONS, { example: 'overdue' }) question!: Question;
  @Word(Object.keys(FORMATS), { example: 'csv' }) format!: Format;
  @Word(['da', 'en'], { optional: true, example: 'da', description: 'Of the headings. Default: da.' }) language?: 'da' | 'en';
  @Id({ optional: true, example: 'fremdriftsgruppen', description: 'For `progress`, where it is needed.' }) groupId?: string;
  @Day({ optional: true, example: '2026-10-01', description: 'For `results`, where it is needed.' }) from?: string;
  @Day({ optional: true, example: '2026-12-31', description: 'For `results`, where it is needed. Inclusive.' }) to?: string;
}
