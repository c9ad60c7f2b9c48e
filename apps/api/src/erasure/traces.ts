// What an erasure is about, read from the log itself: which texts, whose they are, and whether their cases have ended.
import { retentionEnds, type AffectedStream, type ErasureFacts, type Retention, type RuleSet } from '@app/domain';
import type { StoredEvent } from '@app/event-store';
import { readStored } from '@app/personal-data';
import { localDateAt } from '@app/platform';
import type { Ports } from '../core/ports.js';

export interface Target {
  readonly personId: string;
  /** Missing: everything about the person. */
  readonly caseId?: string | undefined;
}
/** For the key store. */
export const keysOf = ({ personId, caseId }: Target) => ({
  subjectId: personId,
  ...(caseId !== undefined && { scope: caseId }),
});

/** A text that the target's keys seal. */
const isAbout = ({ data }: StoredEvent, { personId, caseId }: Target): boolean => {
  const { subject, text } = readStored(data);
  return subject?.id === personId && (caseId === undefined || subject.scope === caseId) && Object.keys(text).length > 0;
};

/** How the case stands: its last end, unless it was reopened. */
const endOf = (events: readonly StoredEvent[]): { at: string; withoutAction: boolean } | undefined => {
  let end: { at: string; withoutAction: boolean } | undefined;
  for (const { type, data, metadata } of events) {
    const { outcome, at } = data as { outcome?: string; at?: string };
    if (type === 'CaseClosed') end = { at: at!, withoutAction: outcome === 'closed-without-action' };
    else if (type === 'CaseScreened' && outcome === 'rejected') end = { at: metadata.at, withoutAction: true };
    else if (type === 'CaseReopened') end = undefined;
  }
  return end;
};

export interface Traces {
  readonly facts: ErasureFacts;
  readonly affected: readonly AffectedStream[];
}

/**
 * Reads everything that was written about the target, after the read models have caught up: they know which cases and meetings.
 * @throws NotCaughtUpError
 */
export const tracesOf = async (ports: Ports, target: Target, ruleSet: RuleSet, proposedAt?: string): Promise<Traces> => {
  const { store, readModels } = ports;
  await readModels.reach(await store.head());
  const { organisations } = await readModels.registry();
  const merged = target.caseId === undefined && (await readModels.mergedWith(target.personId)).length > 0;
  const cases = (await readModels.casesToErase(target.personId)).filter(
    ({ caseId }) => target.caseId === undefined || caseId === target.caseId,
  );

  const authorities = new Set<string>();
  const affected: AffectedStream[] = [];
  const collect = (stream: string, events: readonly StoredEvent[]): void => {
    const about = events.filter((event) => isAbout(event, target));
    // Who wrote it down, and whose information it was. The texts of the erasure itself make nobody a contributor.
    for (const { type, metadata, data } of about) {
      if (type.startsWith('Erasure') || type.startsWith('LegalHold')) continue;
      authorities.add(metadata.authority);
      const from = organisations.get((data as { fromOrganisationId?: string }).fromOrganisationId ?? '');
      if (from) authorities.add(from.authorityId);
    }
    const [first, last] = [about[0], about.at(-1)];
    if (!first || !last) return;
    affected.push({
      ...{ stream, events: about.length, fromRevision: first.revision, toRevision: last.revision },
      ...{ fromPosition: first.position, toPosition: last.position },
    });
  };

  const person = await store.readStream(`person-${target.personId}`);
  collect(`person-${target.personId}`, person);
  // Somebody answers for it, also where nothing was written.
  if (cases.length === 0 && person[0]) authorities.add(person[0].metadata.authority);
  const erasedCases = (await readModels.erasedOf([target.personId])).map((mark) => mark.caseId);
  const liveCaseIds: string[] = [];
  let retention: Retention | undefined;
  const mentions = new Set<string>();
  for (const { caseId, responsibleOrganisationId, mentionedIn } of cases) {
    const events = await store.readStream(`case-${caseId}`);
    collect(`case-${caseId}`, events);
    const responsible = organisations.get(responsibleOrganisationId);
    if (responsible) authorities.add(responsible.authorityId);
    const end = endOf(events);
    // What ended after it was proposed is not what was approved.
    if (end && (proposedAt === undefined || end.at <= proposedAt)) {
      const endedOn = localDateAt(new Date(end.at));
      // When the texts of a case are gone, nothing in it keeps the identity.
      const dueOn = erasedCases.includes(caseId) ? endedOn : retentionEnds(endedOn, end.withoutAction, ruleSet);
      if (!retention || dueOn > retention.dueOn) retention = { endedOn, dueOn };
    } else liveCaseIds.push(caseId);
    for (const stream of mentionedIn) mentions.add(stream);
  }
  for (const stream of mentions) collect(stream, await store.readStream(stream));

  return {
    facts: { authorities: [...authorities], liveCaseIds, ...(retention && { retention }), ...(merged && { merged }) },
    affected,
  };
};
