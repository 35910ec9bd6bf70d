/** Entries that detectors, rotators and many registrations would leave: what the pages of those rooms show. */

import type { Served } from '../../src/api/index.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';
import type { Furnished } from './furnish.ts';

/** Made up, and of the form of an OpenSSH fingerprint. */
const fingerprint = (letter: string): string => `SHA256:${letter.repeat(43)}`;
const DAY_MS = 86_400_000;

export interface Roomed {
  alert: string;
  /** Its run is under way, and waits for its consumer. */
  rotation: string;
}

export async function addRooms({ house }: Served, { identity }: Furnished): Promise<Roomed> {
  const [alert, rotation] = [newId('alert'), newId('rotation')];
  await house.log.append([...watched(alert, identity), ...rotating(rotation, identity)]);
  return { alert, rotation };
}

const watched = (alert: string, identity: string): Draft[] => [
  {
    kind: 'alert.raised',
    subject: identity,
    actor: 'sys',
    data: {
      alert,
      detector: 'failed-attempts',
      about: identity,
      identity,
      instance: null,
      expected: 'at most four failed attempts in a row',
      seen: 'five failed attempts in a row within a minute',
      entries: [1, 2],
    },
  },
  {
    kind: 'detector.tested',
    subject: 'failed-attempts',
    actor: 'sys',
    data: { detector: 'failed-attempts', drill: 3, alive: true, why: 'woke to its test event' },
  },
];

function rotating(rotation: string, identity: string): Draft[] {
  const [run, due] = [newId('run'), new Date(Date.now() + 30 * DAY_MS).toISOString()];
  const spec = {
    identity,
    intervalDays: 90,
    graceHours: 24,
    noticeDays: 14,
    rotator: 'ssh-key' as const,
    target: {
      keyFile: '/nonexistent/muniment-console/id_ed25519',
      account: 'backup',
      host: '127.0.0.1',
      port: 1,
      hostKey: `ssh-ed25519 ${'A'.repeat(68)}`,
      authorizedKeys: '/nonexistent/muniment-console/authorized_keys',
      log: { file: '/nonexistent/muniment-console/sshd.log' },
    },
  };
  const told = { run, rotation, old: fingerprint('a'), new: fingerprint('b') };
  const phase = (name: 'made' | 'authorised' | 'swapped', detail: string): Draft => ({
    kind: 'rotation.phase',
    subject: rotation,
    actor: 'sys',
    data: { ...told, phase: name, detail },
  });
  return [
    {
      kind: 'resource.declared',
      subject: rotation,
      actor: 'sys',
      data: { kind: 'Rotation', id: rotation, name: 'backup-key', spec, change: null, bootstrap: false },
    },
    {
      kind: 'rotation.started',
      subject: rotation,
      actor: 'sys',
      data: {
        run,
        rotation,
        spec,
        target: `ssh-key ${spec.target.keyFile}`,
        cause: 'schedule',
        due,
        old: told.old,
      },
    },
    phase('made', 'a new Ed25519 key beside the old one'),
    phase('authorised', 'the account accepts both keys'),
    phase('swapped', 'the consumer’s file holds the new key'),
    {
      kind: 'rotation.stalled',
      subject: rotation,
      actor: 'sys',
      data: {
        ...told,
        phase: 'swapped',
        cause: 'consumer-not-seen',
        detail: 'no login with the new key within 24 hours',
        finding: newId('finding'),
      },
    },
  ];
}

const BATCH = 500;

/** Registers so many identities that are as `payments-api` is, but for their names. */
export async function addIdentities(
  { house }: Served,
  { identity }: Furnished,
  count: number,
): Promise<void> {
  const like = await house.log.row('identity', identity);
  if (like === undefined) throw new Error('there is no identity to follow');
  for (let start = 0; start < count; start += BATCH) {
    const drafts = Array.from({ length: Math.min(BATCH, count - start) }, (_, at): Draft => {
      const id = newId('identity');
      const name = `generated-${String(start + at).padStart(5, '0')}`;
      return {
        kind: 'resource.declared',
        subject: id,
        actor: 'sys',
        data: { kind: 'Identity', id, name, spec: like.spec, change: null, bootstrap: false },
      };
    });
    await house.log.append(drafts);
  }
}
