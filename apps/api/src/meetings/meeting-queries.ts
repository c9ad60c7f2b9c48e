// The questions about meetings: one class each, its handler beside it.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { requireAccess, type Principal } from '@app/access';
import { workingDaysBefore } from '@app/domain';
import type { CaseFacts, MeetingRow, MeetingStatus, Page, Paging } from '@app/read-models';
import { withholdFrom } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import type { Call } from '../core/call.js';
import { NotFoundError } from '../core/errors.js';
import { mayReadCase, requireGroup } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import { agendaItems, proposals, REASON_TEXT } from './agenda.js';
import type { AgendaAnswer, MeetingAnswer, MeetingSummary, MinutesAnswer } from './meeting-answers.dto.js';

const summaryShape = ({
  meetingId,
  groupId,
  localDate,
  startsAt,
  endsAt,
  place,
  status,
  invited,
}: MeetingRow): MeetingSummary => ({
  meetingId,
  groupId,
  localDate,
  startsAt,
  endsAt,
  status,
  invited: [...invited],
  ...(place !== undefined && { place }),
});

/** Ids of the cases among these that the principal may read. */
const readable = async (
  ports: Ports,
  principal: Principal,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, CaseFacts>> => {
  const facts = await ports.readModels.caseFactsOf([...new Set(caseIds)]);
  return new Map(facts.filter((f) => mayReadCase(principal, f)).map((f) => [f.caseId, f]));
};

export class ListMeetings extends Query<Page<MeetingSummary>> {
  constructor(
    readonly call: Call,
    readonly filter: { status?: MeetingStatus },
    readonly paging: Paging,
  ) {
    super();
  }
}
@QueryHandler(ListMeetings)
export class ListMeetingsHandler implements IQueryHandler<ListMeetings> {
  constructor(private readonly ask: Ask) {}
  async execute({ call, filter, paging }: ListMeetings): Promise<Page<MeetingSummary>> {
    requireAccess(call.principal, 'readMeetings');
    const readModels = await this.ask.readModels(call);
    const { items, next } = await readModels.meetings(call.principal.groups, filter, paging);
    return { items: items.map(summaryShape), ...(next !== undefined && { next }) };
  }
}

/** `meetingId`: `next` is the first that is open or still to come. */
export class MeetingById extends Query<MeetingAnswer> {
  constructor(
    readonly call: Call,
    readonly meetingId: string,
  ) {
    super();
  }
}
@QueryHandler(MeetingById)
export class MeetingByIdHandler implements IQueryHandler<MeetingById> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly ports: Ports,
  ) {}
  async execute({ call, meetingId }: MeetingById): Promise<MeetingAnswer> {
    const decision = requireAccess(call.principal, 'readMeetings');
    const readModels = await this.ask.readModels(call);
    const row =
      meetingId === 'next'
        ? await readModels.nextMeeting(call.principal.groups, this.ports.clock.now().toISOString())
        : await readModels.meeting(meetingId);
    requireGroup(call.principal, 'readMeetings', row?.groupId);
    const may = await readable(
      this.ports,
      call.principal,
      row!.items.map((item) => item.caseId),
    );
    const answer = {
      ...summaryShape(row!),
      attendance: row!.attendees,
      items: row!.items.map(({ itemId, caseId, reasons, opened, discussed, noNews }) => ({
        itemId,
        ...(may.has(caseId) && { caseId }),
        reasons,
        opened,
        discussed,
        noNews,
        withheld: !may.has(caseId),
      })),
      revision: row!.revision,
      ...(row!.openItemId !== undefined && { openItemId: row!.openItemId }),
    };
    return this.out.reveal<MeetingAnswer>(call, { purpose: 'meeting.read', decision, caseIds: [...may.keys()] }, answer);
  }
}

