/** What a verdict can be. Missing data never passes. */
export const VERDICTS = ['PASS', 'FAIL', 'NOT_EVALUABLE', 'NOT_OCCURRING'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Where a verdict comes from: machine records, a signed statement, a person's conclusion, or two of them, told apart. */
export type Lane = 'proved' | 'attested' | 'judged' | 'mixed';

/**
 * What must hold, in our own words, and how it is computed. Criteria of other frameworks are named by their identifiers
 * only; no standard's text is reproduced.
 */
export interface Control {
  /** `NHI-AREA-NN`. */
  id: string;
  title: string;
  statement: string;
  /** AICPA Trust Services Criteria 2017, points of focus of 2022. */
  tsc: readonly string[];
  /** ISO/IEC 27001:2022, Annex A. */
  iso27001: readonly string[];
  /** NIST SP 800-53, revision 5. */
  nist80053: readonly string[];
  /** PCI DSS 4.0.1. */
  pci: readonly string[];
  /** Article, paragraph, letter. */
  gdpr: readonly string[];
  /** OWASP NHI Top 10, 2025. */
  owaspNhi: readonly string[];
  /** A state holds at every instant of a period, an event falls within it, a document is in force. */
  kind: 'state' | 'event' | 'doc';
  frequency: string;
  lane: Lane;
  /** What an auditor would ask to see, by name. */
  artefacts: readonly string[];
  /** How it is computed. */
  test: string;
}
