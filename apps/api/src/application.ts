// The whole server: embedded PostgreSQL if needed, stores, keys, projections, HTTP. Started and stopped as one. With FREMDRIFT_ROLE
// it is one half of it: what answers requests, or what happens without one.
import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { AccessLog, accessLogEvents } from '@app/access';
import {
  ConnectionStringError,
  EVENT_STORE_MIGRATIONS,
  ForeignPositionError,
  openEventStore,
  START,
  UnavailableError,
} from '@app/event-store';
import { BlindIndex, KeyStoreUnavailableError, loadMasterKey, openKeyStore, Vault, type KeyStore } from '@app/personal-data';
import {
  ConfigurationError,
  openMovableClock,
  openServerDatabase,
  startEmbeddedPostgres,
  systemClock,
  type Configuration,
} from '@app/platform';
import { asking, createReadModels, NotCaughtUpError, READ_MODEL_MIGRATIONS, startProjections } from '@app/read-models';
import { beginRequest, currentContext } from './core/context.js';
import { BadRequestError } from './core/errors.js';
import { createLog } from './core/log.js';
import { setUpOpenApi } from './core/openapi.js';
import { HEADERS, setSecurityHeaders } from './core/headers.js';
import { limitRequests, SERVER_LIMITS } from './core/limits.js';
import { PERIODICS, type Periodic } from './core/periodic.js';
import { Ports } from './core/ports.js';
import { problemOf, send } from './core/problem.js';
import { RateLimits } from './core/rate-limits.js';
import { keysOf, SignIn } from './core/sign-in.js';
import { rememberValidationRules } from './core/validation-rules.js';
import { enrolFirstAdministrator } from './registry/first-administrator.js';
import { Demo } from './demo/demo.controller.js';
import { loadDemo } from './demo/data.js';
import { DemoIssuer } from './demo/issuer.js';
import { DEMO_SENDER, MailSink } from './demo/mail-sink.js';
import { replayErasures } from './erasure/replay.js';
import { IMPORT_MIGRATIONS } from './imports/ledger.js';
import { Mailer, type MailOut } from './mail/mailer.js';
import { openPost } from './mail/smtp.js';
import { MAIL_MIGRATIONS } from './mail/tables.js';
import { ApiModule } from './api.module.js';

export interface RunningApplication {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly ports: Ports;
  /** Stops everything, in the order that loses nothing. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when something the server cannot do without has ended by itself. */
  readonly failed: Promise<string>;
}

/** In order. */
export const MIGRATIONS = [...EVENT_STORE_MIGRATIONS, ...READ_MODEL_MIGRATIONS, ...IMPORT_MIGRATIONS, ...MAIL_MIGRATIONS];

/** How long requests under way may take to finish when the server stops. */
const LAST_REQUESTS_MS = 5_000;

/** A name that could be a misspelt field's is said back; anything else may be something a person wrote. */
const nameOf = (property: string): string => (/^[a-z][a-zA-Z]{0,39}$/.test(property) ? property : 'an unknown name');
/** One line a field, without its value: what is no text at all is not told of its length as well. */
const lines = (errors: readonly ValidationError[], path = ''): string[] =>
  errors.flatMap((error) => [
    ...Object.entries(error.constraints ?? {})
      .slice(0, 1)
      .map(([rule, message]) =>
        rule === 'whitelistValidation' ? `${path}${nameOf(error.property)} is not a field here` : `${path}${message}`,
      ),
    ...lines(error.children ?? [], `${path}${error.property}.`),
  ]);

/** @throws ConfigurationError */
const openDataFolder = (folder: string): void => {
  try {
    // Keys and the database lie side by side, each in a folder of its own; the server of the database may run as another user.
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError('FREMDRIFT_DATA', `must be a folder this user can write to: ${folder} is not (${code})`);
  }
};

const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'wrong user or password',
  '28000': 'this user may not sign in',
  '3D000': 'no such database',
};
const openStore = async (databaseUrl: string, eventStoreUrl: string | undefined, log: (line: string) => void) => {
  try {
    return await openEventStore({ databaseUrl, eventStoreUrl, log });
  } catch (error) {
    if (error instanceof ConnectionStringError) throw new ConfigurationError('EVENTSTORE_URL', error.message);
    if (!(error instanceof UnavailableError)) throw error;
    if (eventStoreUrl !== undefined) throw new Error(`EVENTSTORE_URL: ${error.message}.`, { cause: error });
    const { host, pathname } = new URL(databaseUrl);
    const why = error.message.replace(/\((\w+)\)$/, (_, code: string) => `(${REFUSALS[code] ?? code})`);
    throw new Error(`PostgreSQL at ${host}${pathname}: ${why}.`, { cause: error });
  }
};

