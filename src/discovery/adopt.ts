import type { Entry, Rows } from '#verifier';
import { API_VERSION } from '../changes/index.ts';
import { isMunimentError } from '../kernel/index.ts';
import type { Log } from '../store/index.ts';
import { claim } from './claim.ts';
import { groupsOf } from './same.ts';

/**
 * Something that was found becomes an identity: a change declares it, and once that is applied what was found, and all that is
 * the same thing, is claimed for it.
 */

/** The `spec` of an identity as a person writes it, names in place of ids. */
export interface Adoption {
  observation: string;
  name: string;
  spec: Record<string, unknown>;
}

const SOURCE = /^observation (\S+)$/;

/** What is to be proposed. The title is signed with the plan, so whoever approves reads what it adopts. */
export const adoptionProposal = ({ observation, name, spec }: Adoption) => ({
  // JSON is YAML too.
  manifests: JSON.stringify({ apiVersion: API_VERSION, kind: 'Identity', name, spec }),
  title: `adopt ${observation} as ${name}`,
  source: `observation ${observation}`,
});

/** The observation that a change adopts; undefined where it adopts none, or its signed title names another. */
function adoptedBy({ source, plan }: Rows['change']): string | undefined {
  const key = SOURCE.exec(source ?? '')?.[1];
  return key !== undefined && plan.title.startsWith(`adopt ${key} as `) ? key : undefined;
}

const declaredBy = ({ plan }: Rows['change']): string | undefined =>
  plan.operations.find(({ kind, op }) => kind === 'Identity' && op === 'create')?.id;

/** Gone meanwhile, or claimed already: there is nothing left to do. */
const isMoot = (error: unknown): boolean =>
  isMunimentError(error) && (error.code === 'not_found' || error.code === 'conflict');

async function claimAll(log: Log, key: string, identity: string, actor: string): Promise<void> {
  for (const observation of groupsOf(await log.rows('join'))(key).keys()) {
    const row = await log.row('observation', observation);
    if (row === undefined || row.identity !== undefined) continue;
    await claim(log, { observation, identity, actor }).catch((error: unknown) => {
      if (!isMoot(error)) throw error;
    });
  }
}

/** Follows the log: a server that was down when a change was applied claims when it is back. Twice does no more than once. */
export const adoptions = (log: Log) => ({
  name: 'adoptions',
  kinds: new Set(['change.applied'] as const),
  async take(entries: Entry[]): Promise<void> {
    for (const { leaf } of entries) {
      if (leaf.kind !== 'change.applied') continue;
      const change = await log.row('change', leaf.subject);
      const key = change && adoptedBy(change);
      const identity = change && declaredBy(change);
      if (key !== undefined && identity !== undefined) await claimAll(log, key, identity, leaf.actor);
    }
  },
});
