// What can be asked of a case.
import { CATEGORIES, CLOSE_OUTCOMES, PURPOSES } from '@app/domain';
import { Day, Flag, Id, Nested, Text, Word } from '../core/fields.js';

export class CaseParams {
  @Id() caseId!: string;
}
export class CaseActionParams extends CaseParams {
  @Id() actionId!: string;
}
export class CaseRequestParams extends CaseParams {
  @Id() requestId!: string;
}
export class CaseOrganisationParams extends CaseParams {
  @Id({ example: 'bif' }) organisationId!: string;
}

export class ReferCaseBody {
  @Id({ description: 'From POST /api/persons.' }) personId!: string;
  @Id() groupId!: string;
  @Id({ example: 'akacieparken' }) areaId!: string;
  @Id({ description: 'The organisation that answers for the case. Must be in the group.', example: 'bif' })
  responsibleOrganisationId!: string;
  @Id({
    many: true,
    optional: true,
    description: 'Who takes part; default: all of the group.',
    example: ['bif', 'buf', 'politi'],
  })
  organisationIds?: string[];
  @Text(4000, { optional: true, example: 'Set på gaden sent om aftenen flere gange i denne uge.' }) reason?: string;
  @Flag({ optional: true, description: 'Open at once, without screening.' }) open?: boolean;
}

export class ScreenCaseBody {
  @Word(['accepted', 'rejected']) outcome!: 'accepted' | 'rejected';
  @Text(4000, { optional: true, example: 'Hører til i gruppen: flere forvaltninger er inde over.' }) assessment?: string;
}
export class PauseCaseBody {
  @Day({ example: '2027-01-11' }) until!: string;
  @Text(2000, { example: 'På efterskole til januar.' }) ground!: string;
}
export class CloseCaseBody {
  @Word(CLOSE_OUTCOMES) outcome!: (typeof CLOSE_OUTCOMES)[number];
  @Text(4000, { optional: true, example: 'I fast arbejde i tre måneder, ingen nye hændelser.' }) summary?: string;
}
export class ReopenCaseBody {
  @Text(2000, { example: 'Ny bekymring fra skolen.' }) ground!: string;
}
export class ResponsibilityBody {
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true, example: 'sof-participant' }) userId?: string;
}
export class AreaBody {
  @Id({ example: 'sjaeloer-boulevard' }) areaId!: string;
}
export class ExclusionBody {
  @Id({ example: 'jobcenter-participant' }) userId!: string;
  @Text(2000, { optional: true, example: 'I familie med den unge.' }) ground?: string;
}

export class RequestInformationBody {
  @Id({ example: 'buf' }) toOrganisationId!: string;
  @Word(CATEGORIES, { example: 'school' }) category!: (typeof CATEGORIES)[number];
  @Day({ example: '2026-12-01' }) dueOn!: string;
  @Text(4000, { example: 'Hvordan er fremmødet siden efterårsferien?' }) question!: string;
}

/** Rule 1-4: what is shared, with whom, for which purpose, and why it is necessary. */
export class DisclosureBody {
  @Word(CATEGORIES, { example: 'school' }) category!: (typeof CATEGORIES)[number];
  @Text(40, {
    optional: true,
    description: `One of ${PURPOSES.join(', ')}; default ssp. \`investigation\` is always refused (Retsplejeloven § 115, stk. 2).`,
    example: 'ssp',
  })
  purpose?: string;
  @Text(4000, {
    description: 'Why it is necessary for the purpose, in words.',
    example: 'Jobcentret skal kende fremmødet for at lægge en plan, der holder.',
  })
  necessity!: string;
  @Text(8000, { example: 'Fremmødet er 40 % siden efterårsferien.' }) content!: string;
  @Id({ optional: true, description: 'The earlier disclosure whose necessity text is used again.' }) repeats?: string;
  @Id({ optional: true, description: 'The information request this answers.' }) answers?: string;
}
export class ShareInformationBody extends DisclosureBody {
  @Id({ many: true, description: 'Organisations that take part in the case.', example: ['jobcenter'] })
  toOrganisationIds!: string[];
}

export class InMeetingBody {
  @Id() meetingId!: string;
  @Id() itemId!: string;
}
export class AgreeActionBody {
  @Text(4000, { example: 'Tage kontakt til den unge og aftale et møde.' }) description!: string;
  @Id({ example: 'jobcenter' }) ownerOrganisationId!: string;
  @Id({
    optional: true,
    description: 'Who is responsible. Missing: nobody is named yet, and the agenda says so.',
    example: 'jobcenter-participant',
  })
  ownerUserId?: string;
  @Day({ example: '2026-12-01' }) deadline!: string;
  @Nested(() => InMeetingBody, { optional: true }) inMeeting?: InMeetingBody;
}
export class GroundBody {
  @Text(2000, { example: 'Den unge var på ferie.' }) ground!: string;
}
export class OptionalGroundBody {
  @Text(2000, { optional: true, example: 'Hører under en anden enhed.' }) ground?: string;
}
export class DeadlineBody extends GroundBody {
  @Day({ example: '2026-12-08' }) to!: string;
}
export class HandoverBody {
  @Id({ example: 'gadeteam' }) toOrganisationId!: string;
  @Id({ optional: true, example: 'gadeteam-participant' }) toUserId?: string;
}
export class CompletionBody {
  @Text(4000, { optional: true, example: 'Mødtes onsdag; praktik aftalt.' }) outcome?: string;
}
export class WordingBody {
  @Text(4000, { example: 'Tage kontakt til den unge og familien.' }) description!: string;
}
export class ReportBody {
  @Id({ optional: true, description: 'The action the report is about; missing: the case as a whole.' }) actionId?: string;
  @Text(8000, { example: 'Har talt med den unge, som gerne vil i praktik.' }) report!: string;
}
export class FollowUpBody {
  @Day({ example: '2026-12-15' }) on!: string;
  @Text(2000, { optional: true, example: 'Se på praktikken.' }) note?: string;
  @Nested(() => InMeetingBody, { optional: true }) inMeeting?: InMeetingBody;
}
