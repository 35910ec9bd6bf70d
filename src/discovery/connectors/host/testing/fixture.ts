import { createHmac } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostObserved, HostPage } from '../../../files/observed.ts';
import { openHost } from '../listings.ts';

/** Stands for every secret of a fixture: wherever it turns up in what was seen, a value has leaked. */
export const CANARY = 'canary-not-a-real-value';

export const context = {
  fingerprint: (secret: string) => createHmac('sha256', 'of this test').update(secret).digest('hex'),
  reference: (observed: string, naturalId: string) => `host/${observed}/${naturalId}`,
  now: () => new Date('2026-01-01T00:00:00Z'),
};

export interface Fixture {
  root: string;
  put(path: string, text: string | Buffer, mode?: number): void;
  sweep(options?: { sweepRoots?: string[] }): Promise<Map<string, HostPage>>;
  remove(): void;
}

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'pay:x:990:990::/srv/pay:/usr/sbin/nologin',
  'anna:x:1000:1000::/home/anna:/bin/sh',
  '',
].join('\n');

/** A folder that stands for a host with three accounts. */
export function openFixture(): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'host-'));
  const put = (path: string, text: string | Buffer, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  put('/etc/passwd', PASSWD);
  return {
    root,
    put,
    async sweep(options = {}) {
      const pages = new Map<string, HostPage>();
      const host = openHost({ root, ...options });
      for (const listing of Object.keys(host.scope)) pages.set(listing, await host.read(listing, context));
      return pages;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export const find = (page: HostPage | undefined, naturalId: string): HostObserved | undefined =>
  page?.items.find((item) => item.naturalId === naturalId);

export const ofKind = (page: HostPage | undefined, kind: string): HostObserved[] =>
  (page?.items ?? []).filter(({ attributes }) => attributes.kind === kind);

/** The text behind a value that may name a person. */
export const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'personal' in value ? value.personal : value;

/** Everything that a page would have recorded, but for natural ids: those are only ever kept as a keyed digest. */
export const recorded = (pages: Iterable<HostPage>): string =>
  JSON.stringify(
    [...pages].map((page) => ({ ...page, items: page.items.map(({ naturalId: _, ...item }) => item) })),
  );
