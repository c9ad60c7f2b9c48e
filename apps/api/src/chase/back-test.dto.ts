// What a back-test takes and answers: counts, and for who may see the cases which actions would have gone otherwise.
import { TOLD_STEPS, type ToldStep } from '@app/domain';
import { Day, Id, Nested, Text, Week, Whole, Word } from '../core/fields.js';
import { LadderBody } from '../registry/ladder.dto.js';

/** Actions named in one answer. */
export const MOST_NAMED = 200;
/** Days looked at in one: a year, and a leap day. */
export const MOST_DAYS = 366;

export class BackTestBody {
  @Nested(() => LadderBody, { description: 'The thresholds to try, as a rule set would have them.' }) ladder!: LadderBody;
  @Id({
    optional: true,
    example: 'fremdriftsgruppen',
    description:
      'Try them as this group’s own, and look at this group alone. Missing: as those of a rule set; groups with thresholds of their own keep them.',
  })
  groupId?: string;
  @Day({ optional: true, example: '2025-11-24', description: `First day. Missing: a year before \`to\`.` }) from?: string;
  @Day({ optional: true, example: '2026-11-24', description: `Last day, at most ${MOST_DAYS} days later. Missing: today.` })
  to?: string;
}

const count = (description?: string) => Whole(0, 10_000_000, { example: 3, ...(description !== undefined && { description }) });
export class StepCounts {
  @count() reminded!: number;
  @count() due!: number;
  @count() chased!: number;
  @count('Chased because nobody had accepted in time.') notAccepted!: number;
  @count('Put at the top of the agenda.') first!: number;
  @count('By the ladder; what people escalated by hand is not counted.') escalated!: number;
}
export class BackTestCounts extends StepCounts {
  @count('Questions to an organisation that became silence.') unanswered!: number;
}
export class Compared {
  @Nested(() => BackTestCounts, { description: 'Under the thresholds that held.' }) inForce!: BackTestCounts;
  @Nested(() => BackTestCounts, { description: 'Under those that are tried.' }) proposed!: BackTestCounts;
}
export class ComparedWeek extends Compared {
  @Week() week!: string;
}
export class ComparedOrganisation extends Compared {
  @Id({ example: 'sof', description: 'That has the action in hand, or was asked.' }) organisationId!: string;
}
export class StepAnswer {
  @Word(TOLD_STEPS) step!: ToldStep;
  @Day() on!: string;
  @Day({ description: 'Of the action then.' }) deadline!: string;
}
export class DifferentAction {
  @Id() actionId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id({ example: 'sof', description: 'That has it in hand now.' }) organisationId!: string;
  @Nested(() => StepAnswer, { many: true, description: 'Under the thresholds that held, had the ladder always run.' })
  inForce!: StepAnswer[];
  @Nested(() => StepAnswer, { many: true }) proposed!: StepAnswer[];
  @Nested(() => StepAnswer, { many: true, description: 'What is on record.' }) taken!: StepAnswer[];
}
export class BackTestAnswer {
  @Day() from!: string;
  @Day() to!: string;
  @count('Cases that were looked at.') cases!: number;
  @count('Their actions that were open in the period.') actions!: number;
  @Nested(() => Compared) total!: Compared;
  @Nested(() => StepCounts, { description: 'What is on record: less than in force where the ladder stood still.' })
  taken!: StepCounts;
  @count('Actions for which what is on record is not what the thresholds in force would have done.') takenOtherwise!: number;
  @Nested(() => ComparedWeek, { many: true, description: 'By the ISO week of the step; weeks without any are left out.' })
  weeks!: ComparedWeek[];
  @Nested(() => ComparedOrganisation, { many: true }) organisations!: ComparedOrganisation[];
  @count('Actions that would have gone otherwise.') different!: number;
  @Nested(() => DifferentAction, {
    ...{ many: true, optional: true },
    description: `The first ${MOST_NAMED} of them by case number: ask for a shorter period for the others. Missing: you may see no case.`,
  })
  items?: DifferentAction[];
}
