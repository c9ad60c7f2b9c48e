// /api/chase/…: the chaser's figures, on the screen and as files.
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, requireAccess } from '@app/access';
import { addDays, instantAt, localDateAt } from '@app/platform';
import type { Page, Paging } from '@app/read-models';
import type { Sealed } from '@app/personal-data';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { BadRequestError } from '../core/errors.js';
import { PageQuery, pagingOf } from '../core/paging.dto.js';
import { Reveal } from '../core/reveal.js';
import { FORMATS, tableFile } from '../core/tables.js';
import {
  ChasedByMePage,
  ExportQuery,
  PeriodQuery,
  ProgressList,
  ProgressQuery,
  ResultsList,
  WaitingList,
  type Question,
} from './figures.dto.js';
import { BAN, HEADINGS, OUTCOMES, TITLES } from './headings.js';

/** Held meetings in a list of progress: half a year of weeks. */
const MEETINGS = 26;
/** Rows in a file. */
const MOST_ROWS = 10_000;

/** A row of a file: counts, dates, codes, case numbers; the name of a member of staff is still sealed. Never a text about a person. */
type Row = Readonly<Record<string, string | number | Sealed | undefined>>;

const all = async <T>(page: (paging: Paging) => Promise<Page<T>>): Promise<readonly T[]> => {
  const items: T[] = [];
  for (let after: string | undefined, more = true; more && items.length < MOST_ROWS; more = after !== undefined) {
    const next = await page({ limit: 200, ...(after !== undefined && { after }) });
    items.push(...next.items);
    after = next.next;
  }
  return items;
};
const period = ({ from, to }: { from: string; to: string }) =>
  [instantAt(from, '00:00'), instantAt(addDays(to, 1), '00:00')] as const;

@ApiTags('Chasing')
@Controller('api/chase')
export class FiguresController {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get('waiting')
  @Answers({
    summary: 'What waits on whom: actions, acceptances, chases and questions by organisation and person',
    description: 'Of the cases you may see, most overdue first. Counts only: nobody’s texts.',
    answer: WaitingList,
  })
  async waiting(@TheCall() call: Call): Promise<WaitingList> {
    requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    const { today } = this.ask;
    return { asOf: today, items: [...(await readModels.waiting(caseScope(call.principal), today))] };
  }

  @Get('chased-by-me')
  @Answers({ summary: 'What you chased by hand, newest first, and what came of it', answer: ChasedByMePage, errors: [400] })
  async chasedByMe(@TheCall() call: Call, @Query() query: PageQuery): Promise<ChasedByMePage> {
    const decision = requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    const { userId } = call.principal;
    const page = await readModels.chasedBy(userId, caseScope(call.principal), pagingOf(query));
    const caseIds = page.items.map(({ caseId }) => caseId);
    return this.out.reveal<ChasedByMePage>(call, { purpose: 'chase.by-me', decision, caseIds }, page);
  }

  @Get('progress')
  @Answers({
    summary: 'From meeting to meeting: what was agreed, completed and moved, what is open and overdue',
    description: `The group's last ${MEETINGS} held meetings; empty for a group that is not yours. Of the cases you may see. Counts only.`,
    answer: ProgressList,
    errors: [400],
  })
  async progress(@TheCall() call: Call, @Query() { groupId }: ProgressQuery): Promise<ProgressList> {
    requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    return { items: [...(await readModels.progress(caseScope(call.principal), groupId, MEETINGS))] };
  }

  @Get('results')
  @Answers({
    summary: 'How actions ended in a period: in time or not, and how long from information to agreement to done',
    description: 'By the organisation that had the action last, of the cases you may see. Counts and medians only.',
    answer: ResultsList,
    errors: [400],
  })
  async results(@TheCall() call: Call, @Query() query: PeriodQuery): Promise<ResultsList> {
    requireAccess(call.principal, 'listActions');
    const readModels = await this.ask.readModels(call);
    return { items: [...(await readModels.results(caseScope(call.principal), ...period(query)))] };
  }

