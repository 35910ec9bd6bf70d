import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { asProblem } from './api/problem.ts';
import { sessionQuery } from './api/queries.ts';
import { Shell } from './app/Shell.tsx';
import { hasToken } from './app/token.ts';
import { Failure } from './pages/not-found/Failure.tsx';
import { NotFound } from './pages/not-found/NotFound.tsx';

/** Search parameters are plain text; a page reads only those that it names. */
const texts =
  <Name extends string>(...names: Name[]) =>
  (search: Record<string, unknown>): { [N in Name]?: string | undefined } => {
    const found = names.flatMap((name) => (typeof search[name] === 'string' ? [[name, search[name]]] : []));
    return Object.fromEntries(found) as { [N in Name]?: string | undefined };
  };

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: texts('next'),
  component: lazyRouteComponent(() => import('./pages/sign-in/SignIn.tsx'), 'SignIn'),
});

const enrol = createRoute({
  getParentRoute: () => root,
  path: '/enrol',
  component: lazyRouteComponent(() => import('./pages/sign-in/Enrol.tsx'), 'Enrol'),
});

/** The moment that is looked at stays from page to page. */
const moment = texts('asOf', 'knownAt');

/** Everything behind this needs a session of a person. */
const house = createRoute({
  getParentRoute: () => root,
  id: 'house',
  validateSearch: moment,
  search: { middlewares: [retainSearchParams<ReturnType<typeof moment>>(['asOf', 'knownAt'])] },
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const away = () =>
      redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
    if (hasToken()) throw away();
    const session = await context.queryClient.ensureQueryData(sessionQuery).catch((error) => {
      throw asProblem(error).status === 401 ? away() : error;
    });
    if (session.person === null) throw redirect({ to: '/enrol' });
  },
});

const page = { getParentRoute: () => house };

