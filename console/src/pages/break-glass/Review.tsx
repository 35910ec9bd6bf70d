import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ClipboardCheck } from 'lucide-react';
import { useState } from 'react';
import { BREAK_GLASS_OUTCOMES } from '../../../../verifier/src/words/break-glass.ts';
import { reviewBreakGlass } from '../../api/actions.ts';
import type { ReviewOutcome } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { shorten, visible, words } from '../../lib/format.ts';

const NAME_SHOWN_CHARACTERS = 60;
const SAYS =
  'Read the change first. What you say is for good: it closes the finding, and stays in the evidence with your name.';

/** Says whether the use of the key `id` was justified. */
export function Review({ id, holder }: { id: string; holder: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const review = useMutation({
    mutationFn: ({ outcome, note }: { outcome: ReviewOutcome; note: string }) =>
      reviewBreakGlass(id, outcome, note),
    onSuccess: async () => {
      setOpen(false);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button look="primary" icon={ClipboardCheck} onClick={() => setOpen(true)}>
        Review
      </Button>
      {open && (
        <ReasonDialog
          title={`Review what ${visible(shorten(holder, NAME_SHOWN_CHARACTERS, 0))} did alone`}
          says={SAYS}
          action="Record the review"
          icon={ClipboardCheck}
          working={review}
          onReason={(note, form) => review.mutate({ outcome: form.get('outcome') as ReviewOutcome, note })}
          onClose={() => setOpen(false)}
        >
          <OutcomeField />
        </ReasonDialog>
      )}
    </>
  );
}

/** Nothing is chosen beforehand: whoever hurries must not have called it justified. */
const OutcomeField = () => (
  <Field label="It was">
    {(id) => (
      <select id={id} name="outcome" className="input" required defaultValue="">
        <option value="" disabled>
          Choose
        </option>
        {BREAK_GLASS_OUTCOMES.map((outcome) => (
          <option key={outcome} value={outcome}>
            {words(outcome)}
          </option>
        ))}
      </select>
    )}
  </Field>
);
