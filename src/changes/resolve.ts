import { createHash, createPublicKey } from 'node:crypto';
import {
  ACCESS_PATHS,
  type ApprovalKey,
  type ClientKey,
  type Commitment,
  DENIAL_KINDS,
  type Owned,
  type PersonSpec,
  RESOURCE_KINDS,
  RESOURCE_TABLES,
  type ResourceKind,
  type ResourceSpecs,
  ROLES,
  type Rows,
  type TrustSpec,
} from '#verifier';
import { approvalKeyId, MunimentError, parseSpiffeId } from '../kernel/index.ts';
import type { People } from '../registry/index.ts';
import type { View } from '../store/index.ts';
import { clientKeys } from './client-keys.ts';
import type { Fresh } from './fresh.ts';
import type { ManifestSpecs } from './manifest-schema.ts';
import type { Manifest } from './manifests.ts';
import type { Desired } from './model.ts';

export interface Naming {
  view: View;
  people: People;
  fresh: Fresh;
  trustDomain: string;
}

const fault = (message: string, path: string): MunimentError =>
  new MunimentError('invalid_manifest', `\`${path}\`: ${message}`, { path });

/** Leaves out keys that hold undefined: an optional field is absent, never empty. */
const compact = <T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/** What stands under a name. */
export function standingNamed(kind: ResourceKind, name: string, { view, people }: Naming) {
  if (kind === 'Person') return people.named(view, name);
  return view.named(RESOURCE_TABLES[kind] as 'application', name) as Rows['application'] | undefined;
}

function wasRetired(kind: ResourceKind, name: string, { view, people }: Naming): boolean {
  const nameOf = (row: { name: string | Commitment }) =>
    typeof row.name === 'string' ? row.name : people.value(row.name);
  return [...view.rows(RESOURCE_TABLES[kind]).values()].some((row) => row.retired && nameOf(row) === name);
}

/** `KIND/NAME`: something declared, named instead of by its id. */
const DECLARED_SUBJECT = new RegExp(`^(${RESOURCE_KINDS.join('|')})/(.+)$`);

const OWNED_WORDS: Record<Exclude<Owned, 'issuance-rule'>, readonly string[]> = {
  'access-path': ACCESS_PATHS,
  'denial-kind': DENIAL_KINDS,
  'change-kind': RESOURCE_KINDS,
};

/** One pass over a set of manifests, in which they may name each other. */
class Resolver {
  readonly #naming: Naming;
  readonly #declared: ReadonlyMap<string, Manifest>;

  constructor(manifests: readonly Manifest[], naming: Naming) {
    this.#naming = naming;
    this.#declared = new Map(manifests.map((each) => [`${each.kind} ${each.name}`, each]));
  }

  #id(kind: ResourceKind, name: string): string {
    return standingNamed(kind, name, this.#naming)?.id ?? this.#naming.fresh.id(kind, name);
  }

  /** The id of what a manifest names: something that stands, or that the same set declares. */
  #ref(kind: ResourceKind, name: string, path: string): string {
    const declared = this.#declared.get(`${kind} ${name}`);
    const stands = declared ? declared.spec !== null : standingNamed(kind, name, this.#naming) !== undefined;
    if (!stands) throw fault(`no ${kind} is named \`${name}\``, path);
    return this.#id(kind, name);
  }

