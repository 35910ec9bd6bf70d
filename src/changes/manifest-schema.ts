import { z } from 'zod';
import { ACTIONS, ENVIRONMENTS, IDENTITY_KINDS, type ResourceKind, ROLES } from '#verifier';
import { NAME_MAX_CHARACTERS } from '../kernel/index.ts';

export const API_VERSION = 'muniment/v1';

const TEXT_MAX_CHARACTERS = 1024;
const DISPLAY_NAME_MAX_CHARACTERS = 200;
const EMAIL_MAX_CHARACTERS = 254;
const CEDAR_MAX_CHARACTERS = 65_536;
const FACT_MAX_CHARACTERS = 4_096;
const LIST_MAX_ITEMS = 64;
const TTL_MIN_SECONDS = 60;
const TTL_MAX_SECONDS = 30 * 86_400;
const UID_MAX = 4_294_967_294;

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Marks an issue as a bad name, which has a code of its own. */
export const NAME_FAULT = 'a name is 1 to 63 of a-z, 0-9 and `-`, and starts and ends with a letter or digit';

// Control and format characters, the joiner of emoji apart: what is signed must look like what it is.
const UNSEEN = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const UNSEEN_BUT_LINES = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const isVisible = (text: string, unseen: RegExp): boolean =>
  text.isWellFormed() && text.trim() !== '' && !unseen.test(text);

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isVisible(text, UNSEEN), 'must be one line of visible characters');

const lines = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isVisible(text, UNSEEN_BUT_LINES), 'holds a character that is not seen');

export const name = z.string().max(NAME_MAX_CHARACTERS, NAME_FAULT).regex(NAME, NAME_FAULT);

/** One line that a person wrote to be read: also a change's title and reason. */
export const Text = line(TEXT_MAX_CHARACTERS);
const Base64Url = z
  .string()
  .max(2048)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');

const unique = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(LIST_MAX_ITEMS)
    .refine((items) => new Set(items).size === items.length, 'holds an item twice');

const Key = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ed25519'), id: z.string().optional(), publicKey: Base64Url }),
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

const agents = unique(name).min(1).optional();

const Trust = z.discriminatedUnion('method', [
  z.strictObject({ identity: name, method: z.literal('unix'), where: UnixWhere, agents }),
  z.strictObject({
    identity: name,
    method: z.literal('token'),
    where: z.strictObject({}).optional(),
    agents,
  }),
]);

/** The `spec` of each kind as a person writes it: names in place of ids, personal values in clear, no unknown key. */
export const SPECS = { Person, Application, Profile, Identity, Policy, Trust } as const satisfies Record<
  ResourceKind,
  z.ZodType
>;

export type ManifestSpecs = { [K in ResourceKind]: z.infer<(typeof SPECS)[K]> };
