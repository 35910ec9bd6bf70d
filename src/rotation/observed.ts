import type { RotationRun, RotationSpec, Rows } from '#verifier';
import { MunimentError } from '../kernel/index.ts';

interface Sight {
  observation: Rows['observation'] | undefined;
  /** The rotation's latest run, under way or ended. */
  last: RotationRun | null;
  /** Fingerprint of the secret in force: as runs tell it, and as a sweep does. */
  inForce: string;
  swept: string;
}

const mismatch = (what: string) => new MunimentError('observation_mismatch', what);

/** A run that began after what the sweep saw left another secret in force, which no sweep need have seen yet. */
function isLeftBy(last: RotationRun | null, seen: Rows['observation'], { inForce }: Sight): boolean {
  if (last === null || last.ended === null) return false;
  const left = last.outcome === 'completed' ? last.new : last.old;
  return last.spec.observation === seen.key && last.entry > seen.entry && left === inForce;
}

/**
 * A rotation that names what a sweep found replaces that and nothing else: else its owner would answer for a secret that was never
 * looked at, or for somebody else's.
 * @throws MunimentError `observation_mismatch`
 */
export function checkObserved({ identity, observation: key }: RotationSpec, sight: Sight): void {
  const { observation: seen, last, swept } = sight;
  if (seen === undefined) throw mismatch(`no sweep saw \`${key}\``);
  if (!seen.present) throw mismatch(`\`${key}\` is gone: the last sweep no longer saw it`);
  if (seen.class !== 'credential') throw mismatch(`\`${key}\` is no credential`);
  if (seen.identity !== undefined && seen.identity !== identity)
    throw mismatch(`\`${key}\` is claimed for another identity`);
  if (seen.attributes.fingerprint !== swept && !isLeftBy(last, seen, sight))
    throw mismatch(`\`${key}\` is another secret than the one in force: sweep again, or name the right one`);
}