const overview = createRoute({
  ...page,
  path: '/',
  validateSearch: texts('verdict'),
  component: lazyRouteComponent(() => import('./pages/overview/Overview.tsx'), 'Overview'),
});
const identities = createRoute({
  ...page,
  path: '/identities',
  validateSearch: texts('q', 'state', 'kind', 'application', 'owner', 'cursor'),
  component: lazyRouteComponent(() => import('./pages/identities/Identities.tsx'), 'Identities'),
});
const identity = createRoute({
  ...page,
  path: '/identities/$id',
  validateSearch: texts('tab', 'cursor'),
  component: lazyRouteComponent(() => import('./pages/identity/Identity.tsx'), 'Identity'),
});
const changes = createRoute({
  ...page,
  path: '/changes',
  validateSearch: texts('state'),
  component: lazyRouteComponent(() => import('./pages/changes/Changes.tsx'), 'Changes'),
});
const propose = createRoute({
  ...page,
  path: '/changes/new',
  component: lazyRouteComponent(() => import('./pages/propose/Propose.tsx'), 'Propose'),
});
const change = createRoute({
  ...page,
  path: '/changes/$id',
  component: lazyRouteComponent(() => import('./pages/change/Change.tsx'), 'Change'),
});
const drift = createRoute({
  ...page,
  path: '/drift',
  component: lazyRouteComponent(() => import('./pages/drift/Drift.tsx'), 'Drift'),
});
const breakGlass = createRoute({
  ...page,
  path: '/break-glass',
  validateSearch: texts('state'),
  component: lazyRouteComponent(() => import('./pages/break-glass/BreakGlass.tsx'), 'BreakGlass'),
});
const ledger = createRoute({
  ...page,
  path: '/ledger',
  validateSearch: texts('kind', 'subject', 'actor', 'before'),
  component: lazyRouteComponent(() => import('./pages/ledger/Ledger.tsx'), 'Ledger'),
});
const entry = createRoute({
  ...page,
  path: '/ledger/$index',
  component: lazyRouteComponent(() => import('./pages/entry/Entry.tsx'), 'Entry'),
});
const found = createRoute({
  ...page,
  path: '/found',
  validateSearch: texts('class', 'source', 'present', 'registered', 'administrator', 'q', 'cursor'),
  component: lazyRouteComponent(() => import('./pages/found/Found.tsx'), 'Found'),
});
const observation = createRoute({
  ...page,
  path: '/observations/$key',
  component: lazyRouteComponent(() => import('./pages/observation/ObservationPage.tsx'), 'ObservationPage'),
});
const unregistered = createRoute({
  ...page,
  path: '/unregistered',
  validateSearch: texts('class', 'source', 'cursor'),
  component: lazyRouteComponent(() => import('./pages/unregistered/Unregistered.tsx'), 'Unregistered'),
});
const sources = createRoute({
  ...page,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources/Sources.tsx'), 'Sources'),
});
const source = createRoute({
  ...page,
  path: '/sources/$source',
  component: lazyRouteComponent(() => import('./pages/sources/SourcePage.tsx'), 'SourcePage'),
});
const findings = createRoute({
  ...page,
  path: '/findings',
  validateSearch: texts('state', 'rule', 'owner'),
  component: lazyRouteComponent(() => import('./pages/findings/Findings.tsx'), 'Findings'),
});
const locks = createRoute({
  ...page,
  path: '/locks',
  validateSearch: texts('state', 'kind'),
  component: lazyRouteComponent(() => import('./pages/locks/Locks.tsx'), 'Locks'),
});
const lock = createRoute({
  ...page,
  path: '/locks/$id',
  component: lazyRouteComponent(() => import('./pages/lock/LockPage.tsx'), 'LockPage'),
});
const people = createRoute({
  ...page,
  path: '/people',
  validateSearch: texts('q', 'role', 'status'),
  component: lazyRouteComponent(() => import('./pages/people/People.tsx'), 'People'),
});
const posture = createRoute({
  ...page,
  path: '/posture/$finding',
  validateSearch: texts('part', 'cursor'),
  component: lazyRouteComponent(() => import('./pages/posture/Posture.tsx'), 'Posture'),
});
const evidence = createRoute({
  ...page,
  path: '/evidence',
  validateSearch: texts('from', 'to', 'verdict'),
  component: lazyRouteComponent(() => import('./pages/evidence/Evidence.tsx'), 'Evidence'),
});
const control = createRoute({
  ...page,
  path: '/evidence/$control',
  validateSearch: texts('from', 'to', 'verdict'),
  component: lazyRouteComponent(() => import('./pages/control/Control.tsx'), 'Control'),
});
const check = createRoute({
  ...page,
  path: '/check',
  component: lazyRouteComponent(() => import('./pages/check/Check.tsx'), 'Check'),
});
const search = createRoute({
  ...page,
  path: '/search',
  validateSearch: texts('everything'),
  component: lazyRouteComponent(() => import('./pages/search/Search.tsx'), 'Search'),
});
const alerts = createRoute({
  ...page,
  path: '/alerts',
  validateSearch: texts('state', 'detector'),
  component: lazyRouteComponent(() => import('./pages/alerts/Alerts.tsx'), 'Alerts'),
});
const alert = createRoute({
  ...page,
  path: '/alerts/$id',
  component: lazyRouteComponent(() => import('./pages/alert/AlertPage.tsx'), 'AlertPage'),
});
const rotations = createRoute({
  ...page,
  path: '/rotations',
  validateSearch: texts('stage'),
  component: lazyRouteComponent(() => import('./pages/rotations/Rotations.tsx'), 'Rotations'),
});
const rotation = createRoute({
  ...page,
  path: '/rotations/$id',
  component: lazyRouteComponent(() => import('./pages/rotation/RotationPage.tsx'), 'RotationPage'),
});
const controlOwners = createRoute({
  ...page,
  path: '/control-owners',
  validateSearch: texts('covers', 'hole'),
  component: lazyRouteComponent(() => import('./pages/owners/ControlOwners.tsx'), 'ControlOwners'),
});
const account = createRoute({
  ...page,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account/Account.tsx'), 'Account'),
});

const pages = [
  observation,
  unregistered,
  sources,
  source,
  overview,
  identities,
  identity,
  changes,
  propose,
  change,
  drift,
  breakGlass,
  ledger,
  entry,
  found,
  findings,
  locks,
  lock,
  people,
  posture,
  evidence,
  control,
  alerts,
  alert,
  rotations,
  rotation,
  controlOwners,
  check,
  search,
  account,
] as const;

export const makeRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([signIn, enrol, house.addChildren(pages)]),
    context: { queryClient },
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Failure,
    scrollRestoration: true,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const given = Object.entries(search).flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
      const text = new URLSearchParams(given).toString();
      return text === '' ? '' : `?${text}`;
    },
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
  interface HistoryState {
    manifests?: string;
  }
}
