import type { Opening, RawPage } from '../../contract.ts';
import { type HostAddress, type KnownHost, linesFor, stateOfHostKey } from '../../formats/known-hosts.ts';
import { hasOwnHome } from '../../formats/passwd.ts';
import type { PublicKeyFacts } from '../../formats/ssh-keys.ts';
import type { SshdSettings } from '../../formats/sshd-config.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import { type Handshake, KEY_TYPES, shakeHands, type Verdict } from './handshake.ts';
import { HANDSHAKE, OPEN } from './operations.ts';
import {
  authoritiesIn,
  keysOf,
  merge,
  noFaults,
  PASSWD,
  readAccounts,
  readSettings,
  SSHD_CONFIG,
  tell,
  toldOf,
  whose,
} from './remote.ts';
import { openFiles, type RemoteFiles } from './sftp.ts';

/** On one page. */
export const ACCOUNTS_PER_PAGE = 50;

/** sshd_config(5), AuthorizedKeysFile. */
const KEYS_FILE_DEFAULT = '.ssh/authorized_keys .ssh/authorized_keys2';

export interface Login {
  username: string;
  privateKey: string;
  passphrase?: string;
}

/** One host: what it presents, and what can be read there after a login. */
export class Host {
  readonly #address: HostAddress;
  readonly #known: KnownHost[];
  readonly #login: Login | undefined;
  readonly #opening: Opening;
  #files: Promise<RemoteFiles> | undefined;
  #settings: Promise<SshdSettings> | undefined;

  constructor(address: HostAddress, known: KnownHost[], login: Login | undefined, opening: Opening) {
    this.#address = address;
    this.#known = known;
    this.#login = login;
    this.#opening = opening;
  }

  /** A host that shows another key than it had is not talked to, whoever it may be. */
  #judge(key: PublicKeyFacts, mustBeKnown: boolean): Verdict {
    const state = stateOfHostKey(this.#known, this.#address, key);
    if (state === 'changed')
      return new SourceError('failed', 'presents another host key than known_hosts has: refused');
    if (state === 'revoked') return new SourceError('failed', 'presents a revoked host key: refused');
    if (state === 'unlisted' && mustBeKnown)
      return new SourceError('denied', 'its host key is not in known_hosts, so nobody was logged in');
    return 'proceed';
  }

