import type { Target } from './target.ts';
import { DECLARED } from './targets/declared.ts';
import { HEADERS } from './targets/headers.ts';
import { HOST } from './targets/host.ts';
import { http } from './targets/http.ts';
import { KEYS } from './targets/keys.ts';
import { PROOFS } from './targets/proofs.ts';

/** Every parser that meets bytes from outside. */
export const TARGETS: Readonly<Record<string, Target>> = {
  ...PROOFS,
  ...KEYS,
  ...DECLARED,
  ...HOST,
  ...HEADERS,
  http,
};
