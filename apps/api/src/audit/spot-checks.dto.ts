// What is asked about spot checks of the access log, and what is answered.
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  EXPLANATIONS,
  FIELD_CLASSES,
  LOOK_UP_OUTCOMES,
  MOST_DAYS,
  MOST_LOOK_UPS,
  USUAL_SIZE,
  type FieldClass,
  type LookUpOutcome,
} from '@app/domain';
import { Day, Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';

const SPOT_CHECK = '2026-11-16-2026-11-22-20';

export class SpotCheckParams {
  @Id({ example: SPOT_CHECK }) spotCheckId!: string;
}
export class LookUpParams extends SpotCheckParams {
  @Id() eventId!: string;
}
export class SpotChecksQuery extends PageQuery {
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Only those with look-ups that wait for somebody to ask; or only those without.' })
  waiting?: boolean;
}
export class DrawSpotCheckBody {
  @Day({ optional: true, description: 'Default: six days before `to`.' }) from?: string;
  @Day({ optional: true, description: `Inclusive, and over. Default: yesterday. At most ${MOST_DAYS} days after \`from\`.` })
  to?: string;
  @Whole(1, MOST_LOOK_UPS, { optional: true, example: USUAL_SIZE, description: `Default ${USUAL_SIZE}.` }) size?: number;
}
export class ReviewLookUpBody {
  @Word(LOOK_UP_OUTCOMES, { description: '`referred`: taken on to the manager, or to the data controller.' })
  outcome!: LookUpOutcome;
  @Text(2000, { example: 'Ringede til skolen for sagens ansvarlige, som var syg den dag.' }) note!: string;
}
export class ExplanationAnswer {
  @Word(EXPLANATIONS, { example: 'agenda' }) why!: string;
  @Id({ description: 'Of the meeting, the action, the event that was written, or the opening.' }) id!: string;
}
export class LookUpReviewAnswer {
  @Id({ example: 'auditor' }) reviewedBy!: string;
  @Moment() at!: string;
  @Word(LOOK_UP_OUTCOMES) outcome!: LookUpOutcome;
  @Text(2000, {
    optional: true,
    nullable: true,
    example: 'Ringede til skolen for sagens ansvarlige, som var syg den dag.',
    description: 'For auditors of the municipality. null: its time was over.',
  })
  note?: string | null;
}
export class LookUpAnswer {
  @Id({ description: 'Of the entry in the access log.' }) eventId!: string;
  @Moment() at!: string;
  @Id({ example: 'jobcenter' }) userId!: string;
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Text(200, { optional: true, example: 'case.read' }) purpose?: string;
  @Id({ many: true, optional: true }) caseIds?: string[];
  @Id({ many: true, optional: true, description: 'Persons by pseudonym.' }) personIds?: string[];
  @Word(FIELD_CLASSES, { many: true, optional: true }) fieldClasses?: FieldClass[];
  @Flag({ example: false, description: 'An agenda, an own action, own work or an opening explains all that was shown.' })
  explained!: boolean;
  @Nested(() => ExplanationAnswer, { many: true }) because!: ExplanationAnswer[];
  @Flag({ description: 'You may say what became of it: it is not your own, and nobody has.' }) yours!: boolean;
  @Nested(() => LookUpReviewAnswer, { optional: true }) review?: LookUpReviewAnswer;
}
export class SpotCheckItem {
  @Id({ example: SPOT_CHECK }) spotCheckId!: string;
  @Day({ example: '2026-11-16' }) from!: string;
  @Day({ example: '2026-11-22', description: 'Inclusive.' }) to!: string;
  @Whole(1, MOST_LOOK_UPS, { example: USUAL_SIZE }) size!: number;
  @Moment() drawnAt!: string;
  @Id({ example: 'fremdrift', description: '`fremdrift`: by itself, when the week was over.' }) drawnBy!: string;
  @Whole(0, Number.MAX_SAFE_INTEGER, { example: 412, description: 'How many look-ups there were to draw from.' })
  population!: number;
  @Whole(0, MOST_LOOK_UPS, { example: 20 }) drawn!: number;
  @Whole(0, MOST_LOOK_UPS, { example: 3, description: 'Explained by nothing.' }) unexplained!: number;
  @Whole(0, MOST_LOOK_UPS, { example: 1, description: 'Of those: nobody has asked yet.' }) waiting!: number;
  @Flag({ example: false, description: 'They have waited for 14 days.' }) alarm!: boolean;
}
export class SpotCheckPage {
  @Nested(() => SpotCheckItem, { many: true }) items!: SpotCheckItem[];
  @ApiProperty(NEXT) next?: string;
}
export class SeedAnswer {
  @Day({ example: '2026-11-16' }) day!: string;
  @Text(200, { example: 'a3f0c1d2e4b5968778695a4b3c2d1e0ffeeddccbbaa99887766554433221100f' }) seed!: string;
}
export class SpotCheckAnswer extends SpotCheckItem {
  @Nested(() => SeedAnswer, { many: true, description: 'With them and the log anybody draws the same.' }) seeds!: SeedAnswer[];
  @Id({ optional: true, description: 'The last look-up that took part, in the order of the log.' }) last?: string;
  @Nested(() => LookUpAnswer, { many: true, description: 'In the order they were drawn in.' }) lookUps!: LookUpAnswer[];
}
export class VerificationAnswer {
  @Id({ example: SPOT_CHECK }) spotCheckId!: string;
  @Flag({ description: 'All of it holds.' }) reproduced!: boolean;
  @Flag({ description: 'The key gives these seeds for these days.' }) seeds!: boolean;
  @Flag({ description: 'The log has as many look-ups of the period, up to the last that took part.' }) population!: boolean;
  @Flag({ description: 'They give the same look-ups in the same order.' }) sample!: boolean;
}
