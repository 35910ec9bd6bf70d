import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient } from './app/queryClient.ts';
import { takeToken } from './app/token.ts';
import { makeRouter } from './router.tsx';
import './styles/tokens.css';
import './styles/base.css';

takeToken();

const OUTSIDE = ['/sign-in', '/enrol'];

const queryClient = makeQueryClient(() => {
  const { pathname, href } = router.state.location;
  if (OUTSIDE.includes(pathname)) return;
  void router.navigate({ to: '/sign-in', search: { next: href }, replace: true });
});
const router = makeRouter(queryClient);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
