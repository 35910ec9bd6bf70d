import { approvalChallenge, planDigest } from '../../../../verifier/src/approval.ts';
import type { Plan as VerifierPlan } from '../../../../verifier/src/words/resources.ts';
import { Problem } from '../../api/problem.ts';
import type { Change, Plan } from '../../api/types.ts';

/** The digest by the verifier's own code. */
export const digestOf = (plan: Plan): string => planDigest(plan as unknown as VerifierPlan);

/** Refuses to sign anything but the plan that is on the page. */
export function checkBeforeSigning({ plan, planDigest: claimed }: Change, challenge: string): void {
  const digest = digestOf(plan);
  if (digest !== claimed || approvalChallenge(digest) !== challenge) {
    throw new Problem(0, {
      code: 'plan_mismatch',
      detail:
        'the server asks for a signature over something other than the plan shown here; nothing was signed',
    });
  }
}
