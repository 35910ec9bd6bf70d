/** A real server on free ports, a real browser, and a story already told: what the console's tests look at. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { approvalMessage } from '#verifier';
import { type Served, serve } from '../../src/api/index.ts';
import { readConfig } from '../../src/config.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A busy machine takes its time; nothing here waits longer than it must. */
export const PATIENCE_MS = 30_000;
export const VIEWPORT = { width: 1280, height: 860 };

/** Why the console's tests cannot run here; undefined where they can. */
export const missing: string | undefined = existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;

export type Theme = 'light' | 'dark';

export interface World {
  readonly server: Served;
  readonly url: string;
  readonly browser: Browser;
  /** A browser of its own: no cookies, and no passkeys but what it makes. */
  newContext(theme?: Theme): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const data = mkdtempSync(join(tmpdir(), 'muniment-console-'));
  const flags = { data, consolePort: 0, apiPort: 0, sweep: false, logLevel: 'silent' };
  const server = await serve(readConfig({ environment: {}, flags }));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    server,
    browser,
    url: server.urls.console,
    async newContext(colorScheme = 'light') {
      const context = await browser.newContext({
        viewport: VIEWPORT,
        colorScheme,
        baseURL: server.urls.console,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      return context;
    },
    async close() {
      await browser.close();
      await server.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A page whose device holds passkeys and whose person is always there and verified. */
export async function newPageWithPasskeys(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return page;
}

export interface KeyFilePerson {
  id: string;
  name: string;
  /** Approves a change by the key file, as the command line does. */
  approve(change: string, planDigest: string): Promise<void>;
}

/** Enrols a person with a key file while the bootstrap is open. */
export async function enrolWithKeyFile(
  { house }: Served,
  name: string,
  displayName = `Person ${name}`,
): Promise<KeyFilePerson> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const { person } = await house.changes.enrolBootstrap({
    name,
    displayName,
    key: { type: 'ed25519', publicKey: spki },
    actor: 'sys',
  });
  const keyId = (await house.log.row('person', person))?.spec.keys[0]?.id ?? '';
  return {
    id: person,
    name,
    async approve(change, planDigest) {
      const signature = sign(null, approvalMessage(planDigest), privateKey).toString('base64url');
      await house.changes.approve({
        change,
        planDigest,
        signature: { type: 'ed25519', keyId, signature },
        channel: 'console',
        session: { person },
      });
    },
  };
}

/** Opens a sign-in link, as a person would from a terminal. */
export async function signIn(page: Page, { signIn: link }: Served, name?: string): Promise<void> {
  const made = await link(name);
  if (made === undefined) throw new Error('no sign-in link was made');
  await page.goto(made.url);
}