  /** Every key that the host can prove to have. */
  async *hostKeys(): AsyncGenerator<RawPage> {
    const faults = noFaults();
    const items: unknown[] = [];
    let calls = 0;
    for (const types of KEY_TYPES) {
      try {
        const shake = {
          address: this.#address,
          types,
          judge: (key: PublicKeyFacts) => this.#judge(key, false),
        };
        const shaken = await shakeHands(shake, this.#opening);
        calls += shaken.calls;
        if (shaken.outcome === undefined) continue;
        const { key } = shaken.outcome;
        items.push({ ...key, knownHosts: stateOfHostKey(this.#known, this.#address, key) });
      } catch (error) {
        calls += 1;
        tell(faults, `host key of type ${types[0]}`, error);
        if (items.length === 0 && /^E[A-Z]+$|in time/.test(asSourceError(error).message)) break;
      }
    }
    if (linesFor(this.#known, this.#address).some(({ marker }) => marker === 'cert-authority'))
      faults.denied.push({ what: 'host certificates', why: 'are not read: only plain host keys are' });
    if (items.length === 0 && faults.errors.length + faults.denied.length === 0)
      faults.errors.push({ what: 'host keys', why: 'no key of a known type is presented' });
    yield { operation: HANDSHAKE, request: {}, items, calls, end: true, ...faults };
  }

  async #open(): Promise<RemoteFiles> {
    if (this.#login === undefined)
      throw new SourceError('denied', 'no `user` and private key are configured to log in with');
    const shaken = await shakeHands(
      {
        address: this.#address,
        // A type that known_hosts does not have would end as unlisted though the host is known.
        types: this.#typesKnown(),
        judge: (key) => this.#judge(key, true),
        login: this.#login,
      },
      this.#opening,
    );
    if (shaken.outcome?.client === undefined)
      throw new SourceError('failed', 'has no host key of a type that known_hosts has for it: refused');
    return openFiles(shaken.outcome.client, this.#opening);
  }

  #typesKnown(): Handshake['types'] {
    const types = new Set(
      linesFor(this.#known, this.#address)
        .filter(({ marker }) => marker === null)
        .map(({ type }) => type as string),
    );
    const known = KEY_TYPES.filter((names) => names.some((name) => types.has(name))).flat();
    return known.length > 0 ? known : KEY_TYPES.flat();
  }

  /** One connection for the whole sweep. After one that failed or broke off the next listing opens another. */
  async #remote(): Promise<RemoteFiles> {
    if ((await this.#files)?.gone()) this.#files = undefined;
    this.#files ??= this.#open().catch((error: unknown) => {
      this.#files = undefined;
      throw error;
    });
    return this.#files;
  }

  async close(): Promise<void> {
    await this.#files?.then((files) => files.close()).catch(() => {});
  }

  async *accounts(): AsyncGenerator<RawPage> {
    const files = await this.#remote();
    const { accounts, faults } = await readAccounts(files);
    const items = accounts.map((account) => ({ ...whose(account), gid: account.gid, shell: account.shell }));
    const request = { path: PASSWD };
    yield { operation: OPEN, request, items, calls: files.takeCalls(), end: true, ...faults };
  }

  #sshd(files: RemoteFiles): Promise<SshdSettings> {
    this.#settings ??= readSettings(files).catch((error: unknown) => {
      this.#settings = undefined;
      throw error;
    });
    return this.#settings;
  }

  async *authorizedKeys(): AsyncGenerator<RawPage> {
    const files = await this.#remote();
    const { accounts } = await readAccounts(files);
    const { values, inMatch } = await this.#sshd(files);
    const setting = values.get('authorizedkeysfile') ?? KEYS_FILE_DEFAULT;
    const homes = accounts.filter(hasOwnHome);
    const first = noFaults();
    if (!/^(?:none)?$/i.test(values.get('authorizedkeyscommand') ?? ''))
      first.denied.push({ what: 'keys of AuthorizedKeysCommand', why: 'a program hands them out' });
    if (inMatch.has('authorizedkeysfile') || inMatch.has('authorizedkeyscommand'))
      first.denied.push({ what: 'keys of some logins', why: 'a Match block says where they stand' });
    for (let at = 0; at === 0 || at < homes.length; at += ACCOUNTS_PER_PAGE) {
      const faults = at === 0 ? first : noFaults();
      // All at once: each file costs four round trips, and the connection takes them side by side.
      const page = homes.slice(at, at + ACCOUNTS_PER_PAGE);
      const lists = await Promise.all(page.map((account) => keysOf(files, account, setting)));
      for (const list of lists) merge(faults, list.faults);
      const end = at + ACCOUNTS_PER_PAGE >= homes.length;
      const items = lists.flatMap((list) => list.items);
      yield { operation: OPEN, request: { from: at }, items, calls: files.takeCalls(), end, ...faults };
    }
  }

  /** What sshd_config says of logins, and the authorities whose user certificates it takes. */
  async *server(): AsyncGenerator<RawPage> {
    const files = await this.#remote();
    const { values, matchBlocks, inMatch } = await this.#sshd(files);
    const faults = noFaults();
    const path = values.get('trustedusercakeys');
    const authorities: unknown[] = [];
    if (path !== undefined && path.toLowerCase() !== 'none')
      authorities.push(...(await authoritiesIn(files, path, faults)));
    if (inMatch.has('trustedusercakeys'))
      faults.denied.push({ what: 'authorities of some logins', why: 'a Match block names them' });
    const items = [{ settings: toldOf(values), authorities, authoritiesFile: path ?? null, matchBlocks }];
    yield {
      operation: OPEN,
      request: { path: SSHD_CONFIG },
      items,
      calls: files.takeCalls(),
      end: true,
      ...faults,
    };
  }
}
