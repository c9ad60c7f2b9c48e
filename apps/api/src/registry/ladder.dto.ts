// Thresholds of the ladder as they are sent: of a rule set, of a group, or only to be tried out.
import { Whole } from '../core/fields.js';

export class LadderBody {
  @Whole(0, 60, { example: 3 }) reminderWorkingDaysBefore!: number;
  @Whole(0, 60, { example: 1 }) chaseWorkingDaysAfter!: number;
  @Whole(1, 60, { example: 2 }) escalateAfterHeldMeetings!: number;
  @Whole(1, 260, { example: 10, description: 'Without a held meeting.' }) escalateAfterWorkingDays!: number;
  @Whole(0, 60, { optional: true, example: 2, description: 'To accept an action or a handover. Missing: 2.' })
  acceptWithinWorkingDays?: number;
  @Whole(1, 60, { optional: true, example: 5, description: 'To answer a request, or do a follow-up. Missing: 5.' })
  answerWithinWorkingDays?: number;
}
