import { z } from 'zod';
import { ACTIONS, ENVIRONMENTS, IDENTITY_KINDS, type ResourceKind, ROLES } from '#verifier';
import { ControlOwner, Exception } from './exception-schema.ts';
import { line, lines, name } from './fields.ts';
import { Rotation } from './rotation-schema.ts';

export const API_VERSION = 'muniment/v1';

const TEXT_MAX_CHARACTERS = 1024;
const DISPLAY_NAME_MAX_CHARACTERS = 200;
const EMAIL_MAX_CHARACTERS = 254;
const CEDAR_MAX_CHARACTERS = 65_536;
const FACT_MAX_CHARACTERS = 4_096;
const LIST_MAX_ITEMS = 64;
const SCOPE_MAX_CHARACTERS = 256;
/** RFC 6749, section 3.3: `scope-token`. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
/** Each assertion is tried against every key of its client. */
const CLIENT_KEYS_MAX = 8;
const TTL_MIN_SECONDS = 60;
const TTL_MAX_SECONDS = 30 * 86_400;
const UID_MAX = 4_294_967_294;

/** One line that a person wrote to be read: also a change's title and reason. */
export const Text = line(TEXT_MAX_CHARACTERS);
const Base64Url = z
  .string()
  .max(2048)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');

/** A moment, brought to UTC with milliseconds, so that two of them compare as text. */
const Until = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

const unique = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(LIST_MAX_ITEMS)
    .refine((items) => new Set(items).size === items.length, 'holds an item twice');

const Key = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ed25519'),
    id: z.string().optional(),
    publicKey: Base64Url,
    breakGlass: z.strictObject({ until: Until }).optional(),
  }),
  z.strictObject({
    type: z.literal('passkey'),
    id: z.string().optional(),
    publicKey: Base64Url,
    credentialId: Base64Url,
    rpId: line(253),
  }),
]);

const Person = z.strictObject({
  displayName: line(DISPLAY_NAME_MAX_CHARACTERS),
  email: line(EMAIL_MAX_CHARACTERS)
    .regex(/^[^@\s]+@[^@\s]+$/, 'must be an e-mail address')
    .optional(),
  roles: unique(z.enum(ROLES)).optional(),
  keys: z.array(Key).max(LIST_MAX_ITEMS).optional(),
  status: z.enum(['active', 'left']).optional(),
  uid: z.int().min(0).max(UID_MAX).optional(),
});

const Application = z.strictObject({
  description: Text,
  owner: name,
  status: z.enum(['active', 'retired']).optional(),
});

const Profile = z.strictObject({
  description: Text,
  actions: unique(z.enum(ACTIONS)).min(1),
  maxTtlSeconds: z.int().min(TTL_MIN_SECONDS).max(TTL_MAX_SECONDS),
  audiences: unique(line(TEXT_MAX_CHARACTERS)).min(1).optional(),
  scopes: unique(z.string().max(SCOPE_MAX_CHARACTERS).regex(SCOPE, 'must be an OAuth scope'))
    .min(1)
    .optional(),
});

const Identity = z.strictObject({
  kind: z.enum(IDENTITY_KINDS),
  purpose: Text,
  application: name,
  owner: name,
  deputy: name.optional(),
  profile: name,
  environment: z.enum(ENVIRONMENTS),
  spiffePath: z.string().optional(),
});

const Policy = z.strictObject({ description: Text, cedar: lines(CEDAR_MAX_CHARACTERS) });

const oneOrMore = <T extends z.ZodType>(value: T) =>
  z.union([value, z.array(value).min(1).max(LIST_MAX_ITEMS)]);
const NumberFact = oneOrMore(z.int().min(0).max(UID_MAX)).optional();
const WordFact = oneOrMore(line(FACT_MAX_CHARACTERS)).optional();

const UnixWhere = z
  .strictObject({
    uid: NumberFact,
    gid: NumberFact,
    user: WordFact,
    group: WordFact,
    path: oneOrMore(line(FACT_MAX_CHARACTERS).startsWith('/', 'must be an absolute path')).optional(),
    sha256: oneOrMore(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')).optional(),
  })
  // Without a condition any process on the host would be this identity.
  .refine((where) => Object.keys(where).length > 0, 'must hold at least one condition');

/** Only the members that name a key (RFC 7518, section 6): one that is private is an unknown key, and refused as such. */
const ClientKey = z.discriminatedUnion('kty', [
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'P-384']),
    x: Base64Url,
    y: Base64Url,
    kid: line(FACT_MAX_CHARACTERS).optional(),
  }),
  z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: Base64Url,
    kid: line(FACT_MAX_CHARACTERS).optional(),
  }),
  z.strictObject({
    kty: z.literal('RSA'),
    n: Base64Url,
    e: Base64Url,
    kid: line(FACT_MAX_CHARACTERS).optional(),
  }),
]);

const agents = unique(name).min(1).optional();

const Trust = z.discriminatedUnion('method', [
  z.strictObject({ identity: name, method: z.literal('unix'), where: UnixWhere, agents }),
  z.strictObject({
    identity: name,
    method: z.literal('token'),
    where: z.strictObject({}).optional(),
    agents,
  }),
  z.strictObject({
    identity: name,
    method: z.literal('private-key-jwt'),
    where: z.strictObject({ keys: z.array(ClientKey).min(1).max(CLIENT_KEYS_MAX) }),
  }),
  z.strictObject({
    identity: name,
    method: z.literal('jwt-svid'),
    where: z.strictObject({ spiffeId: oneOrMore(line(FACT_MAX_CHARACTERS).startsWith('spiffe://')) }),
    agents,
  }),
]);

/** The `spec` of each kind as a person writes it: names in place of ids, personal values in clear, no unknown key. */
export const SPECS = {
  Person,
  Application,
  Profile,
  Identity,
  Policy,
  Trust,
  Rotation,
  Exception,
  ControlOwner,
} as const satisfies Record<ResourceKind, z.ZodType>;

export type ManifestSpecs = { [K in ResourceKind]: z.infer<(typeof SPECS)[K]> };