/** @throws KeyStoreLockedError, MasterKeyError, KeyStoreCorruptError; Error in one line */
const openKeys = async (configuration: Configuration, warn: (line: string) => void): Promise<KeyStore> => {
  const { dataFolder, databaseUrl, keysDatabaseUrl, masterKey, previousMasterKey } = configuration;
  try {
    return await openKeyStore({
      folder: join(dataFolder, 'keys'),
      url: keysDatabaseUrl,
      apartFrom: databaseUrl,
      masterKey: await loadMasterKey(
        masterKey === undefined ? { file: join(dataFolder, 'master.key'), create: true } : { env: masterKey },
      ),
      previousMasterKey: previousMasterKey === undefined ? undefined : await loadMasterKey({ env: previousMasterKey }),
      warn,
    });
  } catch (error) {
    if (keysDatabaseUrl === undefined || !(error instanceof KeyStoreUnavailableError)) throw error;
    throw new Error(`KEYS_DATABASE_URL: ${error.message}.`, { cause: error });
  }
};

const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use: stop what runs there, or set PORT',
  EACCES: 'is not for this user: set PORT to a number above 1023',
  EADDRNOTAVAIL: 'is not an address of this machine: set HOST',
  ENOTFOUND: 'is not an address of this machine: set HOST',
};
/** @returns the port, which the system chose when it was 0 */
const listen = async (app: NestFastifyApplication, { host, port }: Configuration): Promise<number> => {
  try {
    // Not through Nest, which would log the error as well.
    await app.getHttpAdapter().getInstance().listen({ port, host });
  } catch (error) {
    const why = CANNOT_LISTEN[(error as NodeJS.ErrnoException).code ?? ''];
    throw why === undefined ? error : new Error(`Port ${port} of ${host} ${why}.`, { cause: error });
  }
  return (app.getHttpServer().address() as { port: number }).port;
};

/** Where mail goes: to the server of the settings, or to the demo's own, which starts with the first letter. */
const mailOut = ({ mail, publicUrl, port }: Configuration, demo: Demo | undefined): MailOut | undefined => {
  if (demo) {
    let settings: ReturnType<MailSink['start']> | undefined;
    return {
      from: DEMO_SENDER,
      publicUrl: publicUrl ?? `http://localhost:${port}`,
      open: async () => openPost(await (settings ??= demo.mail.start())),
    };
  }
  // The configuration has seen to it that links have an address.
  return mail && { from: mail.from, publicUrl: publicUrl!, open: () => openPost(mail) };
};

/** Into an empty store; a loading that was interrupted is finished. */
const loadDemoOnce = async (ports: Ports, unfinished: string): Promise<void> => {
  if ((await ports.store.head()) !== START && !existsSync(unfinished)) return;
  writeFileSync(unfinished, '');
  await loadDemo(ports);
  rmSync(unfinished);
};

/**
 * Starts the server.
 * @throws Error in one line that says what is wrong
 */
