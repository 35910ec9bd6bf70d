/** The envelope of an evidence package, before the DSSE code that in-toto and TUF rest on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatVerifierKey } from '#verifier';
import { packageMembers } from '../../verifier/src/package/index.ts';
import { contentsOf, newSigner, smallLog, vkey } from '../../verifier/src/package/testing/fixture.ts';
import { ask, pinned, python } from './python.ts';
import { record } from './support.ts';

const MEMBER = 'manifest.dsse.json';

/** @returns the envelope of a small package, and the same made by another log's key */
async function envelopes() {
  const log = smallLog();
  const of = async (signer: ReturnType<typeof newSigner>) => {
    const members = await packageMembers(contentsOf(log, signer), signer);
    const member = members.find(({ name }) => name === MEMBER);
    assert.ok(member);
    return JSON.parse(Buffer.from(member.bytes).toString());
  };
  const signer = newSigner();
  return { key: formatVerifierKey(vkey(signer)), genuine: await of(signer), foreign: await of(newSigner()) };
}

test('securesystemslib accepts the envelope of a package, and none that was changed', async (t) => {
  const interpreter = python(t);
  if (interpreter === undefined) return;
  const { key, genuine, foreign } = await envelopes();
  const payload = Buffer.from(genuine.payload, 'base64').toString().replace('"v":1', '"v":2');
  const [signature] = genuine.signatures;
  const changed = {
    'changed payload': { ...genuine, payload: Buffer.from(payload).toString('base64') },
    'another payload type': { ...genuine, payloadType: 'application/vnd.in-toto+json' },
    "another log's signature under this key id": {
      ...genuine,
      signatures: [{ ...signature, sig: foreign.signatures[0].sig }],
    },
    'another key id': { ...genuine, signatures: [{ ...signature, keyid: foreign.signatures[0].keyid }] },
    'no signature': { ...genuine, signatures: [] },
  };
  const question = { key, envelopes: [genuine, ...Object.values(changed)] };
  const [ofGenuine, ...ofChanged] = ask(interpreter, 'envelope.py', question) as Array<string | null>;
  assert.equal(ofGenuine, null);
  const accepted = Object.keys(changed).filter((_, at) => ofChanged[at] === null);
  assert.deepEqual(accepted, []);
  assert.equal(ofChanged.length, Object.keys(changed).length);
  record(t, {
    tool: 'securesystemslib',
    version: pinned('securesystemslib'),
    checked: 'DSSE envelope of an evidence package, by the log’s verifier key',
    outcome: `accepted; ${ofChanged.length} of ${ofChanged.length} changed ones refused`,
  });
});
