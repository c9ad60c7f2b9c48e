// The command line's front door.
import { main } from './commands.js';

// Whoever reads along may stop (`| head`): what was begun goes on to its end, and its exit code is its own.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
