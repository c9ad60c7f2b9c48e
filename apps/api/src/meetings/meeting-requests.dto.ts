// What can be asked of a meeting.
import { DisclosureBody } from '../cases/case-requests.dto.js';
import { Day, Flag, Id, Moment, Text, TimeOfDay, Whole } from '../core/fields.js';

export class MeetingParams {
  @Id() meetingId!: string;
}
export class AttendeeParams extends MeetingParams {
  @Id() attendeeId!: string;
}
export class ItemParams extends MeetingParams {
  @Id() itemId!: string;
}
export class AgendaCaseParams extends MeetingParams {
  @Id() caseId!: string;
}

export class WhenBody {
  @Day({ description: 'Local date in Europe/Copenhagen.' }) localDate!: string;
  @TimeOfDay({ optional: true, description: 'Default: the group’s own.' }) startTime?: string;
  @Whole(5, 480, { optional: true, example: 90, description: 'Default: the group’s own.' }) durationMinutes?: number;
}
export class PlanMeetingBody extends WhenBody {
  @Id({ example: 'fremdriftsgruppen' }) groupId!: string;
  @Text(200, { optional: true, example: 'Hotspotsekretariatet, lokale 2' }) place?: string;
}
export class ApologyBody {
  @Id({ optional: true, description: 'Who comes instead.', example: 'sof-participant' }) deputyUserId?: string;
  @Id({
    optional: true,
    description: 'Whose apology; default: your own. For somebody else: the coordinator.',
    example: 'bif-participant',
  })
  userId?: string;
}
export class AgendaItemBody {
  @Id() caseId!: string;
}
export class AgendaOrderBody {
  @Id({ many: true, description: 'Case ids, first to last; others follow in the agenda’s own order.' }) caseIds!: string[];
}
export class AtBody {
  @Moment({ optional: true, description: 'When; default now. Never before what is recorded already.' }) at?: string;
}
export class ArrivalBody extends AtBody {
  @Id({ optional: true, description: 'A member of staff; or else a guest:', example: 'bif-participant' }) userId?: string;
  @Text(200, { optional: true, example: 'Demo Gæst' }) guestName?: string;
  @Id({ optional: true, description: 'The guest’s organisation.', example: 'boligorganisation' }) organisationId?: string;
}
export class DiscussionBody {
  @Flag({ description: 'Nothing new.' }) noNews!: boolean;
  @Text(4000, { optional: true, example: 'Praktikken går godt; vi ser igen om fire uger.' }) note?: string;
}
export class RoomDisclosureBody extends DisclosureBody {
  @Id({ description: 'Who said it.' }) fromAttendeeId!: string;
  @Moment({ optional: true, description: 'When it was said; default now. Recipients are those in the room then.' })
  saidAt?: string;
}
export class CorrectionBody {
  @Text(4000, { example: 'Fristen var aftalt til den 15., ikke den 5.' }) correction!: string;
}
