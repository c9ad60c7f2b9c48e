// hotspot-{areaId}: an area's programme. Here only that it exists; analysis, interventions and index come to this stream.
import type { Command } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { id, label } from '../kernel/schema.js';

export const hotspotEvents = {
  HotspotDesignated: event(1, { areaId: id, name: label, authorityId: id }),
};
export type HotspotEvent = EventOf<typeof hotspotEvents>;
export type HotspotFolded = FoldedOf<typeof hotspotEvents>;
export const hotspotCodec = codec(hotspotEvents);

export type HotspotCommand = Command<'DesignateHotspot', { areaId: string; name: string; authorityId: string }>;
