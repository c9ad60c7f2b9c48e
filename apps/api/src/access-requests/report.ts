// What is told to who asks (rule 11): everything about the person before a place in the log, and nothing of anybody else. Texts sealed.
import { Injectable } from '@nestjs/common';
import {
  caseCodec,
  caseDecider,
  personCodec,
  personDecider,
  type CaseState,
  type Category,
  type Disclosed,
  type DisclosureRefusal,
  type PersonState,
  type PoliceDecision,
  type WithheldPart,
} from '@app/domain';
import { clearOf, type Position, type StoredEvent } from '@app/event-store';
import type { Sealed } from '@app/personal-data';
import { localDateAt } from '@app/platform';
import type { AccessRequestRow, LookRow, Registry, Trace } from '@app/read-models';
import { day } from '../core/pdf.js';
import { Ports } from '../core/ports.js';
import type { AccessReportAnswer, PoliceContributionAnswer, ReportLookAnswer, ReportPartAnswer } from './access-request.dto.js';
import {
  ABOUT,
  AGE,
  CATEGORY,
  FIELDS,
  KINDS,
  lookOf,
  MEANS,
  paragraphOf,
  POLICE,
  POSTPONED,
  PURPOSE,
  rightsUnder,
  SECTION_22,
  STATUS,
  UNTOLD,
} from './words.js';

/** As the answer, but with its texts sealed. */
type WithSealed<T> = null extends T
  ? T | Sealed
  : T extends readonly (infer E)[]
    ? readonly WithSealed<E>[]
    : T extends object
      ? { readonly [K in keyof T]: WithSealed<T[K]> }
      : T;
type SealedPart = WithSealed<ReportPartAnswer>;

export interface BuiltReport {
  readonly report: WithSealed<AccessReportAnswer>;
  readonly contribution: WithSealed<PoliceContributionAnswer>;
  readonly personIds: readonly string[];
  readonly caseIds: readonly string[];
  /** Organisations of the police that wrote or said something of it, or looked. */
  readonly contributors: readonly string[];
  /** What may be withheld, and of which registration it is: parts that are not the police's. */
  readonly partsOf: ReadonlyMap<string, string>;
}

/** What was decided about telling, at a place in the log. */
interface Known {
  readonly withheld: readonly WithheldPart[];
  readonly police?: PoliceDecision | undefined;
}

const before =
  (place: Position) =>
  ({ position }: StoredEvent): boolean =>
    position < place;
const personAt = (events: readonly StoredEvent[]): PersonState =>
  events.reduce(
    (state, { type, metadata, data }) => personDecider.evolve(state, personCodec.decode(type, metadata.v, clearOf(data))),
    personDecider.initialState,
  );
const caseAt = (events: readonly StoredEvent[]): CaseState =>
  events.reduce(
    (state, { type, metadata, data }) => caseDecider.evolve(state, caseCodec.decode(type, metadata.v, clearOf(data))),
    caseDecider.initialState,
  );
const lookUpsOf = (looks: readonly LookRow[]): ReportLookAnswer[] => {
  const counted = new Map<string, ReportLookAnswer>();
  for (const { at, purpose } of looks) {
    const look = { on: localDateAt(new Date(at)), purpose: lookOf(purpose), times: 1 };
    const key = `${look.on} ${look.purpose}`;
    const known = counted.get(key);
    if (known) known.times++;
    else counted.set(key, look);
  }
  return [...counted.values()].sort((a, b) => (a.on === b.on ? (a.purpose < b.purpose ? -1 : 1) : a.on < b.on ? -1 : 1));
};

@Injectable()
export class AccessReports {
  constructor(private readonly ports: Ports) {}

