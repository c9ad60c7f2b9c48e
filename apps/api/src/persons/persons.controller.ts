// /api/persons: the young person's identity. A CPR number travels in bodies only, never in a URL.
import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requireAccess } from '@app/access';
import { IDENTITY_FIELDS, type IdentityField } from '@app/domain';
import type { PersonRow } from '@app/read-models';
import { ERASED, ErasedAnswer, PersonAnswer } from '../cases/case-answers.dto.js';
import { personShape, together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { BadRequestError, NotFoundError } from '../core/errors.js';
import { Day, Flag, Id, Nested, Text, Word } from '../core/fields.js';
import { mayReadCase } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { completeIdentity, Registrar } from './registrar.js';

export class PersonParams {
  @Id() personId!: string;
}
export class IdentityBody {
  @Text(200, { optional: true, example: 'Demo Ung 01' }) name?: string;
  @Text(11, { optional: true, example: '010110-4242', description: 'With or without hyphen.' }) cpr?: string;
  @Day({ optional: true, example: '2010-01-01', description: 'Taken from the CPR number when missing.' }) birthDate?: string;
  @Text(400, { optional: true, example: 'Demovej 1, 2500 Valby' }) address?: string;
  @Text(200, { optional: true, example: 'Demo' }) alias?: string;
  @Text(40, { optional: true, example: '00000001' }) phone?: string;
}
export class RegisterPersonBody extends IdentityBody {
  @Flag({ optional: true, example: false }) addressProtected?: boolean;
}
export class CorrectPersonBody extends IdentityBody {
  @Word(IDENTITY_FIELDS, { many: true, optional: true, example: ['phone'], description: 'Fields that no longer hold anything.' })
  removed?: IdentityField[];
}
export class LookUpBody {
  @Text(11, { example: '010110-4242' }) cpr!: string;
}
export class LookUpAnswer {
  @Flag({ description: 'Whether you may see a person with this number. Not known and not visible look the same.' })
  found!: boolean;
  @Nested(() => PersonAnswer, { optional: true }) person?: PersonAnswer;
  @Id({ many: true, description: 'The cases of the person that you may see.' }) caseIds!: string[];
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}

const requireCpr = (cpr: string | undefined): void => {
  if (cpr !== undefined && !/^\d{6}[- ]?\d{4}$/.test(cpr))
    throw new BadRequestError(['cpr must be 10 digits, with or without hyphen']);
};

@ApiTags('Persons')
@Controller('api/persons')
export class PersonsController {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
    private readonly registrar: Registrar,
    private readonly ask: Ask,
    private readonly out: Reveal,
  ) {}

  @Post()
  @Changes({
    summary: 'Register a young person',
    description:
      'A CPR number that is registered already gives the person it belongs to; the answer does not tell which happened.',
    status: 201,
  })
  register(@TheCall() call: Call, @Body() { addressProtected, ...identity }: RegisterPersonBody): Promise<Receipt> {
    requireAccess(call.principal, 'registerPerson');
    requireCpr(identity.cpr);
    const { commandId, idFor } = this.changer.begin(call);
    return this.registrar.register(call, identity, {
      commandId,
      personId: idFor('person'),
      ...(addressProtected && { addressProtected }),
    });
  }

  @Post('look-up')
  @Answers({
    summary: 'Find a person by CPR number',
    description: 'The whole number only. Every look-up is logged with what was looked for, encrypted.',
    answer: LookUpAnswer,
    errors: [400, 413, 415],
  })
  async lookUp(@TheCall() call: Call, @Body() { cpr }: LookUpBody): Promise<LookUpAnswer> {
    const decision = requireAccess(call.principal, 'lookUpPerson');
    requireCpr(cpr);
    const known = await this.registrar.byCpr(cpr);
    const cases = known ? await this.readable(call, known.personId) : [];
    const answer = {
      found: cases.length > 0,
      caseIds: cases.map((c) => c.caseId),
      ...(known && cases.length > 0 && { person: personShape(known) }),
    };
    return this.out.reveal<LookUpAnswer>(
      call,
      { purpose: 'person.look-up', decision, criterion: cpr, caseIds: answer.caseIds },
      answer,
    );
  }

  @Get(':personId')
  @Answers({ summary: 'The identity of a person in a case you may see', answer: PersonAnswer, errors: [400, 404] })
  async one(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<PersonAnswer> {
    const { person, decision } = await this.requirePerson(call, personId);
    return this.out.reveal<PersonAnswer>(call, { purpose: 'person.read', decision, personIds: [personId] }, personShape(person));
  }

  @Post(':personId/corrections')
  @Changes({ summary: 'Correct the identity' })
  async correct(
    @TheCall() call: Call,
    @Param() { personId }: PersonParams,
    @Body() { removed, ...identity }: CorrectPersonBody,
  ): Promise<Receipt> {
    requireCpr(identity.cpr);
    return this.change(call, personId, {
      type: 'CorrectPerson',
      data: { personId, identity: completeIdentity(identity), ...(removed && { removed }) },
    });
  }

  @Put(':personId/address-protection')
  @Changes({ summary: 'Protect the address: from now on it is given to nobody' })
  protect(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<Receipt> {
    return this.change(call, personId, { type: 'ProtectAddress', data: { personId } });
  }

  @Delete(':personId/address-protection')
  @Changes({ summary: 'End the protection of the address' })
  lift(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<Receipt> {
    return this.change(call, personId, { type: 'LiftAddressProtection', data: { personId } });
  }

  private async change(call: Call, personId: string, command: Asked<'person'>): Promise<Receipt> {
    requireAccess(call.principal, 'registerPerson');
    await this.requirePerson(call, personId);
    return this.changer.change(call, 'person', personId, () => command);
  }

  /** A person is visible through a case that is. */
  private async requirePerson(call: Call, personId: string) {
    const first = requireAccess(call.principal, 'readPerson');
    const readModels = await this.ask.readModels(call);
    const person: PersonRow | undefined = await readModels.person(personId);
    const [facts] = person ? await this.readable(call, personId) : [];
    if (!person || !facts) throw new NotFoundError('readPerson');
    const second = requireAccess(call.principal, 'readPerson', {
      type: 'Case',
      groupId: facts.groupId,
      organisationIds: facts.organisations.map((o) => o.organisationId),
      excludedUserIds: facts.excludedUserIds,
    });
    return { person, decision: together(first, second) };
  }

  private async readable(call: Call, personId: string) {
    return (await this.ports.readModels.caseFactsOfPerson(personId)).filter((facts) => mayReadCase(call.principal, facts));
  }
}
