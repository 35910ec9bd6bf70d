import { BREAK_GLASS_CLOSED_KINDS } from '../../../../verifier/src/words/break-glass.ts';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Panel } from '../../components/Panel.tsx';

/** Who may do what: the server holds to it, whatever a page shows. */
export const Rules = () => (
  <Panel title="Who may do what">
    <Facts>
      <Fact term="Lay away">
        An administrator proposes a person’s key with <code>breakGlass</code> and an end; somebody else signs
        that change, as any other.
      </Fact>
      <Fact term="Use">
        Its holder alone, signed in by another key, from the command line:{' '}
        <code className="wrap-any">muniment approve CHANGE --key-file OWN --break-glass SEALED</code>. It
        opens that one change, and is dead afterwards.
      </Fact>
      <Fact term="Review">
        An approver, auditor or admin who neither used the key nor proposed the change, within a day.
      </Fact>
      <Fact term="Never">
        It opens no session and no change of the kind {[...BREAK_GLASS_CLOSED_KINDS].join(' or ')}.
      </Fact>
    </Facts>
  </Panel>
);
