// From read-model rows to answers: what leaves is named, one by one; texts are still sealed here.
import type { AccessDecision } from '@app/access';
import type { Sealed } from '@app/personal-data';
import type { CaseDetail, CaseRow, DisclosureRow, EscalationRow, PersonRow, RequestRow, TimelineEntry } from '@app/read-models';
import { WithheldText, type Texts } from '../core/texts.js';

/** A protected address leaves in no answer; it shows as withheld. */
export const personShape = (texts: Texts, { personId, addressProtected, identity }: PersonRow) => {
  const { address, ...rest } = identity;
  return { personId, addressProtected, ...rest, ...(address && { address: texts.address(address, addressProtected) }) };
};

/** A list shows the name only: the rest of an identity is for the case itself. */
const nameOnly = ({ personId, addressProtected, identity }: PersonRow) => ({
  personId,
  addressProtected,
  ...(identity.name && { name: identity.name }),
  ...(identity.alias && { alias: identity.alias }),
});

/** What tells two of the same name apart, and no more. */
export const searchShape = ({ identity, ...row }: PersonRow) => ({
  ...nameOnly({ identity, ...row }),
  ...(identity.birthDate && { birthDate: identity.birthDate }),
});

export const caseSummaryShape = ({ person, organisations, excludedUserIds: _, personId: __, ...row }: CaseRow) => ({
  ...row,
  organisationIds: organisations.map((o) => o.organisationId),
  person: nameOnly(person),
});

/** A question is for who asked and who was asked; the policies know who else sees it. */
const requestShape = (texts: Texts, { question, ...rest }: RequestRow) => {
  const party = [rest.fromOrganisationId, rest.toOrganisationId].includes(texts.principal.organisationId);
  return { ...rest, ...(question && { question: texts.for(question, { addressed: true, party }) }) };
};

export const caseShape = (texts: Texts, { person, organisations, personId: _, ...row }: CaseDetail) => ({
  ...row,
  requests: row.requests.map((request) => requestShape(texts, request)),
  organisationIds: organisations.map((o) => o.organisationId),
  person: personShape(texts, person),
});

/** What went up from the case, and what came back. */
export const caseEscalationShape = ({
  escalationId,
  actionId,
  status,
  escalatedAt,
  stuck,
  directors,
  decision,
}: EscalationRow) => ({
  ...{ escalationId, actionId, status, escalatedAt, stuck },
  ...(directors && { directorsAnswerBy: directors.answerBy }),
  ...(decision && { decision }),
});

/** Who, when, category, basis: no text of a person. */
export const disclosureLogShape = ({ content: _, necessity: __, ...row }: DisclosureRow) => row;

/** Everything that decided, for the access log. */
export const together = (...decisions: readonly AccessDecision[]): AccessDecision => ({
  policies: [...new Set(decisions.flatMap(({ policies }) => policies))],
});

const isWithheld = (text: unknown): boolean => text instanceof WithheldText;

/** A disclosure as this reader may see it: what was not shared with the own organisation shows as withheld, not as missing. */
export const withholdFrom = <D extends DisclosureRow>(texts: Texts, { content, necessity, ...row }: D) => {
  const { organisationId } = texts.principal;
  const party = row.fromOrganisationId === organisationId || row.recipients.some((r) => r.organisationId === organisationId);
  const shown = {
    ...(content && { content: texts.for(content, { addressed: true, party }) }),
    ...(necessity && { necessity: texts.for(necessity, { addressed: true, party }) }),
  };
  return { ...row, ...shown, withheld: Object.values(shown).some(isWithheld) };
};

const strings = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The same for an entry of the timeline, text by text. Disclosures, and questions put to one organisation, are addressed. */
export const withholdEntry = <E extends TimelineEntry>(texts: Texts, entry: E, addressProtected = false) => {
  const { organisationId } = texts.principal;
  const { fromOrganisationId, toOrganisationId, recipients } = entry.data;
  const addressed = fromOrganisationId !== undefined || toOrganisationId !== undefined;
  const party =
    (entry.organisationId === organisationId && (!addressed || toOrganisationId !== undefined)) ||
    fromOrganisationId === organisationId ||
    toOrganisationId === organisationId ||
    strings(recipients).some((r) => (r as { organisationId?: unknown }).organisationId === organisationId);
  // Where somebody lives, and where they moved to.
  const hidden = ({ fieldClass }: Sealed) => addressProtected && fieldClass === 'location';
  const shown = Object.entries(entry.texts).map(
    ([name, text]) => [name, hidden(text) ? texts.address(text, true) : texts.for(text, { addressed, party })] as const,
  );
  return { ...entry, texts: Object.fromEntries(shown), withheld: shown.some(([, text]) => isWithheld(text)) };
};
