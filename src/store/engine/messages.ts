/** What the main thread and the engine's thread say to each other. Every request is answered once, by its id. */
export type EngineRequest =
  | { id: number; type: 'query'; sql: string; parameters: readonly unknown[] }
  | { id: number; type: 'syncs' }
  | { id: number; type: 'close' };

export interface QueryAnswer {
  rows: Record<string, unknown>[];
  affected: number;
}

/** An error as PostgreSQL tells it; `code` is the SQLSTATE. */
export interface EngineFailure {
  message: string;
  code?: string;
  constraint?: string;
}

export type EngineAnswer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: EngineFailure; fatal: boolean };

/** The first message of the thread: it stands, or why not. */
export type EngineStart = { started: true } | { started: false; error: EngineFailure };

export interface EngineOptions {
  /** Folder of the cluster, or null for one in memory that nobody keeps. */
  folder: string | null;
}
