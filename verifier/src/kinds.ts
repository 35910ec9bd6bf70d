import type { Kind } from './words/index.ts';

/** Every kind of entry; the type makes this complete. */
const ALL: Record<Kind, true> = {
  snapshot: true,
  'bootstrap.opened': true,
  'bootstrap.closed': true,
  'change.proposed': true,
  'change.approved': true,
  'change.refused': true,
  'change.applied': true,
  'change.withdrawn': true,
  'resource.declared': true,
  'resource.retired': true,
  'identity.moved': true,
  'owner.accepted': true,
  'token.created': true,
  'agent.joined': true,
  'credential.granted': true,
  'credential.refused': true,
  'delivery.reported': true,
  'lock.placed': true,
  'lock.lifted': true,
  'probe.recorded': true,
  'session.opened': true,
  'session.ended': true,
  'requests.counted': true,
  'log.gap': true,
  'clock.jumped': true,
  'sweep.recorded': true,
  'observation.recorded': true,
  'observation.claimed': true,
  'finding.opened': true,
  'finding.closed': true,
  'evidence.built': true,
};

export const KINDS: ReadonlySet<Kind> = new Set(Object.keys(ALL) as Kind[]);
