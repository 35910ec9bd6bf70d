import { useMutation, useQueryClient } from '@tanstack/react-query';
import { BellOff, Trash2, UserRoundCheck } from 'lucide-react';
import { useState } from 'react';
import { disposeObservation } from '../../api/actions.ts';
import type { Observation } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { labelOf } from '../../components/observation.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { visible } from '../../lib/format.ts';
import { Adopt } from './Adopt.tsx';

type Asked = 'adopt' | 'dismissed' | 'retire';

const DAY_MS = 86_400_000;
const DAYS: Record<Exclude<Asked, 'adopt'>, number> = { dismissed: 90, retire: 14 };
const WORDS = {
  dismissed: {
    title: 'Dismiss this?',
    says: 'It is left out of the queue until that day, and stays in the inventory.',
    action: 'Dismiss it',
    field: 'Until',
    icon: BellOff,
  },
  retire: {
    title: 'Is this to be removed?',
    says: 'Somebody removes it at its source; if a sweep still sees it after that day, it is a finding.',
    action: 'To be removed',
    field: 'Gone by',
    icon: Trash2,
  },
} as const;

const dayAfter = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** What a person can decide on something that nobody declared: it is ours, it does not matter for now, or it must go. */
export function Decide({ observation }: { observation: Observation }) {
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  return (
    <div className="decide">
      <Button look="primary" icon={UserRoundCheck} onClick={() => setAsked('adopt')}>
        Claim
      </Button>
      <Button icon={BellOff} onClick={() => setAsked('dismissed')}>
        Dismiss
      </Button>
      <Button icon={Trash2} onClick={() => setAsked('retire')}>
        Retire
      </Button>
      {asked === 'adopt' && <Adopt observation={observation} onClose={close} />}
      {(asked === 'dismissed' || asked === 'retire') && (
        <Dispose observation={observation} disposition={asked} onClose={close} />
      )}
    </div>
  );
}

interface Props {
  observation: Observation;
  disposition: Exclude<Asked, 'adopt'>;
  onClose: () => void;
}

function Dispose({ observation, disposition, onClose }: Props) {
  const { title, says, action, field, icon } = WORDS[disposition];
  const queryClient = useQueryClient();
  const dispose = useMutation({
    mutationFn: ({ reason, day }: { reason: string; day: string }) =>
      disposeObservation(observation.key, {
        disposition,
        reason,
        until: new Date(`${day}T23:59:59Z`).toISOString(),
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      onClose();
    },
  });
  return (
    <ReasonDialog
      title={title}
      says={`${visible(labelOf(observation))}. ${says}`}
      action={action}
      icon={icon}
      working={dispose}
      onReason={(reason, form) => dispose.mutate({ reason, day: String(form.get('until')) })}
      onClose={onClose}
    >
      <Field label={field}>
        {(id) => (
          <input
            id={id}
            name="until"
            type="date"
            className="input"
            required
            min={dayAfter(1)}
            max={dayAfter(365)}
            defaultValue={dayAfter(DAYS[disposition])}
          />
        )}
      </Field>
    </ReasonDialog>
  );
}