  /** Undefined where there is nothing to do: what is to be retired was retired before. */
  resolve(manifest: Manifest): Desired | undefined {
    const { kind, name, path } = manifest;
    const present = standingNamed(kind, name, this.#naming);
    if (manifest.spec === null) {
      if (present) return { kind, id: present.id, name: present.name, after: null, path };
      if (wasRetired(kind, name, this.#naming)) return undefined;
      throw fault(`no ${kind} is named \`${name}\``, `${path}.name`);
    }
    const id = present?.id ?? this.#naming.fresh.id(kind, name);
    const stored =
      present?.name ?? (kind === 'Person' ? this.#naming.fresh.commit(name, 'name', name) : name);
    return { kind, id, name: stored, after: this.#spec(manifest), path } as Desired;
  }

  #spec(manifest: Manifest): ResourceSpecs[ResourceKind] {
    const path = `${manifest.path}.spec`;
    const { kind, name, spec } = manifest;
    switch (kind) {
      case 'Person':
        return this.#person(name, spec as ManifestSpecs['Person'], path);
      case 'Application':
        return this.#application(spec as ManifestSpecs['Application'], path);
      case 'Profile':
        return profile(spec as ManifestSpecs['Profile']);
      case 'Identity':
        return this.#identity(name, spec as ManifestSpecs['Identity'], path);
      case 'Policy':
        return policy(spec as ManifestSpecs['Policy']);
      case 'Trust':
        return this.#trust(spec as ManifestSpecs['Trust'], path);
      case 'Rotation':
        return this.#rotation(spec as ManifestSpecs['Rotation'], path);
      case 'Exception':
        return this.#exception(spec as ManifestSpecs['Exception'], path);
      case 'ControlOwner':
        return this.#controlOwner(spec as ManifestSpecs['ControlOwner'], path);
    }
  }

  /** The commitment that stands, where it is to the same value: a new salt would look like a change. */
  #personal(person: string, field: 'displayName' | 'email', value: string): Commitment {
    const { view, people, fresh } = this.#naming;
    const present = people.named(view, person)?.spec[field];
    return present && people.value(present) === value ? present : fresh.commit(person, field, value);
  }

  #person(name: string, spec: ManifestSpecs['Person'], path: string): PersonSpec {
    const roles = spec.roles ?? [];
    return compact<PersonSpec>({
      displayName: this.#personal(name, 'displayName', spec.displayName),
      email: spec.email === undefined ? undefined : this.#personal(name, 'email', spec.email),
      roles: ROLES.filter((role) => roles.includes(role)),
      keys: approvalKeys(spec.keys ?? [], `${path}.keys`),
      status: spec.status ?? 'active',
      uid: spec.uid,
    });
  }

  #application(spec: ManifestSpecs['Application'], path: string): ResourceSpecs['Application'] {
    const { description, status = 'active' } = spec;
    return { description, owner: this.#ref('Person', spec.owner, `${path}.owner`), status };
  }

  #identity(name: string, spec: ManifestSpecs['Identity'], path: string): ResourceSpecs['Identity'] {
    return compact<ResourceSpecs['Identity']>({
      kind: spec.kind,
      purpose: spec.purpose,
      application: this.#ref('Application', spec.application, `${path}.application`),
      owner: this.#ref('Person', spec.owner, `${path}.owner`),
      deputy: spec.deputy === undefined ? undefined : this.#ref('Person', spec.deputy, `${path}.deputy`),
      profile: this.#ref('Profile', spec.profile, `${path}.profile`),
      environment: spec.environment,
      spiffePath: this.#spiffePath(spec.spiffePath ?? `/${spec.application}/${name}`, `${path}.spiffePath`),
    });
  }

  /** The whole SPIFFE ID is what has to be valid, or nothing could be issued later. */
  #spiffePath(path: string, where: string): string {
    if (!path.startsWith('/')) throw fault('must start with `/`', where);
    try {
      return parseSpiffeId(`spiffe://${this.#naming.trustDomain}${path}`).path;
    } catch (error) {
      throw new MunimentError('invalid_spiffe_id', `\`${where}\`: ${(error as Error).message}`, {
        path: where,
      });
    }
  }

  #rotation(spec: ManifestSpecs['Rotation'], path: string): ResourceSpecs['Rotation'] {
    const identity = this.#ref('Identity', spec.identity, `${path}.identity`);
    return compact<ResourceSpecs['Rotation']>({ ...spec, identity } as ResourceSpecs['Rotation']);
  }

  #exception(spec: ManifestSpecs['Exception'], path: string): ResourceSpecs['Exception'] {
    const [, kind, named] = DECLARED_SUBJECT.exec(spec.subject) ?? [];
    const subject = named ? this.#ref(kind as ResourceKind, named, `${path}.subject`) : spec.subject;
    const owner = this.#ref('Person', spec.owner, `${path}.owner`);
    return { ...spec, subject, owner, until: new Date(spec.until).toISOString() };
  }

  #controlOwner(spec: ManifestSpecs['ControlOwner'], path: string): ResourceSpecs['ControlOwner'] {
    return {
      covers: spec.covers,
      target: this.#owned(spec, `${path}.target`),
      owner: this.#ref('Person', spec.owner, `${path}.owner`),
      reviewer: this.#ref('Person', spec.reviewer, `${path}.reviewer`),
    };
  }

  #owned({ covers, target }: ManifestSpecs['ControlOwner'], path: string): string {
    if (covers === 'issuance-rule') return this.#ref('Policy', target, path);
    const words = OWNED_WORDS[covers];
    if (words.includes(target)) return target;
    if (covers === 'access-path') return this.#ref('Trust', target, path);
    throw fault(`is no ${covers}: one of ${words.join(', ')}`, path);
  }

  #trust(spec: ManifestSpecs['Trust'], path: string): ResourceSpecs['Trust'] {
    return compact<ResourceSpecs['Trust']>({
      identity: this.#ref('Identity', spec.identity, `${path}.identity`),
      method: spec.method,
      ...proofs(spec, `${path}.where`),
    });
  }
}

