import { z } from 'zod';
import { timestamp } from '../../../kernel/index.ts';
import { defineListing, type Observed, type ObservedClass } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { fingerprintOf } from './ssh-key.ts';

interface Creation {
  class: ObservedClass;
  kind: string;
}

/** Events of the organisation's audit log by which a credential or an identity comes to be. */
const CREATIONS: Record<string, Creation> = {
  'deploy_key.create': { class: 'credential', kind: 'github-deploy-key' },
  'personal_access_token.access_granted': { class: 'credential', kind: 'github-fine-grained-token' },
  'org_credential_authorization.grant': { class: 'credential', kind: 'github-credential-authorization' },
  'org.create_actions_secret': { class: 'credential', kind: 'github-actions-secret' },
  'repo.create_actions_secret': { class: 'credential', kind: 'github-actions-secret' },
  'environment.create_actions_secret': { class: 'credential', kind: 'github-actions-secret' },
  'integration_installation.create': { class: 'identity', kind: 'github-app' },
  'org.register_self_hosted_runner': { class: 'identity', kind: 'github-runner' },
  'repo.register_self_hosted_runner': { class: 'identity', kind: 'github-runner' },
};
export const CREATION_ACTIONS = Object.keys(CREATIONS);

const eventShape = (marks: Marks) =>
  marks.object({
    _document_id: marks.text(),
    action: z.enum(CREATION_ACTIONS),
    '@timestamp': z.int(),
    created_at: z.int().optional(),
    actor: marks.personal().optional(),
    repo: marks.text().optional(),
    name: marks.text().optional(),
    integration: marks.text().optional(),
    deploy_key_fingerprint: marks.text().optional(),
    fingerprint: marks.text().optional(),
    openssh_public_key: marks.text().optional(),
  });

type LogEvent = z.output<ReturnType<typeof eventShape>>;

const BARE_FINGERPRINT = /^(?:SHA256:)?([A-Za-z0-9+/]{43})=?$/;

function fingerprintIn(event: LogEvent): string | undefined {
  if (event.action !== 'deploy_key.create') return undefined;
  const [, bare] = BARE_FINGERPRINT.exec(event.deploy_key_fingerprint ?? event.fingerprint ?? '') ?? [];
  return bare === undefined ? fingerprintOf(event.openssh_public_key ?? '') : `SHA256:${bare}`;
}

/** A deploy key is known again by its fingerprint; what the log does not identify stands for itself. */
function made(event: LogEvent, { class: kind, ...attributes }: Creation): Observed {
  const fingerprint = fingerprintIn(event);
  const what = event.name ?? event.integration ?? attributes.kind;
  return {
    class: kind,
    naturalId: fingerprint === undefined ? `event/${event._document_id}` : `deploy-key/${fingerprint}`,
    label: event.repo === undefined ? what : `${what} of ${event.repo}`,
    attributes: {
      ...attributes,
      created: timestamp(new Date(event.created_at ?? event['@timestamp'])),
      ...(event.actor === undefined ? {} : { createdBy: event.actor }),
      creationEvent: event._document_id,
      creationSource: `github-audit-log ${event.action}`,
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    joins: fingerprint === undefined ? [] : [joins.ssh(fingerprint)],
  };
}

export const auditLog = defineListing({
  listing: 'audit-log',
  about: 'who made which key, token, secret, App installation or runner, and when',
  operations: ['GET /orgs/{org}/audit-log'],
  events: true,
  shape: eventShape,
  map(event) {
    const creation = CREATIONS[event.action];
    return creation === undefined ? [] : [made(event, creation)];
  },
});
