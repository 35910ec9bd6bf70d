import type { DetectorName } from '#verifier';
import type { Detector } from '../model.ts';
import { failedAttempts } from './failed-attempts.ts';
import { lockedCredential } from './locked-credential.ts';
import { secondAddress } from './second-address.ts';
import { unusualHour } from './unusual-hour.ts';

/** States differ from one to the other and never mix: each is kept under its detector's name. */
// biome-ignore lint/suspicious/noExplicitAny: a list of machines of different states
export type AnyDetector = Detector<any>;

/** Every detector; the type makes this complete. */
export const DETECTORS: Record<DetectorName, AnyDetector> = {
  'failed-attempts': failedAttempts,
  'locked-credential': lockedCredential,
  'second-address': secondAddress,
  'unusual-hour': unusualHour,
};
