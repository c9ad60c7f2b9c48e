// Module hooks for scripts that use our TypeScript tests' parts outside jest: .ts is compiled as it is loaded, @app/… is what was built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

export const resolve = (specifier, context, next) => {
  const lib = /^@app\/(.+)$/.exec(specifier)?.[1];
  if (lib !== undefined) return next(new URL(`../../dist/libs/${lib}/src/index.js`, import.meta.url).href, context);
  if (context.parentURL?.endsWith('.ts') && specifier.startsWith('.')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
};

export const load = async (url, context, next) => {
  if (!url.endsWith('.ts')) return next(url, context);
  const { source } = await next(url, { ...context, format: 'module' });
  const { code } = transformSync(source.toString(), {
    filename: fileURLToPath(url),
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
  });
  return { format: 'module', source: code, shortCircuit: true };
};
