// hotspot-{areaId}: an area's programme. Here only that it exists; analysis, interventions and index come to this stream.
import { accept, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { nothing, taken } from '../kernel/refusals.js';
import { id, label } from '../kernel/schema.js';
import { same } from '../kernel/values.js';

export const hotspotEvents = {
  HotspotDesignated: event(1, { areaId: id, name: label, authorityId: id }),
};
export type HotspotEvent = EventOf<typeof hotspotEvents>;
export type HotspotFolded = FoldedOf<typeof hotspotEvents>;
export const hotspotCodec = codec(hotspotEvents);

export type HotspotCommand = Command<'DesignateHotspot', { areaId: string; name: string; authorityId: string }>;

export type HotspotState =
  { readonly status: 'none' } | { readonly status: 'designated'; readonly designated: HotspotFolded['data'] };

export const hotspotDecider: Decider<HotspotState, HotspotCommand, HotspotEvent, HotspotFolded> = {
  initialState: { status: 'none' },

  evolve: (_state, event) => {
    switch (event.type) {
      case 'HotspotDesignated':
        return { status: 'designated', designated: event.data };
      default:
        return unreachable(event.type);
    }
  },

  decide: (command, state) => {
    switch (command.type) {
      case 'DesignateHotspot': {
        const { areaId, name, authorityId } = command.data;
        const data = { areaId, name, authorityId };
        if (state.status === 'none') return accept({ type: 'HotspotDesignated', data });
        return same(state.designated, data) ? nothing : taken('hotspot');
      }
      default:
        return unreachable(command.type);
    }
  },
};
