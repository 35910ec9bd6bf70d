/** What the story declares. The trust tells programs apart by uid where we may become another, otherwise by path and hash. */
export interface Allowed {
  uid: number;
  gid: number;
  path: string;
  sha256: string;
  separateUids: boolean;
}

const owner = `
apiVersion: muniment/v1
kind: Person
name: olga
spec:
  displayName: Olga Owner
  email: olga@example.test
  roles: [viewer]
`;

const application = `
apiVersion: muniment/v1
kind: Application
name: payments
spec:
  description: Takes card payments and settles them
  owner: olga
`;

const profile = `
apiVersion: muniment/v1
kind: Profile
name: internal-service
spec:
  description: Talks to other services inside; may ask for tokens for billing
  actions: [issue-x509-svid, issue-jwt-svid]
  maxTtlSeconds: 3600
  audiences: [billing]
`;

const openProfile = `
apiVersion: muniment/v1
kind: Profile
name: interop
spec:
  description: Lets other programs be tried against the interfaces, with any audience
  actions: [issue-x509-svid, issue-jwt-svid]
  maxTtlSeconds: 3600
  audiences: ["*"]
`;

const identity = (name: string, purpose: string, profile = 'internal-service'): string => `
apiVersion: muniment/v1
kind: Identity
name: ${name}
spec:
  kind: workload
  purpose: ${purpose}
  application: payments
  owner: olga
  deputy: grace
  profile: ${profile}
  environment: production
  spiffePath: /payments/${name}
`;

const policy = (name: string, when: string): string => `
apiVersion: muniment/v1
kind: Policy
name: ${name}
spec:
  description: ${name} may have short-lived identities where it was attested
  cedar: |
    permit (
      principal == Muniment::Identity::"${name}",
      action in [Muniment::Action::"issue-x509-svid", Muniment::Action::"issue-jwt-svid"],
      resource
    ) when { ${when} && context.ttlSeconds <= 3600 };
`;

const trust = (name: string, where: Record<string, string | number>): string => `
apiVersion: muniment/v1
kind: Trust
name: ${name}-on-this-host
spec:
  identity: ${name}
  method: unix
  where: ${JSON.stringify(where)}
`;

/** Any program of one uid is let in where `path` is absent. */
function conditions({ uid, path, sha256, separateUids }: Allowed): Record<string, string | number> {
  return separateUids ? { uid, path } : { uid, path, sha256 };
}

export const paymentsManifests = (allowed: Allowed): string =>
  [
    owner,
    application,
    profile,
    identity('payments-api', 'Serves the payment API to the shop'),
    policy('payments-api', `context.attested has uid && context.attested.uid == ${allowed.uid}`),
    trust('payments-api', conditions(allowed)),
    identity('settlement-job', 'Settles the payments of the day before, at night'),
  ].join('---');

export const interopManifests = (uid: number): string =>
  [
    openProfile,
    identity('interop', 'Lets any program of one uid try the interfaces', 'interop'),
    policy('interop', `context.attested has uid && context.attested.uid == ${uid}`),
    trust('interop', { uid }),
  ].join('---');
