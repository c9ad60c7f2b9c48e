// What is asked about identities that auditors open, and what is answered.
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { BREAK_GLASS_VERDICTS, MOST_MINUTES, type BreakGlassVerdict } from '@app/access';
import { ERASED, ErasedAnswer } from '../cases/case-answers.dto.js';
import { Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';

export class BreakGlassParams {
  @Id() breakGlassId!: string;
}
export class OpenBreakGlassBody {
  @Id({ description: 'The pseudonym, as the logs show it.' }) personId!: string;
  @Text(2000, { example: 'Borgeren klager over opslag: navnet skal sammenholdes med klagen.' }) reason!: string;
  @Whole(1, MOST_MINUTES, { optional: true, example: 30, description: `Default ${MOST_MINUTES}.` }) minutes?: number;
}
export class ReviewBreakGlassBody {
  @Word(BREAK_GLASS_VERDICTS) verdict!: BreakGlassVerdict;
  @Text(2000, { optional: true, example: 'Klagen er set.', description: 'Needed when it was not justified.' }) note?: string;
}
export class BreakGlassesQuery extends PageQuery {
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @Flag({ optional: true, description: 'Only what waits for review, longest first; or only what does not.' })
  unreviewed?: boolean;
}
export class BreakGlassReceipt {
  @Id() breakGlassId!: string;
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Moment({ description: 'The identity is shown before this instant, to you.' }) until!: string;
}
export class ReviewReceipt {
  @Id() breakGlassId!: string;
  @Word(BREAK_GLASS_VERDICTS) verdict!: BreakGlassVerdict;
}
export class ReviewAnswer {
  @Id({ example: 'hotspot-chief' }) by!: string;
  @Moment() at!: string;
  @Word(BREAK_GLASS_VERDICTS) verdict!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Klagen er set.' }) note?: string | null;
}
export class BreakGlassAnswer {
  @Id() breakGlassId!: string;
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id({ example: 'auditor' }) openedBy!: string;
  @Id({ example: 'intern-revision' }) organisationId!: string;
  @Moment() openedAt!: string;
  @Moment() until!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Borgeren klager over opslag.' }) reason?: string | null;
  @Flag({ description: 'You may review it: you did not open it.' }) yours!: boolean;
  @Flag({ example: false, description: 'Nobody has reviewed it for 7 days.' }) alarm!: boolean;
  @Nested(() => ReviewAnswer, { optional: true }) review?: ReviewAnswer;
}
export class BreakGlassPage {
  @Nested(() => BreakGlassAnswer, { many: true }) items!: BreakGlassAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
