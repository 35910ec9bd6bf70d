import assert from 'node:assert/strict';
import { parseManifests, printManifests } from '../../../src/changes/manifests.ts';
import { isMunimentError } from '../../../src/kernel/index.ts';
import { policyGrants, policyReferences, validatePolicy } from '../../../src/policy/index.ts';
import type { Target } from '../target.ts';

const declares = isMunimentError;
const withoutPaths = (text: string) => parseManifests(text).map(({ path: _, ...manifest }) => manifest);

/** What is read, printed and read again is the same: a plan is made of one and approved as the other. */
const manifest: Target = {
  words: [
    '---\n',
    'kind: Identity\n',
    'spec: {',
    'retire: true\n',
    ': |\n  ',
    '- ',
    '? ',
    '!!',
    '&a ',
    '*a',
    '<<: ',
    '%YAML 1.1\n',
  ],
  open: () => ({
    declares,
    feed(input) {
      const once = withoutPaths(input.toString());
      assert.deepEqual(withoutPaths(printManifests(once)), once);
    },
  }),
};

/** A policy that passes can be said in words. */
const cedar: Target = {
  words: [
    'permit(',
    'forbid(',
    'principal',
    'action',
    'resource',
    'when {',
    'unless {',
    'context.',
    ' has ',
    ' in ',
    ' like "',
    '::"',
    '(((',
    '!',
    '-',
    'ip("',
    'decimal("',
    '@id("',
    '?principal',
    'if true then ',
  ],
  open: () => ({
    declares,
    feed(input) {
      const text = input.toString();
      validatePolicy(text);
      assert.ok(policyGrants(text).length > 0);
      policyReferences(text);
    },
  }),
};

export const DECLARED: Record<string, Target> = { manifest, cedar };
