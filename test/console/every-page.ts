/** Every page of the console, and what is asked of each. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { useBreakGlass } from './emergency.ts';
import { addEstate, type Estate } from './estate.ts';
import { addHostileNames, type Furnished, furnish } from './furnish.ts';
import { addRooms, type Roomed } from './rooms.ts';
import { openWorld, signIn, type Theme, VIEWPORT, type World } from './world.ts';

const THEMES: Theme[] = ['light', 'dark'];
/** A desk, and a telephone. */
const WIDTHS_PX = [VIEWPORT.width, 390];

const address = (key: string): string => `/observations/${encodeURIComponent(key)}`;

/** Every page, what its heading is, and what tells that its content has arrived. */
const pagesOf = ({
  identity,
  proposed,
  applied,
  lock,
  alert,
  rotation,
  few,
  many,
  same,
}: Furnished & Roomed & Estate): Array<[path: string, heading: RegExp, shown: string]> => [
  ['/', /^Overview$/, 'Needs a person'],
  ['/?verdict=PASS', /^Overview$/, 'Controls'],
  ['/identities', /^Identities$/, 'payments-settlement'],
  ['/identities?q=no-such-thing', /^Identities$/, 'No identity fits these filters'],
  [`/identities/${identity}`, /^payments-api$/, 'Proves itself by'],
  [`/identities/${identity}?tab=credentials`, /^payments-api$/, 'X.509-SVID'],
  [`/identities/${identity}?tab=decisions`, /^payments-api$/, 'Refused'],
  [`/identities/${identity}?tab=timeline`, /^payments-api$/, 'Credential granted'],
  ['/identities/no-such-identity', /^Identity$/, 'not_found'],
  ['/changes', /^Changes$/, 'Register payments'],
  ['/changes?state=withdrawn', /^Changes$/, 'No change is in this state'],
  [`/changes/${proposed}`, /^Shorten what services may hold$/, 'Sign with a passkey'],
  [`/changes/${applied}`, /^Register payments$/, 'It is applied'],
  ['/changes/new', /^Propose a change$/, 'Manifests'],
  ['/drift', /^Drift$/, 'What is declared'],
  ['/break-glass', /^Break-glass$/, 'Review due'],
  ['/break-glass?state=overdue', /^Break-glass$/, 'No key is in this state'],
  ['/ledger', /^Ledger$/, 'Leaf hash'],
  ['/ledger?kind=clock.jumped', /^Ledger$/, 'No entry fits these filters'],
  ['/ledger/0', /^Entry 0$/, 'The log’s key signed this tree'],
  ['/ledger/999999', /^Entry 999,999$/, 'not_found'],
  ['/found', /^Inventory$/, 'console password of old-admin'],
  ['/found?source=host&class=trust', /^Inventory$/, 'Nothing that was seen fits these filters'],
  ['/found?source=aws-production&administrator=true', /^Inventory$/, 'AdministratorAccess of deploy-bot'],
  ['/sources', /^Sources$/, 'aws-production'],
  ['/sources/aws-production', /^aws-production$/, 'secretsmanager:ListSecrets in eu-central-1'],
  ['/sources/no-such', /^no-such$/, 'No source has this name'],
  [address(few), /^nightly-reports$/, 'reports.env'],
  [address(many), /estate-operator$/, '40 × kubernetes-token'],
  [address(same), /./, 'The same thing elsewhere'],
  ['/observations/no-such', /^Observation$/, 'not_found'],
  ['/unregistered', /^Unregistered$/, 'deploy-bot'],
  ['/unregistered?class=credential', /^Unregistered$/, 'access key of deploy-bot'],
  ['/unregistered?source=no-such', /^Unregistered$/, 'Nothing waits for a decision'],
  ['/findings', /^Findings$/, 'payments-api'],
  ['/alerts', /^Alerts$/, 'five failed attempts'],
  ['/alerts?state=resolved', /^Alerts$/, 'No alert fits these filters'],
  [`/alerts/${alert}`, /^Failed attempts$/, 'at most four failed attempts'],
  ['/rotations', /^Rotations$/, 'backup-key'],
  [`/rotations/${rotation}`, /^backup-key$/, 'The consumer was not seen'],
  ['/rotations/no-such', /^Rotation$/, 'No rotation has this id'],
  ['/control-owners', /^Control owners$/, 'admin-socket'],
  ['/control-owners?hole=false&covers=oauth', /^Control owners$/, 'No control point fits'],
  ['/findings?rule=no-such-rule', /^Findings$/, 'No finding fits these filters'],
  ['/people', /^People$/, 'Ada Pereira'],
  ['/people?role=nobody', /^People$/, 'Nobody fits these filters'],
  ['/posture/inventory', /^Inventory$/, 'console password of old-admin'],
  ['/posture/rotation', /^Rotation$/, 'Next:'],
  ['/posture/permissions', /^Permissions$/, 'Next:'],
  ['/posture/monitoring', /^Monitoring$/, 'Next:'],
  ['/posture/orphans', /^Orphans$/, 'Next:'],
  ['/posture/nothing', /^Nothing$/, 'none of the five questions'],
  ['/evidence', /^Evidence$/, 'Build the package'],
  ['/evidence?verdict=NOT_EVALUABLE', /^Evidence$/, 'cannot be judged'],
  ['/evidence/NHI-INV-01', /./, 'Members of the population'],
  ['/evidence/NHI-NO-01', /^NHI-NO-01$/, 'no such control'],
  ['/check', /^Check a credential$/, 'What you were shown'],
  ['/search', /^Search$/, 'What are you looking for?'],
  ['/search?everything=payments', /^Search$/, 'payments-settlement'],
  ['/search?everything=3', /^Search$/, 'Entry 3'],
  ['/locks', /^Locks$/, 'A key was found in a build log'],
  [`/locks/${lock}`, /^Lock on identity payments-api$/, '41 ms'],
  ['/account', /^Your account$/, 'Key file (Ed25519)'],
  ['/no/such/page', /^No such page$/, 'Nothing is kept at this address'],
];

