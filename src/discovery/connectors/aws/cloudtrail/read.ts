import { readFile } from 'node:fs/promises';
import type { RawPage } from '../../../contract.ts';
import { SourceError } from '../../../source-error.ts';
import { type Account, beside } from '../account.ts';
import type { CloudTrailSettings } from '../settings.ts';
import { checkedDigest, type Digest, linkOf, sha256, type TrailKey, trailKeys } from './digest.ts';
import { isCreation } from './events.ts';
import { contentOf, type TrailStore, trailStore } from './store.ts';

/** Digests come every hour; one that is later than this is missing. */
const LATE_MILLISECONDS = 3 * 60 * 60 * 1000;
const DIGEST_NAME = /\/(\d{12})\/CloudTrail-Digest\/(.{1,500})_(\d{8}T\d{6}Z)\.json\.gz$/;

type Events = { Records?: unknown };

interface Trail {
  account: Account;
  store: TrailStore;
  keys: TrailKey[];
  settings: CloudTrailSettings;
}

/** `20260102T030405Z`, as names of digests have it, as RFC 3339. */
const momentOf = (stamp: string): string =>
  stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');

/** Names of an account's digests in order of time, by region and trail: each of those is a chain of its own. */
async function chains({ account, store, settings }: Trail): Promise<Map<string, string[]>> {
  const found = (await store.names()).flatMap((name) => {
    const [, owner, chain, stamp] = DIGEST_NAME.exec(name) ?? [];
    if (owner !== account.id || chain === undefined || stamp === undefined) return [];
    const end = momentOf(stamp);
    const wanted = end >= (settings.since ?? '') && (settings.until === undefined || end <= settings.until);
    return wanted ? [{ name, chain: chain.replace(/\/\d{4}\/\d\d\/\d\d\//, '/'), end }] : [];
  });
  const groups = Map.groupBy(found, ({ chain }) => chain);
  const inTime = (a: { end: string }, b: { end: string }) => (a.end < b.end ? -1 : 1);
  return new Map([...groups].map(([chain, some]) => [chain, some.sort(inTime).map(({ name }) => name)]));
}

async function readDigest({ account, store, keys }: Trail, name: string): Promise<Digest> {
  const stored = await store.get(name);
  if (stored.signature === undefined) throw new SourceError('failed', 'a digest without a signature');
  const content = await contentOf(stored, account.limits.bodyMaxBytes);
  const { signature } = stored;
  return checkedDigest({ content, signature, object: name, bucket: store.bucket, account: account.id }, keys);
}

/** @throws SourceError where it is missing, or is not what the digest says it was */
async function readLog({ account, store }: Trail, { s3Object, hashValue }: Digest['logFiles'][number]) {
  const content = await contentOf(await store.get(s3Object), account.limits.bodyMaxBytes);
  if (sha256(content) !== hashValue)
    throw new SourceError('failed', 'not what its digest says: it was changed');
  const { Records } = JSON.parse(content.toString('utf8')) as Events;
  if (!Array.isArray(Records)) throw new SourceError('failed', 'a log file without records');
  return Records.filter(isCreation);
}

const refuse = (page: RawPage, what: string, why: string) => {
  page.denied = [...(page.denied ?? []), { what, why }];
};
const fail = (page: RawPage, what: string, why: string) => {
  page.errors = [...(page.errors ?? []), { what, why }];
};

/** What lies between a digest and the one before it. */
function checkLink(
  page: RawPage,
  digest: Digest,
  before: Digest | undefined,
  since: string | undefined,
): void {
  if (before === undefined) {
    const first = digest.previousDigestS3Object === null || digest.previousDigestS3Object === undefined;
    if (!first && digest.digestStartTime > (since ?? ''))
      refuse(page, `events before ${digest.digestStartTime}`, 'the digest before it is not there');
    return;
  }
  const link = linkOf(before, digest);
  if (link === 'gap')
    refuse(
      page,
      `events from ${before.digestEndTime} to ${digest.digestStartTime}`,
      'a gap in the chain of digests',
    );
  if (link === 'broken') fail(page, 'chain of digests', `broken at ${digest.digestEndTime}`);
}

/** Where the chain ends before it should, the rest is unknown. */
function checkEnd(page: RawPage, last: Digest | undefined, { account, settings }: Trail): void {
  const wanted = settings.until ?? new Date(account.now().getTime() - LATE_MILLISECONDS).toISOString();
  if (
    last !== undefined &&
    Date.parse(last.digestEndTime) < Date.parse(wanted) - (settings.until ? LATE_MILLISECONDS : 0)
  )
    refuse(page, `events after ${last.digestEndTime}`, 'no digest tells of them');
}

async function pageOf(trail: Trail, name: string, before: Digest | undefined) {
  const page: RawPage = {
    operation: trail.store.operation,
    request: { digest: name },
    items: [],
    calls: 1,
    end: false,
  };
  const digest = await beside(page, `digest ${name}`, () => readDigest(trail, name));
  if (digest === undefined) return { page, digest };
  checkLink(page, digest, before, trail.settings.since);
  for (const file of digest.logFiles) {
    page.calls = (page.calls ?? 0) + 1;
    const events = await beside(page, `log file ${file.s3Object}`, () => readLog(trail, file));
    page.items.push(...(events ?? []));
  }
  return { page, digest };
}

/**
 * Creation events of an account, as its trail delivered them. Only log files that a signed digest vouches for are read; what
 * none vouches for yet is the next sweep's.
 */
export async function* readTrail(account: Account, settings: CloudTrailSettings): AsyncGenerator<RawPage> {
  const store = trailStore(account, settings);
  const keys = trailKeys(await readFile(settings.publicKeys, 'utf8'));
  const trail: Trail = { account, store, keys, settings };
  const found = [...(await chains(trail)).values()];
  if (found.length === 0) throw new SourceError('failed', 'no digest of this account is there');
  for (const [at, names] of found.entries()) {
    let before: Digest | undefined;
    for (const name of names) {
      const { page, digest } = await pageOf(trail, name, before);
      // After one that does not hold the next has nothing to follow: that is told once, as its error.
      before = digest;
      const last = name === names.at(-1);
      if (last) checkEnd(page, digest, trail);
      yield { ...page, end: last && at === found.length - 1 };
    }
  }
}
