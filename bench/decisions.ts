/** Decisions a second on one core as policies grow: only those that can apply are asked, so it should stay flat. */
import { decide } from '../src/policy/index.ts';
import { applicationRow, identityRow, policyRow, profileRow, viewOf } from '../src/policy/testing.ts';
import type { Figure } from './measure.ts';

const POLICIES = [10, 100, 1000, 10_000];
const MEASURE_MS = 1000;

const cedar = (name: string): string =>
  `permit (principal == Muniment::Identity::"${name}", action == Muniment::Action::"issue-x509-svid", resource) when { context.attested has uid && context.attested.uid == 1000 };`;

/** `fresh`: no two questions are alike, so that none was answered before. */
function rate(count: number, fresh: boolean): number {
  const policies = Array.from({ length: count }, (_, at) =>
    policyRow(`p${at}`, cedar(at === 0 ? 'wanted' : `other${at}`)),
  );
  const view = viewOf(...policies);
  const request = {
    action: 'issue-x509-svid' as const,
    identity: identityRow('wanted', 'pay', 'reader'),
    profile: profileRow('reader', ['issue-x509-svid']),
    application: applicationRow('pay'),
    agent: null,
    attested: { uid: 1000 },
    claimed: {},
    ttlSeconds: 600,
    audience: [],
    scope: [],
    now: new Date(),
  };
  if (decide(request, view).effect !== 'allow') throw new Error('the bench asks for what policy denies');
  const end = performance.now() + MEASURE_MS;
  let decided = 0;
  while (performance.now() < end) {
    decide(fresh ? { ...request, ttlSeconds: decided } : request, view);
    decided += 1;
  }
  return decided / (MEASURE_MS / 1000);
}

function figures(fresh: boolean): Figure[] {
  const rates = POLICIES.map((count) => ({ count, perSecond: rate(count, fresh) }));
  const base = rates[0]?.perSecond ?? 1;
  return rates.map(({ count, perSecond }) => ({
    name: `decisions, ${fresh ? 'new questions' : 'a question asked before'}, ${count} policies`,
    perSecond,
    ratio: perSecond / base,
    of: `${POLICIES[0]} policies`,
  }));
}

export const decisions = async (): Promise<Figure[]> => [...figures(true), ...figures(false)];
