// The weekly series: when a group meets, and who is invited. It makes its next meeting by itself.
import type { CommandBus } from '@nestjs/cqrs';
import { isClosed, streamName, type Actor } from '@app/domain';
import { addDays, instantAt, weekdayOf } from '@app/platform';
import type { GroupRow } from '@app/read-models';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';

/** Times of a group's meeting on a date; what is not said is the group's own. */
export const timesOf = (
  group: GroupRow,
  { localDate, startTime, durationMinutes }: { localDate: string; startTime?: string; durationMinutes?: number },
) => {
  const startsAt = instantAt(localDate, startTime ?? group.series.startTime);
  const minutes = durationMinutes ?? group.series.durationMinutes;
  return { localDate, startsAt, endsAt: new Date(Date.parse(startsAt) + minutes * 60_000).toISOString() };
};

/** The group's members on that date. */
export const invitedOn = (group: GroupRow, date: string) =>
  group.members
    .filter((m) => m.from <= date && (m.until === undefined || date < m.until))
    .map(({ userId, organisationId }) => ({ userId, organisationId }));

/** First date from `from` on the group's weekday that is neither a public holiday nor a closing day. */
export const nextSeriesDate = (group: GroupRow, from: string): string => {
  let date = addDays(from, (group.series.weekday - weekdayOf(from) + 7) % 7);
  while (isClosed(date, group)) date = addDays(date, 7);
  return date;
};

/** Who does what happens by itself: the programme. */
export const PROGRAMME: Actor = {
  userId: 'fremdrift',
  organisationId: 'fremdrift',
  authorityId: 'fremdrift',
  kind: 'municipal',
  role: 'coordinator',
};

/** Plans every group's next meeting; doing so again, in any process, changes nothing. */
const planSeries = async (ports: Ports, bus: CommandBus): Promise<void> => {
  const { groups } = await ports.readModels.registry();
  const today = ports.clock.today();
  for (const group of groups.values()) {
    // Today's meeting, while it is not over, and the one after.
    for (const date of new Set([nextSeriesDate(group, today), nextSeriesDate(group, addDays(today, 1))])) {
      const meetingId = ports.idFor(group.groupId, `series ${date}`);
      const times = timesOf(group, { localDate: date });
      const exists = (await ports.store.readStream(streamName('meeting', meetingId), { limit: 1 })).length > 0;
      if (exists || times.endsAt <= ports.clock.now().toISOString()) continue;
      const data = { meetingId, groupId: group.groupId, ...times, invited: invitedOn(group, date) };
      await bus.execute(
        new Change({
          category: 'meeting',
          id: meetingId,
          actor: PROGRAMME,
          commandId: ports.idFor(meetingId, 'plan'),
          commandHash: 'series',
          command: () => ({ type: 'PlanMeeting', data }),
        }),
      );
    }
  }
};

export class Series extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('Series', 'the series could not be planned');
  }

  protected lookNow(): Promise<void> {
    return planSeries(this.ports, this.bus);
  }
}
