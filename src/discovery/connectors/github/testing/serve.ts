import type { TestContext } from 'node:test';
import type { DoubleAnswer, DoubleRequest, Running } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { provider } from './double.ts';
import { answerOf, type FakeOrganization } from './fake.ts';

/** One organisation on a real socket; `change` stands between it and its answers. */
export const serve = (
  t: TestContext,
  organization: FakeOrganization,
  change: (request: DoubleRequest, answer: DoubleAnswer) => DoubleAnswer = (_, answer) => answer,
): Promise<Running> =>
  httpDouble({
    ...provider,
    answer: (request) => change(request, answerOf(organization, request)),
  }).start(t, { items: 0, name: String, fault: 'none' });