export interface Scene {
  world: World;
  furnished: Furnished & Roomed & Estate;
  /** Signed in. */
  context: BrowserContext;
}

export async function openScene(): Promise<Scene> {
  const world = await openWorld();
  const told = await furnish(world.server);
  await addHostileNames(world.server, told);
  const furnished = {
    ...told,
    ...(await addRooms(world.server, told)),
    ...(await addEstate(world.server, told)),
  };
  await useBreakGlass(world.server, told);
  const context = await world.newContext();
  const page = await context.newPage();
  await signIn(page, world.server, 'ada');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.close();
  return { world, furnished, context };
}

/** Opens a page, waits until it is all there, and tells what the browser complained of. */
export async function openPage(context: BrowserContext, path: string, heading: RegExp, shown: string) {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A 404 is what some of these pages show.
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(path);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  // A menu that is closed says the same words.
  await page.getByText(shown).filter({ visible: true }).first().waitFor();
  return { page, complaints };
}

export async function checkAxe(page: Page, themes: readonly Theme[] = THEMES): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
    assert.deepEqual(found, [], `axe, ${colorScheme}`);
  }
}

export async function checkFrame(page: Page): Promise<void> {
  const [wide, lang] = await page.evaluate(() => [
    document.documentElement.scrollWidth - window.innerWidth,
    document.documentElement.lang,
  ]);
  assert.equal(wide, 0, 'the page scrolls sideways');
  assert.equal(lang, 'en');
  assert.match(await page.title(), /^\S.* · Muniment$/);
}

/** Every page in one theme, at both widths: no axe violation, no sideways scrolling, nothing that the browser complains of. */
export async function lookAtEach(t: TestContext, { context, furnished }: Scene, theme: Theme): Promise<void> {
  for (const [path, heading, shown] of pagesOf(furnished)) {
    await t.test(path, async () => {
      const { page, complaints } = await openPage(context, path, heading, shown);
      for (const width of WIDTHS_PX) {
        await page.setViewportSize({ ...VIEWPORT, width });
        await checkFrame(page);
        await checkAxe(page, [theme]);
      }
      assert.deepEqual(complaints, [], 'the browser complained');
      await page.close();
    });
  }
}
