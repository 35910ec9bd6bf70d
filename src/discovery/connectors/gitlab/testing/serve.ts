import type { TestContext } from 'node:test';
import type { DoubleAnswer, DoubleRequest, Running } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { provider } from './double.ts';
import { answerOf, type FakeGitLab } from './fake.ts';

/** A GitLab on a real socket; `change` stands between it and its answers. */
export const serve = (
  t: TestContext,
  gitlab: FakeGitLab,
  change: (request: DoubleRequest, answer: DoubleAnswer) => DoubleAnswer = (_, answer) => answer,
): Promise<Running> =>
  httpDouble({ ...provider, answer: (request) => change(request, answerOf(gitlab, request)) }).start(t, {
    items: 0,
    name: String,
    fault: 'none',
  });
