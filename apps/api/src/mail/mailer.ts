// Mail, once a minute: what has happened goes into the outbox, what is in it goes out. At least once, and again with the same
// Message-ID; an address is opened for the moment of sending, and stands in no job, no log and no error.
import { DEFAULT_MAIL } from '@app/domain';
import { ForeignPositionError, type StoredEvent } from '@app/event-store';
import type { Registry, UserRow } from '@app/read-models';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { invitationOf } from './calendar.js';
import { composeDigests, digestDueAt, weekOf } from './digest.js';
import { Jobs, type Job } from './jobs.js';
import { waitsForDigest, type Message } from './kinds.js';
import { MAILED, noticeOf } from './notices.js';
import { Outbox, OutboxMovedError, type Delivery } from './outbox.js';
import { stillTold } from './readers.js';
import { render } from './render.js';
import { NotPostedError, type Letter, type Post } from './smtp.js';
import { together } from './together.js';

/** Where mail goes out, and what it says of this server. */
export interface MailOut {
  readonly from: string;
  readonly publicUrl: string;
  /** @throws NotPostedError */
  open(): Promise<Post>;
}

/** The end of a message, for now or for good. */
interface Settled {
  readonly status: 'sent' | 'not-sent' | 'dead';
  /** A code. */
  readonly why?: string;
}

/** Events looked at in one transaction. */
const PAGE = 1_000;
/**
 * What happened longer ago is nobody's news: mail was off, or the log is a copy of one that was mailed about before. Longer than a
 * holiday week in which nobody restarts a server.
 */
const NEWS_DAYS = 7;

export class Mailer extends Periodic {
  readonly outbox: Outbox;
  private jobs: Jobs | undefined;
  /** Why the last letter could not be handed over, while that lasts. */
  private trouble: string | undefined;

  /** @param out undefined: no mail is sent, and none is kept for later */
  constructor(
    private readonly ports: Ports,
    private readonly out: MailOut | undefined,
  ) {
    super('Mail', 'mail was not sent');
    this.outbox = new Outbox(ports.dataSource);
  }

  /** In a few words, for who runs the server. */
  async health(): Promise<string> {
    if (this.ports.configuration.role === 'api') return 'sent by workers';
    if (!this.out) return 'off: SMTP_URL is not set';
    if (this.trouble !== undefined) return `not sending: ${this.trouble}`;
    return (await this.outbox.hasDead()) ? 'up, with messages given up' : 'up';
  }

  /** The first time mail is on: from here on what happens is mailed, and nothing of what lies before. */
  async begin(): Promise<void> {
    if (this.out) await this.outbox.begin(await this.ports.store.head(), this.ports.clock.now());
  }

  protected async lookNow(): Promise<void> {
    if (!this.out) return;
    const jobs = (this.jobs ??= await Jobs.open(this.ports.dataSource));
    const now = this.ports.clock.now();
    await jobs.tidy();
    await this.bury(jobs, now);
    // Who is told, and who may still be, is asked of the read models. While they are behind, as when they are made anew, mail waits.
    await this.ports.readModels.reach(await this.ports.store.head());
    await this.fill(jobs, this.out);
    await this.outbox.transaction(async (em) => jobs.add(em, await this.outbox.takeRequested(em)));
    await this.makeDigests(jobs, this.out);
    await this.outbox.forgetOld(now);
    await this.send(jobs, this.out);
  }

