/** Cases of one control, told as logs: for tests alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '../../controls/index.ts';
import { runTests } from '../index.ts';
import type { TestResult } from '../result.ts';
import type { Story } from './synthetic.ts';

export interface Case {
  what: string;
  story: () => Story;
  /** Part of the clause's name; the whole result where it is absent. */
  clause?: string;
  verdict: Verdict;
  /** Somewhere in the clause's reason, deviations, or the members' reasons. */
  says?: RegExp;
}

async function resultFor(control: string, story: Story): Promise<TestResult> {
  const result = (await runTests(story.input())).find((each) => each.control === control);
  assert.ok(result);
  return result;
}

function judged(result: TestResult, part: string | undefined): { verdict: Verdict; text: string } {
  const clauses =
    part === undefined ? result.clauses : result.clauses.filter(({ clause }) => clause.includes(part));
  assert.ok(
    clauses.length > 0,
    `no clause \`${part}\` among ${result.clauses.map(({ clause }) => clause).join(', ')}`,
  );
  const text = JSON.stringify([clauses, result.members]);
  return { verdict: part === undefined ? result.verdict : (clauses[0]?.verdict as Verdict), text };
}

export function table(control: string, cases: Case[]): void {
  for (const { what, story, clause, verdict, says } of cases) {
    test(`${control}: ${what}: ${verdict}`, async () => {
      const found = judged(await resultFor(control, story()), clause);
      assert.equal(found.verdict, verdict, found.text);
      if (says) assert.match(found.text, says);
    });
  }
}

/** The house, and what happens in the period. */
export const after = (story: Story, ...steps: Array<(story: Story) => unknown>): Story => {
  story.at(101);
  for (const step of steps) step(story);
  return story;
};
