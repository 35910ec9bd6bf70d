import { Button } from '../../components/Button.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';

/** What stands where a page could not be drawn at all. */
export function Failure({ error }: { error: unknown }) {
  return (
    <Page title="This page cannot be shown">
      <ProblemNotice error={error}>
        <p className="notice-action">
          <Button onClick={() => location.reload()}>Load again</Button>
        </p>
      </ProblemNotice>
    </Page>
  );
}
