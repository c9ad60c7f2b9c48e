// The certificate as a document in Danish.
import type { ArchivingGround, ErasureGround } from '@app/domain';
import { day, moment, writePdf } from '../core/pdf.js';
import type { CertificateAnswer, StepAnswer } from './erasure.dto.js';

const GROUND: Readonly<Record<ErasureGround, string>> = {
  retention: 'Opbevaringsfristen er udløbet',
  'no-longer-necessary': 'Ikke længere nødvendige (databeskyttelsesforordningen art. 17, stk. 1, litra a)',
  objection: 'Indsigelse (databeskyttelsesforordningen art. 17, stk. 1, litra c)',
  unlawful: 'Behandlet ulovligt (databeskyttelsesforordningen art. 17, stk. 1, litra d)',
  'registered-in-error': 'Registreret ved en fejl',
};
const NOT_ARCHIVED: Readonly<Record<ArchivingGround, string>> = {
  'disposal-rules': 'Ikke påkrævet: kan kasseres efter kassationsbestemmelserne',
  'held-elsewhere': 'Ikke påkrævet: bevares og afleveres fra et andet system',
  'registered-in-error': 'Ikke påkrævet: registreret ved en fejl',
};

/** @param organisationName of an organisation's or authority's id */
export const certificatePdf = (certificate: CertificateAnswer, organisationName: (id: string) => string): Promise<Buffer> => {
  const { personId, caseId, caseNumber, retention, archiving, proposed, approvals, started, erased, keys, affected } =
    certificate;
  const by = ({ userId, organisationId, at }: StepAnswer): readonly string[] => [
    userId,
    organisationName(organisationId),
    moment(at),
  ];
  const about = { title: `Sletteattest ${certificate.erasureId}`, at: new Date(erased.at) };
  return writePdf(about, ({ heading, paragraph, table }) => {
    heading(1, 'Sletteattest');
    paragraph(certificate.da);
    heading(2, 'Hvad der er slettet');
    table(
      [150, '*'],
      [],
      [
        ['Sletning', certificate.erasureId],
        ['Person (pseudonym)', personId],
        ['Omfang', caseId === undefined ? 'Alle oplysninger om personen' : `Teksterne i sag ${caseNumber ?? caseId}`],
        ['Grundlag', GROUND[certificate.ground]],
        ...(retention
          ? [['Opbevaringsfrist', `Afsluttet ${day(retention.endedOn)}, kunne opbevares til ${day(retention.dueOn)}`]]
          : []),
        ['Regelsæt', certificate.ruleSetId],
        [
          'Aflevering til arkiv',
          archiving.outcome === 'delivered'
            ? `Afleveret til ${archiving.archiveId!}, ${archiving.deliveryId!}, ${moment(archiving.at)}`
            : NOT_ARCHIVED[archiving.ground!],
        ],
        ['Fortrydelsesfrist udløb', moment(certificate.regretUntil)],
      ],
    );
    heading(2, 'Hvem og hvornår');
    table(
      [110, 110, '*', 140],
      ['Trin', 'Bruger', 'Organisation', 'Tidspunkt'],
      [
        ['Foreslået', ...by(proposed)],
        ...approvals.map((approval) => ['Godkendt', ...by(approval)]),
        ['Påbegyndt', ...by(started)],
        ['Gennemført', ...by(erased)],
      ],
    );
    heading(2, 'Hvor teksterne står i hændelsesloggen');
    table(
      ['*', 60, 70, 150],
      ['Strøm', 'Hændelser', 'Revisioner', 'Positioner'],
      affected.map(({ stream, events, fromRevision, toRevision, fromPosition, toPosition }) => [
        stream,
        String(events),
        `${fromRevision}-${toRevision}`,
        `${fromPosition} til ${toPosition}`,
      ]),
    );
    heading(2, 'Tilintetgjorte nøgler');
    paragraph(keys.length === 0 ? 'Ingen: der var ikke skrevet noget.' : keys.join(', '));
  });
};
