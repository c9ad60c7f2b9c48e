// What is asked about disclosures. Pseudonymous unless the sealed texts are opened.
import type { Basis, Category } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { Page, Paging } from '../questions.js';

/** A disclosure or a refusal of one. Pseudonymous unless the sealed texts are opened. */
export interface DisclosureRow {
  readonly disclosureId: string;
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly groupId: string;
  readonly at: string;
  readonly saidAt?: string;
  readonly meetingId?: string;
  readonly fromOrganisationId: string;
  /** Who recorded it. */
  readonly byUserId: string;
  readonly fromUserId?: string;
  readonly recipients: readonly {
    readonly organisationId: string;
    readonly basis: Basis;
    readonly userId?: string;
    readonly attendeeId?: string;
  }[];
  readonly category: Category;
  readonly purpose: string;
  readonly ruleSetId: string;
  readonly policies: readonly string[];
  /** Set when it was refused: nothing was shared and no content recorded. */
  readonly refusedBy?: string;
  /** Of a refusal: whom it was meant for. Nobody received anything. */
  readonly toOrganisationIds?: readonly string[];
  readonly repeats?: string;
  /** When the texts were withdrawn: written about the wrong person. */
  readonly withdrawnAt?: string;
  /** When it was recalled: it lacked its basis. */
  readonly recalledAt?: string;
  readonly content?: Sealed;
  readonly necessity?: Sealed;
}

export interface SharingQuestions {
  disclosures(caseId: string, paging: Paging): Promise<Page<DisclosureRow>>;
  /** Newest first. `groups`: undefined means all (auditors). `notExcluding`: a user; cases that exclude them are left out. */
  sharingLog(
    filter: { groups?: readonly string[]; notExcluding?: string; from?: string; to?: string; refused?: boolean },
    paging: Paging,
  ): Promise<Page<DisclosureRow>>;
}