export const startApplication = async (configuration: Configuration): Promise<RunningApplication> => {
  const log = createLog(configuration.logLevel);
  const closers: (() => Promise<unknown> | void)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      const failures: unknown[] = [];
      for (const close of closers.reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    })());

  try {
    const { dataFolder, role } = configuration;
    openDataFolder(dataFolder);
    const failed: Promise<string>[] = [];

    // The keys first: their lock keeps a second server out of the folder before it touches the database.
    const keys = await openKeys(configuration, (line) => log.warn(line, 'KeyStore'));
    closers.push(() => keys.close());

    const { migrationsDatabaseUrl: ownerUrl } = configuration;
    let givenUrl = configuration.databaseUrl;
    if (givenUrl === undefined) {
      const server = await startEmbeddedPostgres({
        dir: join(dataFolder, 'postgres'),
        log: (line) => log.debug(line, 'PostgreSQL'),
      });
      closers.push(() => server.stop());
      failed.push(server.ended.then(() => 'the embedded PostgreSQL ended'));
      givenUrl = server.url('postgres');
    }

    // Before the migrations: a database that is not durable is refused untouched.
    if (configuration.eventStoreUrl === undefined) await (await openStore(ownerUrl ?? givenUrl, undefined, () => {})).close();
    const { url: databaseUrl, dataSource } = await openServerDatabase({ url: givenUrl, ownerUrl }, MIGRATIONS);
    closers.push(() => dataSource.destroy());
    const store = await openStore(databaseUrl, configuration.eventStoreUrl, (line) => {
      if (!stopping) log.warn(line, 'EventStore'); // Connections that are lost because we stop are no news.
    });
    closers.push(() => store.close());

    const replayed = await replayErasures({ store, dataSource, keys }).catch((error: unknown) => {
      if (!(error instanceof ForeignPositionError)) throw error;
      throw new Error('The read models are of another event store: make them anew with npm run -s cli -- rebuild', {
        cause: error,
      });
    });
    if (replayed > 0) log.warn(`${replayed} keys of what is erased had come back and were destroyed again`, 'Erasure');

    const vault = new Vault(keys);
    const blindIndex = await BlindIndex.open(keys);
    const projecting = new AbortController();
    const projections = startProjections({
      dataSource,
      store,
      vault,
      blindIndex,
      leads: role !== 'api',
      signal: projecting.signal,
      log: {
        log: (line: string) => log.log(line, 'Projections'),
        error: (line: string) => log.error(line, undefined, 'Projections'),
      },
    });
    closers.push(async () => {
      projecting.abort();
      await projections.done.catch(() => {});
    });
    // Projections that have stopped are seen in /health/ready; questions answer 503 meanwhile.
    projections.done.catch((error: unknown) =>
      log.error(`projections stopped: ${error instanceof Error ? error.message : ''}`, undefined, 'Projections'),
    );

    const demo = configuration.demo
      ? new Demo(
          await DemoIssuer.open(`http://localhost:${configuration.port}/demo`, join(dataFolder, 'demo', 'issuer.json')),
          openMovableClock(join(dataFolder, 'demo', 'clock.json')),
          new MailSink(),
        )
      : undefined;
    const clock = demo?.clock ?? systemClock;
    const accessLog = new AccessLog(store, {
      clock: () => clock.now(),
      newId: randomUUID,
      seal: (eventId, type, subject, text) => vault.seal(eventId, subject, accessLogEvents[type].text, text),
    });
    const settings = demo?.issuer.settings ?? configuration.oidc!;
    const ports = new Ports({
      configuration,
      store,
      dataSource,
      ask: asking(dataSource, currentContext),
      readModels: createReadModels({ dataSource, store, projections, context: currentContext }),
      projections,
      keys,
      vault,
      blindIndex,
      accessLog,
      clock,
      // The demo's users stay who they are when the server moves to another port.
      issuer: demo ? 'demo' : settings.issuer,
      idKey: await keys.named('ids'),
    });
    const signIn = new SignIn(settings, demo?.issuer.keys ?? keysOf(settings.issuer), ports);

    if (demo) await loadDemoOnce(ports, join(dataFolder, 'demo', 'loading'));
    else await enrolFirstAdministrator(ports);

    if (demo) closers.push(() => demo.mail.close());
    const out = mailOut(configuration, demo);
    const adapter = new FastifyAdapter({
      ...SERVER_LIMITS,
      ...(configuration.trustedProxies && { trustProxy: [...configuration.trustedProxies] }),
      genReqId: () => randomUUID(),
      forceCloseConnections: 'idle',
      routerOptions: { ignoreTrailingSlash: true },
      // A path that cannot be read never reaches a handler, nor the hooks.
      frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => {
        void reply.headers(HEADERS);
        send(reply, problemOf(error));
      },
    });
    const fastify = adapter.getInstance();
    setSecurityHeaders(fastify);
    const limits = await RateLimits.on(fastify, configuration.rateLimitPerMinute);
    limitRequests(fastify);
    // Last: what is parsed before goes on where the bytes came from.
    fastify.addHook('preHandler', (_request, _reply, next) => beginRequest(next));
    const app = await NestFactory.create<NestFastifyApplication>(
      ApiModule.with(ports, signIn, limits, demo, out, role !== 'worker'),
      adapter,
      {
        logger: log,
        abortOnError: false,
      },
    );
    closers.push(async () => {
      // A connection that is kept alive is idle only once its last answer is out.
      const server = app.getHttpServer();
      const sweep = setInterval(() => server.closeIdleConnections(), 25);
      const limit = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
      await app.close();
      clearInterval(sweep);
      clearTimeout(limit);
    });
    rememberValidationRules();
    app.useGlobalPipes(
      new ValidationPipe({
        transform: true,
        whitelist: true,
        forbidNonWhitelisted: true,
        forbidUnknownValues: true,
        validationError: { target: false, value: false },
        exceptionFactory: (errors) => new BadRequestError(lines(errors)),
      }),
    );
    if (role !== 'worker') {
      setUpOpenApi(app, demo !== undefined);
      fastify.get('/', (_, reply) => reply.redirect('/docs'));
    }
    await app.init();
    // JSON only: anything else is 415.
    fastify.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
    // Nobody is answered from rows that are behind what was written before the last stop.
    ports.wrote(await store.head());
    await ports.readModels.reach(ports.lastWritten, 60_000).catch((error: unknown) => {
      if (role !== 'api' || !(error instanceof NotCaughtUpError)) throw error;
      throw new Error('The read models are behind: is there a process with FREMDRIFT_ROLE=worker?', { cause: error });
    });
    if (role !== 'api') await app.get(Mailer).begin();
    // What happens without a request. Any number of processes may do it side by side: commands have ids of their own.
    for (const periodic of role === 'api' ? [] : app.get<Periodic[]>(PERIODICS)) {
      await periodic.start();
      closers.push(() => periodic.stop());
    }
    const port = await listen(app, configuration);
    const { host } = configuration;
    const url = `http://${host === '127.0.0.1' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
    return { url, app, ports, stop, failed: failed.length > 0 ? Promise.race(failed) : new Promise(() => {}) };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
};
