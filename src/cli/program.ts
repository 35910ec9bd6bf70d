import { Command } from 'commander';
import { alertCommand } from './commands/alert.ts';
import { applyCommand } from './commands/apply.ts';
import { approveCommand } from './commands/approve.ts';
import { backupCommand } from './commands/backup.ts';
import { breakGlassCommand } from './commands/break-glass.ts';
import { claimCommand } from './commands/claim.ts';
import { configCommand } from './commands/config.ts';
import { credentialCommand } from './commands/credential.ts';
import { diffCommand } from './commands/diff.ts';
import { dismissCommand } from './commands/dismiss.ts';
import { driftCommand } from './commands/drift.ts';
import { eventsCommand } from './commands/events.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exportCommand } from './commands/export.ts';
import { identityCommand } from './commands/identity.ts';
import { inventoryCommand } from './commands/inventory.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { lockCommand } from './commands/lock.ts';
import { personCommand } from './commands/person.ts';
import { planCommand } from './commands/plan.ts';
import { remapCommand } from './commands/remap.ts';
import { rotateCommand, rotationCommand } from './commands/rotate.ts';
import { serveCommand } from './commands/serve.ts';
import { sourceCommand } from './commands/source.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tokenCommand } from './commands/token.ts';
import { verifyCommand } from './commands/verify.ts';
import { VERSION } from './version.ts';

const COMMANDS = [
  serveCommand,
  sourceCommand,
  sweepCommand,
  inventoryCommand,
  diffCommand,
  claimCommand,
  dismissCommand,
  personCommand,
  planCommand,
  driftCommand,
  approveCommand,
  applyCommand,
  breakGlassCommand,
  identityCommand,
  tokenCommand,
  credentialCommand,
  lockCommand,
  alertCommand,
  eventsCommand,
  exportCommand,
  rotateCommand,
  rotationCommand,
  ledgerCommand,
  evidenceCommand,
  verifyCommand,
  remapCommand,
  backupCommand,
  configCommand,
];

/** Commander tells a usage error by exception; every command of every depth must be told to. */
function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError(`(\`${command.name()} --help\` says what it takes)`);
  for (const child of command.commands) strict(child);
  return command;
}

/** The whole command line. */
export function program(): Command {
  const root = new Command('muniment')
    .description('A control plane for non-human identities that proves what it did')
    .version(VERSION, '--version', 'print the version')
    .addHelpText('after', '\nExample:\n  muniment serve\n\nExit codes: 0 done, 1 refused or failed, 2 usage');
  for (const make of COMMANDS) root.addCommand(make());
  return strict(root);
}
