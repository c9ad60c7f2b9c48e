// A busy week in which the worker is killed over and over: while it starts, in the midst of the ladder, before and after a mail server's
// yes. What is on record and what was sent is then compared with what the rule says. Two workers side by side, as in production.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { randomOf, type Random } from '../fuzz/random.js';
import { compare, type Found } from './compare.js';
import { callerOf, Clock, startProcess, type ServerProcess } from './processes.js';
import { Sink } from './sink.js';
import { at, FIRST_DAY, phasesOf, Week, type Phase } from './week.js';

export interface Options {
  readonly seed: number;
  readonly kills: number;
  /** Days after the first. */
  readonly days: number;
  readonly cases: number;
  readonly actionsEach: number;
  readonly changesADay: number;
  /** Two empty databases, of which we are the owner. */
  readonly databaseUrl: string;
  readonly keysDatabaseUrl: string;
  /** Made, and empty. */
  readonly folder: string;
  progress?(killed: number): void;
}

export const MOMENTS = ['starting', 'ladder', 'before-yes', 'after-yes', 'idle'] as const;
export type Moment = (typeof MOMENTS)[number];
export interface Result extends Found {
  /** How often, and when. */
  readonly kills: Readonly<Record<Moment, number>>;
  /** Letters handed over, repeats among them. */
  readonly handed: number;
}

const LANES = 2;
const START_MS = 2_500;
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

class Run {
  readonly sinks = Array.from({ length: LANES }, () => new Sink());
  readonly killed: Record<Moment, number> = { starting: 0, ladder: 0, 'before-yes': 0, 'after-yes': 0, idle: 0 };
  readonly database: pg.Client;
  readonly clock: Clock;
  private readonly random: Random;
  /** Of each lane its own: which of them draws first is the machine's. */
  private readonly dice: readonly Random[];
  private readonly shared: Readonly<Record<string, string>>;
  private api: ServerProcess | undefined;
  private worker: ServerProcess | undefined;
  /** Somebody has written to the log. */
  private news: (() => void)[] = [];

  constructor(private readonly options: Options) {
    this.random = randomOf(options.seed);
    this.dice = Array.from({ length: LANES }, (_, lane) => randomOf(options.seed + lane + 1));
    this.clock = new Clock(join(options.folder, 'clock'));
    this.database = new pg.Client({ connectionString: options.databaseUrl });
    this.shared = {
      ...{ DATABASE_URL: options.databaseUrl, KEYS_DATABASE_URL: options.keysDatabaseUrl, LOG_LEVEL: 'warn' },
      ...{ FREMDRIFT_MASTER_KEY: randomBytes(32).toString('base64'), RATE_LIMIT_PER_MINUTE: '0' },
    };
  }

  async run(): Promise<Result> {
    const { options, database, sinks } = this;
    await database.connect();
    try {
      for (const sink of sinks) await sink.start();
      const week = new Week(this.random, options);
      const from = await this.setUp(week);
      const phases = phasesOf(options.days);
      for (const [n, phase] of phases.entries()) {
        const soFar = Object.values(this.killed).reduce((a, b) => a + b);
        await this.pass(week, phase, Math.round((options.kills * (n + 1)) / phases.length) - soFar);
      }
      await this.untilAllIsSent();
      const handed = sinks.flatMap((sink) => sink.handed);
      return { ...(await compare(database, week, handed, from)), kills: this.killed, handed: handed.length };
    } finally {
      await Promise.all([this.api?.kill(), this.worker?.kill()]);
      for (const sink of sinks) await sink.stop();
      await database.end();
    }
  }

  /** @returns where the log ends when the week begins */
  private async setUp(week: Week): Promise<string> {
    const { clock, database } = this;
    clock.set(at(FIRST_DAY, '09:30'));
    const demo = { ...this.shared, FREMDRIFT_DEMO: '1' };
    const server = startProcess(clock, join(this.options.folder, 'api'), { ...demo, FREMDRIFT_ROLE: 'all' });
    const { rows: open } = await server.running.then(() =>
      database.query<{ caseId: string; actionId: string }>(
        `select data::json->>'caseId' as "caseId", data::json->>'actionId' as "actionId" from event_store.events e
         where type = 'ActionAgreed' and not exists (select 1 from event_store.events o
           where o.stream = e.stream and o.type = 'ActionCompleted' and o.data::json->>'actionId' = e.data::json->>'actionId')`,
      ),
    );
    await week.setUp(callerOf(await server.running), open);
    // All that was said so far is said: to the demo's own mail server, which ends with it.
    server.child.kill('SIGTERM');
    await server.ended;
    // Nor is what the demo's own actions had kept for Monday's list anything of this week's.
    await database.query(`update mail.outbox set status = 'in-digest' where status = 'for-digest'`);
    await database.query('listen event_store');
    database.on('notification', () => this.news.splice(0).forEach((tell) => tell()));
    this.worker = this.startWorker(0);
    this.api = startProcess(clock, join(this.options.folder, 'api'), { ...demo, FREMDRIFT_ROLE: 'api' });
    const { rows } = await database.query<{ head: string }>('select max(position) as head from event_store.events');
    await Promise.all([this.worker.running, this.api.running]);
    return rows[0]!.head;
  }

