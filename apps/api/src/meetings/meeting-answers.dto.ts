// What a meeting looks like on the way out.
import { ApiProperty } from '@nestjs/swagger';
import { AGENDA_REASONS, ORGANISATION_KINDS } from '@app/domain';
import {
  ActionAnswer,
  DisclosureAnswer,
  ERASED,
  ErasedAnswer,
  RESTS,
  RestsOnRecalledAnswer,
  WITHDRAWN,
  WITHHELD,
  WithdrawnTextAnswer,
  WithheldTextAnswer,
} from '../cases/case-answers.dto.js';
import { Day, Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { NEXT } from '../core/paging.dto.js';

const STATUSES = ['planned', 'open', 'closed', 'cancelled'] as const;

export class IntervalAnswer {
  @Moment() from!: string;
  @Moment({ optional: true }) to?: string;
}
export class InvitedAnswer {
  @Id({ example: 'bif-participant' }) userId!: string;
  @Id({ example: 'bif' }) organisationId!: string;
  @Flag({ optional: true }) apology?: boolean;
  @Id({ optional: true, example: 'sof-participant' }) deputyUserId?: string;
}
export class AttendeeAnswer {
  @Id() attendeeId!: string;
  @Id({ optional: true, example: 'bif-participant' }) userId?: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Gæst' }) guestName?: string | null;
  @Id({ example: 'bif' }) organisationId!: string;
  @Word(ORGANISATION_KINDS) kind!: (typeof ORGANISATION_KINDS)[number];
  @Word(['present', 'stepped-out', 'left']) state!: 'present' | 'stepped-out' | 'left';
  @Moment() arrivedAt!: string;
  @Nested(() => IntervalAnswer, { many: true }) presence!: IntervalAnswer[];
}
/** An item without anything that tells who it is about. */
export class ItemAnswer {
  @Id() itemId!: string;
  @Id({ optional: true, description: 'Missing when the item is withheld from you.' }) caseId?: string;
  @Word(AGENDA_REASONS, { many: true }) reasons!: (typeof AGENDA_REASONS)[number][];
  @Nested(() => IntervalAnswer, { many: true }) opened!: IntervalAnswer[];
  @Flag({ example: false }) discussed!: boolean;
  @Flag({ example: false }) noNews!: boolean;
  @Flag({ example: false, description: 'Your organisation takes no part in the case.' }) withheld!: boolean;
}
export class MeetingSummary {
  @Id() meetingId!: string;
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Day() localDate!: string;
  @Moment() startsAt!: string;
  @Moment() endsAt!: string;
  @Text(200, { optional: true, example: 'Hotspotsekretariatet, lokale 2' }) place?: string;
  @Word(STATUSES) status!: (typeof STATUSES)[number];
  @Nested(() => InvitedAnswer, { many: true }) invited!: InvitedAnswer[];
}
export class MeetingPage {
  @Nested(() => MeetingSummary, { many: true }) items!: MeetingSummary[];
  @ApiProperty(NEXT) next?: string;
}
export class MeetingAnswer extends MeetingSummary {
  @Nested(() => AttendeeAnswer, { many: true }) attendance!: AttendeeAnswer[];
  @Nested(() => ItemAnswer, { many: true, description: 'As recorded; before the meeting opens see its agenda.' })
  items!: ItemAnswer[];
  @Id({ optional: true }) openItemId?: string;
  @Whole(0, 1000000, { example: 12, description: 'Of the room, for If-Match.' }) revision!: number;
}

export class WhyAnswer {
  @Word(AGENDA_REASONS) reason!: (typeof AGENDA_REASONS)[number];
  @Text(200, { example: 'En aftale er over fristen' }) da!: string;
  @Text(200, { example: 'An action is overdue' }) en!: string;
}
export class AgendaItemAnswer {
  @Id() itemId!: string;
  @Flag({ example: false, description: 'Your organisation takes no part in the case: only that there is an item.' })
  withheld!: boolean;
  @Nested(() => WhyAnswer, { many: true }) why!: WhyAnswer[];
  @Id({ optional: true }) caseId?: string;
  @Text(20, { optional: true, example: 'K7QF-3MXP' }) caseNumber?: string;
  @Id({ optional: true, example: 'akacieparken' }) areaId?: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01' }) personName?: string | null;
  @Whole(0, 100000, { optional: true, example: 1 }) overdueActions?: number;
  @Whole(0, 100000, { optional: true, example: 6 }) oldestOverdueDays?: number;
  @Day({ optional: true }) followUpOn?: string;
  @Whole(0, 100000, { optional: true, example: 2, description: 'Answers, reports and completed actions since the last meeting.' })
  newSince?: number;
  @Whole(0, 100000, { optional: true, example: 0, description: 'Days without anything.' }) silentDays?: number;
  @Flag({ optional: true, example: false }) discussed?: boolean;
}
export class AgendaAnswer {
  @Id() meetingId!: string;
  @Day() localDate!: string;
  @Word(STATUSES) status!: (typeof STATUSES)[number];
  @Flag({ description: 'Still composes itself; frozen when the meeting opens.' }) live!: boolean;
  @Day({ description: 'From this date the agenda is proposed: working days before the meeting, as the rule set says.' })
  proposedFrom!: string;
  @Nested(() => AgendaItemAnswer, { many: true }) items!: AgendaItemAnswer[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

export class CorrectionAnswer {
  @Id() correctionId!: string;
  @Moment() at!: string;
  @Text(4000, { optional: true, nullable: true, example: 'Fristen var aftalt til den 15.' }) correction?: string | null;
}
export class MinutesItemAnswer {
  @Id() itemId!: string;
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01' }) personName?: string | null;
  @Flag() discussed!: boolean;
  @Flag({ example: false }) noNews!: boolean;
  @Text(4000, { optional: true, nullable: true, example: 'Praktikken går godt.' }) note?: string | null;
  @Nested(() => DisclosureAnswer, { many: true }) disclosures!: DisclosureAnswer[];
  @Nested(() => ActionAnswer, { many: true, description: 'Agreed in this meeting.' }) actions!: ActionAnswer[];
  @Nested(() => CorrectionAnswer, { many: true }) corrections!: CorrectionAnswer[];
}
export class MinutesAnswer {
  @Id() meetingId!: string;
  @Day() localDate!: string;
  @Word(STATUSES) status!: (typeof STATUSES)[number];
  @Nested(() => AttendeeAnswer, { many: true }) attendance!: AttendeeAnswer[];
  @Nested(() => MinutesItemAnswer, { many: true }) items!: MinutesItemAnswer[];
  @Whole(0, 1000, { example: 0, description: 'Items on cases your organisation takes no part in.' }) withheldItems!: number;
  @Text(400, { example: 'Oplysningerne må ikke bruges i efterforskningen af straffesager (retsplejelovens § 115, stk. 2).' })
  notice!: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}
