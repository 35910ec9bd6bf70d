import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleX, FlaskConical } from 'lucide-react';
import { testDetectors } from '../../api/actions.ts';
import { detectorsQuery } from '../../api/queries.ts';
import type { Detector } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { Button } from '../../components/Button.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import '../../components/lines.css';

/** No alert is worth as much as the detector that did not raise one: each has to wake to a test event. */
export function Detectors() {
  const query = useQuery(detectorsQuery);
  const queryClient = useQueryClient();
  const test = useMutation({ mutationFn: testDetectors, onSuccess: () => queryClient.invalidateQueries() });
  return (
    <Panel
      title="Detectors"
      aside={
        <Button icon={FlaskConical} busy={test.isPending} onClick={() => test.mutate()}>
          Test them now
        </Button>
      }
    >
      {test.isError && <ProblemNotice error={test.error} />}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">None was tested yet, so nobody knows whether they would wake.</p>
          ) : (
            <ul className="lines">
              {items.map((detector) => (
                <Line key={detector.detector} detector={detector} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

const Line = ({ detector: { detector, alive, why, tested, entry } }: { detector: Detector }) => (
  <li>
    <Badge tone={alive ? 'pass' : 'fail'} icon={alive ? CircleCheck : CircleX}>
      {alive ? 'Wakes' : 'Sleeps'}
    </Badge>
    <span className="grow">
      <strong>{words(detector)}</strong>
      <span className="second wrap-any">{visible(why)}</span>
    </span>
    <Time value={tested} />
    <EntryLink index={entry} />
  </li>
);
