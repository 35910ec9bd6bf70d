import type { PackageFacts, Report } from '../../../../verifier/src/package/report.ts';
import { postForFile } from '../../api/client.ts';

export interface Wanted {
  from: string;
  to: string;
  withhold: string[];
}

/** A package as it arrived, its digest, and what the verifier says of it. */
export interface Built {
  file: Blob;
  sha256: string;
  report: Report;
}

/** `building` until the first byte comes: the server makes and verifies the whole package before it sends any of it. */
export type Stage = { stage: 'building' } | { stage: 'receiving'; bytes: number } | { stage: 'checking' };

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Builds a package, fetches it, and verifies it here before it is offered. Throws a `Problem` where it is refused. */
export async function buildPackage(wanted: Wanted, onStage: (stage: Stage) => void): Promise<Built> {
  onStage({ stage: 'building' });
  const file = await postForFile('/api/v1/evidence', wanted, (bytes) =>
    onStage({ stage: 'receiving', bytes }),
  );
  onStage({ stage: 'checking' });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { verifyPackage } = await import('../../../../verifier/src/package/verify.ts');
  const [digest, report] = await Promise.all([crypto.subtle.digest('SHA-256', bytes), verifyPackage(bytes)]);
  return { file, sha256: hex(digest), report };
}

export type { PackageFacts, Report };
