// /api/meetings: everything that only asks.
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { Word } from '../core/fields.js';
import { PageQuery, pagingOf } from '../core/paging.dto.js';
import { AgendaAnswer, MeetingAnswer, MeetingPage, MinutesAnswer } from './meeting-answers.dto.js';
import { ListMeetings, MeetingAgenda, MeetingById, MeetingMinutes } from './meeting-queries.js';
import { MeetingParams } from './meeting-requests.dto.js';

export class MeetingsQuery extends PageQuery {
  @Word(['planned', 'open', 'closed', 'cancelled'], { optional: true }) status?: 'planned' | 'open' | 'closed' | 'cancelled';
}

@ApiTags('Meetings')
@Controller('api/meetings')
export class MeetingQuestionsController {
  constructor(private readonly bus: QueryBus) {}

  @Get()
  @Answers({ summary: 'The meetings of your groups, latest first', answer: MeetingPage, errors: [400] })
  list(@TheCall() call: Call, @Query() query: MeetingsQuery): Promise<MeetingPage> {
    const filter = query.status === undefined ? {} : { status: query.status };
    return this.bus.execute(new ListMeetings(call, filter, pagingOf(query))) as Promise<MeetingPage>;
  }

  @Get('next')
  @Answers({ summary: 'The meeting that is open, or the next one', answer: MeetingAnswer, errors: [404] })
  next(@TheCall() call: Call, @Res({ passthrough: true }) reply: FastifyReply): Promise<MeetingAnswer> {
    return this.meeting(call, 'next', reply);
  }

  @Get(':meetingId')
  @Answers({ summary: 'A meeting: who is invited, who is in the room, the items', answer: MeetingAnswer, errors: [400, 404] })
  one(
    @TheCall() call: Call,
    @Param() { meetingId }: MeetingParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MeetingAnswer> {
    return this.meeting(call, meetingId, reply);
  }

  @Get(':meetingId/agenda')
  @Answers({
    summary: 'The agenda: composes itself until the meeting opens; each item says why it is there',
    answer: AgendaAnswer,
    errors: [400, 404],
  })
  agenda(@TheCall() call: Call, @Param() { meetingId }: MeetingParams): Promise<AgendaAnswer> {
    return this.bus.execute(new MeetingAgenda(call, meetingId));
  }

  @Get(':meetingId/minutes')
  @Answers({ summary: 'The minutes, with exactly what you may see', answer: MinutesAnswer, errors: [400, 404] })
  minutes(@TheCall() call: Call, @Param() { meetingId }: MeetingParams): Promise<MinutesAnswer> {
    return this.bus.execute(new MeetingMinutes(call, meetingId));
  }

  private async meeting(call: Call, meetingId: string, reply: FastifyReply): Promise<MeetingAnswer> {
    const answer = await this.bus.execute(new MeetingById(call, meetingId));
    void reply.header('etag', `"${answer.revision}"`);
    return answer;
  }
}
