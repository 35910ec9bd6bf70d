/** How a static secret is replaced: what is declared, and the phases that a run goes through. */

export const ROTATORS = ['ssh-key', 'postgres-password'] as const;
export type RotatorKind = (typeof ROTATORS)[number];

/** Where a server says who came in: a file that it writes, or a unit's journal. */
export type ServerLog = { file: string } | { journal: string };

/** A key file that an SSH client of this host reads. Paths are absolute and name no symbolic link. */
export interface SshKeyTarget {
  /** The consumer's private key. */
  keyFile: string;
  account: string;
  host: string;
  port: number;
  /** The server's public key, as in `known_hosts`: type and base64. */
  hostKey: string;
  authorizedKeys: string;
  log: ServerLog;
}

/** `plain`: the file is the password; `pgpass`: the lines for the role in PostgreSQL's password file. */
export const PASSWORD_FORMATS = ['plain', 'pgpass'] as const;

export interface PostgresPasswordTarget {
  /** A file that holds the connection URL of a role that may alter the other: never the secret itself. */
  connection: { file: string };
  role: string;
  passwordFile: string;
  format: (typeof PASSWORD_FORMATS)[number];
}

interface RotationRule {
  /** Identity id. */
  identity: string;
  /** Key of the observation by which a sweep knows the secret. */
  observation?: string;
  intervalDays: number;
  /** How long the consumer has to be seen with the new secret before a person is asked. */
  graceHours: number;
  /** How long before it is due a finding says so. */
  noticeDays: number;
}

export type RotationSpec = RotationRule &
  (
    | { rotator: 'ssh-key'; target: SshKeyTarget }
    | { rotator: 'postgres-password'; target: PostgresPasswordTarget }
  );

/** Names what a rotation replaces: of one target there is one rotation, and one run at a time. */
export const rotationTarget = ({ rotator, target }: RotationSpec): string =>
  `${rotator} ${rotator === 'ssh-key' ? target.keyFile : target.passwordFile}`;

/** In order. A rotator leaves out those that its target has no place for. */
export const ROTATION_PHASES = [
  'started',
  'made',
  'authorised',
  'swapped',
  'seen',
  'removed',
  'refused',
  'completed',
] as const;
export type RotationPhase = (typeof ROTATION_PHASES)[number];

/** What keeps a run from its next phase until a person, or time, mends it. */
export type StallCause = 'consumer-not-seen' | 'target-failing' | 'old-accepted';

export interface RotationEntries {
  /** `old` and `new` are fingerprints: of a public key, or of a password under a key of ours. Neither helps to guess it. */
  'rotation.started': {
    run: string;
    /** Id of the Rotation, and what it said: a run goes on by the words it began with. */
    rotation: string;
    spec: RotationSpec;
    /** Names what is rotated: two runs of one target are never under way at once. */
    target: string;
    cause: 'schedule' | 'person';
    due: string;
    old: string;
  };
  'rotation.phase': {
    run: string;
    rotation: string;
    phase: Exclude<RotationPhase, 'started' | 'completed'>;
    old: string;
    new: string;
    detail: string;
  };
  /** Nothing more is changed until the cause is gone; `phase` is the last that was reached. */
  'rotation.stalled': {
    run: string;
    rotation: string;
    phase: RotationPhase;
    old: string;
    new: string | null;
    cause: StallCause;
    detail: string;
    finding: string;
  };
  /** `abandoned`: a person ended it, and what was in force before is in force again. */
  'rotation.ended': {
    run: string;
    rotation: string;
    outcome: 'completed' | 'abandoned';
    old: string;
    new: string | null;
    detail: string;
  };
}

/** One run, as its entries tell it. */
export interface RotationRun {
  id: string;
  rotation: string;
  identity: string;
  spec: RotationSpec;
  target: string;
  cause: 'schedule' | 'person';
  due: string;
  old: string;
  new: string | null;
  phase: RotationPhase;
  phases: Array<{ phase: RotationPhase; time: string; entry: number; detail: string }>;
  stalled: { cause: StallCause; detail: string; time: string; finding: string } | null;
  ended: string | null;
  outcome: 'completed' | 'abandoned' | null;
  entry: number;
}
