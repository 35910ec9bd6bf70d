const SECOND_LOG =
  'an earlier checkpoint of your own (`--since`), a whole second log could be shown to you in place of the first.';

const witnessLimit = (cosignatures: number): string =>
  cosignatures === 0
    ? `No outside witness has signed the checkpoint. Without one, and without ${SECOND_LOG}`
    : `The checkpoint carries ${cosignatures} signatures of witnesses. They count only by keys that you were told by another way (\`--witness\`) and for witnesses that the organisation does not run; without such, and without ${SECOND_LOG}`;

/** What a package cannot show, said before anything that it can. */
export const limitsOf = (sealing: string, cosignatures: number): string[] => [
  'Whoever is root on the host of the control plane can make it record what did not happen, or keep it from recording what did. Entries that are once under a checkpoint which someone else kept cannot be changed unnoticed; entries that were never written leave no trace.',
  'A stolen key of the certificate authority makes credentials that no entry knows. `muniment credential check` tells that such a credential was not made here; it cannot prevent it.',
  witnessLimit(cosignatures),
  'The state at the start of the period comes from a snapshot: it is the server’s claim, unless you hold the packages before this one, back to the first entry of the log. Older entries are carried with proofs, for what still stood.',
  'Two keys do not prove two people. That each approver’s key is in the hands of that person alone is for the organisation to show.',
  'A relying party that ignores revocation goes on accepting a credential until it ends. Points that could not be tried are named.',
  'Sweeps show what the connector could read. What it was denied is named; what it was never pointed at is not seen.',
  `Keys at rest: ${sealing}`,
  'Verdicts are management monitoring: they say what the records show, for the clauses that could be computed. Whether the controls are suitable, and what an exception means, is for the auditor to conclude.',
];
