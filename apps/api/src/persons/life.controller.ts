// Turning 18, moving to another municipality, death: recorded by who leads a case of the person, and what it asks of the cases.
// And the one way to a protected address.
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { caseScope, mayAccess, requireAccess, type AccessDecision, type Action } from '@app/access';
import { RETRACTABLE, type Retractable } from '@app/domain';
import type { PersonRow } from '@app/read-models';
import { ERASED, ErasedAnswer, WITHHELD, WithheldTextAnswer } from '../cases/case-answers.dto.js';
import { together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Day, Flag, Id, Nested, Text, Word } from '../core/fields.js';
import { resourceOf } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import { LifeWatch } from './life-watch.js';
import { PersonParams } from './persons.dto.js';
import { Registrar } from './registrar.js';

export class MovedBody {
  @Day() movedOn!: string;
  @Text(200, { example: 'Prøveby Kommune' }) municipality!: string;
}
export class DiedBody {
  @Day() diedOn!: string;
}
export class RetractLifeEventBody {
  @Word(RETRACTABLE) lifeEvent!: Retractable;
  @Text(2000, { example: 'En anden med samme navn.' }) reason!: string;
}
export class MovedAnswer {
  @Day({ description: 'When it was recorded.' }) recordedOn!: string;
  @Text(10, { optional: true, nullable: true, example: '2026-11-01' }) movedOn?: string | null;
  @Text(200, {
    optional: true,
    nullable: true,
    example: 'Prøveby Kommune',
    description: 'null while the address is protected, or not for you.',
  })
  municipality?: string | null;
}
export class DiedAnswer {
  @Day({ description: 'When it was recorded.' }) recordedOn!: string;
  @Text(10, { optional: true, nullable: true, example: '2026-11-20' }) diedOn?: string | null;
}
export class LifeAnswer {
  @Id() personId!: string;
  @Day({ optional: true, description: 'The day the person turned 18, if that was here.' }) cameOfAgeOn?: string;
  @Nested(() => MovedAnswer, { optional: true }) moved?: MovedAnswer;
  @Nested(() => DiedAnswer, { optional: true }) died?: DiedAnswer;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
}
const PROPOSALS = ['close-or-hand-over', 'look-at-basis'] as const;
const SAYS = {
  'close-or-hand-over': {
    da: 'Den unge er flyttet til en anden kommune. Luk sagen med udfaldet "moved", eller overdrag den: deling med de hidtidige deltagere ophører med lukningen.',
    en: 'The person has moved to another municipality. Close the case with the outcome "moved", or hand it over: sharing with those who took part ends with the closing.',
  },
  'look-at-basis': {
    da: 'Den unge er fyldt 18. Se på, om grundlaget og de deltagende myndigheder stadig er de rette.',
    en: 'The person has turned 18. See whether the basis and the authorities taking part are still the right ones.',
  },
} as const;
export class LifeProposal {
  @Word(PROPOSALS) proposal!: (typeof PROPOSALS)[number];
  @Day({ description: 'Since when.' }) since!: string;
  @Text(400, { example: SAYS['look-at-basis'].da }) da!: string;
  @Text(400, { example: SAYS['look-at-basis'].en }) en!: string;
}
export class LifeCaseAnswer {
  @Id() caseId!: string;
  @Text(20, { example: 'K7QF-3MXP' }) caseNumber!: string;
  @Id({ description: 'By pseudonym.' }) personId!: string;
  @Id() groupId!: string;
  @Nested(() => LifeProposal, { many: true }) proposals!: LifeProposal[];
}
export class LifeCasePage {
  @Nested(() => LifeCaseAnswer, { many: true }) items!: LifeCaseAnswer[];
  @ApiProperty(NEXT) next?: string;
}
export class ProtectedAddressAnswer {
  @Id() personId!: string;
  @Text(400, { optional: true, nullable: true, example: 'Demovej 1' }) address?: string | null;
  @Flag() addressProtected!: boolean;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}

@ApiTags('Persons')
@Controller('api')
export class LifeController {
  constructor(
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly ask: Ask,
    private readonly out: Reveal,
    private readonly watch: LifeWatch,
  ) {}

  @Post('persons/:personId/move')
  @Changes({
    summary: 'Record that the person moved to another municipality',
    description:
      'Every live case of the person comes on the next agenda, and is proposed for closing or handover until it is closed.',
  })
  move(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() body: MovedBody): Promise<Receipt> {
    return this.change(call, personId, (shown) => ({ type: 'RecordMoved', data: { personId: shown, ...body } }));
  }

  @Post('persons/:personId/death')
  @Changes({
    summary: 'Record that the person is dead: all cases are closed, open actions end, nobody is reminded',
    description: 'The outcome of the cases is `died`. A mistake is retracted; the cases are then reopened by hand.',
  })
  async die(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() body: DiedBody): Promise<Receipt> {
    const receipt = await this.change(call, personId, (shown) => ({ type: 'RecordDied', data: { personId: shown, ...body } }));
    await this.watch.look();
    return receipt;
  }

