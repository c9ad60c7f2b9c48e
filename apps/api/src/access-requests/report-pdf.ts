// The report as the young person gets it: a document in Danish.
import { day, dayOf, moment, writePdf, type Document } from '../core/pdf.js';
import type { AccessReportAnswer, ReportLookAnswer, ReportPartAnswer } from './access-request.dto.js';

/** A birth date, for one. */
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const writePart = ({ heading, paragraph }: Document, part: ReportPartAnswer): void => {
  if (part.withheld) {
    heading(3, 'Undtaget');
    paragraph(`En oplysning er undtaget: ${part.withheld.paragraph}. Det vurderes igen senest ${day(part.withheld.reviewOn)}.`);
    return;
  }
  heading(3, `${part.isNew ? 'Nyt: ' : ''}${part.kind ?? ''}, ${dayOf(part.at!)}`);
  paragraph(`Fra: ${part.by}${part.category === undefined ? '' : `. Om: ${part.category}`}.`);
  if (part.erased) paragraph('Teksten er slettet og kan ikke læses igen.');
  else
    for (const { label, text } of part.texts ?? [])
      paragraph(`${label}: ${text === null ? 'slettet' : DATE.test(text) ? day(text) : text}`);
  if (part.addressProtected) paragraph('Adresse: der er registreret, hvor du bor. Adressen er beskyttet og trykkes derfor ikke.');
  if (!part.disclosure) return;
  const { purpose, recipients, ruleSetId, ruleSetValidFrom } = part.disclosure;
  paragraph(`Formål: ${purpose}.`);
  for (const { organisation, paragraph: law } of recipients) paragraph(`Modtager: ${organisation}. Grundlag: ${law}.`);
  if (recipients.length === 0) paragraph('Ingen har modtaget noget.');
  paragraph(
    `Bedømt efter regelsæt ${ruleSetId}${ruleSetValidFrom === undefined ? '' : `, gældende fra ${day(ruleSetValidFrom)}`}.`,
  );
};

const writeLooks = ({ paragraph, table }: Document, looks: readonly ReportLookAnswer[]): void => {
  if (looks.length === 0) return paragraph('Ingen.');
  table(
    [120, '*', 60],
    ['Dato', 'Formål', 'Antal'],
    looks.map(({ on, purpose, times }) => [day(on), purpose, String(times)]),
  );
};

export const reportPdf = (report: AccessReportAnswer): Promise<Buffer> => {
  const { asOf, since, police } = report;
  return writePdf({ title: 'Indsigt i oplysninger om dig', at: new Date(asOf) }, (document) => {
    const { heading, paragraph } = document;
    heading(1, 'Indsigt i oplysninger om dig');
    paragraph(
      `Du bad om indsigt ${day(report.receivedOn)}. Udgave ${report.number ?? '(udkast)'}, udstedt ${moment(asOf)}. Anmodning ${report.requestId}.`,
    );
    if (since)
      paragraph(
        `Siden udgaven fra ${moment(since.previousIssuedAt)} er der ${since.newParts === 1 ? '1 ny oplysning' : `${since.newParts} nye oplysninger`}, mærket Nyt.`,
      );
    for (const text of report.about) paragraph(text);
    paragraph(report.informing);

    heading(2, 'Hvem du er, og om registreringen af dig');
    for (const part of report.identity) writePart(document, part);
    for (const { withheld, parts, ...of } of report.cases) {
      if (withheld) {
        heading(2, 'En sag');
        paragraph(`Sagen er undtaget: ${withheld.paragraph}. Det vurderes igen senest ${day(withheld.reviewOn)}.`);
        continue;
      }
      heading(2, `Sag ${of.caseNumber}`);
      document.table(
        [150, '*'],
        [],
        [
          ['Status', of.status ?? ''],
          ['Område', of.area ?? ''],
          ['Alder ved henvisningen', of.ageOnReferral ?? ''],
          ['Ansvarlig', of.responsible ?? ''],
          ['Deltager, eller har deltaget', (of.organisations ?? []).join(', ')],
        ],
      );
      for (const part of parts) writePart(document, part);
    }
    heading(2, 'Hvornår der er slået op i oplysningerne');
    writeLooks(document, report.lookUps);

    heading(2, 'Fra politiet');
    paragraph(police.statement);
    for (const part of police.parts) writePart(document, part);
    if (police.status === 'approved') {
      heading(3, 'Politiets opslag');
      writeLooks(document, police.lookUps);
    }
    heading(2, 'Dine rettigheder');
    for (const text of report.rights) paragraph(text);
  });
};
