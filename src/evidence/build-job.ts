import type { PackageContents, RemoteSigner } from '#verifier';

/** The archive's name in the job's folder. */
export const ARCHIVE_FILE = 'package.zip';

/** What the building thread is told: all but the entries, which it asks for bundle by bundle. */
export interface BuildJob extends Omit<PackageContents, 'leaves' | 'bodies' | 'openings' | 'pages'> {
  /** Empty, and its own. */
  folder: string;
  signer: Omit<RemoteSigner, 'sign'>;
  pages: { origin: string; verifierKey: string; sealing: string; cosignatures: number };
  withheld: { personal: boolean; persons: string[] };
}

/** Entries as the package holds them: `encodeBundle`, `encodeBodies`. */
export interface Bundle {
  leaves: Uint8Array;
  bodies: Uint8Array;
}

/** What the thread wants to know, or that it is done. `wrong` is what its own verifier found. */
export type BuildQuestion =
  | { type: 'bundle'; from: number; to: number }
  | { type: 'openings'; commitments: string[] }
  | { type: 'page'; digest: string }
  | { type: 'sign'; message: Uint8Array }
  | { type: 'done'; wrong: string | null; size: number; withheld: number };
