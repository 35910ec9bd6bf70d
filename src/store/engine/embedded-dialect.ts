import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { MunimentError } from '../../kernel/index.ts';
import { READ_ONLY, sqlState, storageUnavailable } from './failures.ts';
import { Mutex } from './mutex.ts';
import type { EngineSession } from './session.ts';
import type { SpaceGuard } from './space.ts';

/**
 * Longer than any transaction lasts: whoever waits so long waits for itself, inside a transaction that did not use its own
 * handle, and everybody else with it.
 */
const TURN_MILLISECONDS = 30_000;

/** Hands out the living session; starts it anew where the last one broke. */
export type SessionSource = () => Promise<EngineSession>;

/**
 * PGlite has one session for everybody. Whoever holds the connection has it alone, for one statement or one transaction,
 * so transactions never mix. INVARIANT: inside a transaction use its own handle; the outer one would wait for itself.
 */
export function embeddedDialect(session: SessionSource, guard?: SpaceGuard): Dialect {
  return {
    createDriver: () => new EmbeddedDriver(session, guard),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

class EmbeddedConnection implements DatabaseConnection {
  readonly #session: EngineSession;
  readonly #guard: SpaceGuard | undefined;
  readonly release: () => void;

  constructor(session: EngineSession, guard: SpaceGuard | undefined, release: () => void) {
    this.#session = session;
    this.#guard = guard;
    this.release = release;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affected } = await this.#session.query(sql, parameters).catch((error) => {
      throw sqlState(error) === READ_ONLY && this.#guard ? this.#guard.refusal() : error;
    });
    return { rows: rows as R[], numAffectedRows: BigInt(affected) };
  }

  // biome-ignore lint/correctness/useYield: it refuses; long reads are paged, for a cursor would hold the one session
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new MunimentError('not_supported', 'the embedded engine streams nothing');
  }
}

class EmbeddedDriver implements Driver {
  readonly #turn = new Mutex();
  readonly #session: SessionSource;
  readonly #guard: SpaceGuard | undefined;

  constructor(session: SessionSource, guard: SpaceGuard | undefined) {
    this.#session = session;
    this.#guard = guard;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const release = await this.#turn.acquire(TURN_MILLISECONDS).catch((error) => {
      throw storageUnavailable(error);
    });
    try {
      const session = await this.#session();
      await this.#guard?.apply(session);
      return new EmbeddedConnection(session, this.#guard, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'begin');
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'commit');
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'rollback');
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as EmbeddedConnection).release();
  }

  async destroy(): Promise<void> {}
}

async function run(connection: DatabaseConnection, statement: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(statement));
}
