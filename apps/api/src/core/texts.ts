// Which texts of an answer this reader may see: the policies decide, text by text. What is withheld says so, and why.
import { AccessDeniedError, requireAccess, type Principal } from '@app/access';
import type { FieldClass } from '@app/domain';
import { isSealed, type Sealed } from '@app/personal-data';

export const WITHHELD_REASONS = ['not-shared-with-you', 'field-class', 'address-protected'] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

export const WITHHELD_SAYS: Readonly<Record<WithheldReason, { readonly da: string; readonly en: string }>> = {
  'not-shared-with-you': {
    da: 'Oplysningen er ikke delt med din organisation.',
    en: 'It was not shared with your organisation.',
  },
  'field-class': {
    da: 'Den art af oplysninger er ikke for din rolle og organisation i denne sag.',
    en: 'This class of information is not for your role and organisation in this case.',
  },
  'address-protected': {
    da: 'Adressen er beskyttet. Den vises kun for den, der må, på særskilt forespørgsel.',
    en: 'The address is protected. It is shown only to those who may, when asked for by itself.',
  },
};

/** Stands where a text would; `Reveal` makes it null, and tells the reason beside the answer. */
export class WithheldText {
  constructor(
    readonly fieldClass: FieldClass,
    readonly reason: WithheldReason,
  ) {}
}

/** For whom a text is. Without `addressed` it is for all of the case. */
export interface Audience {
  readonly addressed: boolean;
  readonly party: boolean;
}
const ALL: Audience = { addressed: false, party: false };

/** One for an answer: judges its texts, and gathers the policies that let them out, for the access log. */
export class Texts {
  readonly #policies = new Set<string>();
  /** What was decided, by class and audience: undefined is no. */
  readonly #verdicts = new Map<string, readonly string[] | undefined>();
  readonly #judged = new WeakSet<Sealed>();

  constructor(readonly principal: Principal) {}

  /** The text, still sealed, or what stands for it. Texts about staff are not for this to judge. */
  for(text: Sealed, { addressed, party }: Audience = ALL): Sealed | WithheldText {
    const { fieldClass } = text;
    if (fieldClass === 'staff') return text;
    const key = `${fieldClass} ${addressed} ${party}`;
    if (!this.#verdicts.has(key)) this.#verdicts.set(key, this.#ask(fieldClass, { addressed, party }));
    const policies = this.#verdicts.get(key);
    if (!policies) return new WithheldText(fieldClass, addressed ? 'not-shared-with-you' : 'field-class');
    for (const id of policies) this.#policies.add(id);
    this.#judged.add(text);
    return text;
  }

  /** An address leaves only where it is not protected. */
  address(text: Sealed, isProtected: boolean): Sealed | WithheldText {
    return isProtected ? new WithheldText(text.fieldClass, 'address-protected') : this.for(text);
  }

  /** The answer, with what nobody has judged yet judged as being for all of the case: no screen can forget to ask. */
  rest(answer: unknown): unknown {
    if (typeof answer !== 'object' || answer === null || answer instanceof WithheldText) return answer;
    if (isSealed(answer)) return this.#judged.has(answer) ? answer : this.for(answer);
    if (Array.isArray(answer)) return answer.map((inner) => this.rest(inner));
    return Object.fromEntries(Object.entries(answer).map(([key, inner]) => [key, this.rest(inner)]));
  }

  /** What let texts out so far. */
  get policies(): readonly string[] {
    return [...this.#policies];
  }

  #ask(fieldClass: Exclude<FieldClass, 'staff'>, audience: Audience): readonly string[] | undefined {
    try {
      return requireAccess(this.principal, 'readText', { type: 'Text', fieldClass, ...audience }).policies;
    } catch (error) {
      if (error instanceof AccessDeniedError) return undefined;
      throw error;
    }
  }
}
