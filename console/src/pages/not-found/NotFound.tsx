import { Link } from '@tanstack/react-router';
import { Signpost } from 'lucide-react';
import { Empty } from '../../components/Empty.tsx';
import { Page } from '../../components/Page.tsx';

export function NotFound() {
  return (
    <main>
      <Page title="No such page">
        <Empty icon={Signpost} title="Nothing is kept at this address">
          <p>
            It may be mistyped. Go to the <Link to="/">overview</Link>, or look for it among the{' '}
            <Link to="/identities">identities</Link>.
          </p>
        </Empty>
      </Page>
    </main>
  );
}
