// Who could have seen what, who did look, and who had access on a day: for those who review (rule 9). Persons by pseudonym.
import { FIELD_CLASSES, ROLES, type Role } from '@app/domain';
import { Day, Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';

const THROUGH = ['member', 'deputy', 'neither'] as const;

export class BreachQuery {
  @Day({ description: 'First local date.' }) from!: string;
  @Day({ description: 'Last local date.' }) to!: string;
  @Id({ optional: true, example: 'sof', description: 'One of userId, organisationId and caseId.' }) userId?: string;
  @Id({ optional: true, example: 'sof' }) organisationId?: string;
  @Id({ optional: true }) caseId?: string;
}
export class AccessAtQuery {
  @Day({ description: 'Local date: whoever could at some time of that day.' }) on!: string;
  @Id({ optional: true, description: 'One of caseId and personId.' }) caseId?: string;
  @Id({ optional: true }) personId?: string;
}
export class CouldSeeAnswer {
  @Id() caseId!: string;
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
  @Word(ROLES) role!: Role;
  @Word(THROUGH, { description: 'How the user belonged to the group of the case.' }) through!: (typeof THROUGH)[number];
  @Text(200, { many: true, example: ['case.lead'], description: 'Which policies permit it: those in force now.' })
  policies!: string[];
  @Moment() from!: string;
  @Moment({ description: 'Not part of it.' }) to!: string;
}
export class LookedAnswer {
  @Moment() at!: string;
  @Text(40, { example: 'PersonalDataShown' }) type!: string;
  @Id({ example: 'coordinator' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
  @Text(200, { example: 'case.read' }) purpose!: string;
  @Id({ many: true }) caseIds!: string[];
  @Id({ many: true, description: 'By pseudonym.' }) personIds!: string[];
  @Word(FIELD_CLASSES, { many: true }) fieldClasses!: string[];
}
export class AccessAtAnswer {
  @Day() on!: string;
  @Nested(() => CouldSeeAnswer, { many: true }) couldSee!: CouldSeeAnswer[];
}
export class BreachAnswer {
  @Moment() from!: string;
  @Moment({ description: 'Not part of it; now at the latest.' }) to!: string;
  @Nested(() => CouldSeeAnswer, { many: true, description: 'Who could have opened which case, from when to when.' })
  couldSee!: CouldSeeAnswer[];
  @Nested(() => LookedAnswer, { many: true, description: 'Who did look, or was refused: from the access log, newest first.' })
  didLook!: LookedAnswer[];
  @Flag({ example: false, description: 'There are more looks than the 5,000 newest: choose a shorter time.' }) more!: boolean;
}
