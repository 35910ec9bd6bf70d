import {
  ACCEPTANCE_DAYS,
  AGE_MAX_DAYS,
  DETECTORS,
  type Derived,
  REFUSAL_TARGET_P95_MS,
  type Rows,
  type RowTable,
  SHORT_LIVED_MAX_SECONDS,
  type State,
} from '#verifier';
import { plain } from './markdown.ts';

/** What the organisation has to say itself: no record can fill it in. */
const decide = (what: string): string => `**[to be decided: ${what}]**`;

function standing<T extends RowTable>({ tables }: State, table: T): Array<Rows[T]> {
  const rows = [...(tables[table] as unknown as Map<string, Rows[T] & { retired?: boolean }>)];
  return rows
    .filter(([, { retired }]) => retired !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
}

const counted = (words: Iterable<string>): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const told = [...counts].sort().map(([word, count]) => `${count} ${word}`);
  return told.length === 0 ? 'none yet' : told.join(', ');
};

const list = (items: string[], none: string): string[] =>
  items.length === 0 ? [`- ${none}`] : items.map((item) => `- ${item}`);

interface Draft {
  title: string;
  sections: Array<[heading: string, lines: string[]]>;
}

function management(state: State): Draft {
  const identities = standing(state, 'identity').filter(({ state: at }) => at !== 'retired');
  const profiles = standing(state, 'profile').map(
    ({ name, spec }) => `${plain(String(name))}: ${spec.actions.join(', ')}, at most ${spec.maxTtlSeconds} s`,
  );
  const trusts = standing(state, 'trust').map(({ spec }) => spec.method);
  const owners = standing(state, 'control_owner').length;
  return {
    title: 'Management of non-human identities',
    sections: [
      [
        'Scope',
        [
          `Every non-human identity of ${decide('organisation, systems, environments')}. Registered now: ${counted(identities.map(({ spec }) => spec.kind))}; by environment: ${counted(identities.map(({ spec }) => spec.environment))}.`,
        ],
      ],
      [
        'Ownership',
        [
          `Each identity has one living person as its owner, a purpose, and an application. The owner accepts it again within ${ACCEPTANCE_DAYS} days. ${owners} control points have a named owner and reviewer; \`populations/control-owners.csv\` lists those that have none.`,
        ],
      ],
      [
        'Coming to be',
        [
          'Nothing stands that was not proposed by one person and approved by the signature of another; the control plane carries out exactly what was signed.',
        ],
      ],
      [
        'Rights',
        [
          'A credential is granted within its profile, where a policy permits it:',
          '',
          ...list(profiles, 'no profile is declared'),
        ],
      ],
      [
        'Authentication',
        [
          `Credentials end within ${SHORT_LIVED_MAX_SECONDS} s and go to attested holders (trusts by method: ${counted(trusts)}). What does not end needs an exception with an owner, a compensating measure and an end.`,
        ],
      ],
      [
        'End',
        [
          `An identity is retired with its application; when its owner leaves ${decide('who takes over, and within how many days')}.`,
        ],
      ],
    ],
  };
}

function rotation(state: State): Draft {
  const rotations = standing(state, 'rotation').map(
    ({ name, spec }) =>
      `${plain(String(name))}: every ${spec.intervalDays} days by \`${spec.rotator}\`, ${spec.graceHours} h for its consumer to be seen, notice ${spec.noticeDays} days before`,
  );
  return {
    title: 'Rotation procedure',
    sections: [
      [
        'Limits',
        [
          `No secret is older than ${AGE_MAX_DAYS} days, or than its own rotation says:`,
          '',
          ...list(
            rotations,
            `no rotation is declared ${decide('which secrets are rotated by hand, by whom')}`,
          ),
        ],
      ],
      [
        'Steps',
        [
          '1. Make the new secret and authorise it beside the old one.',
          '2. Put it where its consumer reads it, in one step.',
          '3. See the new one used in the server’s own log. Nothing is cut before that; a consumer that is not seen is a person’s matter.',
          '4. Remove the old one, try it, and see it refused.',
        ],
      ],
      [
        'When it stalls',
        [
          `${decide('who is called, and within how many hours')}. A run that stalls opens a finding for the owner.`,
        ],
      ],
      [
        'Emergency',
        [
          `A secret that may be known to others is rotated at once (\`muniment rotate NAME --now\`) by ${decide('roles')}.`,
        ],
      ],
    ],
  };
}

