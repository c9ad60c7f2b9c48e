// What can be asked of a person, and what a person looks like on the way out.
import {
  IDENTITY_FIELDS,
  INFORMING_MEANS,
  POSTPONING_GROUNDS,
  type IdentityField,
  type InformingMeans,
  type PostponingGround,
} from '@app/domain';
import { ERASED, ErasedAnswer, PersonAnswer, WITHHELD, WithheldTextAnswer } from '../cases/case-answers.dto.js';
import { Receipt } from '../core/endpoint.js';
import { Day, Flag, Id, Moment, Nested, Text, Word } from '../core/fields.js';

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
/** What looks wrong with a CPR number, for who typed it. Never a reason to refuse. */
export class WarningAnswer {
  @Text(40, { example: 'cpr.modulus11' }) code!: string;
  @Text(200, { example: 'The CPR number fails the modulus 11 check. It can be right (since 2007), but look for a typing error.' })
  en!: string;
  @Text(200, { example: 'CPR-nummeret opfylder ikke modulus 11. Det kan være rigtigt (siden 2007), men se efter for tastefejl.' })
  da!: string;
}
export class PersonReceipt extends Receipt {
  @Nested(() => WarningAnswer, { many: true, optional: true, description: 'Of the CPR number that was sent.' })
  warnings?: WarningAnswer[];
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
  @Nested(() => WithheldTextAnswer, WITHHELD) withheldTexts?: WithheldTextAnswer[];
}

export class SearchBody {
  @Text(100, {
    example: 'Demo Ung',
    description:
      'Words of the name or of what the person is called, in any order, or their beginnings (from two letters). Spelling does not matter: Øzgür is Ozgur, Aase is Åse.',
  })
  name!: string;
}
/** What tells two of the same name apart, and no more. */
export class FoundIdentity {
  @Id() personId!: string;
  @Text(200, { optional: true, nullable: true, example: 'Demo Ung 01' }) name?: string | null;
  @Text(200, { optional: true, nullable: true, example: 'Demo' }) alias?: string | null;
  @Text(10, { optional: true, nullable: true, example: '2010-01-01' }) birthDate?: string | null;
  @Flag({ example: false }) addressProtected!: boolean;
}
export class FoundPersonAnswer extends FoundIdentity {
  @Flag({ description: 'Every word and number is a whole one of the name or alias. These come first.' }) exact!: boolean;
  @Id({ many: true, description: 'The cases of the person that you may see.' }) caseIds!: string[];
}
export class SearchAnswer {
  @Nested(() => FoundPersonAnswer, { many: true }) items!: FoundPersonAnswer[];
  @Flag({ example: false, description: 'You may see more than these: say more of the name.' }) more!: boolean;
  @Nested(() => ErasedAnswer, ERASED) erased?: ErasedAnswer[];
}

export class InformedAnswer {
  @Day() informedOn!: string;
  @Word(INFORMING_MEANS) means!: InformingMeans;
  @Id({ example: 'coordinator' }) by!: string;
  @Moment() at!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Brev med folder om samarbejdet.' }) note?: string | null;
}
export class InformingPostponedAnswer {
  @Word(POSTPONING_GROUNDS) ground!: PostponingGround;
  @Day() reviewOn!: string;
  @Id({ example: 'coordinator' }) by!: string;
  @Moment() at!: string;
  @Text(2000, { optional: true, nullable: true, example: 'Vil skade forholdet til kontaktpersonen.' }) reason?: string | null;
}
/** Both missing: nobody has told the person. */
export class InformingAnswer {
  @Flag({
    optional: true,
    description:
      'It was recorded while two registrations were merged that are two persons after all, and counts for neither: record it of the one who was told.',
  })
  inDoubt?: true;
  @Nested(() => InformedAnswer, { optional: true }) informed?: InformedAnswer;
  @Nested(() => InformingPostponedAnswer, { optional: true }) postponed?: InformingPostponedAnswer;
}
export class PersonDetail extends PersonAnswer {
  @Nested(() => InformingAnswer, { description: 'Whether the person was told that data is kept (art. 14).' })
  informing!: InformingAnswer;
}
