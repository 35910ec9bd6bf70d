import { hex } from '../bytes.ts';
import { encodeLeaf } from '../entry.ts';
import { leafHash } from '../merkle.ts';
import {
  type CredentialRecord,
  type DecisionRecord,
  type Entry,
  isToken,
  type RequestRecord,
  type Rows,
} from '../words/index.ts';
import { type Facts, joined, json } from './facts.ts';
import { type Definition, define, defineEvents } from './population.ts';

type Decided = Entry & { data: { request: RequestRecord; decision: DecisionRecord } };
type Granted = Decided & { data: { credential: CredentialRecord } };

const SERIAL_LEAF_BYTES = 12;
const SERIAL_INDEX_DIGITS = 14;

const hashOf = ({ leaf }: Pick<Entry, 'leaf'>): Uint8Array => leafHash(encodeLeaf(leaf));

/** The X.509 serial that names an entry: one octet 01, its index in 7, and 96 bits of its leaf hash; hex. */
const serialOf = (entry: Pick<Entry, 'leaf' | 'index'>): string =>
  `01${entry.index.toString(16).padStart(SERIAL_INDEX_DIGITS, '0')}${hex(hashOf(entry).subarray(0, SERIAL_LEAF_BYTES))}`;

const nameIn = (entry: Granted): string =>
  isToken(entry.data.credential) ? `${entry.index}.${hex(hashOf(entry))}` : serialOf(entry);

const REQUEST: Array<[string, string, (entry: Decided, facts: Facts) => string | number | null]> = [
  ['request', 'id of the request', ({ data }) => data.request.request],
  ['door', 'where it came in', ({ data }) => data.request.door],
  ['action', 'what was asked for', ({ data }) => data.request.action],
  ['identity', 'id of the identity; empty where none was found', ({ data }) => data.request.identity],
  ['identity_name', 'its name', ({ data }, facts) => facts.nameOf('identity', data.request.identity)],
  ['trust', 'id of the trust that was used', ({ data }) => data.request.trust],
  ['agent', 'id of the agent that attested', ({ data }) => data.request.agent],
  ['instance', 'id of the running holder', ({ data }) => data.request.instance],
  ['method', 'how it was attested', ({ data }) => data.request.method],
  ['attested', 'facts that the platform proved', ({ data }, facts) => json(data.request.attested, facts)],
  ['claimed', 'what the caller said: never believed', ({ data }, facts) => json(data.request.claimed, facts)],
  [
    'requested_ttl_seconds',
    'lifetime asked for; empty where none was',
    ({ data }) => data.request.requestedTtlSeconds,
  ],
  ['effect', '`allow` or `deny`', ({ data }) => data.decision.effect],
  ['rule', 'what decided', ({ data }) => data.decision.rule],
  ['reason', 'in words', ({ data }) => data.decision.reason],
  [
    'policy_set',
    'SHA-256 over the versions of every policy in force, hex',
    ({ data }) => data.decision.policySet,
  ],
  [
    'policies',
    'those that determined the outcome, with versions',
    ({ data }) => joined(data.decision.determining.map(({ policy, version }) => `${policy}@${version}`)),
  ],
];

const CREDENTIAL: Array<[string, string, (credential: CredentialRecord) => string | number | boolean]> = [
  ['type', 'kind of credential', ({ type }) => type],
  ['spiffe_id', 'SPIFFE ID that it proves', ({ subject }) => subject],
  ['key_hash', 'SHA-256 of its public key, hex; for a token, of its audiences', ({ keyHash }) => keyHash],
  ['audience', 'who a token is for', ({ audience }) => joined(audience)],
  ['scope', 'OAuth scopes of an access token', ({ scope }) => joined(scope ?? [])],
  ['not_before', 'start of its validity', ({ notBefore }) => notBefore],
  ['not_after', 'end of its validity', ({ notAfter }) => notAfter],
  ['granted_ttl_seconds', 'lifetime granted', ({ ttlSeconds }) => ttlSeconds],
  ['shortened', 'true where more was asked for', ({ shortened }) => shortened],
  ['issuer', 'id of the key that signed', ({ issuer }) => issuer],
];

export const credentials = defineEvents<'credential.granted'>({
  question: 'Which credentials were issued in the period, to whom, for how long, and by which rule?',
  kinds: ['credential.granted'],
  columns: [
    [
      'named',
      'serial of the certificate (hex) or `jti` of the token: both name this entry and its leaf hash',
      (entry) => nameIn(entry as Granted),
    ],
    ...CREDENTIAL.map(
      ([name, meaning, of]) => [name, meaning, ({ data }: Granted) => of(data.credential)] as never,
    ),
    ...(REQUEST as never[]),
  ],
});

export const refusals = defineEvents<'credential.refused'>({
  question: 'What was asked for and refused, and why?',
  kinds: ['credential.refused'],
  columns: [['code', 'closed code that the caller got', ({ data }) => data.code], ...(REQUEST as never[])],
});

const EARLIER: Definition<Rows['credential']>['columns'] = [
  ['entry', 'index of the entry that granted it', ({ entry }) => entry],
  ['granted', 'when', ({ granted }) => granted],
  ['identity', 'id of the identity', ({ request }) => request.identity],
  ['identity_name', 'its name', ({ request }, facts) => facts.nameOf('identity', request.identity)],
  ...CREDENTIAL.map(
    ([name, meaning, of]) => [name, meaning, ({ credential }: Rows['credential']) => of(credential)] as never,
  ),
];

export const earlierCredentials = define<Rows['credential']>({
  question: 'Which credentials from before the period could still be used in it?',
  filter:
    'every credential granted before the period whose validity had not ended at its start, locked or not',
  order: 'by entry',
  columns: EARLIER,
  items: ({ input }) => [...input.opening.tables.credential.values()].sort((a, b) => a.entry - b.entry),
});

export const deliveries = defineEvents<'delivery.reported'>({
  question: 'How often did agents hand out again what they held?',
  kinds: ['delivery.reported'],
  columns: [
    ['agent', 'id', ({ data }) => data.agent],
    ['from', 'start of the time that is told of', ({ data }) => data.from],
    ['to', 'its end', ({ data }) => data.to],
    [
      'deliveries',
      'credential entry, instance, times',
      ({ data }) =>
        joined(
          data.deliveries.map(({ credential, instance, count }) => `${credential} ${instance} ${count}`),
        ),
    ],
  ],
});