  /**
   * @param place the report is what the log held before it: the same place gives the same report, but for what was withdrawn or
   *   erased since, and for merges undone since: those are told no more
   */
  async build(
    request: AccessRequestRow,
    place: Position,
    about: { readonly asOf: string; readonly reportId?: string; readonly number?: number },
  ): Promise<BuiltReport> {
    const { store, readModels } = this.ports;
    const registry = await readModels.registry();
    const ruleSet = await this.ports.ruleSetOn(localDateAt(new Date(about.asOf)));
    const personIds = await readModels.registrationsAt(request.personId, place);
    const streams = await Promise.all(personIds.map((id) => store.readStream(`person-${id}`)));
    const caseStreams = await Promise.all(
      (await readModels.caseIdsOf(personIds)).map(async (id) => (await store.readStream(`case-${id}`)).filter(before(place))),
    );
    const cases = caseStreams.flatMap((events) => {
      const state = caseAt(events);
      return state.status === 'none' ? [] : [state];
    });
    const caseIds = cases.map(({ referred }) => referred.caseId);

    const knownAt = (at: Position, requestId: string): Known => {
      const states = streams.map((events) => personAt(events.filter(before(at)))).filter((state) => state.status !== 'none');
      const police = states.flatMap((state) => state.accessRequests).find((each) => each.requestId === requestId)?.police;
      return { withheld: states.flatMap((state) => state.withheld), police };
    };
    const now = knownAt(place, request.requestId);
    const previous = streams
      .flat()
      .filter((event) => event.type === 'AccessReportIssued' && event.position < place)
      .sort((a, b) => (a.position < b.position ? -1 : 1))
      .at(-1);
    const then = previous && knownAt(previous.position, (previous.data as { requestId: string }).requestId);

    const undone = streams
      .flat()
      .flatMap(({ type, data }) => (type === 'PersonMergeUndone' ? [(data as { mergeId: string }).mergeId] : []));
    const all = (await readModels.tracesOf(personIds, place))
      .filter(({ type }) => !UNTOLD.includes(type))
      // Why they were thought to be one says who the other one is.
      .filter(({ type, data }) => type !== 'PersonMerged' || !undone.includes(String(data['mergeId'])));
    const marks = await readModels.marksAmong(all.map(({ eventId }) => eventId));
    // What was recalled lacked a basis and is about the person all the same.
    const withdrawn = new Set(marks.withdrawn.filter(({ why }) => why === 'wrong-person').map(({ eventId }) => eventId));
    const traces = all.filter(({ eventId }) => !withdrawn.has(eventId));
    const isPolice = (organisationId: unknown) => registry.organisations.get(String(organisationId))?.kind === 'police';
    const shared = all.filter(({ data }) => data['fromOrganisationId'] !== undefined);
    const sharedBy = new Map(shared.map(({ data }) => [data['disclosureId'], data['fromOrganisationId'] as string]));
    // Whoever reviewed what rests on a recalled disclosure tells of it: that is the sharer's to tell.
    const contributorOf = ({ type, organisationId, data }: Trace) =>
      (data['fromOrganisationId'] as string | undefined) ??
      (type === 'RecallReviewed' ? sharedBy.get(data['disclosureId']) : undefined) ??
      organisationId;
    const isOfPolice = (trace: Trace) => isPolice(contributorOf(trace));
    // Then, or by now: what was issued before it was protected, or merged with who is, is still asked for.
    const others = (await readModels.mergedWith(request.personId)).filter((id) => !personIds.includes(id));
    const addressProtected = [...streams, ...(await Promise.all(others.map((id) => store.readStream(`person-${id}`))))]
      .flatMap((events) => [personAt(events.filter(before(place))), personAt(events)])
      .some((state) => state.status !== 'none' && state.addressProtected);

    const hiding = ({ withheld }: Known, { eventId, caseId }: Trace) =>
      withheld.find(({ partId }) => partId === eventId || partId === caseId);
    /** Whether the issue before this one held it. */
    const wasTold = (trace: Trace): boolean =>
      previous !== undefined &&
      trace.position < previous.position &&
      (isOfPolice(trace) ? then!.police === 'approved' : !hiding(then!, trace));
    const partOf = (trace: Trace): SealedPart =>
      this.part(registry, trace, previous !== undefined && !wasTold(trace), addressProtected);
    const toldOrWithheld = (trace: Trace): SealedPart => {
      const hidden = hiding(now, trace);
      return hidden ? { partId: trace.eventId, withheld: withheldAnswer(hidden), isNew: false } : partOf(trace);
    };

    const [theirs, ours] = [traces.filter(isOfPolice), traces.filter((trace) => !isOfPolice(trace))];
    const looks = await readModels.looksAt(personIds, caseIds, place);
    const looksOfPolice = looks.filter(({ organisationId }) => isPolice(organisationId));
    const tookPart =
      theirs.length > 0 ||
      cases.some(({ organisations, leftOrganisationIds }) =>
        [...organisations.map((o) => o.organisationId), ...leftOrganisationIds].some(isPolice),
      );
    const status: AccessReportAnswer['police']['status'] = tookPart ? (now.police ?? 'pending') : 'none';
    const contribution = { parts: theirs.map(partOf), lookUps: lookUpsOf(looksOfPolice) };
    const nameOf = (id: string) => registry.organisations.get(id)?.name ?? id;

    // What was recorded of the survivor of a merge that was undone may have been said to the other.
    const undoneMerges = (await Promise.all(personIds.map((id) => readModels.mergesOf(id)))).flat();
    const isBeyondDoubt = ({ type, stream, metadata: { at } }: StoredEvent) =>
      !['PersonInformed', 'InformingPostponed'].includes(type) ||
      !undoneMerges.some(
        ({ intoPersonId, mergedAt, undoneAt }) =>
          undoneAt !== undefined && stream === `person-${intoPersonId}` && mergedAt <= at && at <= undoneAt,
      );

    const identity = ours.filter(({ caseId }) => caseId === undefined).map(toldOrWithheld);
    const caseAnswers = cases.map((state) => {
      const { caseId, caseNumber, ageBand } = state.referred;
      const hidden = now.withheld.find(({ partId }) => partId === caseId);
      if (hidden) return { caseId, withheld: withheldAnswer(hidden), parts: [] };
      const once = [...new Set([...state.organisations.map((o) => o.organisationId), ...state.leftOrganisationIds])];
      return {
        ...{ caseId, caseNumber, status: STATUS[state.status], ageOnReferral: AGE[ageBand] },
        area: registry.areas.get(state.areaId)?.name ?? state.areaId,
        responsible: nameOf(state.responsible.organisationId),
        organisations: once.map(nameOf),
        parts: ours.filter((trace) => trace.caseId === caseId).map(toldOrWithheld),
      };
    });
    const police = { status, statement: POLICE[status], ...(status === 'approved' ? contribution : { parts: [], lookUps: [] }) };
    const told = [...identity, ...caseAnswers.flatMap(({ parts }) => parts), ...police.parts];
    return {
      report: {
        ...{ requestId: request.requestId, ...about, receivedOn: request.receivedOn },
        ...(previous && {
          since: { previousIssuedAt: previous.metadata.at, newParts: told.filter(({ isNew }) => isNew).length },
        }),
        about: [...ABOUT],
        informing: informingOf(streams.map((events) => personAt(events.filter(before(place)).filter(isBeyondDoubt)))),
        identity,
        cases: caseAnswers,
        lookUps: lookUpsOf(looks.filter(({ organisationId }) => !isPolice(organisationId))),
        police,
        rights: [...rightsUnder(ruleSet.retention)],
      },
      contribution: { requestId: request.requestId, ...contribution },
      contributors: [...new Set([...theirs.map(contributorOf), ...looksOfPolice.map(({ organisationId }) => organisationId)])],
      personIds,
      caseIds,
      partsOf: new Map([
        ...ours.map(({ eventId, personId }): [string, string] => [eventId, personId]),
        ...cases.map(({ referred }): [string, string] => [referred.caseId, referred.personId]),
      ]),
    };
  }

