// access-{process}-{day}: who saw what, and why they could (rule 9). One writer each, one event per response.
import { BREAK_GLASS_VERDICTS } from './break-glass.js';
import { code, codec, event, FIELD_CLASSES, id, instant, list, oneOf, text, type EventOf, type FoldedOf } from '@app/domain';

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
  /** One person's identity, until then; is its own review item. */
  BreakGlassOpened: event(1, { ...shown, breakGlassId: id, until: instant }, { reason: text(902, 'social') }),
  /** `personIds`: whose identity was opened. The note is about who opened it, and not erased with the person. */
  BreakGlassReviewed: event(
    1,
    { ...shown, breakGlassId: id, verdict: oneOf(BREAK_GLASS_VERDICTS) },
    { note: text(903, 'staff') },
  ),
};
export type AccessLogEvent = EventOf<typeof accessLogEvents>;
export type AccessLogFolded = FoldedOf<typeof accessLogEvents>;
export const accessLogCodec = codec(accessLogEvents);
