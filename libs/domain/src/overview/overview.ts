// overview-{week}: the figures of one week, as partners and politicians get them. What is not in the event is not published.
import { accept, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { nothing } from '../kernel/refusals.js';
import { code, id, int, list, localDate, object, opt } from '../kernel/schema.js';
import { withoutSmallNumbers, type AreaCounts } from './small-numbers.js';

const figures = {
  openCases: opt(int),
  closedCases: opt(int),
  openActions: opt(int),
  overdueActions: opt(int),
  actionsDoneLast90Days: opt(int),
};

export const overviewEvents = {
  /** `week`: ISO 8601, `2026-W48`. `countedOn`: the local date. A figure that is missing is withheld (rule 13). */
  OverviewPublished: event(1, {
    week: code,
    countedOn: localDate,
    total: object(figures),
    areas: list(object({ areaId: id, ...figures })),
  }),
};
export type OverviewEvent = EventOf<typeof overviewEvents>;
export type OverviewFolded = FoldedOf<typeof overviewEvents>;
export const overviewCodec = codec(overviewEvents);

/** The part of the stream's name after `overview-`. */
export const overviewId = (week: string): string => week.toLowerCase();

export type OverviewCommand = Command<'PublishOverview', { readonly week: string; readonly areas: AreaCounts }>;
export type OverviewState = { readonly published: boolean };

/** Once a week: figures that moved from day to day would tell what one day's change was. */
export const overviewDecider: Decider<OverviewState, OverviewCommand, OverviewEvent, OverviewFolded> = {
  initialState: { published: false },

  evolve: (_state, event) => {
    switch (event.type) {
      case 'OverviewPublished':
        return { published: true };
      default:
        return unreachable(event.type);
    }
  },

  decide: ({ type, data: { week, areas }, context }, state) => {
    switch (type) {
      case 'PublishOverview': {
        if (state.published) return nothing;
        return accept({
          type: 'OverviewPublished',
          data: { week, countedOn: context.today, ...withoutSmallNumbers(areas) },
        });
      }
      default:
        return unreachable(type);
    }
  },
};