  /** From the outbox's place in the log to its end. */
  private async fill(jobs: Jobs, out: MailOut): Promise<void> {
    const { store } = this.ports;
    for (;;) {
      const checkpoint = await this.outbox.checkpoint();
      if (!checkpoint) return;
      const { position } = checkpoint;
      try {
        const page = await store.readAll(position, { filter: { types: MAILED }, limit: PAGE });
        if (page.position === position) return;
        const messages = await this.messagesOf(page.events, out);
        await this.outbox.transaction(async (em) => {
          await this.outbox.move(em, position, page.position);
          const now = this.ports.clock.now();
          const queued: Message[] = [];
          for (const { message, waits } of messages)
            if ((await this.outbox.put(em, message, waits ? 'for-digest' : 'queued', now)) && !waits) queued.push(message);
          const many = together(queued, this.ports.clock.today(), (id) => this.ports.idFor(id, 'mail together'));
          for (const { message, of } of many) {
            await this.outbox.put(em, { ...message, messageId: messageIdOf(message.id, out) }, 'queued', now);
            await this.outbox.putIntoDigest(em, of, now);
          }
          const inOne = new Set(many.flatMap(({ of }) => of));
          const alone = queued.map(({ id }) => id).filter((id) => !inOne.has(id));
          await jobs.add(em, [...alone, ...many.map(({ message }) => message.id)]);
        });
      } catch (error) {
        if (error instanceof OutboxMovedError) continue;
        if (!(error instanceof ForeignPositionError)) throw error;
        this.logger.warn('the log is in another store than before: mail goes on from its end');
        await this.outbox.beginAnew(await store.head());
      }
    }
  }

  private async messagesOf(events: readonly StoredEvent[], out: MailOut): Promise<{ message: Message; waits: boolean }[]> {
    const { store, readModels, clock } = this.ports;
    const now = clock.now();
    const oldest = new Date(now.getTime() - NEWS_DAYS * 86_400_000).toISOString();
    const registry = await readModels.registry();
    const about = { store, registry, now: now.toISOString(), today: clock.today() };
    const messages: { message: Message; waits: boolean }[] = [];
    for (const event of events) {
      if (event.metadata.at < oldest) continue;
      const notice = await noticeOf(event, about).catch((error: unknown) => {
        // The projections raise the alarm for it; nobody else's mail waits.
        if (!(error instanceof Error) || !['SchemaError', 'UnknownEventError'].includes(error.name)) throw error;
        this.logger.warn(`nobody was written to about event ${event.id}: ${error.name}`);
        return undefined;
      });
      for (const userId of new Set(notice?.to ?? [])) {
        const { kind, facts } = notice!;
        const id = this.ports.idFor(`${event.id} ${userId}`, `mail ${kind}`);
        const waits = waitsForDigest(kind, registry.users.get(userId)?.mail ?? DEFAULT_MAIL);
        const message = {
          id,
          messageId: messageIdOf(id, out),
          kind,
          userId,
          eventId: event.id,
          happenedAt: event.metadata.at,
          facts,
        };
        messages.push({ message, waits });
      }
    }
    return messages;
  }

  /** Once a week, by whichever process comes first; late after an outage, and not for weeks that are over. */
  private async makeDigests(jobs: Jobs, out: MailOut): Promise<void> {
    const now = this.ports.clock.now();
    const week = weekOf(this.ports.clock.today());
    const due = digestDueAt(week);
    if (due === undefined || now.toISOString() < due || (await this.outbox.isDigestMade(week))) return;
    const checkpoint = await this.outbox.checkpoint();
    // Mail that is turned on in midweek begins with the next list.
    if (!checkpoint || checkpoint.beganAt.toISOString() > due) return;
    const waiting = await this.outbox.waiting();
    const messages = await composeDigests(this.ports, week, waiting);
    await this.outbox.transaction(async (em) => {
      if (!(await this.outbox.markDigestMade(em, week))) return;
      for (const message of messages)
        await this.outbox.put(em, { ...message, messageId: messageIdOf(message.id, out) }, 'queued', now);
      const listed = new Set(
        messages.flatMap(({ userId, facts }) => (facts.digest?.actions ?? []).map(({ actionId }) => `${userId} ${actionId}`)),
      );
      const isListed = ({ userId, facts }: Delivery) => listed.has(`${userId} ${facts.action?.actionId}`);
      const inList = waiting.filter(isListed).map(({ id }) => id);
      await this.outbox.putIntoDigest(em, inList, now);
      // What it was about is done, or not theirs to read any more: it is on no list, and that is seen.
      for (const message of waiting)
        if (!isListed(message)) await this.outbox.settle(em, message.id, 'not-sent', now, 'nothing-left');
      await jobs.add(
        em,
        messages.map(({ id }) => id),
      );
    });
  }

