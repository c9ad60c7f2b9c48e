// Lets plain scripts use one of our TypeScript files before anything is built. The file must not import others of ours.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

export const importTypeScript = async (file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } });
  const folder = join(import.meta.dirname, '../../node_modules/.cache/fremdrift');
  mkdirSync(folder, { recursive: true });
  const target = join(folder, `${basename(file, '.ts')}.${process.pid}.mjs`);
  writeFileSync(target, code);
  return import(pathToFileURL(target).href);
};
