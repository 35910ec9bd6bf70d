import { Download, ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react';
import { Badge } from '../../components/Badge.tsx';
import { Button } from '../../components/Button.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { saveFile } from '../../lib/csv.ts';
import { formatNumber, plural, visible } from '../../lib/format.ts';
import type { Built, PackageFacts, Report } from './package.ts';
import { dayOf } from './period.ts';

const OUTCOMES = {
  HOLDS: { tone: 'pass', icon: ShieldCheck, word: 'Holds' },
  PARTIAL: { tone: 'warn', icon: ShieldAlert, word: 'Holds; something is withheld' },
  BROKEN: { tone: 'fail', icon: ShieldX, word: 'Does not hold' },
} as const;

const BYTES_IN_KB = 1024;
const PROBLEMS_SHOWN = 20;

/** `muniment-evidence-2026-01-01-2026-02-01.zip` */
const nameOf = (facts: Partial<PackageFacts>): string =>
  ['muniment-evidence', dayOf(facts.period?.from), dayOf(facts.period?.to)].filter(Boolean).join('-');

/** A package that was built: what the verifier says of it here, what is withheld, and the way to take it along. */
export function BuiltPackage({ built: { file, sha256, report } }: { built: Built }) {
  const { tone, icon, word } = OUTCOMES[report.outcome];
  return (
    <section className="built" aria-label="The package">
      <div className="row">
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        <Button look="primary" icon={Download} onClick={() => saveFile(`${nameOf(report.facts)}.zip`, file)}>
          Download, {formatNumber(Math.ceil(file.size / BYTES_IN_KB))} kB
        </Button>
      </div>
      <Facts>
        <Fact term="SHA-256">
          <Copy value={sha256} label="digest of the package" whole />
        </Fact>
        <Fact term="Log">{report.facts.origin}</Fact>
        <Fact term="Withheld">{withheldIn(report.facts)}</Fact>
        <Fact term="Checks">
          {plural(report.checks.filter(({ outcome }) => outcome === 'OK').length, 'check')} hold
        </Fact>
      </Facts>
      <Problems problems={[...report.problems, ...report.unknown]} />
      <p className="muted prose">
        Verified in this browser, by the code of the one-file verifier. Whoever receives it should pin the
        log’s key that they hold themselves.
      </p>
    </section>
  );
}

function withheldIn({ withheld }: Partial<PackageFacts>): string {
  if (withheld === undefined) return 'unknown';
  const bodies = withheld.bodies.length;
  if (bodies + withheld.openings + withheld.pages === 0) return 'nothing';
  return `${plural(bodies, 'body', 'bodies')} of entries, ${plural(withheld.openings, 'personal value')}, ${plural(withheld.pages, 'page')} of sweeps`;
}

function Problems({ problems }: { problems: Report['problems'] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="lines">
      {problems.slice(0, PROBLEMS_SHOWN).map(({ check, where, message }) => (
        <li key={`${check} ${where} ${message}`} className="block">
          <code>{visible(where || check)}</code>
          <span className="second wrap-any">{visible(message)}</span>
        </li>
      ))}
      {problems.length > PROBLEMS_SHOWN && <li>and {formatNumber(problems.length - PROBLEMS_SHOWN)} more</li>}
    </ul>
  );
}
