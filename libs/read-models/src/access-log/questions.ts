// What is asked of the access log.
import type { FieldClass } from '@app/domain';
import type { Page, Paging } from '../questions.js';

export interface AccessLogRow {
  readonly eventId: string;
  readonly type: 'PersonalDataShown' | 'PersonalDataSearched' | 'PersonalDataExported' | 'AccessRefused';
  readonly at: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly purpose: string;
  /** Of a refusal: what was asked for. */
  readonly action?: string;
  readonly caseIds: readonly string[];
  readonly personIds: readonly string[];
  readonly fieldClasses: readonly FieldClass[];
  readonly policies: readonly string[];
}

export interface AccessLogQuestions {
  accessLog(
    filter: { userId?: string; caseId?: string; personId?: string; from?: string; to?: string },
    paging: Paging,
  ): Promise<Page<AccessLogRow>>;
}