  private part(registry: Registry, trace: Trace, isNew: boolean, addressProtected: boolean): SealedPart {
    const { eventId: partId, type, at, organisationId, data, texts, ruleSetId } = trace;
    // Where somebody lives or went: of the identity. A protected address is printed nowhere, nor the way to it.
    const tellsWhere = ({ fieldClass, scope }: Sealed) => fieldClass === 'location' && scope === 'identity';
    const hides = addressProtected && Object.values(texts).some(tellsWhere);
    const shown = Object.entries(texts).filter(([, text]) => !(hides && tellsWhere(text)));
    const from = (data['fromOrganisationId'] as string | undefined) ?? organisationId;
    const category = (data['category'] as Category | undefined) ?? Object.values(texts)[0]?.fieldClass;
    const nameOf = (id: string) => registry.organisations.get(id)?.name ?? id;
    const disclosed = 'recipients' in data ? (data as unknown as Disclosed) : undefined;
    const refused = type.startsWith('DisclosureRefused') ? (data as unknown as DisclosureRefusal) : undefined;
    const judgedBy = disclosed?.ruleSetId ?? refused?.ruleSetId ?? ruleSetId;
    const validFrom = registry.ruleSets.find((each) => each.ruleSetId === judgedBy)?.validFrom;
    const recipients = new Map(
      (disclosed?.recipients ?? []).map((recipient) => [
        recipient.organisationId,
        {
          organisation: nameOf(recipient.organisationId),
          paragraph: paragraphOf(recipient.basis, disclosed!.purpose, registry.organisations.get(from)?.kind),
        },
      ]),
    );
    const sent = disclosed?.purpose ?? refused?.purpose;
    return {
      ...{ partId, kind: KINDS[type] ?? type, at, by: nameOf(from), isNew },
      ...(category && { category: CATEGORY[category] }),
      texts: shown.map(([name, text]) => ({ label: FIELDS[name] ?? name, text })),
      ...(hides && { addressProtected: true }),
      ...(sent && {
        disclosure: {
          ...{ purpose: PURPOSE[sent], recipients: [...recipients.values()], ruleSetId: judgedBy },
          ...(validFrom !== undefined && { ruleSetValidFrom: validFrom }),
        },
      }),
    };
  }
}

