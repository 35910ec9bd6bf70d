import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, createServer as createPlain, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { lockPlaced, sessionEnded } from '../../../test/support/drafts.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { ocsfProblems } from '../../../test/support/ocsf.ts';
import { hasRsyslog, listening, startRsyslog, until } from '../../../test/support/rsyslog.ts';
import { makeTls, type TestTls } from '../../../test/support/tls.ts';
import { systemClock } from '../../kernel/index.ts';
import { type Database, type Log, openDatabase, openLog } from '../../store/index.ts';
import { createExporter, type Exporter } from '../index.ts';
import { createFileSink } from './file.ts';
import type { OcsfEvent } from './model.ts';

const WAIT_MS = 20_000;
/** More than a handshake, less than one with events after it. */
const BREAK_AFTER_BYTES = 1_200;

describe('export', () => {
  let folder: string;
  let database: Database;
  let log: Log;
  let exporter: Exporter;
  let tls: TestTls;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-export-'));
    tls = makeTls(folder);
    database = await openDatabase({ memory: true });
    log = await openLog({ database, signer: testSigner() });
    exporter = createExporter({ database, log, clock: systemClock });
    await log.append([lockPlaced('lok_1', 'idn_a'), sessionEnded('per_a')]);
  });
  after(async () => {
    await log.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const linesOf = (path: string): OcsfEvent[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('file: every exported entry once, valid, mode 0600; then only what is new; the check compares', async () => {
    const destination = { to: 'file', path: join(folder, 'events.jsonl') } as const;
    const { sent, next } = await exporter.run(destination);
    assert.equal(sent, 2);
    assert.equal(next, (await log.head()).size);
    assert.deepEqual(linesOf(destination.path).flatMap(ocsfProblems), []);
    assert.equal(statSync(destination.path).mode & 0o777, 0o600);
    assert.equal((await exporter.run(destination)).sent, 0);
    await log.append([lockPlaced('lok_2', 'idn_a')]);
    assert.equal((await exporter.run(destination)).sent, 1);
    const checked = await exporter.check(destination);
    assert.deepEqual(
      [checked.expected, checked.count, checked.duplicates, checked.complete],
      [3, 3, 0, true],
    );
    writeFileSync(destination.path, `${JSON.stringify(linesOf(destination.path)[0])}\n`);
    assert.equal((await exporter.check(destination)).complete, false);
  });

  test('file: a line torn by a kill is cut off, and a full file is set aside and still counted', async () => {
    const path = join(folder, 'torn.jsonl');
    const event = (index: number) =>
      ({
        metadata: { uid: `${log.origin}/${index}` },
        time: 1,
        filler: 'x'.repeat(100),
      }) as unknown as OcsfEvent;
    const sink = createFileSink(path, 400);
    await sink.send([event(1)]);
    appendFileSync(path, '{"metadata":{"uid":"torn');
    await sink.send([event(2), event(2), event(3)]);
    await sink.send([event(4)]);
    assert.ok(existsSync(`${path}.1`));
    assert.deepEqual(await sink.held?.(log.origin), { count: 4, duplicates: 1 });
    assert.deepEqual(await sink.held?.('other.example/log'), { count: 0, duplicates: 0 });
    await createFileSink(join(folder, 'all-torn.jsonl')).send([]);
    appendFileSync(join(folder, 'all-torn.jsonl'), 'x'.repeat(200_000));
    await createFileSink(join(folder, 'all-torn.jsonl')).send([event(1)]);
    assert.equal(linesOf(join(folder, 'all-torn.jsonl')).length, 1);
  });

  test('file: where it cannot be written the place in the log does not move', async () => {
    const destination = { to: 'file', path: join(folder, 'missing', 'events.jsonl') } as const;
    await assert.rejects(exporter.run(destination), { code: 'data_unwritable' });
    assert.equal((await exporter.check(destination)).next, 0);
  });

  describe('https', () => {
    let server: Server;
    let url: string;
    const received: OcsfEvent[] = [];
    let status = 200;
    let asked: Array<string | undefined> = [];

    before(async () => {
      server = createServer({ ...tls.server }, (request, response) => {
        asked.push(request.headers.authorization);
        const chunks: Buffer[] = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
          if (request.method === 'POST' && status === 200)
            received.push(...JSON.parse(Buffer.concat(chunks).toString()));
          const count = new Set(received.map(({ metadata }) => metadata.uid)).size;
          response.writeHead(status).end(JSON.stringify({ count }));
        });
      });
      url = `https://localhost:${await portOf(server)}/events`;
      writeFileSync(join(folder, 'bearer'), 'not-a-real-token\n');
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    const destination = () =>
      ({ to: 'https', url, caFile: tls.caFile, bearerFile: join(folder, 'bearer') }) as const;

    test('a receiver that is ill gets the same again; then all of it with the bearer token, and says how many', async () => {
      status = 503;
      await assert.rejects(exporter.run(destination()), { code: 'server_unreachable' });
      status = 200;
      const { sent } = await exporter.run(destination());
      assert.equal(sent, received.length);
      assert.ok(asked.every((authorization) => authorization === 'Bearer not-a-real-token'));
      const checked = await exporter.check(destination());
      assert.ok(checked.complete === true && checked.count === checked.expected);
    });

    test('a certificate that nobody vouches for, a missing token file, and a name in the way get nothing', async () => {
      asked = [];
      await assert.rejects(
        exporter.run({ to: 'https', url: `${url}?again`, bearerFile: join(folder, 'bearer') }),
        {
          code: 'server_unreachable',
        },
      );
      await assert.rejects(
        exporter.run({ ...destination(), url: `${url}?2`, bearerFile: join(folder, 'nothing') }),
        {
          code: 'bad_request',
        },
      );
      assert.deepEqual(asked, []);
    });

    test('as a job it goes on by itself when the receiver is well again', async () => {
      const faults: unknown[] = [];
      status = 503;
      const failed = Promise.withResolvers<void>();
      const stop = exporter.start([{ ...destination(), name: 'siem' }], (error) => {
        faults.push(error);
        status = 200;
        failed.resolve();
      });
      await failed.promise;
      await log.append([lockPlaced('lok_job', 'idn_a')]);
      const deadline = Date.now() + WAIT_MS;
      while (!received.some(({ message }) => String(message).includes('lok_job'))) {
        assert.ok(Date.now() < deadline, 'nothing came');
        await new Promise((resolve) => setImmediate(resolve));
      }
      await stop();
      assert.equal(faults.length, 1);
    });

    test('two at once do not both send: one has the lease', async () => {
      const twice = { ...destination(), url: `${url}?twice` };
      const before = received.length;
      const outcomes = await Promise.allSettled([exporter.run(twice), exporter.run(twice)]);
      const sent = outcomes.map((each) => (each.status === 'fulfilled' ? each.value.sent : 0));
      assert.equal(received.length - before, Math.max(...sent));
    });
  });

  describe('syslog over TLS', () => {
    test('a receiver that breaks off in the middle has taken nothing, nor has one that is away', async () => {
      const server = createTls(tls.server, (socket) => socket.on('error', () => undefined).resume());
      const inner = await portOf(server);
      const way = createPlain((client) => {
        const upstream = connect(inner, '127.0.0.1').on('error', () => undefined);
        client
          .on('error', () => undefined)
          .pipe(upstream)
          .pipe(client);
        client.on('data', () => {
          if (client.bytesRead < BREAK_AFTER_BYTES) return;
          client.resetAndDestroy();
          upstream.destroy();
        });
      });
      const destination = {
        to: 'syslog-tls',
        host: 'localhost',
        port: await portOf(way),
        caFile: tls.caFile,
      } as const;
      await assert.rejects(exporter.run(destination), { code: 'server_unreachable' });
      for (const each of [way, server]) await new Promise((resolve) => each.close(resolve));
      await assert.rejects(exporter.run(destination), { code: 'server_unreachable' });
      const { expected, waiting, count, missing, complete } = await exporter.check(destination);
      assert.deepEqual([expected, count, missing, complete], [0, null, null, null]);
      assert.ok(waiting > 0);
    });

    /** The receiver's file as it is, then with one line twice, one lost, and others' lines in between. */
    async function compared(known: Parameters<Exporter['check']>[0], out: string, lines: string[]) {
      const whole = await exporter.check(known, out);
      const { length } = lines;
      assert.deepEqual(
        [whole.expected, whole.count, whole.duplicates, whole.missing, whole.waiting, whole.complete],
        [length, length, 0, 0, 0, true],
      );
      const [first = '', second = '', ...rest] = lines;
      const lost = JSON.parse(second.slice(second.indexOf('{'))) as { metadata: { sequence: number } };
      writeFileSync(
        out,
        ['not ours', '{"metadata":{"uid":"other/1"}}', '{torn', first, first, ...rest].join('\n'),
      );
      const short = await exporter.check(known, out);
      assert.deepEqual(
        [short.count, short.duplicates, short.missing, short.firstMissing, short.complete],
        [length - 1, 1, 1, lost.metadata.sequence, false],
      );
      await assert.rejects(exporter.check(known, `${out}.nothing`), { code: 'bad_request' });
    }

    test('rsyslog takes every event, from a client that it knows', async (t) => {
      if (!hasRsyslog()) return t.skip('needs rsyslog');
      const port = await freePort();
      const out = join(folder, 'rsyslog.out');
      writeFileSync(out, '');
      const program = startRsyslog(folder, tls, port, out);
      try {
        await listening(port);
        const place = { to: 'syslog-tls', host: 'localhost', port, caFile: tls.caFile } as const;
        const known = { ...place, certFile: tls.clientCertFile, keyFile: tls.clientKeyFile };
        const { sent } = await exporter.run(known);
        assert.ok(sent > 0);
        await until(out, () => readFileSync(out, 'utf8').split('\n').length > sent);
        const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
        assert.equal(lines.length, sent);
        const events = lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))) as OcsfEvent);
        assert.deepEqual(events.flatMap(ocsfProblems), []);
        await compared(known, out, lines);
      } finally {
        program.kill('SIGKILL');
        await once(program, 'exit');
      }
    });
  });

  test('no secret of a destination is in an error', async () => {
    writeFileSync(join(folder, 'token'), 'not-a-real-token');
    const url = 'https://127.0.0.1:1/hook/not-a-real-path';
    await assert.rejects(
      exporter.run({ to: 'https', url, bearerFile: join(folder, 'token') }),
      (error: Error) => {
        assert.ok(!error.message.includes('not-a-real'));
        return true;
      },
    );
    assert.ok(readdirSync(folder).length > 0);
  });
});

async function portOf(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createPlain();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
