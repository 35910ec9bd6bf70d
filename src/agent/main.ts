import { setFlagsFromString } from 'node:v8';

/**
 * One of these runs on every host and idles most of its life: a young generation that does not grow keeps it near half of
 * the memory that a server would take. Must be said before anything else is loaded.
 */
for (const flag of ['--max-semi-space-size=4', '--optimize-for-size']) {
  setFlagsFromString(flag);
}

// Node's report of a crash, where an operator asks for one, would hold what the environment holds.
if (process.report) process.report.excludeEnv = true;

const { main } = await import('./command-line.ts');
process.exitCode = await main(process.argv.slice(2));
