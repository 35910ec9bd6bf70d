/** Whoever holds the log's key signs a package again after changing any value in it: it is refused, and the verifier lives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '../bytes.ts';
import { canonicalize } from '../canonical.ts';
import type { ZipMember } from '../zip.ts';
import type { Manifest } from './model.ts';
import { resign } from './testing/fixture.ts';
import { keys, members, signer } from './testing/hostile.ts';
import { verifyMembers } from './verify.ts';

const RUNS = 150;
const isJson = ({ name }: ZipMember) => name.endsWith('.json') || name.endsWith('.jsonl');
const [manifest, , ...files] = members;

/** A copy with the value at a place chosen by `steps` replaced; each step picks a member of an object or list. */
function replaceAt(value: unknown, steps: number[], by: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  const names = Object.keys(value);
  const name = names[step % Math.max(names.length, 1)];
  if (name === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[name] = replaceAt(copy[name], rest, by);
  return copy;
}

const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
const by = fc.oneof(fc.jsonValue(), fc.constantFrom(0, -1, 1e21, '', '__proto__', [], {}, null, 2 ** 53));

function change({ name, bytes }: ZipMember, at: number, path: number[], value: unknown): Uint8Array {
  const lines = fromUtf8(bytes).split('\n');
  const filled = lines.flatMap((line, i) => (line === '' ? [] : [i]));
  const line = filled[at % Math.max(filled.length, 1)];
  if (line === undefined) return utf8('{}\n');
  lines[line] = canonicalize(replaceAt(JSON.parse(lines[line] as string), path, value));
  return utf8(name.endsWith('.json') ? (lines[line] as string) : lines.join('\n'));
}

async function assertRefusedUnlessSame(list: ZipMember[]): Promise<void> {
  const isSame = list.every(
    ({ bytes }, i) => Buffer.compare(bytes, members[i]?.bytes ?? new Uint8Array()) === 0,
  );
  const report = await verifyMembers(list, { keys });
  assert.equal(report.exitCode, isSame ? 0 : 1);
}

test('any value of any JSON member, changed and signed again', async () => {
  const member = fc.constantFrom(...files.filter(isJson));
  await fc.assert(
    fc.asyncProperty(member, fc.nat(), steps, by, async (target, at, path, value) => {
      const bytes = change(target, at, path, value);
      const list = members.map((each) => (each.name === target.name ? { name: each.name, bytes } : each));
      await assertRefusedUnlessSame(resign(list, signer));
    }),
    { numRuns: RUNS },
  );
});

test('any value of the manifest, changed and signed again', async () => {
  await fc.assert(
    fc.asyncProperty(steps, by, async (path, value) => {
      const changed = replaceAt(JSON.parse(fromUtf8((manifest as ZipMember).bytes)), path, value);
      await assertRefusedUnlessSame(resign(members, signer, changed as Manifest));
    }),
    { numRuns: RUNS },
  );
});

test('any bytes of any other member, changed and signed again', async () => {
  const member = fc.constantFrom(...files.filter((each) => !isJson(each) && !/\.(md|html)$/.test(each.name)));
  await fc.assert(
    fc.asyncProperty(
      member,
      fc.nat(),
      fc.nat(40),
      fc.uint8Array({ maxLength: 40 }),
      async (target, at, cut, put) => {
        const start = at % (target.bytes.length + 1);
        const bytes = Buffer.concat([
          target.bytes.subarray(0, start),
          put,
          target.bytes.subarray(start + cut),
        ]);
        const list = members.map((each) =>
          each.name === target.name ? { name: each.name, bytes: new Uint8Array(bytes) } : each,
        );
        await assertRefusedUnlessSame(resign(list, signer));
      },
    ),
    { numRuns: RUNS },
  );
});
