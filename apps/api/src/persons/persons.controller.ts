// /api/persons: the young person's identity. A CPR number travels in bodies only, never in a URL.
import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { caseScope, requireAccess } from '@app/access';
import { cprWarnings } from '@app/personal-data';
import type { PersonRow } from '@app/read-models';
import { personShape, searchShape, together } from '../cases/shapes.js';
import { Ask } from '../core/ask.js';
import { TheCall, type Call } from '../core/call.js';
import { Changer, type Asked } from '../core/change.js';
import { Answers, Changes, type Receipt } from '../core/endpoint.js';
import { BadRequestError, NotFoundError } from '../core/errors.js';
import { mayReadCase } from '../core/guards.js';
import { Ports } from '../core/ports.js';
import { Reveal } from '../core/reveal.js';
import { Texts } from '../core/texts.js';
import {
  CorrectPersonBody,
  LookUpAnswer,
  LookUpBody,
  PersonDetail,
  PersonParams,
  PersonReceipt,
  RegisterPersonBody,
  SearchAnswer,
  SearchBody,
} from './persons.dto.js';
import { completeIdentity, Registrar } from './registrar.js';

const MOST_FOUND = 20;

/** A number given out since 2007 may fail the check, and a typing error does: whoever typed it looks again. */
const withWarnings = (receipt: Receipt, cpr: string | undefined): PersonReceipt => {
  const warnings = cpr === undefined ? [] : cprWarnings(cpr);
  return warnings.length === 0 ? receipt : { ...receipt, warnings: [...warnings] };
};

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
    answer: PersonReceipt,
  })
  async register(@TheCall() call: Call, @Body() { addressProtected, ...identity }: RegisterPersonBody): Promise<PersonReceipt> {
    requireAccess(call.principal, 'registerPerson');
    requireCpr(identity.cpr);
    const { commandId, idFor } = this.changer.begin(call);
    const receipt = await this.registrar.register(call, identity, {
      commandId,
      personId: idFor('person'),
      ...(addressProtected && { addressProtected }),
    });
    return withWarnings(receipt, identity.cpr);
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
    const texts = new Texts(call.principal);
    const answer = {
      found: cases.length > 0,
      caseIds: cases.map((c) => c.caseId),
      ...(known && cases.length > 0 && { person: personShape(texts, known) }),
    };
    return this.out.reveal<LookUpAnswer>(
      call,
      {
        purpose: 'person.look-up',
        decision,
        texts,
        criterion: cpr,
        caseIds: answer.caseIds,
        ...(known && { subject: { id: known.personId, scope: 'identity' } }),
      },
      answer,
    );
  }

  @Post('searches')
  @Answers({
    summary: 'Find persons by name or alias',
    description:
      'Only persons with a case you may see; the answer does not tell of others. Every search is logged with what was looked for, encrypted.',
    answer: SearchAnswer,
    errors: [400, 413, 415],
  })
  async search(@TheCall() call: Call, @Body() { name }: SearchBody): Promise<SearchAnswer> {
    const decision = requireAccess(call.principal, 'searchPersons');
    const query = this.ports.blindIndex.nameQuery(name);
    if (query.length === 0) throw new BadRequestError(['name must have a letter']);
    const readModels = await this.ask.readModels(call);
    const found = await this.registrar.readable(await readModels.personsByName(query, caseScope(call.principal), MOST_FOUND + 1));
    const items = found.slice(0, MOST_FOUND).map(({ exact, caseIds, ...person }) => ({
      ...searchShape(person),
      exact,
      caseIds,
    }));
    const purpose = {
      ...{ purpose: 'person.search', decision, texts: new Texts(call.principal), criterion: name },
      ...{ personIds: items.map(({ personId }) => personId), caseIds: items.flatMap(({ caseIds }) => caseIds) },
    };
    return this.out.reveal<SearchAnswer>(call, purpose, { items, more: found.length > MOST_FOUND });
  }

  @Get(':personId')
  @Answers({ summary: 'The identity of a person in a case you may see', answer: PersonDetail, errors: [400, 404] })
  async one(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<PersonDetail> {
    const { person, decision } = await this.requirePerson(call, personId);
    const also = await this.ports.readModels.mergedWith(person.personId);
    const informing = await this.ports.readModels.informing(person.personId);
    const texts = new Texts(call.principal);
    const answer = { ...personShape(texts, person), informing, ...(also.length > 0 && { mergedPersonIds: also }) };
    return this.out.reveal<PersonDetail>(call, { purpose: 'person.read', decision, texts, personIds: [personId] }, answer);
  }

  @Post(':personId/corrections')
  @Changes({ summary: 'Correct the identity', answer: PersonReceipt })
  async correct(
    @TheCall() call: Call,
    @Param() { personId }: PersonParams,
    @Body() { removed, ...identity }: CorrectPersonBody,
  ): Promise<PersonReceipt> {
    requireCpr(identity.cpr);
    // Of two that were merged the one that is shown is the one that is corrected.
    const receipt = await this.change(call, personId, (shown) => ({
      type: 'CorrectPerson',
      data: { personId: shown, identity: completeIdentity(identity), ...(removed && { removed }) },
    }));
    return withWarnings(receipt, identity.cpr);
  }

  @Put(':personId/address-protection')
  @Changes({
    summary: 'Protect the address: from now on it is given to nobody',
    description: 'Where two registrations are merged, of both: also when the merge is undone.',
  })
  async protect(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<Receipt> {
    requireAccess(call.principal, 'registerPerson');
    await this.requirePerson(call, personId);
    return this.registrar.protectAddress(call, personId, this.changer.begin(call).commandId);
  }

  @Delete(':personId/address-protection')
  @Changes({
    summary: 'End the protection of the address',
    description: 'Of this registration: where two are merged, the protection of the other one holds on.',
  })
  lift(@TheCall() call: Call, @Param() { personId }: PersonParams): Promise<Receipt> {
    return this.change(call, personId, () => ({ type: 'LiftAddressProtection', data: { personId } }));
  }

  private async change(call: Call, personId: string, ask: (shownPersonId: string) => Asked<'person'>): Promise<Receipt> {
    requireAccess(call.principal, 'registerPerson');
    const { person } = await this.requirePerson(call, personId);
    const command = ask(person.personId);
    return this.changer.change(call, 'person', command.data.personId, () => command);
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
    return (await this.registrar.casesOf(personId)).filter((facts) => mayReadCase(call.principal, facts));
  }
}
