import { z } from 'zod';
import type { Rows } from '#verifier';
import type { SourceType, SourceView } from '../../discovery/index.ts';
import type { Db } from '../../store/index.ts';
import { lastComplete } from './sweeps/queries.ts';

/** Sources, and the kinds of them there are. */

const WORST = ['FAILED', 'PARTIAL', 'COMPLETE'] as const;

export const viewSourceType = ({
  type,
  version,
  title,
  settings,
  secrets,
  hostSettings = [],
  operations,
  listings,
}: SourceType) => ({
  type,
  version,
  title,
  // What JSON Schema has no word for (a refinement) is left to the server to refuse.
  settings: z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
  secrets: Object.entries(secrets).map(([name, { about, optional }]) => ({
    name,
    about,
    optional: optional === true,
  })),
  hostSettings: [...hostSettings],
  operations: operations.map(({ name, privilege, note }) => ({ name, privilege, note: note ?? null })),
  listings: listings.map(({ listing, about, operations: calls }) => ({ listing, about, operations: calls })),
});

export const viewSweep = (row: Rows['sweep']) => ({
  sweep: row.sweep,
  source: row.source,
  connector: row.connector,
  partition: row.partition,
  scope: row.scope,
  calls: row.calls,
  pages: row.pages,
  items: row.items,
  providerCount: row.providerCount,
  endSeen: row.endSeen,
  verdict: row.verdict,
  why: row.why,
  denied: row.denied,
  errors: row.errors,
  listings: row.listings,
  clock: row.clock,
  manifest: row.manifest,
  started: row.started,
  ended: row.ended,
  entry: row.entry,
});

export const viewProgress = ({ partition, listing, ...progress }: NonNullable<SourceView['running']>) => ({
  ...progress,
  partition: partition === '' ? null : partition,
  listing: listing === '' ? null : listing,
});

export async function viewSource(db: Db, view: SourceView) {
  const { source, type, title, spec, declared, since, last, next, running } = view;
  return {
    source,
    type,
    title,
    builtIn: !declared,
    settings: spec.settings,
    secrets: spec.secrets,
    everySeconds: spec.everySeconds,
    since,
    verdict: WORST.find((verdict) => last.some((sweep) => sweep.verdict === verdict)) ?? null,
    sweeps: last.map(viewSweep),
    lastComplete: await lastComplete(db, last),
    next,
    running: running === null ? null : viewProgress(running),
  };
}
