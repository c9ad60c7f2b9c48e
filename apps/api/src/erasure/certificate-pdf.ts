// The certificate as a document in Danish: tagged for screen readers (PDF/UA), with its font inside.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { ArchivingGround, ErasureGround } from '@app/domain';
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

const require = createRequire(import.meta.url);
const font = (weight: 400 | 700): Buffer =>
  readFileSync(require.resolve(`@fontsource/source-sans-3/files/source-sans-3-latin-${weight}-normal.woff`));
let fonts: { readonly regular: Buffer; readonly bold: Buffer } | undefined;

const localTime = new Intl.DateTimeFormat('da-DK', { timeZone: 'Europe/Copenhagen', dateStyle: 'long', timeStyle: 'medium' });
const localDate = new Intl.DateTimeFormat('da-DK', { timeZone: 'UTC', dateStyle: 'long' });
const moment = (at: string): string => localTime.format(new Date(at));
const day = (date: string): string => localDate.format(new Date(`${date}T00:00:00Z`));

/** @param organisationName of an organisation's or authority's id */
export const certificatePdf = (certificate: CertificateAnswer, organisationName: (id: string) => string): Promise<Buffer> => {
  fonts ??= { regular: font(400), bold: font(700) };
  // The types are of an older version: they know neither this subset, nor a font by its bytes, nor a table's place.
  const doc = new PDFDocument({
    ...{
      size: 'A4',
      margin: 56,
      pdfVersion: '1.7',
      subset: 'PDF/UA' as 'PDF/A-2',
      tagged: true,
      lang: 'da-DK',
      displayTitle: true,
    },
    info: { Title: `Sletteattest ${certificate.erasureId}`, CreationDate: new Date(certificate.erased.at) },
    font: fonts.regular as unknown as string,
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);

  const root = doc.struct('Document');
  doc.addStructure(root);
  const write = (structType: 'H1' | 'H2' | 'P', text: string): void => {
    const [name, size] = ({ H1: ['bold', 20], H2: ['bold', 13], P: ['regular', 10] } as const)[structType];
    doc.font(name).fontSize(size).text(text, { structParent: root, structType }).moveDown(0.5);
  };
  const table = (columns: (number | '*')[], head: readonly string[], rows: readonly (readonly string[])[]): void => {
    doc.font('regular').fontSize(9);
    const options = {
      structParent: root,
      columnStyles: columns,
      defaultStyle: { padding: 3, border: { top: 0, left: 0, right: 0, bottom: 0.5 } },
      data: [
        ...(head.length > 0 ? [head.map((text) => ({ text, type: 'TH' as const, scope: 'Column' as const }))] : []),
        ...rows.map(([first = '', ...rest]) => [
          { text: first, type: 'TH' as const, scope: 'Row' as const },
          ...rest.map((text) => ({ text })),
        ]),
      ],
    };
    doc.table(options);
    doc.moveDown(1);
  };

  const { personId, caseId, caseNumber, retention, archiving, proposed, approvals, started, erased, keys, affected } =
    certificate;
  const by = ({ userId, organisationId, at }: StepAnswer): readonly string[] => [
    userId,
    organisationName(organisationId),
    moment(at),
  ];
  write('H1', 'Sletteattest');
  write('P', certificate.da);
  write('H2', 'Hvad der er slettet');
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
  write('H2', 'Hvem og hvornår');
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
  write('H2', 'Hvor teksterne står i hændelsesloggen');
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
  write('H2', 'Tilintetgjorte nøgler');
  write('P', keys.length === 0 ? 'Ingen: der var ikke skrevet noget.' : keys.join(', '));
  root.end();
  doc.end();
  return done;
};
