import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { ProblemNotice } from './Notice.tsx';
import { Skeleton } from './Skeleton.tsx';

interface Props<T> {
  query: UseQueryResult<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** The three states of everything that is fetched: coming, refused, here. */
export function Loaded<T>({ query, skeleton = <Skeleton lines={6} />, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <ProblemNotice error={query.error}>
        <p className="notice-action">
          <Button onClick={() => void query.refetch()}>Try again</Button>
        </p>
      </ProblemNotice>
    );
  }
  return skeleton;
}
