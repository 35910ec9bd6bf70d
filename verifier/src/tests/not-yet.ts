import { type Judged, stated } from './result.ts';

/** Controls that nothing here can test yet, each with what it would take. */
export const NOT_YET: Readonly<Record<string, string>> = {
  'NHI-ISS-03': 'needs effective permissions read back from the target to compare with what was approved',
  'NHI-ISS-05': 'needs emergency issuance as a path of its own, with approval and review afterwards',
  'NHI-AUT-05': 'needs an inventory of keys and certificates beyond our own, and the published minimum',
  'NHI-AUT-06': 'needs sign-in events from the systems where the identities work',
  'NHI-AUT-07': 'needs which credentials can be reached from outside, and what binds each of them',
  'NHI-AUT-08': 'needs TLS probes of every issuer, verifier and vault endpoint',
  'NHI-AUZ-02': 'needs granted rights and their use, with the share of the period that telemetry covered',
  'NHI-AUZ-05': 'needs effective permissions and rules of what no one identity may hold together',
  'NHI-AUZ-06': "needs connectors that list connected applications and scopes from the systems' own reports",
  'NHI-AUZ-07': "needs agents' calls on record with agent and sponsor, and the mandate each sponsor gave",
  'NHI-REV-01': 'needs review campaigns apart from those about people, with due dates',
  'NHI-REV-02': 'needs reviewers, their authority over each system, and delegations with dates',
  'NHI-REV-03': 'needs the population of a review campaign to compare with the inventory as of its cut-off',
  'NHI-REV-04': 'needs review decisions and a second look at the source after each removal',
  'NHI-REV-05': 'needs review decisions with their times, and a person who concludes from the flags',
  'NHI-LIF-04': 'needs a recorded drill that revokes all credentials of one owner, vendor or system',
  'NHI-MON-01': 'needs sign-in and token events from every system in scope, and a planted event',
  'NHI-MON-03': 'needs baselines, alerts and their triage, and a planted departure',
  'NHI-MON-05':
    'needs heartbeats of every collector and detector, and a register of gaps with cause and owner',
  'NHI-MON-06': 'needs clock offsets measured against an outside source, and outside timestamps',
  'NHI-INC-01': 'needs incident records: detection, revocation, use in between, root cause',
  'NHI-INC-02': 'needs incident records with a breach assessment and the times of notice',
  'NHI-INC-03': 'needs incident records with corrective actions and the retest of each control',
  'NHI-CHG-02': 'needs observed trust and identities at the targets to compare the declared state with',
  'NHI-CHG-03': 'needs emergency changes as a path of their own, with approval and review afterwards',
  'NHI-TPR-01': 'needs contracts, their ends, and reviews of identities given to vendors',
  'NHI-GOV-01': "needs the organisation's own policy document, its approval, and an owner for each control",
  'NHI-GOV-02':
    "needs a schedule of test runs kept as entries, and another party's evaluation in the last year",
  'NHI-GOV-03':
    'needs a register of deficiencies with owner and end; exceptions are told with each control, and in `exceptions.csv`',
  'NHI-GOV-04':
    'needs an outside timestamp of the checkpoint; run the verifier for signatures, proofs and recomputed verdicts, since a package cannot vouch for itself',
  'NHI-GOV-05': 'needs a retention policy, and records of what was erased when',
};

export const notYet = (why: string): Judged[] => [stated('a test exists', 'NOT_EVALUABLE', why)];
