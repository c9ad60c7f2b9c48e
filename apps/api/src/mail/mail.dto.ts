// What the endpoints about mail take and answer. No address and no case: who looks after the mail need not know.
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { LANGUAGES, MAIL_TIMES, type Language, type MailTime } from '@app/domain';
import { Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT, PageQuery } from '../core/paging.dto.js';
import { MAIL_KINDS, MAIL_STATUSES, type MailKind, type MailStatus } from './kinds.js';

export class MailChoiceBody {
  @Word(LANGUAGES) language!: Language;
  @Word(MAIL_TIMES, { description: 'Deadlines that come near: with Monday’s list, or each at once.' }) reminders!: MailTime;
  @Word(MAIL_TIMES, {
    example: 'at-once',
    description:
      'Deadlines that have passed, and what waits for your acceptance. What is escalated, withdrawn texts, recalled disclosures and meetings always go at once.',
  })
  chases!: MailTime;
}
export class MailChoiceAnswer extends MailChoiceBody {
  @Flag({ description: 'Whether an address is registered for you: without one nothing is sent.' }) hasAddress!: boolean;
}

export class MailQuery extends PageQuery {
  @ApiProperty({ required: false, enum: MAIL_STATUSES })
  @IsOptional()
  @IsIn(MAIL_STATUSES)
  status?: MailStatus;
}
export class MessageParams {
  @Id() messageId!: string;
}
export class MessageAnswer {
  @Id() messageId!: string;
  @Word(MAIL_KINDS, { example: 'chased' }) kind!: MailKind;
  @Id({ example: 'sof', description: 'The recipient.' }) userId!: string;
  @Word(MAIL_STATUSES, {
    example: 'dead',
    description:
      '`dead`: given up, or refused for good. `not-sent`: the recipient has left, has no address or may not read the case any more, or there is nothing left for the list. `in-digest`: it went with a list.',
  })
  status!: MailStatus;
  @Text(40, { optional: true, example: 'smtp-550', description: 'Why it is not sent, or was not at the last try.' }) why?: string;
  @Whole(0, 100000, { example: 1 }) attempts!: number;
  @Moment({ description: 'When what it is about happened.' }) happenedAt!: string;
  @Moment() createdAt!: string;
  @Moment({ optional: true, description: 'When it was sent, or given up.' }) settledAt?: string;
}
export class MessagePage {
  @Nested(() => MessageAnswer, { many: true }) items!: MessageAnswer[];
  @ApiProperty(NEXT) next?: string;
}
