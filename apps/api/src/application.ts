// The whole server: embedded PostgreSQL if needed, stores, keys, projections, HTTP. Started and stopped as one.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Module, ValidationPipe, type DynamicModule, type ValidationError } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessLog, accessLogEvents } from '@app/access';
import { createPostgresEventStore, EVENT_STORE_MIGRATIONS, START } from '@app/event-store';
import { BlindIndex, loadMasterKey, openFileKeyStore, Vault } from '@app/personal-data';
import { openDatabase, openMovableClock, startEmbeddedPostgres, systemClock, type Configuration } from '@app/platform';
import { createReadModels, READ_MODEL_MIGRATIONS, startProjections } from '@app/read-models';
import { AUDIT_QUERIES, AuditController } from './audit/audit.controller.js';
import { CaseChangesController } from './cases/case-changes.controller.js';
import { CASE_QUERIES } from './cases/case-queries.js';
import { CaseQuestionsController } from './cases/case-questions.controller.js';
import { Ask } from './core/ask.js';
import { ChangeHandler, Changer } from './core/change.js';
import { BadRequestError } from './core/errors.js';
import { createLog } from './core/log.js';
import { setUpOpenApi } from './core/openapi.js';
import { setSecurityHeaders } from './core/headers.js';
import { Ports } from './core/ports.js';
import { ProblemFilter } from './core/problem.js';
import { Reveal } from './core/reveal.js';
import { keysOf, SignIn, SignInGuard } from './core/sign-in.js';
import { enrolFirstAdministrator } from './registry/first-administrator.js';
import { Demo, DemoController } from './demo/demo.controller.js';
import { loadDemo } from './demo/data.js';
import { DemoIssuer } from './demo/issuer.js';
import { HealthController } from './health/health.controller.js';
import { ImportsController, RowImporter } from './imports/imports.controller.js';
import { IMPORT_MIGRATIONS } from './imports/ledger.js';
import { MEETING_QUERIES } from './meetings/meeting-queries.js';
import { MeetingQuestionsController } from './meetings/meeting-questions.controller.js';
import { MeetingsController } from './meetings/meetings.controller.js';
import { Series } from './meetings/series.js';
import { PersonsController } from './persons/persons.controller.js';
import { Registrar } from './persons/registrar.js';
import { RegistryController } from './registry/registry.controller.js';

export interface RunningApplication {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly ports: Ports;
  /** Stops everything, in the order that loses nothing. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when something the server cannot do without has ended by itself. */
  readonly failed: Promise<string>;
}

const BODY_LIMIT_BYTES = 256 * 1024;

@Module({})
class ApiModule {
  static with(ports: Ports, signIn: SignIn, demo: Demo | undefined): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        CaseChangesController,
        CaseQuestionsController,
        MeetingsController,
        MeetingQuestionsController,
        PersonsController,
        RegistryController,
        AuditController,
        ImportsController,
        HealthController,
        ...(demo ? [DemoController] : []),
      ],
      providers: [
        { provide: Ports, useValue: ports },
        { provide: SignIn, useValue: signIn },
        { provide: Series, useFactory: (bus: CommandBus) => new Series(ports, bus), inject: [CommandBus] },
        ...(demo ? [{ provide: Demo, useValue: demo }] : []),
        { provide: APP_GUARD, useClass: SignInGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        Reflector,
        Ask,
        Changer,
        ChangeHandler,
        Registrar,
        Reveal,
        RowImporter,
        ...CASE_QUERIES,
        ...MEETING_QUERIES,
        ...AUDIT_QUERIES,
      ],
    };
  }
}

