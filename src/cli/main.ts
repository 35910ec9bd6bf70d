#!/usr/bin/env node
import { CommanderError } from 'commander';
import { program } from './program.ts';
import { EXIT_USAGE, fail } from './terminal.ts';

/** Commander has printed by now: help and the version are no error. */
const usageCode = ({ exitCode }: CommanderError): number => (exitCode === 0 ? 0 : EXIT_USAGE);

// Node's report of a crash, where an operator asks for one, would hold passwords from the environment.
if (process.report) process.report.excludeEnv = true;

// Whoever reads us has read enough: `muniment inventory | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : fail(error);
}
