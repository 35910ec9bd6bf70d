/** One table of cases, run over every engine. */
import { after, before, describe } from 'node:test';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from './postgres.ts';

export interface EngineUnderTest {
  name: 'embedded' | 'postgresql';
  /** A fresh, empty database; closed by the engine's own end where the test did not. */
  open(): Promise<Database>;
  /** Another process's view of the newest database: a second handle where the engine can have one, else the same. */
  openAgain(): Promise<Database>;
}

export function describeEngines(title: string, cases: (engine: EngineUnderTest) => void): void {
  describe(`${title}, embedded`, () => cases(embedded()));
  const skip = postgresPrograms() === undefined ? 'no PostgreSQL is installed' : false;
  describe(`${title}, postgresql`, { skip }, () => cases(postgresql()));
}

function embedded(): EngineUnderTest {
  const opened: Database[] = [];
  after(() => Promise.all(opened.map((database) => database.close())));
  const open = async () => {
    const database = await openDatabase({ memory: true });
    opened.push(database);
    return database;
  };
  return { name: 'embedded', open, openAgain: async () => opened.at(-1) as Database };
}

function postgresql(): EngineUnderTest {
  let server: TestPostgres;
  let url = '';
  let count = 0;
  const opened: Database[] = [];
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });
  const openAgain = async () => {
    const database = await openDatabase({ url });
    opened.push(database);
    return database;
  };
  const open = async () => {
    count += 1;
    url = await server.database(`test_${count}`);
    return openAgain();
  };
  return { name: 'postgresql', open, openAgain };
}
