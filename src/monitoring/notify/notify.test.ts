import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSmtp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { lockPlaced } from '../../../test/support/drafts.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { systemClock } from '../../kernel/index.ts';
import { type Database, type Draft, type Log, openDatabase, openLog } from '../../store/index.ts';
import { createNotifier } from '../index.ts';
import { subjectOf } from './mail.ts';
import type { Notice } from './model.ts';
import { signatureOf, slackText } from './webhook.ts';

const SECRET = 'not-a-real-secret';

const alert = (id: string, seen = 'more'): Draft => ({
  kind: 'alert.raised',
  subject: 'idn_a',
  actor: 'sys',
  data: {
    alert: id,
    detector: 'failed-attempts',
    about: 'ins_a',
    identity: 'idn_a',
    instance: 'ins_a',
    expected: 'fewer',
    seen,
    entries: [1],
  },
});

interface Got {
  path: string;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Hands out what came, one after the other, as soon as it is there. */
function inbox<T>() {
  const waiting: Array<(item: T) => void> = [];
  const items: T[] = [];
  return {
    items,
    put(item: T) {
      items.push(item);
      waiting.shift()?.(item);
    },
    next: () => new Promise<T>((resolve) => waiting.push(resolve)),
  };
}

describe('notices', () => {
  let folder: string;
  let database: Database;
  let log: Log;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-notify-'));
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    database = await openDatabase({ memory: true });
    log = await openLog({ database, signer: testSigner() });
    await log.append([alert('alr_before')]);
  });
  after(async () => {
    await log.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (target: object, faults: unknown[] = []) =>
    createNotifier({ database, log, clock: systemClock }).start([target as never], (error) =>
      faults.push(error),
    );

  async function receiver(statuses: number[] = []) {
    const mail = inbox<Got>();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(statuses.shift() ?? 200).end();
        mail.put({
          path: request.url ?? '',
          body: Buffer.concat(chunks).toString(),
          headers: request.headers,
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    return { mail, url, close: () => new Promise((resolve) => server.close(resolve)) };
  }

  test('verdicts that changed are told in one notice, the first ones in none', async () => {
    const { mail, url, close } = await receiver();
    const stop = await start({ name: 'verdicts', to: 'webhook', url, secretFile: join(folder, 'secret') });
    const came = mail.next();
    const judged = (before: 'PASS' | null): Draft => ({
      kind: 'controls.judged',
      subject: '',
      actor: 'sys',
      data: {
        ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', size: 2 },
        verdicts: { 'NHI-INV-01': 'FAIL' },
        changed: [{ control: 'NHI-INV-01', before, verdict: 'FAIL' }],
      },
    });
    await log.append([judged(null), judged('PASS')]);
    const { topic, title, look } = JSON.parse((await came).body) as Notice;
    assert.deepEqual(
      { topic, title, look },
      { topic: 'control', title: 'Verdicts changed: NHI-INV-01 PASS to FAIL', look: 'evidence controls' },
    );
    await stop();
    assert.equal(mail.items.length, 1);
    await close();
  });

  test('webhook: signed with the moment, told once, not of the past and not of what concerns nobody', async () => {
    const { mail, url, close } = await receiver();
    const stop = await start({ name: 'hook', to: 'webhook', url, secretFile: join(folder, 'secret') });
    const came = mail.next();
    await log.append([lockPlaced('lok_a', 'idn_a'), alert('alr_1')]);
    const { body, headers } = await came;
    const notice = JSON.parse(body) as Notice;
    assert.equal(notice.look, 'alert show alr_1');
    const timestamp = String(headers['muniment-timestamp']);
    assert.equal(headers['muniment-signature'], signatureOf(SECRET, timestamp, body));
    assert.notEqual(headers['muniment-signature'], signatureOf(SECRET, '0', body));
    assert.ok(!JSON.stringify([body, headers]).includes(SECRET));
    await stop();
    const again = await start({ name: 'hook', to: 'webhook', url, secretFile: join(folder, 'secret') });
    const next = mail.next();
    await log.append([alert('alr_2')]);
    assert.equal((JSON.parse((await next).body) as Notice).look, 'alert show alr_2');
    await again();
    assert.equal(mail.items.length, 2);
    await close();
  });

  test('a receiver that is ill is told again, and what it took before it fell ill is not repeated', async () => {
    const { mail, url, close } = await receiver([200, 500]);
    const faults: unknown[] = [];
    const stop = await start({ name: 'ill', to: 'webhook', url, secretFile: join(folder, 'secret') }, faults);
    const three = (async () => {
      for (let count = 0; count < 3; count += 1) await mail.next();
    })();
    await log.append([alert('alr_3'), alert('alr_4')]);
    await three;
    await stop();
    const looks = mail.items.map(({ body }) => (JSON.parse(body) as Notice).look);
    assert.deepEqual(looks, ['alert show alr_3', 'alert show alr_4', 'alert show alr_4']);
    assert.equal(faults.length, 1);
    await close();
  });

  test('Slack: text whose markup others cannot write, to an address that stands in a file', async () => {
    const { mail, url, close } = await receiver();
    writeFileSync(join(folder, 'slack'), url);
    const stop = await start({ name: 'slack', to: 'slack', urlFile: join(folder, 'slack') });
    const came = mail.next();
    await log.append([alert('alr_5', '<!channel> & <https://evil.example|click>')]);
    const { text } = JSON.parse((await came).body) as { text: string };
    assert.ok(!text.includes('<'));
    assert.ok(text.includes('alert show alr_5'));
    await stop();
    await close();
  });

  test('e-mail: by SMTP to everyone named; a title cannot add a header', async () => {
    const mail = inbox<string>();
    const server = createSmtp((socket) => {
      let data = '';
      let inData = false;
      socket.write('220 test ESMTP\r\n');
      socket.on('data', (chunk) => {
        for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
          if (inData && line !== '.') data += `${line}\n`;
          else if (inData) {
            inData = false;
            socket.write('250 taken\r\n');
            mail.put(data);
          } else if (line === 'DATA') {
            inData = true;
            socket.write('354 go on\r\n');
          } else if (line === 'QUIT') socket.end('221 bye\r\n');
          else {
            data += `${line}\n`;
            socket.write('250 ok\r\n');
          }
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const place = { host: '127.0.0.1', port, from: 'muniment@example.test', plain: true };
    const recipients = ['olga@example.test', 'grace@example.test'];
    const stop = await start({ name: 'mail', to: 'e-mail', ...place, recipients });
    const came = mail.next();
    await log.append([alert('alr_6', 'more\r\nBcc: mallory@example.test')]);
    const text = await came;
    await stop();
    for (const recipient of recipients) assert.ok(text.includes(`RCPT TO:<${recipient}>`), text);
    assert.ok(!text.includes('RCPT TO:<mallory'));
    assert.doesNotMatch(text.slice(0, text.indexOf('\n\n')), /^Bcc:/m);
    assert.ok(text.includes('alert show alr_6'));
    await new Promise((resolve) => server.close(resolve));
  });

  test('subjects and Slack text are one line of plain words, whatever the title holds', () => {
    const notice: Notice = { id: 'a', topic: 'alert', title: 'a\r\nb\u202Ec', look: 'x', time: '', entry: 1 };
    assert.equal(subjectOf(notice), '[muniment] a b c');
    assert.equal(slackText({ ...notice, title: '<a>&' }).split('\n')[0], '*&lt;a&gt;&amp;*');
  });

  test('mail without TLS is refused where it was not asked for in so many words', async () => {
    const server = createSmtp((socket) => {
      socket.write('220 test ESMTP\r\n');
      socket.on('error', () => undefined);
      socket.on(
        'data',
        (chunk) => void socket.write(chunk.toString().startsWith('QUIT') ? '221\r\n' : '250 ok\r\n'),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fault = Promise.withResolvers<unknown>();
    const place = {
      host: '127.0.0.1',
      port,
      from: 'muniment@example.test',
      recipients: ['olga@example.test'],
    };
    const stop = await createNotifier({ database, log, clock: systemClock }).start(
      [{ name: 'tls-only', to: 'e-mail', ...place }],
      fault.resolve,
    );
    await log.append([alert('alr_7')]);
    assert.equal(((await fault.promise) as { code: string }).code, 'server_unreachable');
    await stop();
    server.close();
  });
});
