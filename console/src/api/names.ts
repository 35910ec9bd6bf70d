import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

/** Names are asked for by id, and all that one drawing of a page asks for goes in one request. */

const IDS_MAX = 500;

interface Asked {
  id: string;
  resolve: (name: string | null) => void;
  reject: (error: unknown) => void;
}

let asked: Asked[] = [];

async function answer(batch: Asked[]): Promise<void> {
  try {
    const ids = [...new Set(batch.map(({ id }) => id))];
    const { names } = await unwrap(api.POST('/api/v1/names', { body: { ids } }));
    for (const { id, resolve } of batch) resolve(names[id] ?? null);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function answerAll(): void {
  const all = asked;
  asked = [];
  for (let start = 0; start < all.length; start += IDS_MAX) void answer(all.slice(start, start + IDS_MAX));
}

const ask = (id: string): Promise<string | null> =>
  new Promise((resolve, reject) => {
    if (asked.length === 0) setTimeout(answerAll);
    asked.push({ id, resolve, reject });
  });

/** Null where the id has no name, or its name was erased. */
export const nameQuery = (id: string) => queryOptions({ queryKey: ['name', id], queryFn: () => ask(id) });
