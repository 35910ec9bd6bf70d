import { CONTROLS } from '../controls/index.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import { oneWorkloadOneCredential } from './aut-01.ts';
import { shortLivedByDefault } from './aut-02.ts';
import { rotatedInTime } from './aut-03.ts';
import { secretsAreInStores } from './aut-04.ts';
import { leastPrivilege } from './auz-01.ts';
import { privilegeIsJustified } from './auz-03.ts';
import { environmentsAreApart } from './auz-04.ts';
import { changesAreAuthorised } from './chg-01.ts';
import { type Context, contextOf } from './context.ts';
import { exceptionsTo } from './exceptions.ts';
import { governsItself } from './gov-06.ts';
import { enumerationIsComplete } from './inv-01.ts';
import { ownerAndPurpose } from './inv-02.ts';
import { sourcesReconcile } from './inv-03.ts';
import { unregisteredIsCaught } from './inv-04.ts';
import { reachIsKnown } from './inv-05.ts';
import { approvedBeforeIssued } from './iss-01.ts';
import { dutiesAreSeparated } from './iss-02.ts';
import { decisionsAreRecorded } from './iss-04.ts';
import { removedWhenNeedEnds } from './lif-01.ts';
import { dormantIsDisabled } from './lif-02.ts';
import { revocationWorks } from './lif-03.ts';
import { logsAreKept } from './mon-02.ts';
import { driftIsFound } from './mon-04.ts';
import { NOT_YET, notYet } from './not-yet.ts';
import { type Judged, resultOf, type TestResult } from './result.ts';

export { SHORT_LIVED_MAX_SECONDS } from './aut-02.ts';
export { AGE_MAX_DAYS } from './aut-03.ts';
export { DECIDED_WITHIN_DAYS } from './estate.ts';
export { ACCEPTANCE_DAYS } from './inv-02.ts';
export { DORMANT_DAYS } from './lif-02.ts';
export { REFUSAL_TARGET_P95_MS } from './lif-03.ts';
export { NOT_YET } from './not-yet.ts';
export { type Clause, combine, type ExceptionTold, type Member, type TestResult } from './result.ts';

const TESTS: Readonly<Record<string, (context: Context) => Judged[]>> = {
  'NHI-INV-01': enumerationIsComplete,
  'NHI-INV-02': ownerAndPurpose,
  'NHI-ISS-01': approvedBeforeIssued,
  'NHI-ISS-02': dutiesAreSeparated,
  'NHI-ISS-04': decisionsAreRecorded,
  'NHI-AUT-02': shortLivedByDefault,
  'NHI-AUT-03': rotatedInTime,
  'NHI-AUZ-01': leastPrivilege,
  'NHI-LIF-03': revocationWorks,
  'NHI-MON-02': logsAreKept,
  'NHI-CHG-01': changesAreAuthorised,
  'NHI-GOV-06': governsItself,
  'NHI-INV-03': sourcesReconcile,
  'NHI-INV-04': unregisteredIsCaught,
  'NHI-INV-05': reachIsKnown,
  'NHI-AUT-01': oneWorkloadOneCredential,
  'NHI-AUT-04': secretsAreInStores,
  'NHI-AUZ-03': privilegeIsJustified,
  'NHI-AUZ-04': environmentsAreApart,
  'NHI-LIF-01': removedWhenNeedEnds,
  'NHI-LIF-02': dormantIsDisabled,
  'NHI-MON-04': driftIsFound,
};

/** Ids of the controls that a test computes; the others say what they would need. */
export const TESTED: readonly string[] = Object.keys(TESTS);

function run(control: string, context: Context): TestResult {
  const test = TESTS[control];
  const judged = test ? test(context) : notYet(NOT_YET[control] ?? 'no test is written for it');
  return resultOf(control, judged, exceptionsTo(context, control));
}

/**
 * One result per control, in the catalogue's order. Pure: the same input gives the same results, byte for byte, wherever
 * it runs. It only waits for signatures to be checked (WebCrypto).
 */
export async function runTests(input: EvidenceInput): Promise<TestResult[]> {
  const results = await Array.fromAsync(eachTest(input));
  return inOrder(results);
}

/** In the order of the controls' ids, one at a time, since the members of one are as many as its population. */
export async function* eachTest(input: EvidenceInput): AsyncGenerator<TestResult> {
  const context = await contextOf(input);
  for (const control of CONTROLS.map(({ id }) => id).sort()) yield run(control, context);
}

/** Results in the catalogue's order. */
export const inOrder = <T extends { control: string }>(results: T[]): T[] =>
  CONTROLS.flatMap(({ id }) => results.find(({ control }) => control === id) ?? []);
