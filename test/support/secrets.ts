// Looks for personal texts where none may be: in any spelling that bytes commonly take.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Base64 of a text somewhere inside longer data: three alignments, without the characters its neighbours have a part in. */
const insideBase64 = (secret: string): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
    return whole.slice(before === 0 ? 0 : 4);
  });

const spellings = (secret: string): string[] => {
  const hex = Buffer.from(secret).toString('hex');
  const base64 = insideBase64(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    escaped,
    secret.replace(/\P{ASCII}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
};

export interface Search {
  /** The secrets found in these bytes. */
  inBytes(bytes: Buffer): string[];
  inText(text: string): string[];
  /** Every file of a folder, walked to the end: `path: secret`. */
  inFolder(folder: string): string[];
}

/** @param secrets texts of at least six characters, so that chance does not write them */
export const searchFor = (secrets: readonly string[]): Search => {
  const needles = secrets.flatMap((secret) => {
    const written = [...new Set(spellings(secret))].map((spelling) => Buffer.from(spelling));
    return [...written, Buffer.from(secret, 'utf16le')].map((bytes) => ({ secret, bytes }));
  });
  const inBytes = (haystack: Buffer) => [
    ...new Set(needles.filter(({ bytes }) => haystack.includes(bytes)).map(({ secret }) => secret)),
  ];
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? files(path) : entry.isFile() ? [path] : [];
    });
  return {
    inBytes,
    inText: (text) => inBytes(Buffer.from(text)),
    inFolder: (folder) => files(folder).flatMap((path) => inBytes(readFileSync(path)).map((secret) => `${path}: ${secret}`)),
  };
};
