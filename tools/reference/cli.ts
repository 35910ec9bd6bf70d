import type { Command } from 'commander';
import { program as agentProgram } from '../../src/agent/command-line.ts';
import { program } from '../../src/cli/program.ts';
import { fenced, page } from './markdown.ts';

const WIDTH_CHARACTERS = 100;

/** What `--help` prints, on a terminal of a fixed width. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH_CHARACTERS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

function sectionsOf(command: Command, parents: readonly string[]): string[] {
  const path = [...parents, command.name()];
  const children = command.commands.flatMap((child) => sectionsOf(child, path));
  return [
    `${'#'.repeat(path.length + 1)} ${path.join(' ')}\n\n${fenced(helpOf(command), 'text')}`,
    ...children,
  ];
}

export function cliPage(): string {
  const sections = [program(), agentProgram()].flatMap((root) => sectionsOf(root, []));
  return page('Command line', 'What `--help` says of every command.', ...sections);
}
