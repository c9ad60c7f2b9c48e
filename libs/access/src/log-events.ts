// access-{process}-{day}: who saw what, and why they could (rule 9). One writer each, one event per response.
import { code, codec, event, FIELD_CLASSES, id, list, oneOf, text, type EventOf, type FoldedOf } from '@app/domain';

const by = {
  userId: id,
  organisationId: id,
  /** What the response was for: the route's code, such as `case.read`. */
  purpose: code,
  caseIds: list(id),
  /** Ids of the policies that decided. */
  policies: list(code),
  requestId: code,
};
const shown = { ...by, personIds: list(id), fieldClasses: list(oneOf(FIELD_CLASSES)) };

export const accessLogEvents = {
  PersonalDataShown: event(1, shown),
  /** `personIds` and `caseIds`: what was found. */
  PersonalDataSearched: event(1, shown, { criterion: text(901, 'identity') }),
  PersonalDataExported: event(1, shown),
  /** `caseIds`: the case asked for, where one was known. No policy: nothing permits it. */
  AccessRefused: event(1, { ...by, action: code }),
};
export type AccessLogEvent = EventOf<typeof accessLogEvents>;
export type AccessLogFolded = FoldedOf<typeof accessLogEvents>;
export const accessLogCodec = codec(accessLogEvents);
