import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceError } from '../../source-error.ts';
import type { Directory, FoundPage, Values } from './client.ts';
import { allOf, mustShow, pagesOf } from './reading.ts';

const LIMITS = { pagesMax: 5 };
const SEARCH = { base: 'DC=t', scope: 'sub' as const, filter: '(cn=*)', attributes: [] };
const SAME = Buffer.from('same');
const entry = (dn: string, more = {}): Values => ({ dn: [dn], ...more });
const page = (dns: string[], cookie?: Buffer, referrals: string[] = []): FoundPage => ({
  entries: dns.map((dn) => entry(dn)),
  referrals,
  ...(cookie === undefined ? {} : { cookie }),
});

/** Gives the pages one after the other, the last again and again. */
function directory(pages: FoundPage[], base: () => Promise<Values[]> = async () => []): Directory {
  let at = 0;
  const next = async () => pages[Math.min(at++, pages.length - 1)] as FoundPage;
  return { search: base, page: next, close: async () => undefined };
}

const all = (...pages: FoundPage[]) => allOf(directory(pages), LIMITS, SEARCH);

describe('ldap, paging', () => {
  it('goes on while there is a cookie, also past an empty page and where the cookie stays the same', async () => {
    const found = await all(page(['a'], SAME), page([], SAME), page(['b'], SAME), page(['c']));
    assert.deepEqual(
      found.map(({ dn }) => dn),
      [['a'], ['b'], ['c']],
    );
  });

  it('a page that comes again is an error, and the loop ends', async () => {
    await assert.rejects(all(page(['a'], SAME), page(['b'], Buffer.from('next')), page(['a'], SAME)), {
      kind: 'failed',
    });
  });

  it('empty pages without an end are a denied range', async () => {
    await assert.rejects(all(page(['a'], SAME), page([], SAME)), { kind: 'denied' });
  });

  it('another server is a denied range, but for what holds no accounts', async () => {
    const forest = ['CN=Configuration,DC=t', 'DC=DomainDnsZones,DC=t', 'DC=ForestDnsZones,DC=t'];
    const urls = [...forest, 'DC=child,DC=t'].map((dn) => `ldap://t/${dn}`);
    const pages = await Array.fromAsync(
      pagesOf(directory([page([], SAME, urls.slice(0, 3)), page([], undefined, urls)]), LIMITS, SEARCH),
    );
    assert.deepEqual(
      pages.map(({ denied, end }) => [denied?.map(({ why }) => why), end]),
      [
        [[], false],
        [['1 parts are on other servers'], true],
      ],
    );
  });
});

describe('ldap, a base', () => {
  const shown = (answer: () => Promise<Values[]>) => mustShow(directory([], answer), 'DC=t');
  const refused = (kind: 'denied' | 'failed', message: string) => async () => {
    throw new SourceError(kind, message);
  };

  it('that shows itself may be read', async () => {
    await shown(async () => [entry('DC=t', { objectclass: ['domain'] })]);
  });

  it('that shows nothing, or no more than its name, or is not there, is a denied range', async () => {
    await assert.rejects(
      shown(async () => []),
      { kind: 'denied' },
    );
    await assert.rejects(
      shown(async () => [entry('DC=t', { objectclass: [] })]),
      { kind: 'denied' },
    );
    await assert.rejects(shown(refused('failed', 'the server failed (32)')), { kind: 'denied' });
  });

  it('of which the server says something else is what it says', async () => {
    await assert.rejects(shown(refused('failed', 'the connection was lost')), { kind: 'failed' });
  });
});
