import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMunimentError } from '../kernel/index.ts';
import { decodeBase64, decodePem, decodeText, encodePem } from './pem.ts';

const refused = (error: unknown): boolean => isMunimentError(error) && error.code === 'invalid_der';
const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });

test('a block reads back, and only under its own label', () => {
  fc.assert(
    fc.property(bytes, (der) => {
      const pem = encodePem(der, 'CERTIFICATE');
      assert.ok(pem.split('\n').every((line) => line.length <= 64));
      assert.deepEqual(Buffer.from(decodePem(pem, 'CERTIFICATE')), Buffer.from(der));
      assert.deepEqual(
        Buffer.from(decodeText(pem.replaceAll('\n', '\r\n'), 'CERTIFICATE')),
        Buffer.from(der),
      );
      assert.deepEqual(
        Buffer.from(decodeText(Buffer.from(der).toString('base64'), 'CERTIFICATE')),
        Buffer.from(der),
      );
      for (const other of [pem + pem, `x${pem}`, `${pem}x`, pem.slice(1)]) {
        assert.throws(() => decodePem(other, 'CERTIFICATE'), refused);
      }
      assert.throws(() => decodePem(pem, 'PRIVATE KEY'), refused);
    }),
  );
});

test('text has one set of bytes, and bytes one text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.base64String(), fc.string()), (text) => {
      try {
        assert.equal(Buffer.from(decodeBase64(text)).toString('base64'), text);
      } catch (error) {
        if (!refused(error)) throw error;
      }
    }),
  );
});
