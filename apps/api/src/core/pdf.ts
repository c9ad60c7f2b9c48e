// A document in Danish for people and screen readers: tagged (PDF/UA), with a title, a language, and its fonts inside.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { localDateAt } from '@app/platform';

const require = createRequire(import.meta.url);
const fontFile = (subset: string, weight: 400 | 700): Buffer =>
  readFileSync(require.resolve(`@fontsource/source-sans-3/files/source-sans-3-${subset}-${weight}-normal.woff`));

/** In the order in which they are tried. Names and texts come in more letters than Danish has. */
const SUBSETS = ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext'] as const;
type Subset = (typeof SUBSETS)[number];
let ranges: Readonly<Record<Subset, readonly (readonly [number, number])[]>> | undefined;
const rangesOf = () => {
  const unicode = JSON.parse(readFileSync(require.resolve('@fontsource/source-sans-3/unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  const parse = (subset: Subset) =>
    (unicode[subset] ?? '').split(',').map((range) => {
      const [from, to] = range
        .replace('U+', '')
        .split('-')
        .map((hex) => Number.parseInt(hex, 16));
      return [from!, to ?? from!] as const;
    });
  return Object.fromEntries(SUBSETS.map((subset) => [subset, parse(subset)])) as unknown as NonNullable<typeof ranges>;
};
/** The font that has the letter. Undefined: none of ours has. */
const subsetOf = (letter: string): Subset | undefined => {
  ranges ??= rangesOf();
  const point = letter.codePointAt(0)!;
  return SUBSETS.find((subset) => ranges![subset].some(([from, to]) => point >= from && point <= to));
};
/** What no font of ours has is shown as this; the JSON holds it as it was written. */
const NO_GLYPH = '?';

/** Runs of letters of one font each. */
const runsOf = (text: string): readonly { readonly subset: Subset; readonly text: string }[] => {
  const runs: { subset: Subset; text: string }[] = [];
  // Control characters have no form; a line ending keeps its meaning.
  for (const letter of text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')) {
    const subset = letter === '\n' ? 'latin' : subsetOf(letter);
    const last = runs.at(-1);
    const shown = subset === undefined ? NO_GLYPH : letter;
    if (last?.subset === (subset ?? 'latin')) last.text += shown;
    else runs.push({ subset: subset ?? 'latin', text: shown });
  }
  return runs;
};

export interface Document {
  readonly heading: (level: 1 | 2 | 3, text: string) => void;
  readonly paragraph: (text: string) => void;
  /** @param columns widths in points, or the rest; the first cell of a row is its heading */
  readonly table: (columns: readonly (number | '*')[], head: readonly string[], rows: readonly (readonly string[])[]) => void;
}

const LOOKS = { H1: [700, 20], H2: [700, 13], H3: [700, 11], P: [400, 10] } as const;

/** @param about `at`: the moment the content is of: the same content gives the same document */
export const writePdf = (
  about: { readonly title: string; readonly at: Date },
  write: (document: Document) => void,
): Promise<Buffer> => {
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
    info: { Title: about.title, CreationDate: about.at },
    // None yet: one that was opened here would hide its namesake below, which then would be read anew at every use.
    font: '',
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  const registered = new Set<string>();
  const use = (subset: Subset, weight: 400 | 700): void => {
    const name = `${subset}-${weight}`;
    if (!registered.has(name)) {
      const file = fontFile(subset, weight);
      doc.registerFont(name, file).font(name);
      // With a family, under which it is found again: after every cell of a table the document goes back to the font's file, and
      // without would read it anew each time (20 seconds for 1,000 rows).
      doc.registerFont(name, file, name);
      registered.add(name);
    }
    doc.font(name);
  };

  const root = doc.struct('Document');
  doc.addStructure(root);
  const words = (structType: keyof typeof LOOKS, text: string): void => {
    const [weight, size] = LOOKS[structType];
    const runs = runsOf(text);
    // A heading does not stand alone at the foot of a page.
    if (structType !== 'P' && doc.y > doc.page.height - doc.page.margins.bottom - 60) doc.addPage();
    const element = doc.struct(structType, {}, () => {
      doc.fontSize(size);
      runs.forEach((run, i) => {
        use(run.subset, weight);
        doc.text(run.text, { continued: i < runs.length - 1 });
      });
    });
    root.add(element);
    element.end();
    doc.moveDown(structType === 'P' ? 0.4 : 0.5);
  };
  const table: Document['table'] = (columns, head, rows) => {
    use('latin', 400);
    doc.fontSize(9);
    const options = {
      structParent: root,
      columnStyles: [...columns],
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
  write({
    heading: (level, text) => words(`H${level}`, text),
    paragraph: (text) => words('P', text),
    table,
  });
  root.end();
  doc.end();
  return done;
};

const localTime = new Intl.DateTimeFormat('da-DK', { timeZone: 'Europe/Copenhagen', dateStyle: 'long', timeStyle: 'medium' });
const localDate = new Intl.DateTimeFormat('da-DK', { timeZone: 'UTC', dateStyle: 'long' });
/** An instant as Danes write it. */
export const moment = (at: string): string => localTime.format(new Date(at));
/** A local date as Danes write it. */
export const day = (date: string): string => localDate.format(new Date(`${date}T00:00:00Z`));
/** The local date of an instant, as Danes write it. */
export const dayOf = (at: string): string => day(localDateAt(new Date(at)));
