import { authentication } from './authentication.ts';
import { authorization } from './authorization.ts';
import { change } from './change.ts';
import type { Control } from './control.ts';
import { governance } from './governance.ts';
import { incident } from './incident.ts';
import { inventory } from './inventory.ts';
import { issuance } from './issuance.ts';
import { lifecycle } from './lifecycle.ts';
import { monitoring } from './monitoring.ts';
import { review } from './review.ts';
import { thirdParty } from './third-party.ts';

export * from './control.ts';

/** Every control, in the order in which reports list them. */
export const CONTROLS: readonly Control[] = [
  ...inventory,
  ...issuance,
  ...authentication,
  ...authorization,
  ...review,
  ...lifecycle,
  ...monitoring,
  ...incident,
  ...change,
  ...thirdParty,
  ...governance,
];
