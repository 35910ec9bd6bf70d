import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/problem.ts';
import { takeToken } from './app/token.ts';
import { makeRouter } from './router.tsx';
import './styles/tokens.css';
import './styles/base.css';

takeToken();

/** An answer of the server's is final; only silence is tried again. */
const silent = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof Problem && error.status === 0;

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: silent, staleTime: 5_000 }, mutations: { retry: false } },
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
