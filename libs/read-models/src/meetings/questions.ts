// What is asked about meetings and their agendas. Texts are still sealed.
import type { AgendaReason, OrganisationKind, Party } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { ActionRow } from '../cases/questions.js';
import type { SilenceRule } from '../chase/questions.js';
import type { Page, Paging } from '../questions.js';
import type { DisclosureRow } from '../sharing-log/questions.js';

export type MeetingStatus = 'planned' | 'open' | 'closed' | 'cancelled';

export interface MeetingRow {
  readonly meetingId: string;
  readonly groupId: string;
  readonly localDate: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly place?: string;
  readonly status: MeetingStatus;
  readonly invited: readonly {
    readonly userId: string;
    readonly organisationId: string;
    readonly apology?: true;
    readonly deputyUserId?: string;
  }[];
  readonly attendees: readonly AttendeeRow[];
  /** After opening: as frozen, then by hand. Before: empty, the agenda is composed when asked for. */
  readonly items: readonly MeetingItemRow[];
  /** Before opening: what was added, removed, and the wished order. */
  readonly overrides: {
    readonly added: readonly { readonly itemId: string; readonly caseId: string; readonly personId: string }[];
    readonly removed: readonly string[];
    readonly order: readonly string[];
  };
  readonly openItemId?: string;
  /** Of the meeting stream: the room's revision for If-Match. */
  readonly revision: number;
}

export interface AttendeeRow {
  readonly attendeeId: string;
  readonly userId?: string;
  readonly guestName?: Sealed;
  readonly organisationId: string;
  readonly kind: OrganisationKind;
  readonly state: 'present' | 'stepped-out' | 'left';
  readonly arrivedAt: string;
  /** UTC intervals in the room; the last one open-ended while present. */
  readonly presence: readonly { readonly from: string; readonly to?: string }[];
}

export interface MeetingItemRow {
  readonly itemId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly reasons: readonly AgendaReason[];
  readonly opened: readonly { readonly from: string; readonly to?: string }[];
  readonly discussed: boolean;
  readonly noNews: boolean;
  readonly note?: Sealed;
  readonly corrections: readonly { readonly correctionId: string; readonly at: string; readonly correction?: Sealed }[];
}

/** One proposed line of the agenda with every reason that put it there and the figures behind them. */
export interface AgendaProposal {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly areaId: string;
  readonly groupId: string;
  readonly organisations: readonly Party[];
  readonly excludedUserIds: readonly string[];
  readonly reasons: readonly AgendaReason[];
  readonly overdueActions: number;
  readonly oldestOverdueDays: number;
  readonly followUpOn?: string;
  readonly newSince: number;
  readonly silentDays: number;
  readonly lastActivityAt: string;
  readonly personName?: Sealed;
}

export interface MeetingQuestions {
  meeting(meetingId: string): Promise<MeetingRow | undefined>;
  meetings(groups: readonly string[], filter: { status?: MeetingStatus }, paging: Paging): Promise<Page<MeetingRow>>;
  /** The first meeting that is open, or planned with endsAt after `now`. */
  nextMeeting(groups: readonly string[], now: string): Promise<MeetingRow | undefined>;
  /** The first with endsAt after `now`, open or planned: one that nobody closed is none to come. */
  meetingToCome(groups: readonly string[], now: string): Promise<MeetingRow | undefined>;
  /**
   * What belongs on the agenda of a group's meeting on a local date, in its order: overdue actions, follow-ups due by the date,
   * answers and reports since the last held meeting, new referrals, actions nobody is named for, requests nobody answered, silent
   * cases; before all of them what was escalated or chased.
   */
  agenda(groupId: string, onDate: string, today: string, rule: SilenceRule): Promise<readonly AgendaProposal[]>;
  /** For minutes: what was shared and agreed in a meeting. */
  meetingDisclosures(meetingId: string): Promise<readonly DisclosureRow[]>;
  meetingActions(meetingId: string, today: string): Promise<readonly ActionRow[]>;
}
