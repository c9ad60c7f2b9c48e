// The way out for personal data: open what is sealed, log it, and only then let it go (rule 9).
import { Injectable } from '@nestjs/common';
import { LOG_SUBJECT, type AccessDecision } from '@app/access';
import type { FieldClass, Subject } from '@app/domain';
import { isSealed, type Sealed } from '@app/personal-data';
import type { Call } from './call.js';
import type { ErasedMark } from '@app/read-models';
import { leads } from './guards.js';
import { Ports } from './ports.js';
import { WITHHELD_SAYS, WithheldText, type Texts } from './texts.js';

export interface Purpose {
  /** Code of what the answer is for, such as `case.read`. */
  readonly purpose: string;
  readonly decision: AccessDecision;
  /** Judges which texts of a case this reader sees, class by class. Without it all of the answer's texts are shown. */
  readonly texts?: Texts;
  /** Cases and persons in the answer beside those whose texts are opened. */
  readonly caseIds?: readonly string[];
  readonly personIds?: readonly string[];
  /** A search: what was looked for. Sealed before it is logged. */
  readonly criterion?: string;
  /** It leaves as a file, or for somebody else: an export. */
  readonly exported?: true;
  /** To the person: what was withdrawn because it rested on something recalled is about them all the same. */
  readonly toThePerson?: true;
  /** Whom the search found: what was looked for is theirs, and erased with them. */
  readonly subject?: Subject;
}

@Injectable()
export class Reveal {
  constructor(private readonly ports: Ports) {}

  /**
   * @param given of the shape `A`, but with sealed texts where `A` has text or null
   * @returns the answer with its texts open, when the access log holds what is in it. A text is null where its key is gone (`erased`
   *   says by which erasure), and where it was withdrawn or recalled (`withdrawnTexts` says which, when and by whom). What may rest on a
   *   recalled disclosure is there, and named in `restsOnRecalled`
   * @throws AccessLogUnavailableError, KeyStoreUnavailableError: then nothing is shown
   */
  async reveal<A>(
    call: Call,
    { purpose, decision, texts: judge, caseIds = [], personIds = [], criterion, subject, exported, toThePerson }: Purpose,
    given: unknown,
  ): Promise<A> {
    const answer = judge ? judge.rest(given) : given;
    const all: Sealed[] = [];
    collect(answer, all);
    // Nobody opens what was withdrawn; what was recalled, who shared it and who reviews.
    const [withdrawn, rests] = await this.marksOf(call, all, toThePerson);
    const found = all.filter(({ eventId }) => !withdrawn.get(eventId)?.withheld);
    const texts = await this.ports.vault.openMany(found);
    const young = found.filter(({ fieldClass, subjectId }) => fieldClass !== 'staff' && subjectId !== LOG_SUBJECT);
    const cases = new Set(caseIds);
    const persons = new Set(personIds);
    const classes = new Set<FieldClass>();
    const readable = new Set(found.filter((_, i) => texts[i] !== undefined));
    for (const sealed of young) {
      const { subjectId, scope, fieldClass } = sealed;
      persons.add(subjectId);
      if (scope !== 'identity') cases.add(scope);
      // What was really shown: a text whose key is gone was not.
      if (readable.has(sealed)) classes.add(fieldClass);
    }
    // Names of staff are not personal data of the young; an answer with only them is not logged.
    if (persons.size > 0 || cases.size > 0 || criterion !== undefined) {
      const entry = {
        actor: call.principal,
        requestId: String(call.id),
        purpose,
        policies: [...decision.policies, ...(judge?.policies ?? [])],
        caseIds: [...cases],
        personIds: [...persons],
        fieldClasses: [...classes],
      };
      await this.ports.accessLog.record(
        criterion === undefined
          ? { ...entry, type: exported ? 'PersonalDataExported' : 'PersonalDataShown' }
          : { ...entry, type: 'PersonalDataSearched', criterion, ...(subject && { subject }) },
      );
    }
    const opened = new Map(found.map((sealed, i) => [sealed, texts[i] ?? null]));
    const shown = {
      ...(replace(answer, opened) as A),
      ...withheldIn(answer),
      ...(withdrawn.size > 0 && { withdrawnTexts: placesOf(answer, withdrawn) }),
      ...(rests.size > 0 && { restsOnRecalled: placesOf(answer, rests) }),
    };
    const unreadable = young.filter((sealed) => opened.get(sealed) === null);
    return unreadable.length === 0 ? shown : { ...shown, erased: await this.erasedOf(unreadable) };
  }

  private async marksOf({ principal }: Call, texts: readonly Sealed[], toThePerson = false) {
    const eventIds = [...new Set(texts.filter(({ scope }) => scope !== 'identity').map(({ eventId }) => eventId))];
    const { withdrawn, rests } = await this.ports.readModels.marksAmong(eventIds);
    return [
      new Map(
        withdrawn.map(({ fromOrganisationId, ...mark }) => {
          const told = {
            'wrong-person': false,
            'rested-on-recalled': toThePerson,
            recalled: mayReadRecalled(principal, fromOrganisationId),
          };
          const withheld = !told[mark.why];
          return [mark.eventId, { ...mark, withheld }];
        }),
      ),
      new Map(rests.map((mark) => [mark.eventId, mark])),
    ] as const;
  }

  /** Why they are unreadable, with the erasure whose certificate tells more. */
  private async erasedOf(unreadable: readonly Sealed[]): Promise<readonly ErasedMark[]> {
    const marks = await this.ports.readModels.erasedOf([...new Set(unreadable.map(({ subjectId }) => subjectId))]);
    return marks.filter(({ personId, caseId }) =>
      unreadable.some((text) => text.subjectId === personId && (caseId === undefined || text.scope === caseId)),
    );
  }
}

/** Who shared it, who reviews what rests on it, and auditors, who read the reason it was shared for. */
const mayReadRecalled = (principal: Call['principal'], fromOrganisationId: string | undefined): boolean =>
  principal.organisationId === fromOrganisationId || leads(principal) || principal.role === 'auditor';

const collect = (value: unknown, into: Sealed[]): void => {
  if (typeof value !== 'object' || value === null) return;
  if (isSealed(value)) into.push(value);
  else for (const inner of Array.isArray(value) ? value : Object.values(value)) collect(inner, into);
};

const replace = (value: unknown, opened: ReadonlyMap<Sealed, string | null>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return opened.get(value) ?? null;
  if (value instanceof WithheldText) return null;
  if (Array.isArray(value)) return value.map((inner) => replace(inner, opened));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner, opened)]));
};

/** Each mark with the places in the answer (JSON pointers) where its texts would stand. */
const placesOf = (answer: unknown, marks: ReadonlyMap<string, object>): readonly object[] => {
  const places = new Map<string, string[]>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isSealed(value)) {
      if (marks.has(value.eventId)) places.set(value.eventId, [...(places.get(value.eventId) ?? []), path]);
    } else for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/${key}`);
  };
  walk(answer, '');
  return [...places].map(([eventId, paths]) => ({ ...marks.get(eventId), paths }));
};

/** What is withheld, where it would stand in the answer (a JSON pointer), and why: nothing is silently missing. */
const withheldIn = (answer: unknown): { readonly withheldTexts?: readonly object[] } => {
  const withheldTexts: object[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || isSealed(value)) return;
    if (value instanceof WithheldText) {
      const { fieldClass, reason } = value;
      withheldTexts.push({ path, fieldClass, reason, ...WITHHELD_SAYS[reason] });
    } else for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/${key}`);
  };
  walk(answer, '');
  return withheldTexts.length === 0 ? {} : { withheldTexts };
};
