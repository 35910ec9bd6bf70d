import { MunimentError } from '../kernel/index.ts';
import type { Log } from '../store/index.ts';

/** `identity` is an id; `actor` whoever says so. */
export interface Claim {
  observation: string;
  identity: string;
  actor: string;
}

/**
 * Records which declared identity something that was found belongs to. A later claim takes its place.
 * @returns the index of the entry
 * @throws MunimentError `not_found` for what no sweep saw or nobody declared; `conflict` for what is gone, retired, or so claimed already
 */
export async function claim(log: Log, { observation, identity, actor }: Claim): Promise<{ entry: number }> {
  const row = await log.row('observation', observation);
  if (row === undefined) throw new MunimentError('not_found', 'there is no such observation');
  if (!row.present) throw new MunimentError('conflict', 'it is gone: the last sweep no longer saw it');
  if (row.identity === identity)
    throw new MunimentError('conflict', 'it is claimed for this identity already');
  const { appended } = await log.commit({
    decide(view) {
      const declared = view.rows('identity').get(identity);
      if (declared === undefined) throw new MunimentError('not_found', 'there is no such identity');
      if (declared.retired || declared.state === 'retired')
        throw new MunimentError('conflict', 'a retired identity takes on nothing');
      const data = { observation, identity };
      return { drafts: [{ kind: 'observation.claimed', subject: identity, actor, data }], result: undefined };
    },
  });
  return { entry: appended[0]?.index ?? -1 };
}