  /** What was tried too often is seen, and waits for a human. */
  private async bury(jobs: Jobs, now: Date): Promise<void> {
    for (let job = await jobs.nextDead(); job; job = await jobs.nextDead()) {
      const dead = job;
      const message = await this.outbox.find(dead.id);
      await this.outbox.transaction(async (em) => {
        // Requested again meanwhile, it has a new life.
        if (message?.status === 'queued') await this.outbox.settle(em, dead.id, 'dead', now, message.why ?? 'tried-too-often');
        await jobs.buried(em, dead);
      });
      if (message) this.logger.warn(`message ${message.id} (${message.kind}) was given up`);
    }
  }

  private async send(jobs: Jobs, out: MailOut): Promise<void> {
    let post: Post | undefined;
    try {
      for (let job = await jobs.next(); job; job = await jobs.next()) {
        const message = await this.outbox.find(job.id);
        if (message?.status !== 'queued') {
          await this.close(jobs, job);
          continue;
        }
        const registry = await this.ports.readModels.registry();
        const outcome = await this.deliver(message, registry, out, async (letter) => (post ??= await out.open()).send(letter));
        if (outcome.status !== 'later') await this.close(jobs, job, outcome);
        else {
          await this.outbox.failed(message.id, outcome.why);
          await jobs.failed(job, outcome.why);
          if (outcome.outOfReach) return;
        }
      }
    } finally {
      post?.close();
    }
  }

  /** The job is over, and the message with it. */
  private async close(jobs: Jobs, job: Job, settled?: Settled): Promise<void> {
    await this.outbox.transaction(async (em) => {
      if (settled) await this.outbox.settle(em, job.id, settled.status, this.ports.clock.now(), settled.why);
      await jobs.done(em, job);
    });
  }

  private async deliver(
    message: Delivery,
    registry: Registry,
    { from, publicUrl }: MailOut,
    send: (letter: Letter) => Promise<void>,
  ): Promise<Settled | { readonly status: 'later'; readonly why: string; readonly outOfReach: boolean }> {
    const user = registry.users.get(message.userId);
    // Somebody wrote down who is told, so they are enrolled: the read models do not know it yet.
    if (!user) return { status: 'later', why: 'not-known-yet', outOfReach: false };
    if (user.leftOn !== undefined && user.leftOn <= this.ports.clock.today()) return { status: 'not-sent', why: 'left' };
    const facts = await stillTold(this.ports, registry, message);
    if (!facts) return { status: 'not-sent', why: 'no-access' };
    const to = await this.addressOf(user);
    if (to === undefined) return { status: 'not-sent', why: 'no-address' };
    const { language } = user.mail ?? DEFAULT_MAIL;
    await this.outbox.tried(message.id);
    try {
      const { meeting } = facts;
      const calendar = await invitationOf({ ...message, ...(meeting && { meeting }) }, { to, from, language, publicUrl });
      await send({
        to,
        messageId: message.messageId,
        ...render({ ...message, facts }, language, publicUrl),
        ...(calendar && { calendar }),
      });
      this.trouble = undefined;
      return { status: 'sent' };
    } catch (error) {
      if (!(error instanceof NotPostedError)) throw error;
      const { code, how } = error;
      this.logger.warn(`message ${message.id} (${message.kind}) was not sent: ${code}`);
      this.trouble = how === 'out-of-reach' ? code : undefined;
      if (how === 'refused') return { status: 'dead', why: code };
      return { status: 'later', why: code, outOfReach: how === 'out-of-reach' };
    }
  }

  /** Readable in this moment only. @throws KeyStoreUnavailableError */
  private async addressOf({ email }: UserRow): Promise<string | undefined> {
    if (!email) return undefined;
    const [address] = await this.ports.vault.openMany([email]);
    return address;
  }
}

/** The same for the same event, recipient and kind, whenever it is sent. */
export const messageIdOf = (id: string, { from }: Pick<MailOut, 'from'>): string =>
  `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
