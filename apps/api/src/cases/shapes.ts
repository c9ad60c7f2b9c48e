// From read-model rows to answers: what leaves is named, one by one; texts are still sealed here.
import type { AccessDecision, Principal } from '@app/access';
import type { CaseDetail, CaseRow, DisclosureRow, EscalationRow, PersonRow, RequestRow, TimelineEntry } from '@app/read-models';

/** A protected address leaves in no answer. */
export const personShape = ({ personId, addressProtected, identity }: PersonRow) => {
  const { address, ...rest } = identity;
  return { personId, addressProtected, ...rest, ...(address && !addressProtected && { address }) };
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

/** Roles that lead the group see what is in its cases; a participant sees what the own organisation gave or got. */
const leads = ({ role }: Principal) => role === 'coordinator' || role === 'projectLead' || role === 'hotspotChief';

/** A question is for who asked and who was asked; a lead sees all. */
const requestShape = (principal: Principal, request: RequestRow) => {
  const { question, ...rest } = request;
  const party = [request.fromOrganisationId, request.toOrganisationId].includes(principal.organisationId);
  return { ...rest, ...(question && (party || leads(principal)) && { question }) };
};

export const caseShape = (principal: Principal, { person, organisations, personId: _, ...row }: CaseDetail) => ({
  ...row,
  requests: row.requests.map((request) => requestShape(principal, request)),
  organisationIds: organisations.map((o) => o.organisationId),
  person: personShape(person),
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

/** A disclosure as this reader may see it: what was not shared with the own organisation shows as withheld, not as missing. */
export const withholdFrom = <D extends DisclosureRow>(principal: Principal, row: D) => {
  const { organisationId } = principal;
  const party = row.fromOrganisationId === organisationId || row.recipients.some((r) => r.organisationId === organisationId);
  if (leads(principal) || party || row.refusedBy !== undefined) return { ...row, withheld: false };
  const { content: _, necessity: __, ...rest } = row;
  return { ...rest, withheld: true };
};

const strings = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The same for an entry of the timeline: disclosures, and questions put to one organisation. */
export const withholdEntry = <E extends TimelineEntry>(principal: Principal, entry: E) => {
  const { organisationId } = principal;
  const { fromOrganisationId, toOrganisationId, recipients } = entry.data;
  const addressed = fromOrganisationId !== undefined || toOrganisationId !== undefined;
  const party =
    fromOrganisationId === organisationId ||
    toOrganisationId === organisationId ||
    (toOrganisationId !== undefined && entry.organisationId === organisationId) ||
    strings(recipients).some((r) => (r as { organisationId?: unknown }).organisationId === organisationId);
  const withheld = addressed && !party && !leads(principal) && Object.keys(entry.texts).length > 0;
  return { ...entry, withheld, ...(withheld && { texts: {} }) };
};
