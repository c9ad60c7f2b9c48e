// /api/me/mail: when mail comes, and in which language. /api/mail: what became of it, for who looks after it.
import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess } from '@app/access';
import { DEFAULT_MAIL } from '@app/domain';
import { decodeCursor, encodeCursor, InvalidCursorError, pageOf } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { pagingOf } from '../core/paging.dto.js';
import { MailChoiceAnswer, MailChoiceBody, MailQuery, MessageAnswer, MessagePage, MessageParams } from './mail.dto.js';
import { Mailer } from './mailer.js';
import type { Delivery } from './outbox.js';

const LIST = 'mail';

const shape = ({ id, kind, userId, status, why, attempts, happenedAt, createdAt, settledAt }: Delivery): MessageAnswer => ({
  ...{ messageId: id, kind, userId, status, attempts, happenedAt, createdAt },
  ...(why !== undefined && { why }),
  ...(settledAt !== undefined && { settledAt }),
});

@ApiTags('Mail')
@Controller('api')
export class MailController {
  constructor(
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly mailer: Mailer,
  ) {}

  @Get('me/mail')
  @Answers({ summary: 'When mail comes to you, and in which language', answer: MailChoiceAnswer })
  async choice(@TheCall() call: Call): Promise<MailChoiceAnswer> {
    requireAccess(call.principal, 'readSelf');
    const registry = await (await this.ask.readModels(call)).registry();
    const { mail = DEFAULT_MAIL, email } = registry.users.get(call.principal.userId)!;
    return { ...mail, hasAddress: email !== undefined };
  }

  @Put('me/mail')
  @Changes({ summary: 'Choose when mail comes to you, and in which language' })
  choose(@TheCall() call: Call, @Body() body: MailChoiceBody): Promise<Receipt> {
    requireAccess(call.principal, 'chooseForSelf');
    const { userId } = call.principal;
    return this.changer.change(call, 'user', userId, () => ({ type: 'ChooseMail', data: { userId, ...body } }));
  }

  @Get('mail')
  @Answers({
    summary: 'What became of the mail that was sent',
    description: 'Newest first, for 90 days. `status=dead` is what was given up. No addresses, no content.',
    answer: MessagePage,
  })
  async list(@TheCall() call: Call, @Query() query: MailQuery): Promise<MessagePage> {
    requireAccess(call.principal, 'manageMail');
    const { limit, after } = pagingOf(query);
    const [createdAt, id] = after === undefined ? [] : decodeCursor(LIST, 2, after);
    if (createdAt !== undefined && (Number.isNaN(Date.parse(createdAt)) || !/^[0-9a-f-]{36}$/.test(id!)))
      throw new InvalidCursorError();
    const rows = await this.mailer.outbox.list(
      {
        ...(query.status !== undefined && { status: query.status }),
        ...(createdAt !== undefined && { before: { createdAt, id: id! } }),
      },
      limit + 1,
    );
    const page = pageOf(rows, limit, shape, (row) => encodeCursor(LIST, [row.createdAt, row.id]));
    return { items: [...page.items], ...(page.next !== undefined && { next: page.next }) };
  }

  @Post('mail/:messageId/requeue')
  @Changes({
    summary: 'Try a message again that was given up or went to nobody',
    description: 'Under the same Message-ID. It goes out within a minute.',
    answer: MessageAnswer,
  })
  async requeue(@TheCall() call: Call, @Param() { messageId }: MessageParams): Promise<MessageAnswer> {
    requireAccess(call.principal, 'manageMail');
    const known = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(messageId) && (await this.mailer.outbox.find(messageId));
    if (!known) throw new NotFoundError('manageMail');
    if (!(await this.mailer.outbox.request(messageId)))
      throw new RefusedError({
        rule: 'mail.not-given-up',
        en: 'Only what was given up, or went to nobody, is sent again.',
        da: 'Kun det, der er opgivet eller ikke kom af sted, sendes igen.',
      });
    return shape((await this.mailer.outbox.find(messageId))!);
  }
}
