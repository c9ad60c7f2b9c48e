// `node scripts/run.mjs <app> …`: builds when needed, then runs the app in this process, so that signals reach it directly.
import { buildIfNeeded } from './build-if-needed.mjs';

const app = process.argv[2];
process.argv.splice(2, 1);
buildIfNeeded();
await import(`../dist/apps/${app}/src/main.js`);
