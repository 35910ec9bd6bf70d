import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasSecretShape } from './secret-shapes.ts';

const filled = (prefix: string, characters: number): string => `${prefix}${'x'.repeat(characters)}`;

describe('shapes of secrets', () => {
  const SECRETS = [
    ...[filled('ghp_', 36), filled('github_pat_', 22), filled('glpat-', 20), filled('npm_', 36)],
    ...[filled('xoxb-', 10), filled('AIza', 35), filled('hvs.', 24)],
    ['eyJ', 'eyJ', ''].map((start) => filled(start, 12)).join('.'),
    '-----BEGIN OPENSSH PRIVATE KEY-----\n',
    '-----BEGIN PRIVATE KEY-----\n',
    'postgres://shop:made-up@db.example/shop',
  ];
  for (const secret of SECRETS) it(`${secret.slice(0, 12)}… is one`, () => assert.ok(hasSecretShape(secret)));

  const OTHERS = [
    ...[
      '',
      'ghp_short',
      '-----BEGIN PUBLIC KEY-----',
      'https://db.example:5432/shop',
      'git@host.example:a/b',
    ],
    ...['postgres://shop:$PASSWORD@db.example/shop', 'postgres://shop:{{ .password }}@db.example/shop'],
  ];
  for (const other of OTHERS) it(`${other} is none`, () => assert.ok(!hasSecretShape(other)));
});
