/** Leaves the story's world standing, and tells anyone's tools how to reach it. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interopManifests } from './manifests.ts';
import { done } from './programs.ts';
import type { Story } from './story.ts';

/** A session ends when it idles for half an hour, and eight hours after it began. */
const AWAKE_EVERY_MS = 10 * 60_000;
const RENEW_AFTER_MS = 7 * 3600_000;

async function prepare(story: Story): Promise<void> {
  const { change } = await story.people.propose(
    'interop.yaml',
    interopManifests(story.house.ground.allowedUid),
  );
  await story.people.approveAndApply(change);
}

/** A sign-in of its own. */
async function authorization(story: Story): Promise<string> {
  const { data } = story.house.ground;
  const { token } = await done<{ token: string }>([
    'person',
    'session',
    '--data',
    data,
    '--key-file',
    join(data, 'grace.key'),
  ]);
  return `Bearer ${token}`;
}

async function facts(story: Story, out: string, authorized: string): Promise<object> {
  const { vkey } = await story.evidence.logKey();
  return {
    console: story.house.addresses.console,
    api: story.house.addresses.api,
    caFile: story.evidence.openCaFile(),
    workloadSocket: story.house.ground.socket,
    allowed: {
      uid: story.house.ground.allowedUid,
      gid: story.house.ground.allowedUid,
      spiffeId: `spiffe://${story.house.trustDomain}/payments/interop`,
    },
    trustDomain: story.house.trustDomain,
    logDirectory: join(story.house.ground.data, 'log'),
    logVerifierKey: vkey,
    introspection: { url: `${story.house.addresses.api}/oauth/introspect`, authorization: authorized },
    package: out,
  };
}

/** Whole or not at all. */
async function tell(story: Story, out: string, path: string, authorized: string): Promise<void> {
  const text = JSON.stringify(await facts(story, out, authorized), null, 2);
  writeFileSync(`${path}.part`, `${text}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

/** Uses the session now and then so that it does not end; before its last hour a new one takes its place in the file. */
function keepAwake(story: Story, out: string, path: string, first: string): NodeJS.Timeout {
  let authorized = first;
  let since = Date.now();
  const refresh = async (): Promise<void> => {
    if (Date.now() - since > RENEW_AFTER_MS) {
      authorized = await authorization(story);
      since = Date.now();
      await tell(story, out, path, authorized);
    }
    await story.lock.introspectAs(authorized);
  };
  return setInterval(
    () => void refresh().catch((error: Error) => console.error(`demo: ${error.message}`)),
    AWAKE_EVERY_MS,
  );
}

/** Returns when `wake` is called. `demo.json` is the last thing to appear, and goes with the demo. */
export async function hold(story: Story, out: string, onRelease: (wake: () => void) => void): Promise<void> {
  const path = join(story.house.ground.data, 'demo.json');
  await prepare(story);
  const authorized = await authorization(story);
  await tell(story, out, path, authorized);
  console.log(`\nHolding until Ctrl-C; ${path} tells where everything is.`);
  const timer = keepAwake(story, out, path, authorized);
  await new Promise<void>((resolve) => onRelease(resolve));
  clearInterval(timer);
  rmSync(path, { force: true });
}
