// What answers requests, what happens without one, and what both are made of.
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, Reflector } from '@nestjs/core';
import { BreakGlassController } from './audit/break-glass.controller.js';
import { LogKeeper } from './audit/log-keeper.js';
import { ReviewWatch } from './audit/review-watch.js';
import { SpotChecker } from './audit/spot-checker.js';
import { SpotChecksController } from './audit/spot-checks.controller.js';
import { AccessRequestsController } from './access-requests/access-requests.controller.js';
import { AccessReports } from './access-requests/report.js';
import { AUDIT_QUERIES, AuditController } from './audit/audit.controller.js';
import { BreachController } from './audit/breach.controller.js';
import { CaseChangesController } from './cases/case-changes.controller.js';
import { CASE_QUERIES } from './cases/case-queries.js';
import { CaseQuestionsController } from './cases/case-questions.controller.js';
import { KnowledgeController } from './cases/knowledge.controller.js';
import { RecallsController } from './cases/recalls.controller.js';
import { WithdrawalsController } from './cases/withdrawals.controller.js';
import { BackTestController } from './chase/back-test.controller.js';
import { ChaseController } from './chase/chase.controller.js';
import { Chaser } from './chase/chaser.js';
import { FiguresController } from './chase/figures.controller.js';
import { Ask } from './core/ask.js';
import { ChangeHandler, Changer } from './core/change.js';
import { PERIODICS, type Periodic } from './core/periodic.js';
import { Ports } from './core/ports.js';
import { ProblemFilter } from './core/problem.js';
import { RateLimits } from './core/rate-limits.js';
import { Reveal } from './core/reveal.js';
import { SignIn, SignInGuard } from './core/sign-in.js';
import { Demo, DemoController } from './demo/demo.controller.js';
import { DemoMailController } from './demo/mail.controller.js';
import { ErasureController } from './erasure/erasure.controller.js';
import { Eraser } from './erasure/runner.js';
import { HealthController } from './health/health.controller.js';
import { ImportsController, RowImporter } from './imports/imports.controller.js';
import { FeedController } from './mail/feed.controller.js';
import { MailController } from './mail/mail.controller.js';
import { Mailer, type MailOut } from './mail/mailer.js';
import { MEETING_QUERIES } from './meetings/meeting-queries.js';
import { MeetingQuestionsController } from './meetings/meeting-questions.controller.js';
import { MeetingsController } from './meetings/meetings.controller.js';
import { Series } from './meetings/series.js';
import { InformingController } from './persons/informing.controller.js';
import { OVERVIEW_QUERIES, OverviewController } from './overview/overview.controller.js';
import { Publisher } from './overview/publisher.js';
import { LifeController } from './persons/life.controller.js';
import { LifeWatch } from './persons/life-watch.js';
import { MergesController } from './persons/merges.controller.js';
import { PersonsController } from './persons/persons.controller.js';
import { Registrar } from './persons/registrar.js';
import { RegistryController } from './registry/registry.controller.js';
import { EscalationsController } from './steering/escalations.controller.js';
import { Escalator } from './steering/escalator.js';
import { SteeringMeetingsController } from './steering/steering-meetings.controller.js';
import { SteeringSeries } from './steering/series.js';

const CONTROLLERS = [
  CaseChangesController,
  CaseQuestionsController,
  MeetingsController,
  MeetingQuestionsController,
  KnowledgeController,
  WithdrawalsController,
  RecallsController,
  MergesController,
  LifeController,
  InformingController,
  PersonsController,
  RegistryController,
  ChaseController,
  BackTestController,
  MailController,
  EscalationsController,
  SteeringMeetingsController,
  FiguresController,
  FeedController,
  AuditController,
  OverviewController,
  BreakGlassController,
  SpotChecksController,
  BreachController,
  ErasureController,
  AccessRequestsController,
  ImportsController,
  HealthController,
];

/** What happens without a request, in the order in which one look may depend on another. */
const BY_THEMSELVES = [
  Series,
  SteeringSeries,
  Chaser,
  Escalator,
  Eraser,
  LogKeeper,
  Publisher,
  SpotChecker,
  ReviewWatch,
  LifeWatch,
];

@Module({})
export class ApiModule {
  /** @param serves whether requests are answered; /health always is */
  static with(
    ports: Ports,
    signIn: SignIn,
    limits: RateLimits,
    demo: Demo | undefined,
    out: MailOut | undefined,
    serves: boolean,
  ): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: serves ? [...CONTROLLERS, ...(demo ? [DemoController, DemoMailController] : [])] : [HealthController],
      providers: [
        { provide: Ports, useValue: ports },
        { provide: SignIn, useValue: signIn },
        { provide: RateLimits, useValue: limits },
        ...BY_THEMSELVES.map((Each) => ({
          provide: Each,
          useFactory: (bus: CommandBus) => new Each(ports, bus),
          inject: [CommandBus],
        })),
        { provide: Mailer, useFactory: () => new Mailer(ports, out) },
        // Last comes who writes to people about what the others did.
        { provide: PERIODICS, useFactory: (...all: Periodic[]) => all, inject: [...BY_THEMSELVES, Mailer] },
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
        AccessReports,
        ...CASE_QUERIES,
        ...MEETING_QUERIES,
        ...AUDIT_QUERIES,
        ...OVERVIEW_QUERIES,
      ],
    };
  }
}