/** One line a field, without its value. */
const lines = (errors: readonly ValidationError[], path = ''): string[] =>
  errors.flatMap((error) => [
    ...Object.entries(error.constraints ?? {}).map(([rule, message]) =>
      rule === 'whitelistValidation' ? `${path}${error.property} is not a field here` : `${path}${message}`,
    ),
    ...lines(error.children ?? [], `${path}${error.property}.`),
  ]);

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
      for (const close of closers.reverse()) await close();
    })());

  try {
    const { dataFolder } = configuration;
    mkdirSync(dataFolder, { recursive: true });
    // Keys and the database lie side by side, each in a folder of its own; the server of the database may run as another user.
    if (process.getuid?.() === 0) chmodSync(dataFolder, 0o711);
    const failed: Promise<string>[] = [];

    let databaseUrl = configuration.databaseUrl;
    if (databaseUrl === undefined) {
      const server = await startEmbeddedPostgres({
        dir: join(dataFolder, 'postgres'),
        log: (line) => log.debug(line, 'PostgreSQL'),
      });
      closers.push(() => server.stop());
      failed.push(server.ended.then(() => 'the embedded PostgreSQL ended'));
      databaseUrl = server.url('postgres');
    }

    const masterKey = await loadMasterKey(
      configuration.masterKey === undefined
        ? { file: join(dataFolder, 'master.key'), create: true }
        : { env: configuration.masterKey },
    );
    const keys = await openFileKeyStore({ folder: join(dataFolder, 'keys'), masterKey });
    closers.push(() => keys.close());

    const dataSource = await openDatabase(databaseUrl, [
      ...EVENT_STORE_MIGRATIONS,
      ...READ_MODEL_MIGRATIONS,
      ...IMPORT_MIGRATIONS,
    ]);
    closers.push(() => dataSource.destroy());
    const store = await createPostgresEventStore({ connectionString: databaseUrl, log: (line) => log.warn(line, 'EventStore') });
    closers.push(() => store.close());

    const vault = new Vault(keys);
    const blindIndex = await BlindIndex.open(keys);
    const projecting = new AbortController();
    const projections = startProjections({
      dataSource,
      store,
      vault,
      blindIndex,
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
        )
      : undefined;
    const clock = demo?.clock ?? systemClock;
    const accessLog = new AccessLog(store, {
      clock: () => clock.now(),
      newId: randomUUID,
      seal: async (eventId, subject, criterion) =>
        (await vault.seal(eventId, subject, accessLogEvents.PersonalDataSearched.text, { criterion })).criterion,
    });
    const settings = demo?.issuer.settings ?? configuration.oidc!;
    const ports = new Ports({
      configuration,
      store,
      dataSource,
      readModels: createReadModels({ dataSource, store, projections }),
      projections,
      keys,
      vault,
      blindIndex,
      accessLog,
      clock,
      issuer: settings.issuer,
      idKey: await keys.named('ids'),
    });
    const signIn = new SignIn(settings, demo?.issuer.keys ?? keysOf(settings.issuer), ports);

    if ((await store.head()) === START) {
      if (demo) await loadDemo(ports);
      else await enrolFirstAdministrator(ports);
    }

    const adapter = new FastifyAdapter({
      bodyLimit: BODY_LIMIT_BYTES,
      genReqId: () => randomUUID(),
      forceCloseConnections: 'idle',
      routerOptions: { ignoreTrailingSlash: true },
    });
    const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(ports, signIn, demo), adapter, {
      logger: log,
      abortOnError: false,
    });
    closers.push(() => app.close());
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
    const fastify = adapter.getInstance();
    setSecurityHeaders(fastify);
    setUpOpenApi(app, demo !== undefined);
    fastify.get('/', (_request, reply) => reply.redirect('/docs'));
    await app.init();
    // JSON only: anything else is 415.
    fastify.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
    const series = app.get(Series);
    await ports.readModels.reach(ports.lastWritten, 60_000);
    await series.start();
    closers.push(() => series.stop());
    await app.listen(configuration.port, configuration.host);
    const address = app.getHttpServer().address() as { port: number };
    const url = `http://${configuration.host === '127.0.0.1' ? 'localhost' : configuration.host}:${address.port}`;
    return { url, app, ports, stop, failed: failed.length > 0 ? Promise.race(failed) : new Promise(() => {}) };
  } catch (error) {
    await stop();
    throw error;
  }
};
