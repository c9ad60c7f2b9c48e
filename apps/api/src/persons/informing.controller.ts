// /api/persons/…: telling the young person that data is kept about them: done, postponed, or forgotten (rule 14).
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { caseScope, mayAccess, requireAccess } from '@app/access';
import { INFORMING_MEANS, monthFrom, POSTPONING_GROUNDS, type InformingMeans, type PostponingGround } from '@app/domain';
import { localDateAt } from '@app/platform';
import { ERASED, ErasedAnswer } from '../cases/case-answers.dto.js';
import { searchShape } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { NotFoundError } from '../core/errors.js';
import { Day, Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';
import { resourceOf } from '../core/guards.js';
import { NEXT, PageQuery, pagingOf } from '../core/paging.dto.js';
import { Reveal } from '../core/reveal.js';
import { FoundIdentity, PersonParams } from './persons.dto.js';
import { Registrar } from './registrar.js';

export class InformedBody {
  @Day({ description: 'Today or earlier.' }) informedOn!: string;
  @Word(INFORMING_MEANS) means!: InformingMeans;
  @Text(2000, { optional: true, example: 'Brev med folder om samarbejdet; talt det igennem med den unge.' }) note?: string;
}
export class PostponeInformingBody {
  @Word(POSTPONING_GROUNDS, {
    description:
      'Databeskyttelsesloven § 22, stk. 1 (private) or 2 (public interests), or databeskyttelsesforordningen art. 14, stk. 5, litra a-d.',
  })
  ground!: PostponingGround;
  @Day({ description: 'When somebody looks at it again: within a year.' }) reviewOn!: string;
  @Text(2000, { example: 'Vil skade den unges forhold til kontaktpersonen, før den første samtale.' }) reason!: string;
}
export class PostponedAnswer {
  @Word(POSTPONING_GROUNDS) ground!: PostponingGround;
  @Day() reviewOn!: string;
}
export class UninformedAnswer extends FoundIdentity {
  @Id({ many: true, description: 'The cases of the person in which you may record it.' }) caseIds!: string[];
  @Moment() registeredAt!: string;
  @Day({ description: 'One month after the registration (art. 14, stk. 3), or the working day after that.' }) dueOn!: string;
  @Flag({ example: false, description: 'The month is over.' }) overdue!: boolean;
  @Nested(() => PostponedAnswer, { optional: true, description: 'It waited, and the day to look at it again has come.' })
  postponed?: PostponedAnswer;
}
export class UninformedPage {
  @Nested(() => UninformedAnswer, { many: true }) items!: UninformedAnswer[];
  @ApiProperty(NEXT) next?: string;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}

interface Shown {
  readonly personId: string;
  readonly inDoubt: boolean;
}

@ApiTags('Persons')
@Controller('api/persons')
export class InformingController {
  constructor(
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Get('uninformed')
  @Answers({
    summary: 'Persons who are neither informed nor postponed, or whose postponement is to be looked at again',
    description: 'First registered first; of the cases you lead.',
    answer: UninformedPage,
    errors: [400],
  })
  async uninformed(@TheCall() call: Call, @Query() query: PageQuery): Promise<UninformedPage> {
    const decision = requireAccess(call.principal, 'informPerson');
    const readModels = await this.ask.readModels(call);
    const { today } = this.ask;
    const { items, next } = await readModels.uninformed(caseScope(call.principal, 'informPerson'), today, pagingOf(query));
    const answer = {
      items: items.map(({ caseIds, registeredAt, postponed, ...person }) => {
        const dueOn = monthFrom(localDateAt(new Date(registeredAt)));
        return {
          ...searchShape(person),
          ...{ caseIds, registeredAt, dueOn, overdue: dueOn < today },
          ...(postponed && { postponed }),
        };
      }),
      ...(next !== undefined && { next }),
    };
    const purpose = {
      ...{ purpose: 'persons.uninformed', decision },
      ...{ personIds: items.map(({ personId }) => personId), caseIds: items.flatMap(({ caseIds }) => caseIds) },
    };
    return this.out.reveal<UninformedPage>(call, purpose, answer);
  }

  @Post(':personId/informing')
  @Changes({ summary: 'Record that the young person was informed (art. 14)' })
  inform(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() body: InformedBody): Promise<Receipt> {
    return this.change(call, personId, (shown) => ({ type: 'RecordInformed', data: { ...shown, ...body } }));
  }

  @Post(':personId/informing-postponement')
  @Changes({ summary: 'Record why the young person is not informed yet, and when somebody looks at it again' })
  postpone(@TheCall() call: Call, @Param() { personId }: PersonParams, @Body() body: PostponeInformingBody): Promise<Receipt> {
    return this.change(call, personId, (shown) => ({ type: 'PostponeInforming', data: { ...shown, ...body } }));
  }

  /** By who leads a case of the person and is excluded from none. Of two that were merged the one that is shown is told of. */
  private async change(call: Call, personId: string, command: (shown: Shown) => Asked<'person'>): Promise<Receipt> {
    const { principal } = call;
    requireAccess(principal, 'informPerson');
    const readModels = await this.ask.readModels(call);
    const person = await readModels.person(personId);
    const cases = person ? await this.registrar.casesOf(personId) : [];
    const led = cases.find((facts) => mayAccess(principal, 'informPerson', resourceOf(facts)));
    if (!person || !led || cases.some((facts) => facts.excludedUserIds.includes(principal.userId)))
      throw new NotFoundError('informPerson');
    requireAccess(principal, 'informPerson', resourceOf(led));
    const { inDoubt = false } = await readModels.informing(person.personId);
    return this.changer.change(call, 'person', person.personId, () => command({ personId: person.personId, inDoubt }));
  }
}
