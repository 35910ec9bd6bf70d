import type { EvidenceInput } from '../evidence-input.ts';
import { approvalRefusals, approvals, changes, lifecycle } from './changes.ts';
import { credentials, deliveries, earlierCredentials, refusals } from './credentials.ts';
import { applications, people, policies, profiles, trusts } from './declared.ts';
import { findings, observations, sweeps } from './discovered.ts';
import { controlOwners, exceptions } from './exceptions.ts';
import { agents, bootstraps, requests, sessions, tokens } from './house.ts';
import { identities, identityVersions } from './identities.ts';
import type { Population } from './population.ts';
import { locks, probes } from './revocation.ts';
import { alerts, detectorTests, rotationRuns, rotations } from './rotations.ts';

export { type Cell, encodeRow } from './csv.ts';
export { type OwnedThing, ownedThings } from './exceptions.ts';
export type { Population, Query } from './population.ts';

const MAKERS: Readonly<Record<string, (name: string, input: EvidenceInput) => Population>> = {
  agents,
  alerts,
  applications,
  approvals,
  'approvals-refused': approvalRefusals,
  bootstraps,
  changes,
  'control-owners': controlOwners,
  credentials,
  'credentials-from-before': earlierCredentials,
  deliveries,
  'detector-tests': detectorTests,
  exceptions,
  findings,
  identities,
  'identity-versions': identityVersions,
  lifecycle,
  locks,
  observations,
  people,
  policies,
  probes,
  profiles,
  refusals,
  requests,
  rotations,
  'rotation-runs': rotationRuns,
  sessions,
  sweeps,
  tokens,
  trusts,
};

/** Every population by its file's name, each made from the same input. */
export const populations: Readonly<Record<string, (input: EvidenceInput) => Population>> = Object.fromEntries(
  Object.entries(MAKERS).map(([name, make]) => [name, (input: EvidenceInput) => make(name, input)]),
);
