// /api/persons/…: two registrations of one young person: proposed from the blind index, merged and taken apart again by people.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { caseScope, mayAccess, requireAccess, type AccessDecision, type Principal } from '@app/access';
import { DUPLICATE_REASONS, type DuplicateReason, type MergeRow } from '@app/read-models';
import type { Position } from '@app/event-store';
import {
  ERASED,
  ErasedAnswer,
  TimelineAnswer,
  WITHDRAWN,
  WITHHELD,
  WithdrawnTextAnswer,
  WithheldTextAnswer,
  RESTS,
  RestsOnRecalledAnswer,
} from '../cases/case-answers.dto.js';
import { searchShape, together, withholdEntry } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Flag, Id, Moment, Nested, Text, Whole, Word } from '../core/fields.js';
import { mayReadCase, resourceOf } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import { FoundIdentity, PersonParams } from './persons.dto.js';
import { Registrar } from './registrar.js';

export class MergeParams extends PersonParams {
  @Id() mergeId!: string;
}
export class MergeBody {
  @Id({ description: 'The registration that stays. The one in the path becomes an alias of it.' }) intoPersonId!: string;
  @Text(2000, { example: 'Oprettet to gange: samme mor og samme adresse.' }) reason!: string;
}
export class UndoMergeBody {
  @Text(2000, { example: 'Det er to fætre med samme navn.' }) reason!: string;
}
export class DuplicatePerson extends FoundIdentity {
  @Id({ many: true, description: 'The cases of the person that you may see.' }) caseIds!: string[];
}
export class DuplicateAnswer {
  @Word(DUPLICATE_REASONS, {
    many: true,
    description: 'Alike: one digit differs, or two neighbours are exchanged, and a name begins the same.',
  })
  reasons!: DuplicateReason[];
  @Nested(() => DuplicatePerson, { many: true }) persons!: DuplicatePerson[];
}
export class DuplicatePage {
  @Nested(() => DuplicateAnswer, { many: true }) items!: DuplicateAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
export class MergeAnswer {
  @Id() mergeId!: string;
  @Id({ description: 'The alias.' }) personId!: string;
  @Id({ description: 'The registration that stays.' }) intoPersonId!: string;
  @Id({ example: 'coordinator' }) mergedBy!: string;
  @Moment() mergedAt!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Oprettet to gange.' }) reason?: string | null;
  @Id({ optional: true, example: 'coordinator' }) undoneBy?: string;
  @Moment({ optional: true }) undoneAt?: string;
  @Text(2000, { optional: true, nullable: true, example: 'Det er to fætre.' }) undoneReason?: string | null;
}
export class MergesAnswer {
  @Nested(() => MergeAnswer, { many: true, description: 'Last first.' }) items!: MergeAnswer[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}
export class TextInBetweenAnswer extends TimelineAnswer {
  @Id({ description: 'Whom it was written about: the alias, or the registration that stayed.' }) personId!: string;
  @Id({ optional: true, description: 'Missing: it is of the identity.' }) caseId?: string;
}
export class TextsInBetweenAnswer {
  @Nested(() => TextInBetweenAnswer, { many: true, description: 'First written first.' }) items!: TextInBetweenAnswer[];
  @Whole(0, 1000000, { example: 0, description: 'Texts in cases you may not see: another lead places those.' })
  inOtherCases!: number;
  @Flag({ example: false, description: 'There are more than the first 500.' }) more!: boolean;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithdrawnTextAnswer, WITHDRAWN) withdrawnTexts?: WithdrawnTextAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
  @Nested(() => RestsOnRecalledAnswer, RESTS) restsOnRecalled?: RestsOnRecalledAnswer[];
}

const MOST_TEXTS = 500;

@ApiTags('Persons')
@Controller('api/persons')
export class MergesController {
  constructor(
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get('duplicates')
  @Answers({
    summary: 'Registrations that may be of the same person',
    description: 'Pairs of which you lead a case of each. Found by keyed hashes; people decide.',
    answer: DuplicatePage,
    errors: [400],
  })
  async duplicates(@TheCall() call: Call, @Query() query: PageQuery): Promise<DuplicatePage> {
    const decision = requireAccess(call.principal, 'mergePersons');
    const readModels = await this.ask.readModels(call);
    const { items, next } = await readModels.duplicates(caseScope(call.principal, 'mergePersons'), pagingOf(query));
    const answer = {
      items: items.map(({ reasons, persons }) => ({
        reasons,
        persons: persons.map(({ caseIds, ...person }) => ({ ...searchShape(person), caseIds })),
      })),
      ...(next !== undefined && { next }),
    };
    const persons = items.flatMap((item) => item.persons);
    const purpose = {
      ...{ purpose: 'persons.duplicates', decision },
      ...{ personIds: persons.map(({ personId }) => personId), caseIds: persons.flatMap(({ caseIds }) => caseIds) },
    };
    return this.out.reveal<DuplicatePage>(call, purpose, answer);
  }

  @Post(':personId/merge')
  @Changes({
    summary: 'Merge a registration into another of the same person',
    description:
      'By who leads a case of each. Nothing is moved or sealed anew: both ids are answered with the one that stays, until the merge is undone.',
  })
  async merge(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() body: MergeBody): Promise<Receipt> {
    requireAccess(call.principal, 'mergePersons');
    const { commandId, idFor } = this.changer.begin(call);
    const mergeId = idFor('merge');
    const { intoPersonId, reason } = body;
    return this.oneAtATime(async () => {
      const readModels = await this.ask.readModels(call);
      await this.requireLead(call.principal, [personId, intoPersonId]);
      const facts = await readModels.mergeFacts(personId, intoPersonId);
      return this.change(call, { type: 'MergePerson', data: { personId, mergeId, intoPersonId, reason, facts } }, { commandId });
    });
  }

  @Post(':personId/merge-undoing')
  @Changes({
    summary: 'Undo a merge: they were two persons after all',
    description: 'Each has its own name, cases and texts again. Texts written meanwhile are listed for you to place.',
  })
  async undo(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() { reason }: UndoMergeBody): Promise<Receipt> {
    requireAccess(call.principal, 'mergePersons');
    return this.oneAtATime(async () => {
      const readModels = await this.ask.readModels(call);
      const [merge] = await readModels.mergesOf(personId);
      await this.requireLead(call.principal, merge ? [merge.personId, merge.intoPersonId] : [personId]);
      return this.change(call, { type: 'UndoMerge', data: { personId, reason } });
    });
  }

  @Get(':personId/merges')
  @Answers({ summary: 'What this registration was merged with, and what was undone', answer: MergesAnswer, errors: [400, 404] })
  async merges(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<MergesAnswer> {
    const first = requireAccess(call.principal, 'mergePersons');
    const readModels = await this.ask.readModels(call);
    const second = await this.requireLead(call.principal, [personId]);
    const items: readonly MergeRow[] = await readModels.mergesOf(personId);
    const purpose = { purpose: 'person.merges', decision: together(first, second), personIds: [personId] };
    return this.out.reveal<MergesAnswer>(call, purpose, { items });
  }

  @Get(':personId/merges/:mergeId/texts')
  @Answers({
    summary: 'What was written about the two while they were one',
    description:
      'From the merge until it was undone, or until now. What stands with the wrong one is written anew with the right one, and withdrawn where it stands.',
    answer: TextsInBetweenAnswer,
    errors: [400, 404],
  })
  async texts(@TheCall() call: Call, @Param() { personId, mergeId }: MergeParams): Promise<TextsInBetweenAnswer> {
    const { principal } = call;
    const first = requireAccess(principal, 'mergePersons');
    const readModels = await this.ask.readModels(call);
    const merge = (await readModels.mergesOf(personId)).find((each) => each.mergeId === mergeId);
    if (!merge) throw new NotFoundError('mergePersons');
    const both = [merge.personId, merge.intoPersonId];
    const second = await this.requireLead(principal, both);
    const texts = await readModels.textsInBetween(mergeId);
    const facts = await readModels.caseFactsOf([...new Set(texts.flatMap(({ caseId }) => caseId ?? []))]);
    const mine = new Set(facts.filter((each) => mayReadCase(principal, each)).map(({ caseId }) => caseId));
    const shown = texts.filter(({ caseId }) => caseId === undefined || mine.has(caseId));
    const persons = await Promise.all(both.map((id) => readModels.person(id)));
    const addressProtected = persons.some((person) => person?.addressProtected !== false);
    const shownTexts = new Texts(principal);
    const items = shown.slice(0, MOST_TEXTS).map(({ position: _, ...entry }) => ({
      ...withholdEntry(shownTexts, entry, entry.caseId === undefined && addressProtected),
    }));
    const answer = { items, inOtherCases: texts.length - shown.length, more: shown.length > MOST_TEXTS };
    const purpose = { purpose: 'person.merge-texts', decision: together(first, second), texts: shownTexts, personIds: both };
    return this.out.reveal<TextsInBetweenAnswer>(call, purpose, answer);
  }

  private change(call: Call, command: Asked<'person'>, options: { commandId?: string } = {}): Promise<Receipt> {
    return this.changer.change(call, 'person', command.data.personId, () => command, options);
  }

  /** What is known of the other registration must still hold when the event is appended. */
  private oneAtATime(work: () => Promise<Receipt>): Promise<Receipt> {
    return this.registrar.alone('merge', 'persons', async () => {
      const readModels = await this.registrar.upToDate();
      const receipt = await work();
      await readModels.reach(receipt.position as Position);
      return receipt;
    });
  }

  /**
   * Who leads a case of each of them, and is excluded from none of theirs.
   * @throws NotFoundError
   */
  private async requireLead(principal: Principal, personIds: readonly string[]): Promise<AccessDecision> {
    const decisions: AccessDecision[] = [];
    for (const personId of personIds) {
      const cases = await this.registrar.casesOf(personId);
      const own = cases.filter((facts) => facts.personId === personId);
      const led = own.find((facts) => mayAccess(principal, 'mergePersons', resourceOf(facts)));
      if (!led || cases.some((facts) => facts.excludedUserIds.includes(principal.userId)))
        throw new NotFoundError('mergePersons');
      decisions.push(requireAccess(principal, 'mergePersons', resourceOf(led)));
    }
    return together(...decisions);
  }
}
