/** Takes the pictures of the guide, from a real server: `node test/console/pictures.ts`, once the console is built. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Served } from '../../src/api/index.ts';
import { addEstate } from './estate.ts';
import { type Furnished, furnish, SHORTENED } from './furnish.ts';
import { openWorld, signIn, type Theme } from './world.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images');

const MORE: Array<[name: string, kind: string, purpose: string, environment: string]> = [
  ['ledger-writer', 'service-account', 'Writes settlements to the general ledger', 'production'],
  ['invoice-mailer', 'workload', 'Sends invoices to customers', 'production'],
  ['shop-deploy', 'ci-job', 'Deploys the shop from its release branch', 'staging'],
  ['fraud-scorer', 'ai-agent', 'Scores payments for fraud, read-only', 'production'],
  ['bank-gateway', 'third-party', 'Fetches statements for the bank', 'production'],
  ['load-probe', 'bot', 'Pays test cards against staging all day', 'test'],
];

const manifestOf = ([name, kind, purpose, environment]: (typeof MORE)[number]): string =>
  `apiVersion: muniment/v1
kind: Identity
name: ${name}
spec:
  {kind: ${kind}, purpose: "${purpose}", application: payments, owner: bo, profile: internal-service, environment: ${environment}}
`;

/** Declares more identities; what was proposed before them no longer rests on what stands, so it is proposed again. */
async function addMore({ house }: Served, { ada, bo, proposed }: Furnished): Promise<string> {
  const { change, planDigest } = await house.changes.propose({
    manifests: MORE.map(manifestOf).join('---\n'),
    title: 'Register what payments runs',
    reason: 'Every machine identity gets an owner and a purpose',
    proposer: ada.id,
  });
  await bo.approve(change, planDigest);
  await house.changes.apply({ change, planDigest, actor: ada.id });
  await house.changes.withdraw({ change: proposed, reason: 'It is proposed again', actor: ada.id });
  const again = {
    manifests: SHORTENED,
    title: 'Shorten what services may hold',
    reason: 'Half an hour is enough',
  };
  return (await house.changes.propose({ ...again, proposer: ada.id })).change;
}

const world = await openWorld();
try {
  const furnished = await furnish(world.server);
  const { many } = await addEstate(world.server, furnished);
  const proposed = await addMore(world.server, furnished);
  await world.server.house.discovery.sweep('host', 'sys');
  const page = await (await world.newContext()).newPage();
  await signIn(page, world.server, 'bo');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  mkdirSync(FOLDER, { recursive: true });
  const pictures: Array<[name: string, theme: Theme, path: string, shown: string]> = [
    ['overview-light', 'light', '/', 'See all'],
    ['overview-dark', 'dark', '/', 'See all'],
    ['identities-light', 'light', '/identities', 'payments-api'],
    ['identity-dark', 'dark', `/identities/${furnished.identity}`, 'Proves itself by'],
    ['decisions-light', 'light', `/identities/${furnished.identity}?tab=decisions`, 'Refused'],
    ['change-light', 'light', `/changes/${proposed}`, 'Sign with a passkey'],
    ['entry-dark', 'dark', '/ledger/20', 'The log’s key signed this tree'],
    ['sources-light', 'light', '/sources', 'aws-production'],
    ['map-light', 'light', `/observations/${encodeURIComponent(many)}`, '40 × kubernetes-token'],
    ['queue-dark', 'dark', '/unregistered?source=aws-production', 'deploy-bot'],
    ['lock-light', 'light', `/locks/${furnished.lock}`, '41 ms'],
  ];
  for (const [name, colorScheme, path, shown] of pictures) {
    await page.emulateMedia({ colorScheme });
    await page.goto(path);
    await page.getByText(shown).first().waitFor();
    if (path.endsWith('decisions')) await page.getByText('Refused').first().click();
    if (name.startsWith('map')) await page.getByRole('region', { name: 'Map' }).scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  }
} finally {
  await world.close();
}
