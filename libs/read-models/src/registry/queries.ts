// The registry as one snapshot in memory: asked by every request, changed a few times a day.
import type { RuleSet } from '@app/domain';
import type { Registry } from '../questions.js';
import { SCHEMA } from '../context.js';
import type { Ask } from '../sql.js';
import type { RegistryDocs, RegistryRow } from './projection.js';

const FRESH_MS = 5_000;

const snapshot = (rows: readonly RegistryRow[]): Registry => {
  const all = <K extends keyof RegistryDocs>(kind: K) =>
    rows.filter((row) => row.kind === kind).map((row) => row.doc as RegistryDocs[K]);
  const users = all('user');
  return {
    organisations: new Map(all('organisation').map((o) => [o.organisationId, o])),
    users: new Map(users.map((u) => [u.userId, u])),
    usersBySubject: new Map(users.map((u) => [u.subjectHash, u])),
    usersByFeed: new Map(users.flatMap((u) => (u.feedHash === undefined ? [] : [[u.feedHash, u] as const]))),
    groups: new Map(all('group').map((g) => [g.groupId, g])),
    areas: new Map(all('area').map((a) => [a.areaId, a])),
    ruleSets: all('ruleset').sort(newestFirst),
  };
};
const newestFirst = (a: RuleSet, b: RuleSet): number =>
  a.validFrom < b.validFrom ? 1 : a.validFrom > b.validFrom ? -1 : a.ruleSetId < b.ruleSetId ? -1 : 1;

/**
 * @param ask without a context: whoever signs in is looked up here first
 * @param changes how often this process changed the registry: a snapshot from before the last change is never given.
 *   Changes by other processes are seen within 5 s.
 */
export const registryQuery = (ask: Ask, changes: () => number): (() => Promise<Registry>) => {
  interface Held {
    readonly changes: number;
    /** Of the row in the database. */
    readonly version: string;
    readonly registry: Registry;
    readonly lookedAt: number;
  }
  let held: Held | undefined;
  let loading: { readonly changes: number; readonly result: Promise<Held> } | undefined;

  const load = async (seen: number): Promise<Held> => {
    const lookedAt = performance.now();
    const [row] = await ask<{ version: string }>(`select registry_position as version from ${SCHEMA}.checkpoint`);
    const version = row!.version;
    // The version is read first: rows newer than it are loaded once more next time, never missed.
    const registry =
      held?.version === version
        ? held.registry
        : snapshot(await ask<RegistryRow>(`select * from ${SCHEMA}.registry order by id`));
    return (held = { changes: seen, version, registry, lookedAt });
  };

  return async () => {
    const seen = changes();
    if (held && held.changes === seen && performance.now() - held.lookedAt < FRESH_MS) return held.registry;
    if (loading?.changes !== seen) {
      const result = load(seen).finally(() => {
        loading = undefined;
      });
      loading = { changes: seen, result };
    }
    return (await loading.result).registry;
  };
};
