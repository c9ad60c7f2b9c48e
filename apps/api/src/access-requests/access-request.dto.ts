// What is asked and answered about access requests; and the report itself, as the young person gets it.
import { ApiProperty } from '@nestjs/swagger';
import { POLICE_DECISIONS, WITHHOLDING_GROUNDS, type PoliceDecision, type WithholdingGround } from '@app/domain';
import { Day, Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';

export class RequestParams {
  @Id() requestId!: string;
}
export class ReportParams extends RequestParams {
  @Id() reportId!: string;
}
export class PartParams extends RequestParams {
  @Id() partId!: string;
}
export const REQUEST_STATUSES = ['waiting', 'overdue', 'answered', 'withdrawn'] as const;
export class AccessRequestsQuery extends PageQuery {
  @Word(REQUEST_STATUSES, { optional: true, description: 'overdue: waiting, and the month is over.' })
  status?: (typeof REQUEST_STATUSES)[number];
}
export class AccessRequestBody {
  @Id({ description: 'Whose request it is, by pseudonym.' }) personId!: string;
  @Day({ description: 'When it came in: today or earlier. The month runs from here.' }) receivedOn!: string;
}
export class PoliceContributionBody {
  @Word(POLICE_DECISIONS) decision!: PoliceDecision;
  @Text(2000, { optional: true, example: 'Ingen grund til at undtage noget.' }) note?: string;
}
export class WithholdBody {
  @Id({ description: 'A part of the draft, or a whole case.' }) partId!: string;
  @Word(WITHHOLDING_GROUNDS, { description: 'Databeskyttelsesloven § 22, stk. 1, 2 or 3.' }) ground!: WithholdingGround;
  @Day({ description: 'When somebody looks at it again: within a year.' }) reviewOn!: string;
  @Text(2000, { example: 'Afslører, hvem der har underrettet.' }) reason!: string;
}
export class ReleaseBody {
  @Text(2000, { optional: true, example: 'Anmelderen har selv fortalt det.' }) note?: string;
}

export class WithdrawRequestBody {
  @Text(2000, { example: 'Det var fætteren, der bad om indsigt.' }) reason!: string;
}

export class PoliceDecisionAnswer {
  @Word(POLICE_DECISIONS) decision!: PoliceDecision;
  @Id({ example: 'police' }) by!: string;
  @Moment() at!: string;
}
export class WithdrawnAnswer {
  @Id({ example: 'coordinator' }) by!: string;
  @Moment() at!: string;
}
export class IssuedAnswer {
  @Id() reportId!: string;
  @Whole(1, 1000000) number!: number;
  @Id({ example: 'coordinator' }) issuedBy!: string;
  @Moment() issuedAt!: string;
}
export class AccessRequestAnswer {
  @Id() requestId!: string;
  @Id({ description: 'The person by pseudonym.' }) personId!: string;
  @Day() receivedOn!: string;
  @Day({ description: 'The last day to answer on (art. 12, stk. 3).' }) dueOn!: string;
  @Word(REQUEST_STATUSES) status!: (typeof REQUEST_STATUSES)[number];
  @Id({ example: 'coordinator' }) registeredBy!: string;
  @Nested(() => WithdrawnAnswer, { optional: true }) withdrawn?: WithdrawnAnswer;
  @Flag({
    example: false,
    description:
      'It came in while two registrations were merged that are two persons after all. Nothing is answered under it: ask who of them it was, withdraw it, and register it anew.',
  })
  mergeUndone!: boolean;
  @Nested(() => PoliceDecisionAnswer, { optional: true, description: 'Missing: the police have not decided.' })
  police?: PoliceDecisionAnswer;
  @Nested(() => IssuedAnswer, { many: true }) reports!: IssuedAnswer[];
  @Whole(0, 1000000, { example: 0 }) withheldParts!: number;
  @Day({ optional: true, description: 'When a withheld part is to be looked at again: the first of them.' })
  nextReviewOn?: string;
}
export class AccessRequestPage {
  @Nested(() => AccessRequestAnswer, { many: true }) items!: AccessRequestAnswer[];
  @ApiProperty(NEXT) next?: string;
}

export class ReportTextAnswer {
  @Text(100, { example: 'Oplysningen' }) label!: string;
  @Text(20000, { nullable: true, example: 'Har været i skole hele ugen.', description: 'null: erased.' }) text!: string | null;
}
export class ReportRecipientAnswer {
  @Text(200, { example: 'Socialforvaltningen' }) organisation!: string;
  @Text(200, { example: 'Retsplejeloven § 115, stk. 2, jf. stk. 1, nr. 1' }) paragraph!: string;
}
export class ReportDisclosureAnswer {
  @Text(200, { example: 'SSP: at forebygge kriminalitet' }) purpose!: string;
  @Nested(() => ReportRecipientAnswer, { many: true, description: 'Nobody, when it was refused.' })
  recipients!: ReportRecipientAnswer[];
  @Id({ example: 'rpl115-default', description: 'The rule set in force.' }) ruleSetId!: string;
  @Day({ optional: true, description: 'From when it holds.' }) ruleSetValidFrom?: string;
}
export class ReportWithheldAnswer {
  @Text(200, { example: 'Databeskyttelsesloven § 22, stk. 1 (afgørende hensyn til private interesser)' }) paragraph!: string;
  @Day({ description: 'When it is looked at again.' }) reviewOn!: string;
}
/** Of a part that is withheld nothing but `partId` and `withheld`. */
export class ReportPartAnswer {
  @Id({ description: 'What to name when it is to be withheld.' }) partId!: string;
  @Nested(() => ReportWithheldAnswer, { optional: true }) withheld?: ReportWithheldAnswer;
  @Text(200, { optional: true, example: 'Oplysning videregivet' }) kind?: string;
  @Moment({ optional: true }) at?: string;
  @Text(200, { optional: true, example: 'Jobcenter', description: 'The organisation it came from.' }) by?: string;
  @Text(100, { optional: true, example: 'Skole og uddannelse' }) category?: string;
  @Nested(() => ReportTextAnswer, { many: true, optional: true }) texts?: ReportTextAnswer[];
  @Flag({ optional: true, description: 'The texts are erased: only that they were there is left.' }) erased?: boolean;
  @Flag({ optional: true, description: 'The address is protected, and is not printed.' }) addressProtected?: boolean;
  @Nested(() => ReportDisclosureAnswer, { optional: true }) disclosure?: ReportDisclosureAnswer;
  @Flag({ example: false, description: 'Was not in the issue before this one.' }) isNew!: boolean;
}
export class ReportCaseAnswer {
  @Id() caseId!: string;
  @Nested(() => ReportWithheldAnswer, { optional: true, description: 'The whole case is withheld; nothing else is said of it.' })
  withheld?: ReportWithheldAnswer;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Text(100, { optional: true, example: 'Åben' }) status?: string;
  @Text(200, { optional: true, example: 'Akacieparken' }) area?: string;
  @Text(100, { optional: true, example: '15-17 år' }) ageOnReferral?: string;
  @Text(200, { optional: true, example: 'Socialforvaltningen' }) responsible?: string;
  @Text(200, { many: true, optional: true, example: ['Jobcenter'], description: 'Organisations that take part, or once did.' })
  organisations?: string[];
  @Nested(() => ReportPartAnswer, { many: true }) parts!: ReportPartAnswer[];
}
export class ReportLookAnswer {
  @Day() on!: string;
  @Text(200, { example: 'Behandling af sagen' }) purpose!: string;
  @Whole(1, 1000000, { example: 3 }) times!: number;
}
const POLICE_STATUSES = ['none', 'pending', ...POLICE_DECISIONS] as const;
export class ReportPoliceAnswer {
  @Word(POLICE_STATUSES) status!: (typeof POLICE_STATUSES)[number];
  @Text(1000, { example: 'Politiet har ikke medvirket i dine sager.' }) statement!: string;
  @Nested(() => ReportPartAnswer, { many: true }) parts!: ReportPartAnswer[];
  @Nested(() => ReportLookAnswer, { many: true }) lookUps!: ReportLookAnswer[];
}
export class ReportSinceAnswer {
  @Moment({ description: 'When the issue before this one was made.' }) previousIssuedAt!: string;
  @Whole(0, 1000000, { example: 1 }) newParts!: number;
}
export class AccessReportAnswer {
  @Id() requestId!: string;
  @Id({ optional: true, description: 'Missing: a draft.' }) reportId?: string;
  @Whole(1, 1000000, { optional: true }) number?: number;
  @Moment({ description: 'What is in it is what was known then.' }) asOf!: string;
  @Day() receivedOn!: string;
  @Nested(() => ReportSinceAnswer, { optional: true }) since?: ReportSinceAnswer;
  @Text(1000, { many: true, example: ['Oplysningerne må ikke bruges til at efterforske straffesager.'] }) about!: string[];
  @Text(400, { example: 'Du er oplyst om behandlingen den 11. januar 2027.' }) informing!: string;
  @Nested(() => ReportPartAnswer, { many: true }) identity!: ReportPartAnswer[];
  @Nested(() => ReportCaseAnswer, { many: true }) cases!: ReportCaseAnswer[];
  @Nested(() => ReportLookAnswer, { many: true, description: 'By day and purpose; nobody is named.' })
  lookUps!: ReportLookAnswer[];
  @Nested(() => ReportPoliceAnswer) police!: ReportPoliceAnswer;
  @Text(1000, { many: true, example: ['Du kan klage til Datatilsynet.'] }) rights!: string[];
}
export class PoliceContributionAnswer {
  @Id() requestId!: string;
  @Nested(() => ReportPartAnswer, { many: true }) parts!: ReportPartAnswer[];
  @Nested(() => ReportLookAnswer, { many: true, description: 'By the police.' }) lookUps!: ReportLookAnswer[];
}
