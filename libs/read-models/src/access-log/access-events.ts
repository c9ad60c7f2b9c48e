// The access log's events as far as this room reads them: clear ids and codes, taken by name.
import { code, list, text, UnknownEventError, type FieldClass, type TextShape } from '@app/domain';
import type { AccessLogRow } from '../questions.js';

const TYPES: readonly AccessLogRow['type'][] = [
  'PersonalDataShown',
  'PersonalDataSearched',
  'PersonalDataExported',
  'AccessRefused',
  'BreakGlassOpened',
  'BreakGlassReviewed',
];

/** The texts of the log, by type: numbers and classes as they were written. */
export const ACCESS_TEXTS: Readonly<Record<string, TextShape>> = {
  PersonalDataSearched: { criterion: text(901, 'identity') },
  BreakGlassOpened: { reason: text(902, 'social') },
  BreakGlassReviewed: { note: text(903, 'staff') },
};

const codes = list(code);

export interface AccessFolded {
  readonly type: AccessLogRow['type'];
  readonly data: Omit<AccessLogRow, 'eventId' | 'type' | 'at' | 'text'>;
}

/** @throws SchemaError, UnknownEventError */
export const decodeAccessEvent = (type: string, clear: Readonly<Record<string, unknown>>): AccessFolded['data'] => {
  if (!TYPES.includes(type as AccessLogRow['type'])) throw new UnknownEventError(type);
  const word = (name: string): string => {
    const value = clear[name];
    return code.parse(value, `${type}.${name}`);
  };
  const words = (name: string): readonly string[] => {
    const value = clear[name] ?? [];
    return codes.parse(value, `${type}.${name}`);
  };
  return {
    userId: word('userId'),
    organisationId: word('organisationId'),
    purpose: word('purpose'),
    ...(clear['action'] === undefined ? {} : { action: word('action') }),
    caseIds: words('caseIds'),
    personIds: words('personIds'),
    fieldClasses: words('fieldClasses') as FieldClass[],
    policies: words('policies'),
    ...(clear['breakGlassId'] === undefined ? {} : { breakGlassId: word('breakGlassId') }),
    ...(clear['until'] === undefined ? {} : { until: word('until') }),
    ...(clear['verdict'] === undefined ? {} : { verdict: word('verdict') }),
  };
};