function review(state: State): Draft {
  const exceptions = standing(state, 'exception').map(
    ({ name, spec }) =>
      `${plain(String(name))}: ${spec.control} for ${plain(spec.subject)} until ${spec.until}`,
  );
  const findings = [...state.tables.finding.values()].filter(({ closed }) => closed === null);
  return {
    title: 'Review process',
    sections: [
      [
        'What is reviewed',
        [
          `Owners accept their identities every ${ACCEPTANCE_DAYS} days. Rights, trusts and policies are reviewed ${decide('how often, by whom')}. Control points are reviewed by the reviewer that each names.`,
        ],
      ],
      [
        'Findings',
        [
          `Open at the end of the period: ${counted(findings.map(({ rule }) => rule))}. Each has a date by which a person decides.`,
        ],
      ],
      [
        'Exceptions',
        [
          'Approved by another person than the owner, for a limited time, after which they lapse by themselves:',
          '',
          ...list(exceptions, 'none stands'),
        ],
      ],
      [
        'Record',
        [
          'Decisions are entries of the log. A review is complete when every member of its population has one.',
          `Population and cut-off: ${decide('date, source')}.`,
        ],
      ],
    ],
  };
}

function incident(state: State): Draft {
  const tested = [...state.tables.detector.values()].map(
    ({ detector, alive, tested: at }) => `${detector}: ${alive ? 'awake' : 'asleep'} when tested ${at}`,
  );
  const locks = [...state.tables.lock.values()];
  return {
    title: 'Incident response for non-human identities',
    sections: [
      [
        'Detection',
        [
          `Detectors: ${DETECTORS.join(', ')}.`,
          '',
          ...list(tested.sort(), 'no detector was tested yet: their silence says nothing'),
        ],
      ],
      [
        'Containment',
        [
          `A lock refuses everything to an identity, credential, instance, trust, owner, application or agent at once; the promise is ${REFUSAL_TARGET_P95_MS} ms for 95 of 100 tries, and each lock is proven by refusal. Locks so far: ${counted(locks.map(({ target }) => target.kind))}.`,
        ],
      ],
      [
        'People',
        [
          `On call: ${decide('names, numbers, deputies')}. Decision on notice to authorities and those concerned: ${decide('role, deadline by law')}.`,
        ],
      ],
      [
        'Recovery',
        [
          'A credential that was dead stays dead; new ones are granted once the lock is lifted, with a reason.',
        ],
      ],
      [
        'Afterwards',
        [
          `Cause, use in between, and corrective actions are written down by ${decide('role')} within ${decide('days')}, and the controls concerned are tested again.`,
        ],
      ],
    ],
  };
}

const DRAFTS = {
  'policy-nhi-management': management,
  'policy-rotation-procedure': rotation,
  'policy-review-process': review,
  'policy-incident-response': incident,
} as const;

const WARNING =
  '> **DRAFT, not in force.** Filled in from what is configured and recorded. It becomes a policy when a person who may decide it has read, completed and signed it.';

function text({ title, sections }: Draft, to: string): string {
  const body = sections.flatMap(([heading, lines]) => [`## ${heading}`, '', ...lines, '']);
  const sign = [
    '## Signed',
    '',
    '| name | role | date | signature |',
    '| --- | --- | --- | --- |',
    '|  |  |  |  |',
  ];
  return `${[`# ${title}`, '', WARNING, '', `As configured at ${to}.`, '', ...body, ...sign].join('\n')}\n`;
}

/** The four policies that an auditor asks for, as drafts. */
export const policyDrafts = ({ input }: Derived): Array<[name: string, text: string]> =>
  Object.entries(DRAFTS).map(([name, draft]) => [name, text(draft(input.closing), input.period.to)]);