  @Post('persons/:personId/life-event-retraction')
  @Changes({ summary: 'Retract a move or a death that was recorded by mistake, or no longer holds' })
  async retract(
    @TheCall() call: Call,
    @Param() { personId }: PersonParams,
    @Body() body: RetractLifeEventBody,
  ): Promise<Receipt> {
    const { person } = await this.requirePerson(call, 'manageCase', personId);
    // It stands in the stream of the registration it was recorded of, which may be an alias now.
    const under = await (await this.ask.readModels(call)).recordedUnder(person.personId, body.lifeEvent);
    const data = { personId: under ?? person.personId, ...body };
    return this.changer.change(call, 'person', data.personId, () => ({ type: 'RetractLifeEvent', data }));
  }

  @Get('persons/:personId/life-events')
  @Answers({ summary: 'What is recorded: turned 18, moved, died', answer: LifeAnswer, errors: [400, 404] })
  async life(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<LifeAnswer> {
    const { person, decision } = await this.requirePerson(call, 'readPerson', personId);
    const { moved, ...life } = await (await this.ask.readModels(call)).lifeOf(personId);
    const { municipality, ...where } = moved ?? {};
    const texts = new Texts(call.principal);
    const to = municipality && { municipality: texts.address(municipality, person.addressProtected) };
    const answer = { personId: person.personId, ...life, ...(moved && { moved: { ...where, ...to } }) };
    const purpose = { purpose: 'person.life-events', decision, texts };
    return this.out.reveal<LifeAnswer>(call, { ...purpose, personIds: [personId] }, answer);
  }

  @Get('persons/:personId/protected-address')
  @Answers({
    summary: 'The address, also when it is protected: the only answer that gives it',
    description: 'To coordinator and project lead of the municipality, alone, and logged. Not for walls, prints or lists.',
    answer: ProtectedAddressAnswer,
    errors: [400, 404],
  })
  async address(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<ProtectedAddressAnswer> {
    const { person, decision } = await this.requirePerson(call, 'readProtectedAddress', personId);
    const { addressProtected, identity } = person;
    const answer = { personId: person.personId, addressProtected, ...(identity.address && { address: identity.address }) };
    const purpose = { purpose: 'person.protected-address', decision, personIds: [personId] };
    return this.out.reveal<ProtectedAddressAnswer>(call, purpose, answer);
  }

  @Get('life-events')
  @Answers({
    summary: 'Live cases of which a life event asks something, with what is proposed',
    description: 'A move until the case is closed; a coming of age until the case is discussed. No texts.',
    answer: LifeCasePage,
    errors: [400],
  })
  async cases(@TheCall() call: Call, @Query() query: PageQuery): Promise<LifeCasePage> {
    const decision = requireAccess(call.principal, 'listCases');
    const { items, next } = await (await this.ask.readModels(call)).lifeCases(caseScope(call.principal), pagingOf(query));
    const answer = {
      items: items.map(({ movedOn, cameOfAgeOn, ...row }) => ({
        ...row,
        proposals: [
          ...(movedOn === undefined ? [] : [proposed('close-or-hand-over', movedOn)]),
          ...(cameOfAgeOn === undefined ? [] : [proposed('look-at-basis', cameOfAgeOn)]),
        ],
      })),
      ...(next !== undefined && { next }),
    };
    const ids = { caseIds: items.map(({ caseId }) => caseId), personIds: items.map(({ personId }) => personId) };
    return this.out.reveal<LifeCasePage>(call, { purpose: 'life-events.list', decision, ...ids }, answer);
  }

  /** By who leads a case of the person. Of two that were merged the one that is shown is told of. */
  private async change(call: Call, personId: string, command: (shown: string) => Asked<'person'>): Promise<Receipt> {
    const { person } = await this.requirePerson(call, 'manageCase', personId);
    return this.changer.change(call, 'person', person.personId, () => command(person.personId));
  }

  /**
   * Through a case in which the principal may do this; who is excluded from one of the person's cases may in none.
   * @throws NotFoundError
   */
  private async requirePerson(
    call: Call,
    action: Action,
    personId: string,
  ): Promise<{ readonly person: PersonRow; readonly decision: AccessDecision }> {
    const { principal } = call;
    const first = requireAccess(principal, action);
    const person = await (await this.ask.readModels(call)).person(personId);
    const cases = person ? await this.registrar.casesOf(personId) : [];
    const found = cases.find((facts) => mayAccess(principal, action, resourceOf(facts)));
    if (!person || !found || cases.some((facts) => facts.excludedUserIds.includes(principal.userId)))
      throw new NotFoundError(action);
    return { person, decision: together(first, requireAccess(principal, action, resourceOf(found))) };
  }
}

const proposed = (proposal: (typeof PROPOSALS)[number], since: string) => ({ proposal, since, ...SAYS[proposal] });
