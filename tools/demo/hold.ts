/** Leaves the story's world standing, and tells anyone's tools how to reach it. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interopManifests } from './manifests.ts';
import { done } from './programs.ts';
import type { Story } from './story.ts';

const IDLE_MS = 60_000;

async function prepare(story: Story): Promise<void> {
  const { change } = await story.propose('interop.yaml', interopManifests(story.ground.allowedUid));
  await story.approveAndApply(change);
}

/** A sign-in of its own, kept awake for as long as the demo holds. */
async function authorization(story: Story): Promise<string> {
  const { token } = await done<{ token: string }>([
    'person',
    'session',
    '--data',
    story.ground.data,
    '--key-file',
    join(story.ground.data, 'grace.key'),
  ]);
  return `Bearer ${token}`;
}

async function facts(story: Story, out: string): Promise<object> {
  const { vkey } = await story.logKey();
  return {
    console: story.addresses.console,
    api: story.addresses.api,
    caFile: story.openCaFile(),
    workloadSocket: story.ground.socket,
    allowed: {
      uid: story.ground.allowedUid,
      gid: story.ground.allowedUid,
      spiffeId: `spiffe://${story.trustDomain}/payments/interop`,
    },
    trustDomain: story.trustDomain,
    logDirectory: join(story.ground.data, 'log'),
    logVerifierKey: vkey,
    introspection: {
      url: `${story.addresses.api}/oauth/introspect`,
      authorization: await authorization(story),
    },
    package: out,
  };
}

/** Returns when `wake` is called. `demo.json` appears whole or not at all, and goes with the demo. */
export async function hold(story: Story, out: string, onRelease: (wake: () => void) => void): Promise<void> {
  const path = join(story.ground.data, 'demo.json');
  await prepare(story);
  const text = JSON.stringify(await facts(story, out), null, 2);
  writeFileSync(`${path}.part`, `${text}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
  console.log(`\nHolding until Ctrl-C; ${path} tells where everything is.`);
  const timer = setInterval(() => undefined, IDLE_MS);
  await new Promise<void>((resolve) => onRelease(resolve));
  clearInterval(timer);
  rmSync(path, { force: true });
}
