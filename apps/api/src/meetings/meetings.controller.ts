// /api/meetings: planning and running the weekly meeting.
import { Body, Controller, Delete, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccessDeniedError, mayAccess, requireAccess, type Action } from '@app/access';
import { STREAMS, streamName, type CaseInRoom, type ExistingMeeting, type MeetingState, type Party } from '@app/domain';
import { loadState } from '@app/event-store';
import type { GroupRow } from '@app/read-models';
import { ifMatch, ifMatchNeeded, TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Changes, type Receipt } from '../core/endpoint.js';
import { BadRequestError, NotFoundError, RefusedError } from '../core/errors.js';
import { factsOf, requireCase, requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { itemIdOf, proposedItems } from './agenda.js';
import { invitedOn, timesOf } from './series.js';
import {
  AgendaCaseParams,
  AgendaItemBody,
  AgendaOrderBody,
  ApologyBody,
  ArrivalBody,
  AtBody,
  AttendeeParams,
  CorrectionBody,
  DiscussionBody,
  ItemParams,
  MeetingParams,
  PlanMeetingBody,
  RoomDisclosureBody,
  WhenBody,
} from './meeting-requests.dto.js';

type MeetingData = Asked<'meeting'>;

@ApiTags('Meetings')
@Controller('api/meetings')
export class MeetingsController {
  constructor(
    private readonly changer: Changer,
    private readonly ports: Ports,
  ) {}

  /** Access is asked for the meeting's group on the folded state, in the same read that the decision is made on. */
  private change(
    call: Call,
    action: Action,
    meetingId: string,
    command: MeetingData | ((state: ExistingMeeting) => MeetingData),
    options: { expectedRevision?: number | undefined; commandId?: string } = {},
  ): Promise<Receipt> {
    requireAccess(call.principal, action);
    return this.changer.change(
      call,
      'meeting',
      meetingId,
      (state: MeetingState) => {
        if (state.status === 'none') throw new NotFoundError(action);
        requireGroup(call.principal, action, state.planned.groupId);
        return typeof command === 'function' ? command(state) : command;
      },
      {
        ...(options.expectedRevision !== undefined && { expectedRevision: options.expectedRevision }),
        ...(options.commandId !== undefined && { commandId: options.commandId }),
      },
    );
  }

  @Post()
  @Changes({ summary: 'Plan a meeting', description: 'The weekly series plans its own; this is for one more.', status: 201 })
  async plan(@TheCall() call: Call, @Body() body: PlanMeetingBody): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    requireGroup(call.principal, 'runMeeting', body.groupId);
    const group = await this.group(body.groupId);
    const { commandId, idFor } = this.changer.begin(call);
    const meetingId = idFor('meeting');
    return this.changer.change(
      call,
      'meeting',
      meetingId,
      () => ({
        type: 'PlanMeeting',
        data: {
          meetingId,
          groupId: body.groupId,
          ...timesOf(group, body),
          ...(body.place !== undefined && { place: body.place }),
          invited: invitedOn(group, body.localDate),
        },
      }),
      { commandId },
    );
  }

  @Put(':meetingId/schedule')
  @Changes({ summary: 'Move the meeting' })
  async move(@TheCall() call: Call, @Param() { meetingId }: MeetingParams, @Body() body: WhenBody): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    const { groups } = await this.ports.readModels.registry();
    return this.change(call, 'runMeeting', meetingId, (state) => ({
      type: 'MoveMeeting',
      data: { meetingId, ...timesOf(groups.get(state.planned.groupId)!, body) },
    }));
  }

  @Post(':meetingId/cancellation')
  @Changes({ summary: 'Cancel the meeting' })
  cancel(@TheCall() call: Call, @Param() { meetingId }: MeetingParams): Promise<Receipt> {
    return this.change(call, 'runMeeting', meetingId, { type: 'CancelMeeting', data: { meetingId } });
  }

  @Post(':meetingId/apologies')
  @Changes({ summary: 'Send an apology, and say who comes instead' })
  apologise(
    @TheCall() call: Call,
    @Param() { meetingId }: MeetingParams,
    @Body() { userId = call.principal.userId, deputyUserId }: ApologyBody,
  ): Promise<Receipt> {
    const action = userId === call.principal.userId ? 'attendMeeting' : 'runMeeting';
    return this.change(call, action, meetingId, {
      type: 'RecordApology',
      data: { meetingId, userId, ...(deputyUserId !== undefined && { deputyUserId }) },
    });
  }

  @Post(':meetingId/agenda/items')
  @Changes({ summary: 'Put a case on the agenda', status: 201 })
  async addItem(
    @TheCall() call: Call,
    @Param() { meetingId }: MeetingParams,
    @Body() { caseId }: AgendaItemBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    const { inRoom, facts } = await this.caseInRoom(call, caseId);
    const { personId } = inRoom;
    const itemId = itemIdOf(this.ports, meetingId, caseId);
    const receipt = await this.change(call, 'runMeeting', meetingId, (state) => {
      if (facts?.groupId !== state.planned.groupId) throw new NotFoundError('runMeeting');
      return { type: 'AddAgendaItem', data: { meetingId, itemId, caseId, personId } };
    });
    return { ...receipt, id: itemId };
  }

  @Delete(':meetingId/agenda/items/:caseId')
  @Changes({ summary: 'Take a case off the agenda' })
  async removeItem(@TheCall() call: Call, @Param() { meetingId, caseId }: AgendaCaseParams): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    await this.caseInRoom(call, caseId);
    return this.change(call, 'runMeeting', meetingId, { type: 'RemoveAgendaItem', data: { meetingId, caseId } });
  }

  @Put(':meetingId/agenda/order')
  @Changes({ summary: 'Reorder the agenda' })
  reorder(@TheCall() call: Call, @Param() { meetingId }: MeetingParams, @Body() { caseIds }: AgendaOrderBody): Promise<Receipt> {
    return this.change(call, 'runMeeting', meetingId, { type: 'ReorderAgenda', data: { meetingId, caseIds } });
  }

  @Post(':meetingId/opening')
  @Changes({
    summary: 'Open the meeting',
    description: 'The agenda is frozen as it stands; from here on it changes by hand only.',
  })
  async open(@TheCall() call: Call, @Param() { meetingId }: MeetingParams): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    const { readModels, clock } = this.ports;
    await readModels.reach(this.ports.lastWritten);
    const meeting = await readModels.meeting(meetingId);
    const proposed = meeting ? await proposedItems(this.ports, meeting, clock.today()) : [];
    return this.change(call, 'runMeeting', meetingId, { type: 'OpenMeeting', data: { meetingId, proposed } });
  }

  @Post(':meetingId/attendance')
  @Changes({
    summary: 'Record an arrival',
    description:
      'Staff by `userId`, a guest by name and organisation. Somebody who may not hear the open item shuts it (rule 8).',
    status: 201,
  })
  async arrive(
    @TheCall() call: Call,
    @Param() { meetingId }: MeetingParams,
    @Body() { at, userId, guestName, organisationId }: ArrivalBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    const registry = await this.ports.readModels.registry();
    if ((userId === undefined) === (guestName === undefined || organisationId === undefined)) {
      throw new BadRequestError(['either userId, or guestName and organisationId']);
    }
    const from = userId === undefined ? organisationId! : registry.users.get(userId)?.organisationId;
    const organisation = from === undefined ? undefined : registry.organisations.get(from);
    if (!organisation) {
      throw new RefusedError({
        rule: 'attendee.unregistered',
        en: 'The person or the organisation is not registered: nobody may be in the room unaccounted for.',
        da: 'Personen eller enheden er ikke oprettet: ingen må være i lokalet uden at være registreret.',
        source: 'rule 8',
      });
    }
    const { commandId, idFor } = this.changer.begin(call);
    const attendeeId = userId === undefined ? idFor('attendee') : this.ports.idFor(meetingId, `attendee ${userId}`);
    const party: Party = {
      organisationId: organisation.organisationId,
      kind: organisation.kind,
      authorityId: organisation.authorityId,
    };
    const receipt = await this.change(
      call,
      'runMeeting',
      meetingId,
      {
        type: 'RecordArrival',
        data: {
          meetingId,
          attendeeId,
          organisation: party,
          ...(userId !== undefined && { userId }),
          ...(guestName !== undefined && { guestName }),
          ...(at !== undefined && { at }),
        },
      },
      { commandId },
    );
    return { ...receipt, id: attendeeId };
  }

  @Post(':meetingId/attendance/:attendeeId/stepping-out')
  @Changes({ summary: 'Somebody steps out' })
  stepOut(@TheCall() call: Call, @Param() params: AttendeeParams, @Body() { at }: AtBody): Promise<Receipt> {
    return this.change(call, 'runMeeting', params.meetingId, {
      type: 'RecordStepOut',
      data: { ...params, ...(at !== undefined && { at }) },
    });
  }

  @Post(':meetingId/attendance/:attendeeId/return')
  @Changes({ summary: 'Somebody comes back', description: 'Shuts the open item if that person may not hear it.' })
  return(@TheCall() call: Call, @Param() params: AttendeeParams, @Body() { at }: AtBody): Promise<Receipt> {
    return this.change(call, 'runMeeting', params.meetingId, {
      type: 'RecordReturn',
      data: { ...params, ...(at !== undefined && { at }) },
    });
  }

  @Post(':meetingId/attendance/:attendeeId/leaving')
  @Changes({ summary: 'Somebody leaves' })
  leave(@TheCall() call: Call, @Param() params: AttendeeParams, @Body() { at }: AtBody): Promise<Receipt> {
    return this.change(call, 'runMeeting', params.meetingId, {
      type: 'RecordLeaving',
      data: { ...params, ...(at !== undefined && { at }) },
    });
  }

  @Post(':meetingId/items/:itemId/opening')
  @Changes({
    summary: 'Open an item',
    description: 'Only while everyone present may hear the case (rule 8). Another open item shuts.',
  })
  async openItem(@TheCall() call: Call, @Param() { meetingId, itemId }: ItemParams): Promise<Receipt> {
    requireAccess(call.principal, 'openClosedItem');
    const { inRoom } = await this.caseOfItem(call, meetingId, itemId, 'openClosedItem');
    // The room itself is judged below; here it is the group's meeting.
    return this.change(call, 'runMeeting', meetingId, (state) => ({
      type: 'OpenItem',
      data: { meetingId, itemId, case: inRoom },
      ...this.forbiddenInRoom(call, 'openClosedItem', state),
    }));
  }

  @Post(':meetingId/items/:itemId/shutting')
  @Changes({ summary: 'Shut an item' })
  shutItem(@TheCall() call: Call, @Param() params: ItemParams): Promise<Receipt> {
    return this.change(call, 'runMeeting', params.meetingId, { type: 'ShutItem', data: params });
  }

  @Post(':meetingId/items/:itemId/disclosures')
  @Changes({
    summary: 'Record what was shared in the room',
    description:
      'Recipients are those present when it was said. A refusal is recorded, without the content, before the answer (422).',
    status: 201,
    ifMatch: 'needed',
    errors: [428],
  })
  async share(
    @TheCall() call: Call,
    @Param() { meetingId, itemId }: ItemParams,
    @Body() { fromAttendeeId, saidAt, ...shared }: RoomDisclosureBody,
  ): Promise<Receipt> {
    requireAccess(call.principal, 'shareInRoom');
    const expectedRevision = ifMatchNeeded(call);
    const { inRoom, facts } = await this.caseOfItem(call, meetingId, itemId, 'shareInRoom');
    const { commandId, idFor } = this.changer.begin(call);
    const disclosureId = idFor('disclosure');
    const necessityFingerprint = await this.ports.blindIndex.fingerprint(
      { id: inRoom.personId, scope: inRoom.caseId },
      shared.necessity,
    );
    const { policies } = requireCase(call.principal, 'shareInRoom', inRoom.caseId, facts);
    const receipt = await this.change(
      call,
      'runMeeting',
      meetingId,
      (state) => ({
        type: 'ShareInRoom',
        data: {
          meetingId,
          itemId,
          case: inRoom,
          fromAttendeeId,
          ...(saidAt !== undefined && { saidAt }),
          disclosure: { ...shared, disclosureId, necessityFingerprint, policies },
        },
        ...this.forbiddenInRoom(call, 'shareInRoom', state, shared.purpose),
      }),
      { expectedRevision, commandId },
    );
    return { ...receipt, id: disclosureId };
  }

  @Post(':meetingId/items/:itemId/discussion')
  @Changes({ summary: 'Record that an item was discussed', description: 'No news is one key: `{"noNews": true}`.' })
  async discussed(@TheCall() call: Call, @Param() params: ItemParams, @Body() body: DiscussionBody): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    await this.caseOfItem(call, params.meetingId, params.itemId, 'readCase');
    return this.change(call, 'runMeeting', params.meetingId, { type: 'RecordDiscussed', data: { ...params, ...body } });
  }

  @Post(':meetingId/closing')
  @Changes({ summary: 'Close the meeting: freezes the record', ifMatch: 'possible' })
  async close(@TheCall() call: Call, @Param() { meetingId }: MeetingParams): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    return this.change(
      call,
      'runMeeting',
      meetingId,
      { type: 'CloseMeeting', data: { meetingId } },
      { expectedRevision: ifMatch(call) },
    );
  }

  @Post(':meetingId/items/:itemId/corrections')
  @Changes({
    summary: 'Correct the minutes of a closed meeting',
    description: 'The record stays; the correction stands beside it.',
    status: 201,
  })
  async correct(@TheCall() call: Call, @Param() params: ItemParams, @Body() { correction }: CorrectionBody): Promise<Receipt> {
    requireAccess(call.principal, 'runMeeting');
    await this.caseOfItem(call, params.meetingId, params.itemId, 'readCase');
    const { commandId, idFor } = this.changer.begin(call);
    const correctionId = idFor('correction');
    return this.change(
      call,
      'runMeeting',
      params.meetingId,
      { type: 'CorrectMinutes', data: { ...params, correctionId, correction } },
      { commandId },
    );
  }

  /** What Cedar forbids in a mixed room, or for a purpose, the decider must refuse: in its own words, and on record. */
  private forbiddenInRoom(call: Call, action: 'openClosedItem' | 'shareInRoom', state: ExistingMeeting, purpose = 'ssp') {
    const mixed = state.attendees.some((a) => a.where === 'present' && a.organisation.kind === 'other');
    const room = { type: 'Room', groupId: state.planned.groupId, mixed } as const;
    const allowed =
      mayAccess(call.principal, action, room) &&
      (action === 'openClosedItem' || mayAccess(call.principal, action, { type: 'Purpose', purpose }));
    return allowed ? {} : { mustRefuse: new AccessDeniedError(action, []) };
  }

  private async group(groupId: string): Promise<GroupRow> {
    const group = (await this.ports.readModels.registry()).groups.get(groupId);
    if (!group) throw new NotFoundError('runMeeting');
    return group;
  }

  /** The case as it is now, from its own stream. @throws NotFoundError when the caller may not read it */
  private async caseInRoom(call: Call, caseId: string, action: Action = 'readCase') {
    const { decider, codec } = STREAMS.case;
    const { state } = await loadState(this.ports.store, streamName('case', caseId), decider, codec);
    const facts = factsOf(state);
    requireCase(call.principal, action, caseId, facts);
    if (state.status === 'none') throw new NotFoundError(action);
    const { organisations, excludedUserIds } = state;
    const inRoom: CaseInRoom = { caseId, personId: state.referred.personId, organisations, excludedUserIds };
    return { inRoom, facts };
  }

  private async caseOfItem(
    call: Call,
    meetingId: string,
    itemId: string,
    action: Action,
  ): Promise<{ inRoom: CaseInRoom; facts: ReturnType<typeof factsOf> }> {
    const { decider, codec } = STREAMS.meeting;
    const { state } = await loadState(this.ports.store, streamName('meeting', meetingId), decider, codec);
    if (state.status === 'none') throw new NotFoundError(action);
    requireGroup(call.principal, 'runMeeting', state.planned.groupId);
    const item = state.agenda.find((i) => i.itemId === itemId);
    if (!item) throw new NotFoundError(action);
    const { inRoom, facts } = await this.caseInRoom(call, item.caseId, action);
    return { inRoom, facts };
  }
}
