// The access log's events as far as this room reads them: clear ids and codes, taken by name.
import { code, list, UnknownEventError, type FieldClass } from '@app/domain';
import type { AccessLogRow } from '../questions.js';

const TYPES: readonly AccessLogRow['type'][] = [
  'PersonalDataShown',
  'PersonalDataSearched',
  'PersonalDataExported',
  'AccessRefused',
];

const codes = list(code);

export interface AccessFolded {
  readonly type: AccessLogRow['type'];
  readonly data: {
    readonly userId: string;
    readonly organisationId: string;
    readonly purpose: string;
    readonly action?: string;
    readonly caseIds: readonly string[];
    readonly personIds: readonly string[];
    readonly fieldClasses: readonly FieldClass[];
    readonly policies: readonly string[];
  };
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
  };
};