  @Get('export')
  @Answers({
    summary: 'One of these lists as a file: CSV and XLSX for Danish Excel, or JSON',
    description: `Case numbers, dates, counts and names of staff; never a young person's name or text. At most ${MOST_ROWS} rows. An export with cases is logged as one.`,
    file: Object.values(FORMATS),
    errors: [400],
  })
  async export(
    @TheCall() call: Call,
    @Query() { question, format, language = 'da', ...filter }: ExportQuery,
  ): Promise<StreamableFile> {
    const decision = requireAccess(call.principal, 'listActions');
    const found = await this.rows(call, question, language, filter);
    const purpose = { purpose: `export.${question}`, decision, caseIds: [...new Set(found.caseIds)], exported: true as const };
    const { rows } = await this.out.reveal<{ rows: Record<string, string | number>[] }>(call, purpose, { rows: found.rows });
    const bytes = await tableFile(format, {
      title: TITLES[question][language],
      columns: Object.fromEntries(Object.entries(HEADINGS[question]).map(([key, heading]) => [key, heading[language]])),
      rows,
      note: BAN[language],
    });
    return new StreamableFile(bytes, {
      type: FORMATS[format],
      disposition: `attachment; filename="${question}-${this.ask.today}.${format}"`,
    });
  }

  /** @throws BadRequestError when the question needs a filter that is missing */
  private async rows(
    call: Call,
    question: Question,
    language: 'da' | 'en',
    { groupId, from, to }: Pick<ExportQuery, 'groupId' | 'from' | 'to'>,
  ): Promise<{ readonly rows: readonly Row[]; readonly caseIds: readonly string[] }> {
    const readModels = await this.ask.readModels(call);
    const { today } = this.ask;
    const scope = caseScope(call.principal);
    const { organisations, users } = await readModels.registry();
    const who = <T extends { organisationId: string; userId?: string }>(row: T) => ({
      ...row,
      organisation: organisations.get(row.organisationId)?.name ?? row.organisationId,
      person: row.userId === undefined ? undefined : (users.get(row.userId)?.name ?? row.userId),
    });
    const counts = (rows: readonly object[]) => ({ rows: rows as readonly Row[], caseIds: [] });
    switch (question) {
      case 'overdue':
        return counts((await readModels.overdue(scope, today)).map(who));
      case 'waiting':
        return counts((await readModels.waiting(scope, today)).map(who));
      case 'progress':
        if (groupId === undefined) throw new BadRequestError(['groupId is needed for progress']);
        return counts(await readModels.progress(scope, groupId, MEETINGS));
      case 'results':
        if (from === undefined || to === undefined) throw new BadRequestError(['from and to are needed for results']);
        return counts((await readModels.results(scope, ...period({ from, to }))).map(who));
      case 'most-moved': {
        const actions = await all((paging) => readModels.mostMoved(scope, paging, today));
        const rows = actions.map(
          ({ ownerOrganisationId, ownerUserId, caseNumber, deadline, deadlineMoves, daysOverdue, agreedAt, chases }) =>
            who({
              ...{ caseNumber, deadline, deadlineMoves, daysOverdue, chases, agreedOn: localDateAt(new Date(agreedAt)) },
              ...{ organisationId: ownerOrganisationId, ...(ownerUserId !== undefined && { userId: ownerUserId }) },
            }),
        );
        return { rows, caseIds: actions.map(({ caseId }) => caseId) };
      }
      case 'chased-by-me': {
        const chases = await all((paging) => readModels.chasedBy(call.principal.userId, scope, paging));
        const on = (instant?: string) => (instant === undefined ? undefined : localDateAt(new Date(instant)));
        const rows = chases.map((chase) =>
          who({
            ...chase,
            outcome: OUTCOMES[chase.outcome][language],
            chasedOn: on(chase.chasedAt),
            answeredOn: on(chase.answeredAt),
          }),
        );
        return { rows, caseIds: chases.map(({ caseId }) => caseId) };
      }
    }
  }
}
