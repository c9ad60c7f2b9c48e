// Builds dist when it is missing or older than its sources; says nothing when there is nothing to do. A build goes to a folder of
// its own and is moved into place whole, so that two at once, or one that fails, leave no half a dist.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const sourcesNow = () => {
  const hash = createHash('sha256');
  const settings = ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name));
  for (const file of [...files(join(root, 'apps')), ...files(join(root, 'libs')), ...settings]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
};

const isBuiltFrom = (sources) => existsSync(join(dist, '.sources')) && readFileSync(join(dist, '.sources'), 'utf8') === sources;

/**
 * The project's own build, with another output folder. `work`: relative to the root, where nest wants it. Types are not checked: that
 * is half of the time, and `npm run check` does it.
 */
const compileTo = (work) => {
  const settings = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8'));
  const tsConfigPath = `${work}/tsconfig.json`;
  settings.compilerOptions.tsConfigPath = tsConfigPath;
  settings.projects.api.compilerOptions.tsConfigPath = tsConfigPath;
  for (const asset of settings.compilerOptions.assets) asset.outDir = `${work}/dist`;
  const compilerOptions = { outDir: './dist', rootDir: '../..', incremental: false, noCheck: true };
  writeFileSync(join(root, tsConfigPath), JSON.stringify({ extends: '../../tsconfig.build.json', compilerOptions }));
  writeFileSync(join(root, work, 'nest-cli.json'), JSON.stringify(settings));
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const args = [nest, 'build', 'api', '--config', `${work}/nest-cli.json`];
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1;
};

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Folders of builds that were killed. */
const clearAway = (builds) => {
  for (const name of existsSync(builds) ? readdirSync(builds) : [])
    if (/^\d+$/.test(name) && (Number(name) === process.pid || !isAlive(Number(name))))
      rmSync(join(builds, name), { recursive: true, force: true });
};

/** A folder that is not empty cannot be replaced by a rename: the old one steps aside first. */
const moveIntoPlace = (work) => {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(dist)) renameSync(dist, join(work, `old-${attempt}`));
      renameSync(join(work, 'dist'), dist);
      return;
    } catch (error) {
      if (attempt === 20 || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
};

/** Ends the process with the compiler's exit code when the build fails. */
export const buildIfNeeded = () => {
  const sources = sourcesNow();
  if (isBuiltFrom(sources)) return;
  process.stderr.write('Building …\n');
  const work = `.build/${process.pid}`;
  const folder = join(root, work);
  clearAway(join(root, '.build'));
  mkdirSync(folder, { recursive: true });
  const status = compileTo(work);
  if (status === 0) {
    writeFileSync(join(folder, 'dist/.sources'), sources);
    // Somebody else may have built the same meanwhile, and be reading it already.
    if (!isBuiltFrom(sources)) moveIntoPlace(folder);
  }
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) process.exit(status);
};

if (process.argv[1] === import.meta.filename) buildIfNeeded();