const profile = (spec: ManifestSpecs['Profile']): ResourceSpecs['Profile'] =>
  compact<ResourceSpecs['Profile']>({
    ...spec,
    actions: spec.actions.toSorted(),
    audiences: spec.audiences?.toSorted(),
    scopes: spec.scopes?.toSorted(),
  });

type TrustManifest = ManifestSpecs['Trust'];

/** What must be shown. The keys of a client are matched by thumbprint, as any other fact; the keys themselves lie beside. */
function proofs(spec: TrustManifest, path: string): Pick<TrustSpec, 'where' | 'agents' | 'keys'> {
  if (spec.method === 'private-key-jwt') return clientKeys(spec.where.keys as ClientKey[], `${path}.keys`);
  if (spec.method === 'jwt-svid') for (const id of [spec.where.spiffeId].flat()) parseSpiffeId(id);
  return compact<Pick<TrustSpec, 'where' | 'agents'>>({
    where: compact<TrustSpec['where']>(spec.where ?? {}),
    agents: spec.agents?.toSorted(),
  }) as Pick<TrustSpec, 'where' | 'agents'>;
}

const policy = ({ description, cedar }: ManifestSpecs['Policy']): ResourceSpecs['Policy'] => ({
  description,
  cedar,
  version: createHash('sha256').update(cedar).digest('hex'),
});

const KEY_TYPES = { ed25519: ['ed25519'], passkey: ['ec', 'ed25519'] } as const;

/** The key must be exactly one SPKI: bytes behind it would give one key two ids. */
function checkPublicKey(type: ApprovalKey['type'], publicKey: string, path: string): void {
  const der = Buffer.from(publicKey, 'base64url');
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const fits = (KEY_TYPES[type] as readonly string[]).includes(key.asymmetricKeyType ?? '');
    const onCurve = key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    const exact =
      key.export({ format: 'der', type: 'spki' }).equals(der) && der.toString('base64url') === publicKey;
    if (fits && onCurve && exact) return;
  } catch {
    // Said below, in the same words for every way in which it is no key.
  }
  throw new MunimentError('invalid_key', `\`${path}\`: is no ${type} key (SPKI, DER, base64url)`, { path });
}

type KeyManifest = NonNullable<ManifestSpecs['Person']['keys']>[number];

function approvalKey({ id, ...key }: KeyManifest, path: string): ApprovalKey {
  checkPublicKey(key.type, key.publicKey, `${path}.publicKey`);
  const named = approvalKeyId(key.publicKey);
  if (id !== undefined && id !== named)
    throw fault(`is not the id of this key, which is \`${named}\``, `${path}.id`);
  return compact<ApprovalKey>({ id: named, ...key });
}

/** Approval keys as the log holds them, by id. Throws `invalid_key` for what is no key. */
export const approvalKeys = (keys: readonly KeyManifest[], path: string): ApprovalKey[] =>
  keys.map((key, index) => approvalKey(key, `${path}[${index}]`)).sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * Manifests with names resolved to ids and personal values to commitments.
 * Throws `invalid_manifest` with the path of what names nothing, `invalid_spiffe_id`, `invalid_key`.
 */
export function resolveManifests(manifests: readonly Manifest[], naming: Naming): Desired[] {
  const resolver = new Resolver(manifests, naming);
  return manifests.map((each) => resolver.resolve(each)).filter((each) => each !== undefined);
}
