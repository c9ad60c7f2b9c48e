// /health: alive, and ready to serve. Says which part is not, and nothing else.
import { Controller, Get, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { overdueReviews, unaskedLookUps } from '../audit/review-watch.js';
import { Answers } from '../core/endpoint.js';
import { inBackground } from '../core/context.js';
import { Ports } from '../core/ports.js';
import { Mailer } from '../mail/mailer.js';
import { Public } from '../core/sign-in.js';

class LiveAnswer {
  @ApiProperty({ example: 'live' }) status!: string;
}
class ReadyAnswer {
  @ApiProperty({ enum: ['ready', 'not-ready'], example: 'ready' }) status!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { eventStore: 'up', readModels: 'up', keyStore: 'up', breakGlass: 'up', spotChecks: 'up', mail: 'up' },
  })
  parts!: Record<string, string>;
}

const LIMIT_MS = 2000;
const withinLimit = (work: Promise<unknown>) =>
  new Promise<'up' | 'down'>((resolve) => {
    const timer = setTimeout(() => resolve('down'), LIMIT_MS);
    work.then(
      () => {
        clearTimeout(timer);
        resolve('up');
      },
      () => {
        clearTimeout(timer);
        resolve('down');
      },
    );
  });

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly ports: Ports,
    private readonly mailer: Mailer,
  ) {}

  @Get('live')
  @Public()
  @Answers({ summary: 'The process answers', answer: LiveAnswer, public: true })
  live(): LiveAnswer {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  @Answers({ summary: 'Every part it needs answers', answer: ReadyAnswer, public: true })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyAnswer> {
    const { store, readModels, keys, projections } = this.ports;
    const asked = projections.health();
    const reviews = inBackground(() => overdueReviews(this.ports)); // a number, on nobody's behalf
    const lookUps = inBackground(() => unaskedLookUps(this.ports));
    const [eventStore, database, keyStore, told, counted, countedLookUps] = await Promise.all([
      withinLimit(store.head()),
      withinLimit(readModels.registry()),
      withinLimit(keys.named('command-hmac')),
      withinLimit(asked),
      withinLimit(reviews),
      withinLimit(lookUps),
    ]);
    const health = told === 'up' ? await asked : undefined;
    const parts = {
      eventStore,
      keyStore,
      readModels:
        database === 'up' && (health?.state === 'leading' || health?.state === 'standby')
          ? health.parked.length > 0
            ? 'up, with parked streams'
            : 'up'
          : 'down',
      // People are late, not the server: it goes on being ready.
      breakGlass: counted === 'down' ? 'down' : (await reviews) > 0 ? 'up, with overdue reviews' : 'up',
      spotChecks: countedLookUps === 'down' ? 'down' : (await lookUps) > 0 ? 'up, with overdue reviews' : 'up',
    };
    // Without mail everything else goes on: it is told, and makes nothing less ready.
    const mail = database === 'up' ? await this.mailer.health() : 'unknown';
    const ready = !Object.values(parts).includes('down');
    if (!ready) void reply.status(503);
    return { status: ready ? 'ready' : 'not-ready', parts: { ...parts, mail } };
  }
}
