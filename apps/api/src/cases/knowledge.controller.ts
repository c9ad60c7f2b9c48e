// /api/cases/{caseId}/knowledge: the case as one organisation lawfully knew it at a time, from events alone.
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { mayAccess, requireAccess, type AccessDecision } from '@app/access';
import { BASES, CATEGORIES, WAYS, type Category } from '@app/domain';
import { addDays, instantAt } from '@app/platform';
import type { CaseFacts, KnowledgeEntry } from '@app/read-models';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Answers } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Flag, Id, Moment, MomentOrDay, Nested, Text, Word } from '../core/fields.js';
import { mayReadCase, resourceOf } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import {
  ERASED,
  ErasedAnswer,
  RESTS,
  RestsOnRecalledAnswer,
  WITHDRAWN,
  WITHHELD,
  WithdrawnTextAnswer,
  WithheldTextAnswer,
} from './case-answers.dto.js';
import { CaseParams } from './case-requests.dto.js';
import { withholdEntry } from './shapes.js';

export class KnowledgeQuery extends PageQuery {
  @Id({ example: 'jobcenter', description: 'Whose knowledge. A participant asks about the own organisation.' })
  organisationId!: string;
  @MomentOrDay({ optional: true, description: 'An instant, or a local date and then the end of that day. Default: now.' })
  at?: string;
}
export class WayAnswer {
  @Word(WAYS, { example: 'told', description: 'How it knew.' }) way!: (typeof WAYS)[number];
  @Moment({ description: 'Since when.' }) at!: string;
  @Word(BASES, { optional: true, description: 'On which basis it was told.' }) basis?: (typeof BASES)[number];
}
export class KnownAnswer {
  @Id() eventId!: string;
  @Text(100, { example: 'InformationShared' }) type!: string;
  @Moment({ description: 'When it happened.' }) at!: string;
  @Id({ example: 'sof', description: 'Who recorded it.' }) userId!: string;
  @Id({ example: 'sof' }) organisationId!: string;
  @Id({ optional: true }) meetingId?: string;
  @Word(CATEGORIES, { optional: true, example: 'school' }) category?: Category;
  @Moment({ description: 'Since when the organisation knew.' }) since!: string;
  @Nested(() => WayAnswer, { many: true }) ways!: WayAnswer[];
  @Flag({ description: 'false: that it happened, and not its words.' }) words!: boolean;
  @Flag({ description: 'false: it had been withdrawn or recalled by then, and had to be forgotten.' }) lawful!: boolean;
  @Moment({ optional: true, description: 'Its texts were withdrawn, also when that was later.' }) withdrawnAt?: string;
  @Moment({ optional: true, description: 'It was recalled, also when that was later.' }) recalledAt?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'What is not text: ids, dates, codes. Not for auditors.',
    example: { category: 'school' },
  })
  data?: Record<string, unknown>;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    description: 'The words it knew; null: no longer readable. Not for auditors.',
    example: { content: 'Fremmødet er 40 % siden efterårsferien.' },
  })
  texts?: Record<string, string | null>;
}
export class PeriodAnswer {
  @Moment() from!: string;
  @Moment({ optional: true }) to?: string;
}
export class KnowledgePage {
  @Id() caseId!: string;
  @Id({ example: 'jobcenter' }) organisationId!: string;
  @Moment({ description: 'The time asked about.' }) at!: string;
  @Nested(() => PeriodAnswer, { many: true, description: 'When it took part in the case.' }) tookPart!: PeriodAnswer[];
  @Nested(() => KnownAnswer, { many: true }) items!: KnownAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
}

/** The last instant of a local date; an instant in its normal form. */
const momentOf = (at: string): string =>
  new Date(at.length === 10 ? Date.parse(instantAt(addDays(at, 1), '00:00')) - 1 : at).toISOString();

const entryShape = ({ data, texts, ...entry }: KnowledgeEntry, withWords: boolean) => {
  const { category } = data as { category?: Category };
  return { ...entry, ...(category !== undefined && { category }), ...(withWords && { data, texts }) };
};

@ApiTags('Cases')
@Controller('api')
export class KnowledgeController {
  constructor(
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly ports: Ports,
  ) {}

  @Get('cases/:caseId/knowledge')
  @Answers({
    summary: 'The case as an organisation lawfully knew it at a time',
    description:
      'From events alone, newest first: what it wrote or shared, was told, was present for, owed, or got in minutes. For who leads the group; a participant for the own organisation; auditors of the municipality without words.',
    answer: KnowledgePage,
    errors: [400, 404],
  })
  async knowledge(
    @TheCall() call: Call,
    @Param() { caseId }: CaseParams,
    @Query() query: KnowledgeQuery,
  ): Promise<KnowledgePage> {
    const { principal } = call;
    const reviews = mayAccess(principal, 'reviewKnowledge');
    const action = reviews ? 'reviewKnowledge' : 'readKnowledge';
    requireAccess(principal, action);
    const readModels = await this.ask.readModels(call);
    const { organisationId } = query;
    const decision = this.decide(call, caseId, await readModels.caseFacts(caseId), organisationId, action);
    const at = query.at === undefined ? this.ports.clock.now().toISOString() : momentOf(query.at);
    const { items, next, tookPart } = await readModels.knowledge(caseId, organisationId, at, pagingOf(query));
    // What the own organisation lawfully knew is its own; of another's, this reader sees what the case shows them anyway.
    const texts = organisationId === principal.organisationId ? undefined : new Texts(principal);
    const shown = (entry: KnowledgeEntry): KnowledgeEntry => {
      if (!texts) return entry;
      const { withheld: _, ...judged } = withholdEntry(texts, entry);
      return judged;
    };
    const answer = {
      ...{ caseId, organisationId, at, tookPart },
      items: items.map((entry) => entryShape(reviews ? entry : shown(entry), !reviews)),
      ...(next !== undefined && { next }),
    };
    const purpose = { purpose: 'case.knowledge', decision, caseIds: [caseId], ...(texts && !reviews && { texts }) };
    return this.out.reveal<KnowledgePage>(call, purpose, answer);
  }

  private decide(
    { principal }: Call,
    caseId: string,
    facts: CaseFacts | undefined,
    knowerId: string,
    action: 'readKnowledge' | 'reviewKnowledge',
  ): AccessDecision {
    if (!facts) throw new NotFoundError(action);
    // An auditor reads no case, and sees that there is one.
    if (action === 'readKnowledge' && !mayReadCase(principal, facts)) throw new NotFoundError(action, [caseId]);
    return requireAccess(principal, action, { ...resourceOf(facts), knowerId });
  }
}
