import type { Control } from './control.ts';

export const thirdParty: readonly Control[] = [
  {
    id: 'NHI-TPR-01',
    title: 'Vendor identities are governed',
    statement:
      'Identities given to or used by vendors have a contract reference, an internal owner, a review and an end.',
    tsc: ['CC9.2', 'CC6.2', 'CC6.6'],
    iso27001: ['A.5.19', 'A.5.20', 'A.5.22', 'A.5.23'],
    nist80053: ['SA-9', 'AC-2'],
    pci: ['8.2.7', '12.8.1'],
    gdpr: ['28', '32.4'],
    owaspNhi: ['NHI3'],
    kind: 'state',
    frequency: 'quarterly',
    lane: 'mixed',
    artefacts: ['vendor-nhi.csv'],
    test: 'vendor NHI has owner+contract+review date; contract ended => disabled<=SLA',
  },
];
