import assert from 'node:assert/strict';
import { ROUTES } from '../../../src/api/contract/index.ts';
import { OAUTH_CODES } from '../../../src/api/oauth/errors.ts';
import {
  type Call,
  enrol,
  joinAgent,
  openTestHouse,
  operatorDoor,
  type TestHouse,
} from '../../../src/api/testing.ts';
import { ERRORS } from '../../../src/kernel/index.ts';
import { changeValue, mutate } from '../mutate.ts';
import type { Target } from '../target.ts';

/** Requests to a whole house: `{by, method, path, type?, body}`. Whatever comes, nothing is a fault of ours. */
interface Asked {
  by: string;
  method: string;
  path: string;
  type?: string;
  body?: unknown;
}

/** These read this host, or write files that their caller names. */
const NOT_FED = /^\/api\/v1\/(?:sweeps|export)/;

const METHOD = /^[A-Z]{1,10}$/;
const HEADER_TEXT = /^[\x20-\x7e]{1,100}$/;

function askedOf(input: Buffer): Asked | undefined {
  try {
    const { by, method, path, type, body } = JSON.parse(input.toString());
    const fits =
      METHOD.test(method) &&
      !['CONNECT', 'TRACE', 'TRACK'].includes(method) &&
      URL.canParse(path, 'http://localhost');
    const asked = { by: String(by), method, path: String(path), body };
    if (!fits || !asked.path.startsWith('/') || asked.path.startsWith('//') || NOT_FED.test(asked.path))
      return undefined;
    return typeof type === 'string' && HEADER_TEXT.test(type) ? { ...asked, type } : asked;
  } catch {
    return undefined;
  }
}

function callOf({ by, method, type, body }: Asked, callers: Record<string, Call>): Call {
  const caller = Object.hasOwn(callers, by) ? (callers[by] as Call) : {};
  if (['GET', 'HEAD'].includes(method)) return { ...caller, method };
  const raw = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return {
    ...caller,
    method,
    raw,
    headers: { ...caller.headers, ...(type === undefined ? {} : { 'content-type': type }) },
  };
}

const isClosed = (json: { code?: string; error?: string } | undefined): boolean =>
  Object.hasOwn(ERRORS, json?.code ?? '') || OAUTH_CODES.includes(json?.error as never);

async function feed(test: TestHouse, callers: Record<string, Call>, input: Buffer): Promise<void> {
  const asked = askedOf(input);
  if (asked === undefined) return;
  const answer = await test.call(asked.path, callOf(asked, callers));
  if (answer.status < 400) return;
  assert.ok(
    answer.status < 500 || answer.json?.code === 'not_supported',
    `${asked.method} ${asked.path}: ${answer.text}`,
  );
  assert.ok(
    asked.method === 'HEAD' || isClosed(answer.json),
    `${asked.method} ${asked.path}: ${answer.text}`,
  );
}

const BY = ['ada', 'socket', 'agent', 'nobody'];

/** One request for every route, so that none is left out when one is added. */
const seedOf = ({ method, path }: (typeof ROUTES)[number]): Buffer =>
  Buffer.from(
    JSON.stringify({
      by: path.includes('/agent/') ? 'agent' : 'ada',
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, '1'),
      body: {},
    }),
  );

export const http: Target = {
  words: ['?limit=', '&cursor=', '?asOf=', '?knownAt=', '%2e%2e/', '//', ...BY],
  keepsState: true,
  mutate(bytes, random, words) {
    const asked = askedOf(bytes);
    if (asked === undefined || random.chance(5)) return mutate(bytes, random, words);
    const body = changeValue(asked.body, random);
    const path = random.chance(4) ? mutate(Buffer.from(asked.path), random, words).toString() : asked.path;
    return Buffer.from(
      JSON.stringify({ ...asked, body, path, by: random.chance(4) ? random.pick(BY) : asked.by }),
    );
  },
  open: async () => {
    const test = await openTestHouse();
    const ada = await enrol(test, 'ada', ['admin', 'operator', 'auditor']);
    const agent = await joinAgent(test, 'agent-a');
    const callers: Record<string, Call> = {
      ada: { headers: ada.bearer },
      socket: { door: operatorDoor() },
      agent: { door: agent.door },
    };
    return {
      declares: () => false,
      seeds: ROUTES.map(seedOf),
      feed: (input) => feed(test, callers, input),
      close: () => test.close(),
    };
  },
};