export class MeetingAgenda extends Query<AgendaAnswer> {
  constructor(
    readonly call: Call,
    readonly meetingId: string,
  ) {
    super();
  }
}
@QueryHandler(MeetingAgenda)
export class MeetingAgendaHandler implements IQueryHandler<MeetingAgenda> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly ports: Ports,
  ) {}
  async execute({ call, meetingId }: MeetingAgenda): Promise<AgendaAnswer> {
    const decision = requireAccess(call.principal, 'readAgenda');
    const readModels = await this.ask.readModels(call);
    const meeting = await readModels.meeting(meetingId);
    requireGroup(call.principal, 'readAgenda', meeting?.groupId);
    const { today } = this.ask;
    const proposed = await proposals(this.ports, meeting!, today);
    const figures = new Map(proposed.map((proposal) => [proposal.caseId, proposal]));
    const items = agendaItems(this.ports, meeting!, proposed);
    const may = await readable(
      this.ports,
      call.principal,
      items.map((item) => item.caseId),
    );
    const recorded = new Map(meeting!.items.map((item) => [item.caseId, item]));
    const rest = items.filter((item) => may.has(item.caseId) && !figures.has(item.caseId));
    const names = await readModels.caseNames(rest.map((item) => item.caseId));
    const group = (await readModels.registry()).groups.get(meeting!.groupId)!;
    const { agendaWorkingDaysBefore } = await this.ports.ruleSetOn(today);
    const answer = {
      meetingId: meeting!.meetingId,
      localDate: meeting!.localDate,
      status: meeting!.status,
      live: meeting!.status === 'planned',
      proposedFrom: workingDaysBefore(meeting!.localDate, agendaWorkingDaysBefore, group),
      items: items.map(({ itemId, caseId, reasons }) => {
        const why = reasons.map((reason) => ({ reason, ...REASON_TEXT[reason] }));
        if (!may.has(caseId)) return { itemId, withheld: true, why };
        const figure = figures.get(caseId) ?? names.get(caseId);
        const discussed = recorded.get(caseId)?.discussed ?? false;
        return { itemId, withheld: false, why, caseId, discussed, ...(figure && figuresOf(figure)) };
      }),
    };
    return this.out.reveal<AgendaAnswer>(
      call,
      { purpose: 'meeting.agenda', decision, texts: new Texts(call.principal), caseIds: [...may.keys()] },
      answer,
    );
  }
}

type Figures = Partial<Awaited<ReturnType<typeof proposals>>[number]>;
const figuresOf = ({
  caseNumber,
  areaId,
  personName,
  overdueActions,
  oldestOverdueDays,
  followUpOn,
  newSince,
  silentDays,
}: Figures) => ({
  caseNumber,
  areaId,
  personName,
  overdueActions,
  oldestOverdueDays,
  followUpOn,
  newSince,
  silentDays,
});

export class MeetingMinutes extends Query<MinutesAnswer> {
  constructor(
    readonly call: Call,
    readonly meetingId: string,
  ) {
    super();
  }
}
const NOTICE =
  'Oplysningerne må ikke bruges i efterforskningen af straffesager (retsplejelovens § 115, stk. 2). / Not to be used in criminal investigation.';

@QueryHandler(MeetingMinutes)
export class MeetingMinutesHandler implements IQueryHandler<MeetingMinutes> {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly ports: Ports,
  ) {}
  async execute({ call, meetingId }: MeetingMinutes): Promise<MinutesAnswer> {
    const { principal } = call;
    const decision = requireAccess(principal, 'readMinutes');
    const readModels = await this.ask.readModels(call);
    const meeting = await readModels.meeting(meetingId);
    requireGroup(principal, 'readMinutes', meeting?.groupId);
    if (meeting!.status === 'planned') throw new NotFoundError('readMinutes');
    const may = await readable(
      this.ports,
      principal,
      meeting!.items.map((item) => item.caseId),
    );
    const texts = new Texts(principal);
    const mine = meeting!.items.filter((item) => may.has(item.caseId));
    const [names, disclosures, actions] = await Promise.all([
      readModels.caseNames(mine.map((item) => item.caseId)),
      readModels.meetingDisclosures(meetingId),
      readModels.meetingActions(meetingId, this.ask.today),
    ]);
    const items = mine.map(({ itemId, caseId, discussed, noNews, note, corrections }) => {
      const { caseNumber, personName } = names.get(caseId)!;
      return {
        itemId,
        caseId,
        caseNumber,
        ...(personName && { personName }),
        discussed,
        noNews,
        ...(note && { note }),
        corrections,
        disclosures: disclosures.filter((d) => d.caseId === caseId).map((d) => withholdFrom(texts, d)),
        actions: actions.filter((a) => a.caseId === caseId),
      };
    });
    const answer = {
      meetingId,
      localDate: meeting!.localDate,
      status: meeting!.status,
      attendance: meeting!.attendees,
      items,
      withheldItems: meeting!.items.length - mine.length,
      notice: NOTICE,
    };
    return this.out.reveal<MinutesAnswer>(
      call,
      { purpose: 'meeting.minutes', decision, texts, caseIds: [...may.keys()] },
      answer,
    );
  }
}

export const MEETING_QUERIES = [ListMeetingsHandler, MeetingByIdHandler, MeetingAgendaHandler, MeetingMinutesHandler];
