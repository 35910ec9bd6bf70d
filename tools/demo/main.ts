/** `npm run demo [-- --hold]`: plays the story with commentary, in a data folder of its own. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AlertsStory, eventSourceSettings } from './alerts-story.ts';
import { type Ground, portOrAny, prepareGround } from './ground.ts';
import { hold } from './hold.ts';
import { stopAll } from './programs.ts';
import { RotationStory, sweepSettings } from './rotation-story.ts';
import { hasSshServer } from './ssh-server.ts';
import { Story } from './story.ts';

const MARKER = '.muniment-demo';
const CONSOLE_PORT = 7440;
const API_PORT = 7443;

const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const chapter = (number: number, title: string): void => console.log(`\n${number}. ${title}  (${seconds()})`);
const say = (text: string): void => console.log(`   ${text}`);

/** Only an empty folder, or one that an earlier demo marked as its own, is replaced. */
function demoFolder(): string {
  const data = resolve(process.env.MUNIMENT_DATA || './data-demo');
  if (existsSync(data) && readdirSync(data).length > 0 && !existsSync(join(data, MARKER))) {
    throw new Error(`\`${data}\` is not empty and no demo made it: nothing was touched`);
  }
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(join(data, MARKER), 'This folder belongs to the demo and is replaced by the next one.\n');
  return data;
}

async function chapter1(story: Story): Promise<void> {
  chapter(1, 'The server starts, and sweeps this host');
  const { milliseconds } = await story.house.startServer();
  say(`console ${story.house.addresses.console}, API ${story.house.addresses.api}, after ${milliseconds} ms`);
  const sweep = await story.sweep();
  say(`${sweep.items} things seen; verdict ${sweep.verdict}: ${sweep.why}`);
}

async function chapter2(story: Story): Promise<void> {
  chapter(2, 'People, and a change that one asks for and another signs');
  await story.people.enrol();
  say(
    'ada opened the bootstrap, and every entry of it says so; grace closed it: from now on two people are needed',
  );
  const plan = await story.people.propose();
  for (const line of plan.text.split('\n')) say(`  ${line}`);
  const refusals = await story.people.refusals();
  say(`ada approving her own change: ${refusals.self}`);
  say(`the admin socket approving:   ${refusals.socket}`);
  say(`a plan that moved:            ${refusals.moved}`);
  const applied = await story.people.approveAndApply(plan.change);
  say(
    `grace signed digest ${plan.planDigest.slice(0, 16)}…; applied exactly so: ${applied.operations} operations, entry ${applied.entry}`,
  );
}

async function chapter3(story: Story): Promise<void> {
  chapter(3, 'An agent joins with a one-time token, over TLS with the CA pinned');
  await story.workloads.startAgent();
  say(`the agent serves the SPIFFE Workload API at ${story.house.ground.socket}`);
}

async function chapter4(story: Story): Promise<void> {
  chapter(4, 'A process asks, is attested, and is given what policy allows');
  const { x509, jwt } = await story.workloads.issue();
  say(`${x509.spiffeId}: certificate ${x509.serial}, until ${x509.notAfter}`);
  const { accepted, answered } = await story.workloads.mutualTls();
  say(`mutual TLS: the server saw ${accepted.peer}, the client heard "${answered.text}"`);
  const claims = await story.workloads.checkToken();
  say(`a third party checked the JWT by its JWKS: sub ${claims.sub}, jti ${claims.jti.slice(0, 24)}…`);
  const { before, during } = await story.workloads.rideOut();
  if (before !== during) throw new Error(`not served while the server was away: ${during}`);
  say('the server was stopped: the agent went on serving what the process held; the server is back');
  if (jwt.spiffeId !== x509.spiffeId) throw new Error('two identities for one process');
}

async function chapter5(story: Story): Promise<void> {
  chapter(5, 'Another process asks, and is refused');
  const { seen, entry } = await story.workloads.strangerRefused();
  const { request, code, decision } = entry as {
    request: { attested: Record<string, unknown> };
    code: string;
    decision: { rule: string };
  };
  say(
    `it saw ${seen.code}; the entry says ${code} (${decision.rule}), attested ${JSON.stringify(request.attested)}`,
  );
}

async function chapter6(story: Story): Promise<void> {
  chapter(6, 'A lock, proven by refusal');
  const { lock, stream } = await story.lock.lockIdentity();
  say(`locked at ${lock.placed}; the open stream ended with ${stream.code} at ${stream.at}`);
  for (const probe of await story.lock.probes()) {
    say(
      `${probe.point.padEnd(14)} ${probe.outcome}${probe.latencyMs === null ? '' : ` after ${probe.latencyMs} ms`}  ${probe.detail}`,
    );
  }
  say(
    `OpenSSL: ${(await story.lock.opensslRefuses()).split('\n').find((line) => line.includes('revoked')) ?? 'did not say revoked'}`,
  );
  say(`introspection: active ${(await story.lock.introspect()).active}`);
}

