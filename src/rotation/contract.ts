import type { RotationPhase, RotationSpec } from '#verifier';

/** What a run holds of both secrets between its phases; sealed at rest, gone when the run ends. */
export interface RunSecrets {
  old: string;
  new: string;
  oldFingerprint: string;
  newFingerprint: string;
  /** What a rotator remembers of its own doing, so that it is not taken for the consumer's. */
  marks: Record<string, string | string[]>;
}

export interface Stage<S extends RotationSpec = RotationSpec> {
  run: string;
  spec: S;
  secrets: RunSecrets;
  now: Date;
}

/** `waiting`: time or the consumer must move. `blocked`: the old secret still works, which a person must look into. */
export type Outcome =
  | { state: 'done'; detail: string; marks?: RunSecrets['marks'] }
  | { state: 'waiting'; detail: string; marks?: RunSecrets['marks'] }
  | { state: 'blocked'; detail: string };

/** What a rotator does itself; `made` is the room's. */
export type RotatorPhase = Exclude<RotationPhase, 'started' | 'made' | 'completed'>;

export type Steps<S extends RotationSpec> = Partial<
  Record<RotatorPhase, (stage: Stage<S>) => Promise<Outcome>>
>;

/**
 * One way to replace a secret. INVARIANT: every step may run again after a crash at any instruction, and then ends as if it
 * had run once. A step throws `server_unreachable` or `conflict` where the target or a file is not as it must be.
 */
export interface Rotator<S extends RotationSpec = RotationSpec> {
  /** In the order of `ROTATION_PHASES`. */
  readonly steps: Steps<S>;
  /** Fingerprint of the secret in force. Reads files and nothing else. */
  inspect(spec: S): Promise<string>;
  /** The same, as a sweep that found the secret tells it. */
  swept(spec: S): Promise<string>;
  /** What each phase would do, in words; pure. */
  describe(spec: S): Array<{ phase: RotationPhase; what: string }>;
  /** Reads the old secret and makes a new one; changes nothing at the target. */
  make(spec: S, run: string): Promise<RunSecrets>;
  /** Puts the old secret back in force. May run again. */
  undo(stage: Stage<S>): Promise<void>;
}

export type Rotators = { [K in RotationSpec['rotator']]: Rotator<Extract<RotationSpec, { rotator: K }>> };
