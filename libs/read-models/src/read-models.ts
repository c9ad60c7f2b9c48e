// Every question a screen asks, over the tables the projections keep.
import type { EventStore } from '@app/event-store';
import type { DataSource } from 'typeorm';
import { breakGlassQueries } from './access-log/break-glass-queries.js';
import { accessLogQuery } from './access-log/queries.js';
import { accessRequestQueries } from './access-requests/queries.js';
import { actionQueries } from './cases/actions-queries.js';
import type { CurrentContext } from './context.js';
import { agendaQuery } from './cases/agenda-query.js';
import { knowledgeQuery, recallableQuery } from './cases/knowledge-query.js';
import { caseQueries } from './cases/queries.js';
import { timelineEntryQuery, timelineQuery } from './cases/timeline-query.js';
import { figureQueries } from './chase/figure-queries.js';
import { chaseQueries } from './chase/queries.js';
import { historyQuery } from './chase/history-query.js';
import { ladderHistoryQuery } from './chase/ladder-history-query.js';
import { silencesQuery } from './chase/silences-query.js';
import { withdrawalQueries } from './cases/withdrawals-query.js';
import { erasureQueries } from './erasures/queries.js';
import { meetingQueries } from './meetings/queries.js';
import { informingQueries } from './persons/informing-queries.js';
import { overviewQueries } from './overview/queries.js';
import { lifeQueries } from './persons/life-queries.js';
import { mergeQueries } from './persons/merge-queries.js';
import { personQueries } from './persons/queries.js';
import type { ReadModels } from './questions.js';
import { registryQuery } from './registry/queries.js';
import { reachByPolling, type Projections } from './runner.js';
import { sharingQueries } from './sharing-log/queries.js';
import { spotCheckQueries } from './spot-checks/queries.js';
import { steeringQueries } from './steering/queries.js';
import { asking } from './sql.js';

export interface ReadModelOptions {
  readonly dataSource: DataSource;
  /** Timelines are read from the streams themselves. */
  readonly store: EventStore;
  /** Of this process, where they run in it: `reach` and the registry then know at once. */
  /** On whose behalf a question is asked. Undefined at that moment: it fails, but for those about the registry. */
  readonly context: CurrentContext;
  readonly projections?: Pick<Projections, 'reach' | 'registryChanges'>;
}

/** Answers are as of the last committed batch; `reach` first to see a change just made. */
export const createReadModels = ({ dataSource, store, context, projections }: ReadModelOptions): ReadModels => {
  const ask = asking(dataSource, context);
  const registry = registryQuery(asking(dataSource), () => projections?.registryChanges() ?? 0);
  return {
    registry,
    reach: (position, timeoutMs) =>
      projections ? projections.reach(position, timeoutMs) : reachByPolling(dataSource, position, timeoutMs),
    ...personQueries(ask),
    ...mergeQueries(ask, store),
    ...lifeQueries(ask),
    ...informingQueries(ask),
    ...accessRequestQueries(ask, store),
    ...caseQueries(ask),
    ...actionQueries(ask),
    ...chaseQueries(ask, registry),
    ...figureQueries(ask),
    ...withdrawalQueries(ask),
    ...meetingQueries(ask),
    ...sharingQueries(ask),
    ...erasureQueries(ask),
    ...overviewQueries(ask, registry),
    ...steeringQueries(ask),
    actionHistory: historyQuery(ask, store),
    ladderHistory: ladderHistoryQuery(ask, store, registry),
    silences: silencesQuery(ask),
    timeline: timelineQuery(ask, store),
    timelineEntry: timelineEntryQuery(ask, store),
    knowledge: knowledgeQuery(ask, store),
    recallable: recallableQuery(ask, store),
    agenda: agendaQuery(ask),
    accessLog: accessLogQuery(ask),
    ...breakGlassQueries(ask),
    ...spotCheckQueries(ask),
  };
};
