/** Generated from the OpenAPI document by `npm run schema`; not to be edited. */
export interface paths {
  '/.well-known/jwks.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Keys of JWT-SVIDs (RFC 7517) */
    get: operations['jwks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/.well-known/openid-configuration': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where the keys and the introspection endpoint are */
    get: operations['openidConfiguration'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/.well-known/spiffe-bundle': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The trust bundle (SPIFFE Trust Domain and Bundle) */
    get: operations['spiffeBundle'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/bundle': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Trust anchors, JWT keys and revocation lists */
    get: operations['getBundle'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cached credentials that the agent handed out again */
    post: operations['reportDeliveries'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What an agent must act on at once: `lock`, `policy`, `bundle`; `ping` every ten seconds */
    get: operations['agentEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/issue': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Every identity that a trust lets these attested facts prove */
    post: operations['issueForWorkload'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/join': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Join with a one-time token; needs no client certificate */
    post: operations['joinAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/probes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Where the dead credentials of a lock were tried, and what happened */
    post: operations['recordProbes'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agent/renew': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A fresh certificate for the agent's own identity */
    post: operations['renewAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Agents that joined, as of a moment */
    get: operations['listAgents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/applications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Applications, as of a moment */
    get: operations['listApplications'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Changes, newest first */
    get: operations['listChanges'];
    put?: never;
    /** Propose what manifests declare, or with `dryRun` only show the plan */
    post: operations['proposeChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One change with its plan */
    get: operations['getChange'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes/{id}/apply': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Apply exactly what was approved */
    post: operations['applyChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes/{id}/approval-options': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** WebAuthn request options whose challenge is the approval challenge */
    post: operations['approvalOptions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes/{id}/approvals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve by signature over the digest of the plan; a refusal, as for want of one, is recorded */
    post: operations['approveChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes/{id}/withdraw': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close a change without applying it */
    post: operations['withdrawChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Settings in force and where each came from; secrets are not shown */
    get: operations['getConfig'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/controls': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Controls and their verdicts over a period `[from, to)`; by default the last 30 days */
    get: operations['listControls'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every credential, newest first */
    get: operations['listCredentials'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{index}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One credential by the index of its entry, with the decision behind it */
    get: operations['getCredential'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Which entry a credential names, and whether it was made here */
    post: operations['checkCredential'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/evidence': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The sealed package for a period */
    post: operations['buildEvidence'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/findings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a person must decide on */
    get: operations['listFindings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Identities, as of a moment */
    get: operations['listIdentities'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One identity, by id or name */
    get: operations['getIdentity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities/{id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The owner says again that the identity is theirs */
    post: operations['acceptIdentity'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities/{id}/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every credential granted to an identity, newest first */
    get: operations['listIdentityCredentials'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities/{id}/decisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Grants and refusals alike, newest first */
    get: operations['listIdentityDecisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/identities/{id}/timeline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entries about an identity, newest first */
    get: operations['listIdentityTimeline'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger/entries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entries, newest first */
    get: operations['listEntries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger/entries/{index}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One entry, exact bytes, with its proof to a signed checkpoint */
    get: operations['getEntry'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Fold every entry again and compare it with the rows */
    post: operations['verifyLedger'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/locks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Locks, standing and lifted, as of a moment */
    get: operations['listLocks'];
    put?: never;
    /** Refuse everything to a target, at once */
    post: operations['placeLock'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/locks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One lock and where the dead credentials were tried */
    get: operations['getLock'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/locks/{id}/lift': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lift a lock; a dead credential stays dead */
    post: operations['liftLock'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/observations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What sweeps saw */
    get: operations['listObservations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/overview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Controls by verdict, what needs a person, what was found here */
    get: operations['getOverview'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/passkeys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The approval key behind a passkey registration, to be put in a Person manifest */
    post: operations['readPasskey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/passkeys/options': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** WebAuthn creation options */
    post: operations['passkeyRegistrationOptions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/persons': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** People, with their roles and approval keys */
    get: operations['listPersons'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/persons/{name}/sign-in-link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A one-time sign-in token, to be handed over on another way */
    post: operations['makeSignInLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/persons/bootstrap': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Enrol a person while the bootstrap is open; every entry says so */
    post: operations['enrolPerson'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/policies': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Policies with their text and version, as of a moment */
    get: operations['listPolicies'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/profiles': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Profiles, as of a moment */
    get: operations['listProfiles'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is signed in, and the CSRF token for changes */
    get: operations['getSession'];
    put?: never;
    post?: never;
    /** End this session */
    delete: operations['endSession'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Trade a one-time sign-in token for a session */
    post: operations['redeemSignInToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sessions/key': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Open a session with an Ed25519 signature over `muniment session v1\n` and the challenge */
    post: operations['openKeySession'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sessions/key/challenge': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ask for a challenge that an approval key then signs */
    post: operations['challengeKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sessions/passkey': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Open a session with a passkey */
    post: operations['openPasskeySession'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sessions/passkey/options': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** WebAuthn request options for signing in */
    post: operations['passkeySignInOptions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sweeps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The latest sweep of each source and partition */
    get: operations['listSweeps'];
    put?: never;
    /** Sweep a source now */
    post: operations['runSweep'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A one-time join token for an agent, shown once */
    post: operations['createToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/trusts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Trusts, as of a moment */
    get: operations['listTrusts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/healthz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The process answers */
    get: operations['healthz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/log/checkpoint': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The signed tree head (C2SP tlog-checkpoint) */
    get: operations['logCheckpoint'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/log/tile/{rest}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A tile of hashes (C2SP tlog-tiles); `entries/…` holds leaves and needs the role auditor */
    get: operations['logTile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/log/vkey': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The log's verifier key (C2SP signed-note) */
    get: operations['logVerifierKey'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Prometheus metrics */
    get: operations['metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/oauth/introspect': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Whether a token is active (RFC 7662) */
    post: operations['introspect'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations['openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pki/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A certificate revocation list, DER (RFC 5280) */
    get: operations['crl'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pki/ca.pem': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The root certificate */
    get: operations['caCertificate'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Storage answers too */
    get: operations['readyz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Agent: {
      entry: number;
      id: string;
      instance: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      joined: string;
      locked: boolean;
      name: string;
    };
    Application: {
      description: string;
      entry: number;
      id: string;
      identities: number;
      name: string;
      owner: components['schemas']['Owner'];
      /** @enum {string} */
      status: 'active' | 'retired';
    };
    ApprovalKey: {
      credentialId?: string;
      id: string;
      publicKey: string;
      rpId?: string;
      /** @enum {string} */
      type: 'ed25519' | 'passkey';
    };
    ApprovalSignature:
      | {
          keyId: string;
          signature: string;
          /** @enum {string} */
          type: 'ed25519';
        }
      | {
          authenticatorData: string;
          clientDataJSON: string;
          keyId: string;
          signature: string;
          /** @enum {string} */
          type: 'passkey';
        };
    Bundle: {
      crls: string[];
      jwks: {
        keys: {
          [key: string]: unknown;
        }[];
      } & {
        [key: string]: unknown;
      };
      refreshSeconds: number;
      sequence: number;
      x509: string[];
    };
    Change: {
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      applied: string | null;
      approvals: {
        approver: components['schemas']['Ref'];
        entry: number;
        keyId: string;
        /**
         * Format: date-time
         * @example 2026-03-03T09:00:00.000Z
         */
        time: string;
      }[];
      /** @description False once what the plan rests on has moved. */
      current: boolean;
      entry: number;
      id: string;
      names: {
        [key: string]: string | null;
      };
      plan: components['schemas']['Plan'];
      planDigest: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      proposed: string;
      proposer: components['schemas']['Ref'];
      reason: string;
      source: string | null;
      /** @enum {string} */
      state: 'proposed' | 'applied' | 'withdrawn';
      /** @description The readable difference, and who gains what. */
      text: string;
      title: string;
    };
    ChangeSummary: {
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      applied: string | null;
      approvals: number;
      id: string;
      operations: number;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      proposed: string;
      proposer: components['schemas']['Ref'];
      reason: string;
      /** @enum {string} */
      state: 'proposed' | 'applied' | 'withdrawn';
      title: string;
    };
    Control: {
      clauses?: {
        clause: string;
        /** @enum {string} */
        verdict: 'PASS' | 'FAIL' | 'NOT_EVALUABLE' | 'NOT_OCCURRING';
        why: string;
      }[];
      deviations: number;
      exceptions: number;
      id: string;
      members?: {
        member: string;
        /** @enum {string} */
        verdict: 'PASS' | 'FAIL' | 'NOT_EVALUABLE' | 'NOT_OCCURRING';
        why: string;
      }[];
      population: number | null;
      statement: string;
      title: string;
      tsc: string[];
      /** @enum {string} */
      verdict: 'PASS' | 'FAIL' | 'NOT_EVALUABLE' | 'NOT_OCCURRING';
      why: string;
    };
    Credential: {
      agent: components['schemas']['Ref'] | null;
      audience: string[];
      entry: number;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      granted: string;
      identity: components['schemas']['Ref'] | null;
      instance: string | null;
      keyHash: string;
      /** @description The lock that killed it. */
      lock: string | null;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      notAfter: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      notBefore: string;
      shortened: boolean;
      /** @enum {string} */
      state: 'live' | 'expired' | 'dead' | 'unknown';
      /** @description SPIFFE ID. */
      subject: string;
      ttlSeconds: number;
      /** @enum {string} */
      type: 'x509-svid' | 'jwt-svid' | 'agent-x509';
    };
    CredentialCheck: {
      entry: number | null;
      identity: components['schemas']['Ref'] | null;
      known: boolean;
      /** @enum {string} */
      state: 'live' | 'expired' | 'dead' | 'unknown';
      why: string;
    };
    Decision: {
      code: string | null;
      credential: components['schemas']['Credential'] | null;
      decision: {
        determining: {
          policy: string;
          version: string;
        }[];
        /** @enum {string} */
        effect: 'allow' | 'deny';
        policySet: string;
        reason: string;
        rule: string;
      };
      entry: number;
      /** @enum {string} */
      outcome: 'granted' | 'refused';
      request: {
        /** @enum {string} */
        action: 'join' | 'renew' | 'issue-x509-svid' | 'issue-jwt-svid';
        address: string | null;
        agent: components['schemas']['Ref'] | null;
        attested: {
          [key: string]: string | number | boolean | string[];
        };
        claimed: {
          [key: string]: string | number | boolean | string[];
        };
        door: string;
        identity: components['schemas']['Ref'] | null;
        instance: string | null;
        method: string | null;
        request: string;
        requestedTtlSeconds: number | null;
        trust: components['schemas']['Ref'] | null;
      };
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      time: string;
    };
    Entry: {
      /** @description Null where erased, or not for this reader. */
      body: string | null;
      checkpoint: string;
      index: number;
      kind: string;
      leaf: string;
      leafHash: string;
      names: {
        [key: string]: string | null;
      };
      proof: string[];
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      time: string;
      verifierKey: string;
    };
    EntrySummary: {
      actor: string;
      index: number;
      kind: string;
      leafHash: string;
      names: {
        [key: string]: string | null;
      };
      subject: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      time: string;
    };
    Finding: {
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      closed: string | null;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      due: string;
      entry: number;
      id: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      opened: string;
      reason: string | null;
      rule: string;
      subject: components['schemas']['Ref'];
      title: string;
    };
    Identity: {
      application: components['schemas']['Ref'];
      bootstrap: boolean;
      deputy: components['schemas']['Owner'];
      /** @enum {string} */
      environment: 'production' | 'staging' | 'development' | 'test';
      id: string;
      /** @enum {string} */
      kind:
        | 'service-account'
        | 'workload'
        | 'ci-job'
        | 'api-client'
        | 'bot'
        | 'device'
        | 'ai-agent'
        | 'third-party';
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      lastGrant: string | null;
      liveCredentials: number;
      locked: boolean;
      name: string;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      ownerAccepted: string;
      profile: components['schemas']['Ref'];
      purpose: string;
      spiffeId: string;
      /** @enum {string} */
      state: 'requested' | 'approved' | 'active' | 'suspended' | 'retired';
    };
    IdentityDetail: components['schemas']['Identity'] & {
      approvals: {
        approver: components['schemas']['Ref'];
        change: components['schemas']['Ref'];
        entry: number;
        keyId: string;
        /**
         * Format: date-time
         * @example 2026-03-03T09:00:00.000Z
         */
        time: string;
      }[];
      entry: number;
      locks: components['schemas']['Lock'][];
      policies: components['schemas']['Policy'][];
      spiffePath: string;
      trusts: components['schemas']['Trust'][];
    };
    Introspection: {
      active: boolean;
      aud?: string[];
      exp?: number;
      iat?: number;
      iss?: string;
      jti?: string;
      sub?: string;
      token_type?: string;
    };
    Issued: {
      certificate?: string[];
      entry: number;
      hint?: string;
      jwt?: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      notAfter: string;
      receipt: components['schemas']['Receipt'];
      shortened: boolean;
      spiffeId: string;
    };
    Joined: {
      agent: string;
      bundle: components['schemas']['Bundle'];
      /** @description Chain in PEM, leaf first. */
      certificate: string;
      instance: string;
      receipt: components['schemas']['Receipt'];
      trustDomain: string;
    };
    JoinToken: {
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      deadline: string;
      id: string;
      token: string;
    };
    LedgerCheck: {
      ok: boolean;
      problems: string[];
      size: number;
      unchecked: number;
    };
    Lock: {
      actor: components['schemas']['Ref'];
      entry: number;
      id: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      lifted: string | null;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      placed: string;
      reason: string;
      target: {
        id: string;
        /** @enum {string} */
        kind: 'identity' | 'credential' | 'instance' | 'trust' | 'owner' | 'application' | 'agent';
        name: string | null;
      };
    };
    LockDetail: components['schemas']['Lock'] & {
      probes: {
        entry: number;
        probes: components['schemas']['Probe'][];
        /**
         * Format: date-time
         * @example 2026-03-03T09:00:00.000Z
         */
        recorded: string;
      }[];
    };
    Observation: {
      attributes: {
        [key: string]: string | number | boolean | null | (string | number)[];
      };
      /** @enum {string} */
      class: 'identity' | 'credential' | 'permission' | 'trust' | 'exposure';
      entry: number;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      firstSeen: string;
      key: string;
      label: string | null;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      lastChanged: string;
      present: boolean;
      source: string;
    };
    Overview: {
      attention: {
        count: number;
        link: string;
        what: string;
      }[];
      controls: {
        counts: {
          FAIL?: number;
          NOT_EVALUABLE?: number;
          NOT_OCCURRING?: number;
          PASS?: number;
        };
        items: {
          id: string;
          title: string;
          /** @enum {string} */
          verdict: 'PASS' | 'FAIL' | 'NOT_EVALUABLE' | 'NOT_OCCURRING';
          why: string;
        }[];
      };
      credentials: {
        granted24h: number;
        live: number;
        refused24h: number;
      };
      found: {
        byClass: {
          [key: string]: number;
        };
        sweep: {
          denied: {
            what: string;
            why: string;
          }[];
          items: number;
          /** @enum {string} */
          verdict: 'COMPLETE' | 'PARTIAL' | 'FAILED';
          /**
           * Format: date-time
           * @example 2026-03-03T09:00:00.000Z
           */
          when: string;
          why: string;
        } | null;
      };
      /** @description Identities by state. */
      identities: {
        [key: string]: number;
      };
      log: {
        origin: string;
        size: number;
        /**
         * Format: date-time
         * @example 2026-03-03T09:00:00.000Z
         */
        time: string;
      };
    };
    Owner: components['schemas']['Ref'] & {
      /** @enum {string} */
      status: 'active' | 'left';
    };
    Person: {
      bootstrap: boolean;
      displayName: string | null;
      email: string | null;
      id: string;
      keys: {
        credentialId?: string;
        id: string;
        /** @enum {string} */
        type: 'ed25519' | 'passkey';
      }[];
      name: string | null;
      roles: ('viewer' | 'operator' | 'approver' | 'auditor' | 'admin')[];
      /** @enum {string} */
      status: 'active' | 'left';
    };
    PlacedLock: {
      entry: number;
      lock: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      placed: string;
      receipt: components['schemas']['Receipt'];
    };
    Plan: {
      change: string;
      gains: {
        /** @enum {string} */
        direction: 'gains' | 'loses';
        subject: string;
        what: string;
      }[];
      operations: ({
        base: number | null;
        id: string;
        /** @enum {string} */
        kind: 'Person' | 'Application' | 'Profile' | 'Identity' | 'Policy' | 'Trust';
        /** @enum {string} */
        op: 'create' | 'update' | 'retire';
      } & {
        [key: string]: unknown;
      })[];
      proposer: string;
      reason: string;
      title: string;
      /** @enum {number} */
      v: 1;
    };
    Policy: {
      cedar: string;
      description: string;
      entry: number;
      id: string;
      name: string;
      version: string;
    };
    Probe: {
      credential: number | null;
      detail: string;
      latencyMs: number | null;
      /** @enum {string} */
      outcome: 'REFUSED' | 'ACCEPTED' | 'NOT_EVALUABLE';
      /** @enum {string} */
      point: 'api-renewal' | 'introspection' | 'agent-stream' | 'crl' | 'openssl';
    };
    Problem: {
      code: string;
      detail: string;
      entry?: number;
      path?: string;
      request?: string;
      status: number;
      title: string;
      type: string;
    };
    Profile: {
      actions: ('join' | 'renew' | 'issue-x509-svid' | 'issue-jwt-svid')[];
      audiences: string[];
      description: string;
      entry: number;
      id: string;
      maxTtlSeconds: number;
      name: string;
    };
    Proposed: {
      change: string | null;
      entry: number | null;
      plan: components['schemas']['Plan'];
      planDigest: string;
      text: string;
    };
    /** @description Leaf, body, signed checkpoint and inclusion proof of one entry. */
    Receipt: {
      body: string;
      checkpoint: string;
      index: number;
      leaf: string;
      proof: string[];
    };
    Ref: {
      id: string;
      name: string | null;
    };
    Self: {
      displayName: string | null;
      id: string;
      keys: {
        /** @description Passkeys: tells which key an assertion is by. */
        credentialId?: string;
        id: string;
        /** @enum {string} */
        type: 'ed25519' | 'passkey';
      }[];
      name: string | null;
      roles: ('viewer' | 'operator' | 'approver' | 'auditor' | 'admin')[];
    } | null;
    Session: {
      /** @description The bootstrap is open: one person may still ask and approve. */
      bootstrap: boolean;
      csrf: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      ends: string;
      person: components['schemas']['Self'];
      roles: ('viewer' | 'operator' | 'approver' | 'auditor' | 'admin')[];
    };
    Sweep: {
      connector: string;
      denied: {
        what: string;
        why: string;
      }[];
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      ended: string;
      entry: number;
      errors: {
        what: string;
        why: string;
      }[];
      items: number;
      partition: string;
      scope: string[];
      source: string;
      /**
       * Format: date-time
       * @example 2026-03-03T09:00:00.000Z
       */
      started: string;
      sweep: string;
      /** @enum {string} */
      verdict: 'COMPLETE' | 'PARTIAL' | 'FAILED';
      why: string;
    };
    Trust: {
      agents: string[] | null;
      entry: number;
      id: string;
      identity: components['schemas']['Ref'];
      /** @enum {string} */
      method: 'token' | 'unix';
      name: string;
      where: {
        [key: string]: string | number | (string | number)[];
      };
    };
    WebAuthnOptions: {
      challenge: string;
    } & {
      [key: string]: unknown;
    };
    WebAuthnResponse: {
      id: string;
      rawId: string;
      response: {
        [key: string]: unknown;
      };
      /** @enum {string} */
      type: 'public-key';
    } & {
      [key: string]: unknown;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Agent = components['schemas']['Agent'];
export type Application = components['schemas']['Application'];
export type ApprovalKey = components['schemas']['ApprovalKey'];
export type ApprovalSignature = components['schemas']['ApprovalSignature'];
export type Bundle = components['schemas']['Bundle'];
export type Change = components['schemas']['Change'];
export type ChangeSummary = components['schemas']['ChangeSummary'];
export type Control = components['schemas']['Control'];
export type Credential = components['schemas']['Credential'];
export type CredentialCheck = components['schemas']['CredentialCheck'];
export type Decision = components['schemas']['Decision'];
export type Entry = components['schemas']['Entry'];
export type EntrySummary = components['schemas']['EntrySummary'];
export type Finding = components['schemas']['Finding'];
export type Identity = components['schemas']['Identity'];
export type IdentityDetail = components['schemas']['IdentityDetail'];
export type Introspection = components['schemas']['Introspection'];
export type Issued = components['schemas']['Issued'];
export type Joined = components['schemas']['Joined'];
export type JoinToken = components['schemas']['JoinToken'];
export type LedgerCheck = components['schemas']['LedgerCheck'];
export type Lock = components['schemas']['Lock'];
export type LockDetail = components['schemas']['LockDetail'];
export type Observation = components['schemas']['Observation'];
export type Overview = components['schemas']['Overview'];
export type Owner = components['schemas']['Owner'];
export type Person = components['schemas']['Person'];
export type PlacedLock = components['schemas']['PlacedLock'];
export type Plan = components['schemas']['Plan'];
export type Policy = components['schemas']['Policy'];
export type Probe = components['schemas']['Probe'];
export type Problem = components['schemas']['Problem'];
export type Profile = components['schemas']['Profile'];
export type Proposed = components['schemas']['Proposed'];
export type Receipt = components['schemas']['Receipt'];
export type Ref = components['schemas']['Ref'];
export type Self = components['schemas']['Self'];
export type Session = components['schemas']['Session'];
export type Sweep = components['schemas']['Sweep'];
export type Trust = components['schemas']['Trust'];
export type WebAuthnOptions = components['schemas']['WebAuthnOptions'];
export type WebAuthnResponse = components['schemas']['WebAuthnResponse'];
export type $defs = Record<string, never>;
export interface operations {
  jwks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A key set */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openidConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metadata */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  spiffeBundle: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A bundle */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getBundle: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Bundle'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reportDeliveries: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          deliveries: {
            count: number;
            credential: number;
            instance: string;
          }[];
          /**
           * Format: date-time
           * @example 2026-03-03T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @example 2026-03-03T09:00:00.000Z
           */
          to: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agentEvents: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A stream of events */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  issueForWorkload: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          action: 'issue-x509-svid' | 'issue-jwt-svid';
          attested: {
            [key: string]: string | number | boolean | string[];
          };
          audience?: string[];
          claimed: {
            [key: string]: string | number | boolean | string[];
          };
          /** @description PKCS #10: PEM, or base64 of the DER. */
          csr?: string;
          instance: string;
          ttlSeconds?: number;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Issued'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  joinAgent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description PKCS #10: PEM, or base64 of the DER. */
          csr: string;
          name: string;
          token: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Joined'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  recordProbes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          lock: string;
          probes: {
            credential: number | null;
            detail: string;
            latencyMs: number | null;
            /** @enum {string} */
            outcome: 'REFUSED' | 'ACCEPTED' | 'NOT_EVALUABLE';
            /** @enum {string} */
            point: 'api-renewal' | 'introspection' | 'agent-stream' | 'crl' | 'openssl';
          }[];
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  renewAgent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description PKCS #10: PEM, or base64 of the DER. */
          csr: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Joined'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listAgents: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Agent'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listApplications: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Application'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listChanges: {
    parameters: {
      query?: {
        state?: 'proposed' | 'applied' | 'withdrawn';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['ChangeSummary'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  proposeChange: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          dryRun?: boolean;
          manifests: string;
          reason: string;
          source?: string;
          title: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Proposed'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getChange: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Change'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  applyChange: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          planDigest: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @example 2026-03-03T09:00:00.000Z
             */
            applied: string;
            entry: number;
            operations: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  approvalOptions: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebAuthnOptions'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  approveChange: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          planDigest: string;
          signature?: components['schemas']['ApprovalSignature'];
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  withdrawChange: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getConfig: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            settings: {
              from: string;
              key: string;
              value: string;
            }[];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listControls: {
    parameters: {
      query?: {
        from?: string;
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            controls: components['schemas']['Control'][];
            period: {
              /**
               * Format: date-time
               * @example 2026-03-03T09:00:00.000Z
               */
              from: string;
              /**
               * Format: date-time
               * @example 2026-03-03T09:00:00.000Z
               */
              to: string;
            };
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listCredentials: {
    parameters: {
      query?: {
        cursor?: string;
        identity?: string;
        limit?: number;
        live?: 'true' | 'false';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Credential'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getCredential: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        index: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Decision'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  checkCredential: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          certificate?: string;
          jti?: string;
          jwt?: string;
          serial?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialCheck'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buildEvidence: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * Format: date-time
           * @example 2026-03-03T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @example 2026-03-03T09:00:00.000Z
           */
          to: string;
          withhold?: string[];
        };
      };
    };
    responses: {
      /** @description The package */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/zip': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listFindings: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Finding'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listIdentities: {
    parameters: {
      query?: {
        application?: string;
        asOf?: string;
        cursor?: string;
        kind?:
          | 'service-account'
          | 'workload'
          | 'ci-job'
          | 'api-client'
          | 'bot'
          | 'device'
          | 'ai-agent'
          | 'third-party';
        knownAt?: string;
        limit?: number;
        owner?: string;
        q?: string;
        state?: 'requested' | 'approved' | 'active' | 'suspended' | 'retired';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Identity'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getIdentity: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IdentityDetail'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  acceptIdentity: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listIdentityCredentials: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Credential'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listIdentityDecisions: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Decision'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listIdentityTimeline: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['EntrySummary'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listEntries: {
    parameters: {
      query?: {
        actor?: string;
        before?: string;
        kind?: string;
        limit?: number;
        subject?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['EntrySummary'][];
            next: string | null;
            size: number;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getEntry: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        index: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Entry'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  verifyLedger: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {boolean} */
          rows: true;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LedgerCheck'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listLocks: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Lock'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  placeLock: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason: string;
          target: {
            id: string;
            /** @enum {string} */
            kind: 'identity' | 'credential' | 'instance' | 'trust' | 'owner' | 'application' | 'agent';
          };
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PlacedLock'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getLock: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LockDetail'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  liftLock: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            entry: number;
            receipt: components['schemas']['Receipt'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listObservations: {
    parameters: {
      query?: {
        class?: 'identity' | 'credential' | 'permission' | 'trust' | 'exposure';
        cursor?: string;
        limit?: number;
        present?: 'true' | 'false';
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Observation'][];
            next: string | null;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getOverview: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Overview'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readPasskey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          response: components['schemas']['WebAuthnResponse'];
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            key: components['schemas']['ApprovalKey'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  passkeyRegistrationOptions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @example ada */
          name?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebAuthnOptions'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPersons: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Person'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  makeSignInLink: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @example 2026-03-03T09:00:00.000Z
             */
            ends: string;
            token: string;
            url: string;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  enrolPerson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          displayName: string;
          email?: string;
          key?:
            | {
                publicKey: string;
                /** @enum {string} */
                type: 'ed25519';
              }
            | {
                response: components['schemas']['WebAuthnResponse'];
                /** @enum {string} */
                type: 'passkey';
              };
          /** @example ada */
          name: string;
          roles?: ('viewer' | 'operator' | 'approver' | 'auditor' | 'admin')[];
          uid?: number;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            person: components['schemas']['Person'];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPolicies: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Policy'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listProfiles: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Profile'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  endSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  redeemSignInToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          token: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openKeySession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          challenge: string;
          keyId: string;
          signature: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @example 2026-03-03T09:00:00.000Z
             */
            ends: string;
            person: components['schemas']['Self'];
            roles: ('viewer' | 'operator' | 'approver' | 'auditor' | 'admin')[];
            token: string;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  challengeKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          keyId: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            challenge: string;
            /**
             * Format: date-time
             * @example 2026-03-03T09:00:00.000Z
             */
            ends: string;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openPasskeySession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          response: components['schemas']['WebAuthnResponse'];
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  passkeySignInOptions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebAuthnOptions'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSweeps: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Sweep'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  runSweep: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          source: 'host';
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sweep'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          agent: string;
          ttlSeconds?: number;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JoinToken'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listTrusts: {
    parameters: {
      query?: {
        asOf?: string;
        knownAt?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Trust'][];
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  healthz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description ok */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  logCheckpoint: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A signed note */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  logTile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        rest: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A tile */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  logVerifierKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A verifier key */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metrics */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  introspect: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/x-www-form-urlencoded': {
          token: string;
          token_type_hint?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Introspection'];
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1 */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  crl: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A list */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/pkix-crl': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  caCertificate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description PEM */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-pem-file': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readyz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description ok */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Refused or failed (RFC 9457); `code` is of a closed list. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
