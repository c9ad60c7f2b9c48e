// The steering group's fortnightly series: it makes its next meeting by itself, and says who is invited.
import type { CommandBus } from '@nestjs/cqrs';
import { DEFAULT_STEERING_SERIES, nextSteeringDate, streamName } from '@app/domain';
import { addDays, instantAt } from '@app/platform';
import type { GroupRow, Registry } from '@app/read-models';
import { Change } from '../core/change.js';
import { Periodic } from '../core/periodic.js';
import type { Ports } from '../core/ports.js';
import { invitedOn, PROGRAMME } from '../meetings/series.js';

const seriesOf = (group: GroupRow) => group.steeringSeries ?? DEFAULT_STEERING_SERIES;

/** Times of a steering meeting on a date; what is not said is the series' own. */
export const steeringTimesOf = (
  group: GroupRow,
  { localDate, startTime, durationMinutes }: { localDate: string; startTime?: string; durationMinutes?: number },
) => {
  const series = seriesOf(group);
  const startsAt = instantAt(localDate, startTime ?? series.startTime);
  const minutes = durationMinutes ?? series.durationMinutes;
  return { localDate, startsAt, endsAt: new Date(Date.parse(startsAt) + minutes * 60_000).toISOString() };
};

/** The directors of departments and police, and the group's hotspot chief (Hotspotmodellen s. 14). */
export const steeringInvited = (registry: Registry, group: GroupRow, date: string) => {
  const members = [...registry.users.values()].filter(
    ({ role, leftOn }) => role === 'steeringMember' && (leftOn === undefined || date < leftOn),
  );
  const chiefs = invitedOn(group, date).filter(({ userId }) => registry.users.get(userId)?.role === 'hotspotChief');
  return [...members, ...chiefs].map(({ userId, organisationId }) => ({ userId, organisationId }));
};

/** Plans every group's next steering meeting; doing so again, in any process, changes nothing. */
const planSeries = async (ports: Ports, bus: CommandBus): Promise<void> => {
  const registry = await ports.readModels.registry();
  const today = ports.clock.today();
  for (const group of registry.groups.values()) {
    const next = (from: string) => nextSteeringDate(seriesOf(group), group, from);
    // Today's meeting, while it is not over, and the one after.
    for (const localDate of new Set([next(today), next(addDays(today, 1))])) {
      const steeringMeetingId = ports.idFor(group.groupId, `steering ${localDate}`);
      const times = steeringTimesOf(group, { localDate });
      const exists = (await ports.store.readStream(streamName('steeringMeeting', steeringMeetingId), { limit: 1 })).length > 0;
      if (exists || times.endsAt <= ports.clock.now().toISOString()) continue;
      const invited = steeringInvited(registry, group, localDate);
      const data = { steeringMeetingId, groupId: group.groupId, ...times, invited };
      await bus.execute(
        new Change({
          ...{ category: 'steeringMeeting', id: steeringMeetingId, actor: PROGRAMME, commandHash: 'series' },
          commandId: ports.idFor(steeringMeetingId, 'plan'),
          command: () => ({ type: 'PlanSteeringMeeting', data }) as never,
        }),
      );
    }
  }
};

export class SteeringSeries extends Periodic {
  constructor(
    private readonly ports: Ports,
    private readonly bus: CommandBus,
  ) {
    super('SteeringSeries', 'the steering series could not be planned');
  }

  protected lookNow(): Promise<void> {
    return planSeries(this.ports, this.bus);
  }
}
