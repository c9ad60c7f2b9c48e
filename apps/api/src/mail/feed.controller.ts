// A calendar to subscribe to: /api/me/calendar-feed makes and ends its address, /api/calendar answers whoever has it. Calendar programs
// cannot sign in, so the address is the secret: kept as a hash, renewed and revoked by its user, dead when they leave.
import { Controller, Delete, Get, Header, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { caseScope, mayAccess, requireAccess, steeringGroups, type Principal } from '@app/access';
import { DEFAULT_MAIL } from '@app/domain';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import { signedIn } from '../core/context.js';
import { Answers, Changes, Receipt } from '../core/endpoint.js';
import { Flag, Text } from '../core/fields.js';
import { Ports } from '../core/ports.js';
import { RateLimits } from '../core/rate-limits.js';
import { principalOf, Public } from '../core/sign-in.js';
import { feedOf, type Feed } from './calendar.js';

class FeedParams {
  @Text(200, { example: '0f6a…c2.ics', description: 'The end of the address that was given.' }) feed!: string;
}
class FeedAnswer {
  @Flag({ description: 'Whether an address is in force.' }) active!: boolean;
}
class IssuedFeedAnswer extends Receipt {
  @Text(300, {
    example: 'https://fremdrift.example.dk/api/calendar/0f6a…c2.ics',
    description: 'Give it to your calendar program and to nobody else. It is shown this once.',
  })
  url!: string;
}

/** Meetings so many days back are still in it. */
const BACK_DAYS = 30;
const MOST = 200;

@ApiTags('Mail')
@Controller('api')
export class FeedController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly ask: Ask,
    private readonly limits: RateLimits,
  ) {}

  @Get('me/calendar-feed')
  @Answers({ summary: 'Whether you have a calendar feed', answer: FeedAnswer })
  async state(@TheCall() call: Call): Promise<FeedAnswer> {
    requireAccess(call.principal, 'readSelf');
    const { users } = await (await this.ask.readModels(call)).registry();
    return { active: users.get(call.principal.userId)?.feedHash !== undefined };
  }

  @Post('me/calendar-feed')
  @Changes({
    summary: 'Get the address of your calendar feed: meetings and your own deadlines',
    description: 'A new address each time; the one before is dead from then on. No personal data is in the feed.',
    answer: IssuedFeedAnswer,
    status: 201,
  })
  async issue(@TheCall() call: Call): Promise<IssuedFeedAnswer> {
    requireAccess(call.principal, 'chooseForSelf');
    const { userId } = call.principal;
    // 244 bits that nobody guesses; with the same Idempotency-Key the same again.
    const { commandId, idFor } = this.changer.begin(call);
    const secret = `${idFor('calendar feed, first half')}${idFor('calendar feed, second half')}`.replaceAll('-', '');
    const feedHash = this.hashOf(secret);
    const command = () => ({ type: 'IssueCalendarFeed', data: { userId, feedHash } }) as const;
    const receipt = await this.changer.change(call, 'user', userId, command, { commandId });
    const { publicUrl } = this.ports.configuration;
    return { ...receipt, url: `${publicUrl ?? `${call.protocol}://${call.host}`}/api/calendar/${secret}.ics` };
  }

  @Delete('me/calendar-feed')
  @Changes({ summary: 'End your calendar feed', description: 'Its address is dead from then on.' })
  revoke(@TheCall() call: Call): Promise<Receipt> {
    requireAccess(call.principal, 'chooseForSelf');
    const { userId } = call.principal;
    return this.changer.change(call, 'user', userId, () => ({ type: 'RevokeCalendarFeed', data: { userId } }));
  }

  @Get('calendar/:feed')
  @Public()
  @Header('content-type', 'text/calendar; charset=utf-8')
  @Header('content-disposition', 'inline; filename="fremdrift.ics"')
  @Answers({
    summary: 'A calendar feed (iCalendar, RFC 5545)',
    description:
      'Needs no token: the address is the secret. Case numbers, dates and links only. An address that never was and one that is revoked get the same 404.',
    file: 'text/calendar',
    public: true,
    errors: [404],
  })
  async feed(@Req() request: FastifyRequest, @Param() { feed }: FeedParams): Promise<string> {
    await this.limits.mayTry(request);
    const { readModels, clock, configuration } = this.ports;
    await readModels.reach(this.ports.lastWritten);
    const registry = await readModels.registry();
    // Hashed whatever it is, so that what is none takes as long as what was one.
    const user = registry.usersByFeed.get(this.hashOf(feed.replace(/\.ics$/, '')));
    const principal = user && principalOf(user, registry, clock.today());
    if (!principal) {
      await this.limits.failed(request);
      throw new NotFoundException();
    }
    // From here on the database is asked on behalf of whoever was given the address.
    signedIn(principal);
    const { language } = user.mail ?? DEFAULT_MAIL;
    const publicUrl = configuration.publicUrl ?? `${request.protocol}://${request.host}`;
    return feedOf(await this.contentOf(principal), { language, publicUrl, now: clock.now() });
  }

  /** What this user may see, by the same policies as everywhere. */
  private async contentOf(principal: Principal): Promise<Feed> {
    const { readModels, clock } = this.ports;
    const from = new Date(clock.now().getTime() - BACK_DAYS * 86_400_000).toISOString();
    const meetings = mayAccess(principal, 'readMeetings')
      ? (await readModels.meetings(principal.groups, {}, { limit: MOST })).items
      : [];
    const steering = mayAccess(principal, 'readSteeringMeetings')
      ? (await readModels.steeringMeetings(steeringGroups(principal), {}, { limit: MOST })).items
      : [];
    const actions = mayAccess(principal, 'listActions')
      ? (await readModels.actions(caseScope(principal), { ownerUserId: principal.userId }, { limit: MOST }, clock.today())).items
      : [];
    // Weekly meetings are the whole group's; the steering group's are those one is invited to.
    const invitedTo = steering
      .filter(({ invited }) => invited.some(({ userId }) => userId === principal.userId))
      .map((meeting) => ({ ...meeting, meetingId: meeting.steeringMeetingId, steering: true as const }));
    return {
      meetings: [...meetings.map((meeting) => ({ ...meeting, steering: undefined })), ...invitedTo]
        .filter(({ status, startsAt }) => status !== 'cancelled' && startsAt >= from)
        .map(({ meetingId, steering, localDate, startsAt, endsAt, place, revision }) => ({
          ...{ meetingId, localDate, startsAt, endsAt, ...(place !== undefined && { place }), sequence: revision },
          ...(steering && { steering }),
        })),
      deadlines: actions.map(({ caseId, caseNumber, actionId, deadline }) => ({ caseId, caseNumber, actionId, deadline })),
    };
  }

  private hashOf(secret: string): string {
    return this.ports.blindIndex.subjectHash('calendar-feed', secret);
  }
}