const withheldAnswer = ({ ground, reviewOn }: WithheldPart) => ({ paragraph: SECTION_22[ground], reviewOn });

const informingOf = (states: readonly PersonState[]): string => {
  const registered = states.filter((state) => state.status !== 'none');
  const informed = registered.flatMap((state) => state.informed ?? []).sort((a, b) => (a.informedOn < b.informedOn ? 1 : -1))[0];
  if (informed) return `Du er oplyst om, at oplysningerne behandles: ${day(informed.informedOn)}, ved ${MEANS[informed.means]}.`;
  const postponed = registered.flatMap((state) => state.postponed ?? [])[0];
  if (postponed)
    return `Det er udskudt at oplyse dig om behandlingen efter ${POSTPONED[postponed.ground]}. Det vurderes igen ${day(postponed.reviewOn)}.`;
  return 'Det er ikke noteret, at du er oplyst om, at oplysningerne behandles.';
};

/** Says of each part whose texts are gone that they are erased. */
export const markErased = (report: AccessReportAnswer): AccessReportAnswer => {
  const mark = (part: ReportPartAnswer): ReportPartAnswer =>
    part.texts && part.texts.length > 0 && part.texts.every(({ text }) => text === null) ? { ...part, erased: true } : part;
  return {
    ...report,
    identity: report.identity.map(mark),
    cases: report.cases.map((each) => ({ ...each, parts: each.parts.map(mark) })),
    police: { ...report.police, parts: report.police.parts.map(mark) },
  };
};