async function chapter7(story: Story): Promise<string> {
  chapter(7, 'Evidence, checked where there is no network and no server');
  const { out, vkey } = await story.evidence.buildEvidence();
  const good = story.evidence.verify(out, vkey);
  say(`${out}: exit ${good.code}${good.offline ? ', in a network namespace without a network' : ''}`);
  for (const line of good.report.trim().split('\n').slice(0, 12)) say(`  ${line}`);
  const bad = story.evidence.verify(story.evidence.tampered(out), vkey);
  say(`one bit flipped: exit ${bad.code}: ${bad.report.trim().split('\n')[0]}`);
  if (good.code !== 0 || bad.code !== 1) throw new Error('the verifier did not judge as it must');
  return out;
}

async function chapter8(story: Story): Promise<void> {
  chapter(8, 'A static key is rotated under its consumer, and the old one is tried');
  if (!hasSshServer()) return say('skipped: needs an OpenSSH server and client');
  const parties = { asker: story.house.key('ada'), approver: story.house.key('grace'), owner: 'olga' };
  const { data, estate } = story.house.ground;
  const place = { data, estate, application: 'payments', profile: 'internal-service' };
  const rotation = new RotationStory({ ...parties, ...place });
  try {
    await rotation.open();
    const found = await rotation.find();
    say(`the sweep found ${found.label}: ${found.attributes.fingerprint}, which nobody answered for`);
    await rotation.register();
    const { entry } = await rotation.claim(found);
    say(`registered as deploy-bot, which olga owns, and claimed for it: entry ${entry}`);
    await rotation.declare(found);
    const run = await rotation.rotate();
    for (const { phase, detail, entry } of run.phases) say(`${phase.padEnd(12)} ${detail}; entry ${entry}`);
    say(
      `${run.outcome}: from ${run.old} to ${run.new}; the consumer failed ${(await rotation.goesOn()).failures} times`,
    );
  } finally {
    await rotation.close();
  }
}

const alertsOf = (story: Story): AlertsStory =>
  new AlertsStory({
    data: story.house.ground.data,
    identity: 'payments-api',
    quiet: 'settlement-job',
    handlerKey: story.house.key('grace'),
  });

async function chapter9(story: Story): Promise<void> {
  chapter(9, 'Departures from what is usual raise one alert each');
  const alerts = alertsOf(story);
  const { imported } = await alerts.replay();
  say(`${imported} recorded uses of settlement-job were replayed: what is usual for it is known now`);
  const raised = await alerts.provoke();
  for (const alert of raised) say(`${alert.detector}: expected ${alert.expected}; seen ${alert.seen}`);
  const [first] = raised;
  if (first !== undefined)
    say(`grace, who answers for it, took one in hand: it is ${(await alerts.handle(first)).state}`);
  const tests = await alerts.testDetectors();
  say(
    `detectors tried with an event of their own: ${tests.map(({ detector, alive }) => `${detector} ${alive ? 'alive' : 'DEAD'}`).join(', ')}`,
  );
}

async function chapter10(story: Story): Promise<void> {
  chapter(10, 'A SIEM gets what it wants, at least once');
  const { path, sent, expected, count, complete } = await alertsOf(story).export();
  say(`${sent} events as OCSF in ${path}; the log expects ${expected}, the other end counts ${count}`);
  if (!complete) throw new Error('the export lost something');
}

function settingsFile({ data, estate }: Ground): string {
  const file = join(data, 'muniment.yaml');
  writeFileSync(file, eventSourceSettings(data) + sweepSettings(estate));
  return file;
}

async function play(ground: Ground): Promise<{ story: Story; out: string }> {
  const ports = { consolePort: await portOrAny(CONSOLE_PORT), apiPort: await portOrAny(API_PORT) };
  const story = new Story(ground, { ...ports, config: settingsFile(ground) });
  if (!ground.separateUids)
    say('not root: all programs run under one uid, and the trust tells them apart by path and hash');
  for (const each of [chapter1, chapter2, chapter3, chapter4, chapter5, chapter6]) await each(story);
  const out = await chapter7(story);
  for (const each of [chapter8, chapter9, chapter10]) await each(story);
  return { story, out };
}

const UNKNOWN = process.argv.slice(2).filter((option) => option !== '--hold');
if (UNKNOWN.length > 0) {
  console.error(`demo: unknown option \`${UNKNOWN[0]}\`; it takes only --hold`);
  process.exit(2);
}

let ground: Ground | undefined;
async function leave(code: number): Promise<never> {
  await stopAll();
  ground?.remove();
  process.exit(code);
}

let release = (): void => void leave(130);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => release());

try {
  ground = await prepareGround(demoFolder());
  const { story, out } = await play(ground);
  console.log(`\nDone in ${seconds()}.`);
  if (process.argv.includes('--hold')) {
    await hold(story, out, (wake) => {
      release = wake;
    });
  }
  await leave(0);
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  await leave(1);
}
