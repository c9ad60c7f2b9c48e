// /demo: the issuer's endpoints and the movable clock. Exists with the demo only, and answers loopback only.
import {
  Body,
  CanActivate,
  Controller,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  Inject,
  Injectable,
  NotFoundException,
  Post,
  Req,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { requireAccess } from '@app/access';
import type { MovableClock } from '@app/platform';
import { TheCall, type Call } from '../core/call.js';
import { Text, Whole } from '../core/fields.js';
import { PERIODICS, type Periodic } from '../core/periodic.js';
import { Public } from '../core/sign-in.js';
import { Mailer } from '../mail/mailer.js';
import { DemoIssuer } from './issuer.js';
import type { MailSink } from './mail-sink.js';
import { DEMO_USERS } from './users.js';

/** What the demo has and production never gets. */
export class Demo {
  constructor(
    readonly issuer: DemoIssuer,
    readonly clock: MovableClock,
    readonly mail: MailSink,
  ) {}
}

class TokenBody {
  @Text(100) user!: string;
}
class AdvanceBody {
  @Whole(0, 3660) days!: number;
  @Whole(0, 23, { optional: true }) hours?: number;
}

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

@Injectable()
export class LoopbackOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (LOOPBACK.includes(context.switchToHttp().getRequest<FastifyRequest>().ip)) return true;
    throw new ForbiddenException();
  }
}

@ApiExcludeController()
@UseGuards(LoopbackOnly)
@Controller('demo')
export class DemoController {
  constructor(
    private readonly demo: Demo,
    @Inject(PERIODICS) private readonly periodics: readonly Periodic[],
    private readonly mailer: Mailer,
  ) {}

  @Get('.well-known/openid-configuration')
  @Public()
  discovery() {
    const { issuer } = this.demo.issuer;
    return {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint: `${issuer}/token`,
      id_token_signing_alg_values_supported: ['ES256'],
      subject_types_supported: ['public'],
    };
  }

  @Get('jwks')
  @Public()
  jwks() {
    return this.demo.issuer.jwks;
  }

  @Get('users')
  @Public()
  users() {
    return { items: DEMO_USERS.map(({ user, role, organisationId }) => ({ user, role, organisation: organisationId })) };
  }

  @Post('token')
  @Public()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async token(@Body() { user }: TokenBody, @Req() _: FastifyRequest) {
    const known = this.demo.issuer.find(user);
    if (!known) throw new NotFoundException();
    return { access_token: await this.demo.issuer.token(known), token_type: 'Bearer', expires_in: 8 * 3600 };
  }

  @Get('clock')
  @Public()
  clock() {
    return { now: this.demo.clock.now().toISOString(), today: this.demo.clock.today() };
  }

  /** Forward only, and kept across restarts. */
  @Post('clock')
  @HttpCode(200)
  async advance(@TheCall() call: Call, @Body() { days, hours = 0 }: AdvanceBody) {
    requireAccess(call.principal, 'moveClock');
    // Time passes when what was due is done: news of a moment ago is none after a jump of weeks.
    await this.mailer.look();
    if (days + hours > 0) this.demo.clock.advance((days * 24 + hours) * 3_600_000);
    for (const periodic of this.periodics) await periodic.look();
    return this.clock();
  }
}