  private startWorker(lane: number): ServerProcess {
    return startProcess(this.clock, join(this.options.folder, `worker-${lane}`), {
      ...{ ...this.shared, FREMDRIFT_ROLE: 'worker', SMTP_URL: this.sinks[lane]!.url, MAIL_FROM: 'fremdrift@demo.example' },
      // A worker signs nobody in.
      ...{ PUBLIC_URL: 'http://localhost:3000', OIDC_ISSUER: 'http://localhost:1', OIDC_AUDIENCE: 'fremdrift' },
    });
  }

  /** Time moves on; workers are killed while people go about their business; then one is left in peace until it has looked. */
  private async pass(week: Week, { at: instant, date, what }: Phase, kills: number): Promise<void> {
    if (what === 'list') week.noteLists(date);
    this.clock.set(instant);
    await this.letTimePassForJobs();
    let left = kills;
    const lane = async (n: number) => {
      while (left-- > 0) {
        const worker = (n === 0 ? this.worker : undefined) ?? this.startWorker(n);
        if (n === 0) this.worker = undefined;
        await this.killSometime(worker, n);
      }
    };
    const call = callerOf(await this.api!.running);
    const people = what === 'day' ? week.change(call, date) : what === 'meeting' ? week.meet(call, date) : Promise.resolve();
    const killing = Promise.all(this.sinks.map((_, n) => lane(n)));
    await Promise.all([killing, people.catch(() => {}), killing.then(() => (this.worker ??= this.startWorker(0)))]);
    await people;
    // Whatever it was looking at is of before: the next one starts with a look at all of it.
    this.worker?.child.kill('SIGTERM');
    await this.worker?.ended;
    this.worker = this.startWorker(0);
    await this.worker.running;
    week.look(date);
  }

  /** What was being sent when its sender died is tried again five minutes later: by the database's clock, which stands still here. */
  private async letTimePassForJobs(): Promise<void> {
    await this.database.query(
      `update mail_jobs.job set started_on = started_on - interval '6 hours', start_after = start_after - interval '6 hours'
       where name = 'mail' and state < 'completed'`,
    );
  }

  /** Kills it at a moment of the seed's choosing; when that does not come, soon after it has nothing to do any more. */
  private async killSometime(worker: ServerProcess, lane: number): Promise<void> {
    const random = this.dice[lane]!;
    const moment = random.of(['starting', 'ladder', 'ladder', 'before-yes', 'before-yes', 'after-yes', 'after-yes'] as const);
    const [count, ms, idleMs] = [random.below(moment === 'ladder' ? 5 : 12), random.number(), 50 + random.below(500)];
    const sink = this.sinks[lane]!;
    let came: Moment | undefined;
    const over = new Promise<void>((done) => {
      const now = (which: Moment) => {
        if (came) return;
        came = which;
        worker.child.kill('SIGKILL');
        done();
      };
      if (moment === 'starting') void sleep(ms * START_MS).then(() => now('starting'));
      if (moment === 'ladder') {
        let heard = 0;
        const listen = () => (heard++ < count ? void this.news.push(listen) : void sleep(ms * 40).then(() => now('ladder')));
        this.news.push(listen);
      }
      let letters = 0;
      sink.onLetter = (yes) => {
        const isIt = letters++ >= count;
        if (isIt && moment === 'before-yes') return now('before-yes');
        yes();
        if (isIt && moment === 'after-yes') now('after-yes');
      };
      worker.running.then(
        () => sleep(idleMs).then(() => now('idle')),
        () => {},
      );
    });
    await Promise.race([over, worker.ended]);
    sink.onLetter = (yes) => yes();
    if (!came) throw new Error(`a worker ended by itself: ${worker.printed().slice(-2000)}`);
    this.killed[came]++;
    await worker.ended;
    this.options.progress?.(Object.values(this.killed).reduce((a, b) => a + b));
  }

  /** The last worker goes on undisturbed. @throws Error when it does not come to an end */
  private async untilAllIsSent(): Promise<void> {
    for (let round = 0; round < 240; round++) {
      await this.letTimePassForJobs();
      const { rows } = await this.database.query(`select 1 from mail.outbox where status in ('queued', 'requested') limit 1`);
      if (rows.length === 0) return;
      await sleep(250);
    }
    throw new Error('mail is queued and not sent');
  }
}

/** @throws Error when the run itself breaks off; what it found wrong is in the result */
export const chase = (options: Options): Promise<Result> => new Run(options).run();
