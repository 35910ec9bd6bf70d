import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Plan } from '../../api/types.ts';
import { Panel } from '../../components/Panel.tsx';
import { plural, visible } from '../../lib/format.ts';
import { type Names, named, withNames } from '../../lib/names.ts';
import { DiffTable } from './DiffTable.tsx';
import { fieldsOf, type PlanStep } from './diff.ts';

/** A plan as a reader needs it: who gains what first, then every step with what stands and what would stand. */
export function PlanView({ plan, names }: { plan: Plan; names: Names }) {
  const steps = plan.operations as unknown as PlanStep[];
  return (
    <>
      <Gains gains={plan.gains} names={names} />
      <Panel
        title="Plan"
        padded={false}
        aside={<span className="aside">{plural(steps.length, 'step')}</span>}
      >
        <ol className="steps">
          {steps.map((step) => (
            <Step key={`${step.kind} ${step.id}`} step={step} names={names} />
          ))}
        </ol>
      </Panel>
    </>
  );
}

function Gains({ gains, names }: { gains: Plan['gains']; names: Names }) {
  return (
    <Panel title="Who gains what">
      {gains.length === 0 ? (
        <p className="second">Nobody gains or loses anything by this plan.</p>
      ) : (
        <ul className="gains">
          {gains.map(({ direction, subject, what }) => (
            <li key={`${direction} ${subject} ${what}`} className={`gain-${direction}`}>
              {direction === 'gains' ? (
                <ArrowUp size={14} aria-hidden />
              ) : (
                <ArrowDown size={14} aria-hidden />
              )}
              <span className="wrap-any">
                <strong title={subject}>{visible(withNames(subject, names))}</strong> {direction}{' '}
                <span title={what}>{visible(withNames(what, names))}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const VERBS: Record<PlanStep['op'], string> = { create: 'Create', update: 'Change', retire: 'Retire' };

function Step({ step, names }: { step: PlanStep; names: Names }) {
  const name = typeof step.name === 'string' ? step.name : named(step.id, names);
  return (
    <li className="step">
      <h3 className="step-title">
        <span className={`op op-${step.op}`}>{VERBS[step.op]}</span>
        <span className="second">{step.kind}</span>
        <span className="name">{visible(name)}</span>
      </h3>
      <DiffTable caption={`${VERBS[step.op]} ${step.kind} ${visible(name)}`} fields={fieldsOf(step, names)} />
    </li>
  );
}
