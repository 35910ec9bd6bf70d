import { DECIDING_KINDS, type Kind } from '#verifier';
import { fenced, page } from './markdown.ts';
import { type Member, membersOf, sources, textOf } from './source.ts';

const WORDS = 'verifier/src/words/*.ts';
/** What the kinds are made of; resources stand on the page on manifests. */
const PARTS = [
  'Leaf',
  'Body',
  'RequestRecord',
  'DecisionRecord',
  'CredentialRecord',
  'Probe',
  'DeniedRange',
] as const;

const INTERFACE = (name: string): RegExp => new RegExp(`^export interface ${name}\\b[^]*?^}`, 'm');

function partOf(text: string, name: string): string {
  const [found] = INTERFACE(name).exec(text) ?? [];
  if (found === undefined) throw new Error(`there is no interface ${name}`);
  return `### ${name}\n\n${fenced(found.replace(/^export /, ''), 'ts')}`;
}

function kindOf({ name, type, docstring }: Member): string {
  const decides = DECIDING_KINDS.has(name as Kind)
    ? 'After it, a decision that was taken before is taken again.'
    : '';
  const words = [docstring, decides].filter(Boolean).join(' ');
  return [`### ${name}`, words, fenced(type, 'ts')].filter(Boolean).join('\n\n');
}

export function entriesPage(): string {
  const text = sources(WORDS).map(textOf).join('\n');
  return page(
    'Entries',
    'Every fact is an entry: a leaf in the Merkle log, and beside it a body whose `data` is what its kind says.',
    '## Kinds',
    ...membersOf(text, 'EntryData').map(kindOf),
    '## What they are made of',
    ...PARTS.map((name) => partOf(text, name)),
  );
}
