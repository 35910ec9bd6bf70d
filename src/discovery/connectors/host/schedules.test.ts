import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCrontab, programOf } from './schedules.ts';
import { CANARY, find, ofKind, openFixture, plain, recorded } from './testing/fixture.ts';

const fixture = openFixture();
after(() => fixture.remove());

before(() => {
  fixture.put(
    '/etc/crontab',
    `SHELL=/bin/sh\n# a remark\n17 *\t* * *\troot\t/usr/bin/true --token=${CANARY}\n@daily gone /opt/gone/run\nnot a line\n`,
  );
  fixture.put('/usr/bin/true', '');
  fixture.put('/etc/cron.d/passed.over', '* * * * * root /bin/never\n');
  fixture.put(
    '/var/spool/cron/crontabs/anna',
    `API_TOKEN=${CANARY}\n5 4 * * 1 API_KEY=${CANARY} backup -q\n`,
  );
  fixture.put('/etc/cron.daily/rotate', '#!/bin/sh\n');
  fixture.put('/etc/systemd/system/pay.timer', '[Timer]\nOnCalendar=hourly\n');
  fixture.put('/etc/systemd/system/lost.timer', '[Timer]\nOnCalendar=daily\nUnit=nowhere.service\n');
  fixture.put('/etc/systemd/system/pay.service', '[Service]\nUser=vanished\nExecStart=/opt/pay/run\n');
});

describe('cron tables and timers', () => {
  it('tell whose account runs what, and what is gone', async () => {
    const page = (await fixture.sweep()).get('schedules');
    const entries = ofKind(page, 'cron-entry').map(({ attributes }) => [
      plain(attributes.account),
      attributes.schedule,
      plain(attributes.exec),
      attributes.accountExists,
      attributes.execExists,
    ]);
    assert.deepEqual(entries, [
      ['root', '17 * * * *', '/usr/bin/true', true, true],
      ['gone', '@daily', '/opt/gone/run', false, false],
      ['anna', '5 4 * * 1', 'backup', true, null],
    ]);
    assert.deepEqual(page?.errors, [{ what: '/etc/crontab', why: '1 lines that are no entry' }]);
    assert.equal(ofKind(page, 'cron-script')[0]?.attributes.schedule, 'daily');
  });

  it('join a timer with its service, and notice one without', async () => {
    const page = (await fixture.sweep()).get('schedules');
    const [pay, lost] = [find(page, 'timer/pay.timer'), find(page, 'timer/lost.timer')];
    assert.deepEqual([pay?.attributes.accountExists, pay?.attributes.schedule], [false, ['hourly']]);
    assert.equal(lost?.attributes.execExists, false);
  });

  it('tell inline secrets as exposures, by name and fingerprint alone', async () => {
    const pages = await fixture.sweep();
    const names = ofKind(pages.get('schedules'), 'inline-secret').map(({ attributes }) =>
      plain(attributes.variable),
    );
    assert.deepEqual(names, ['token', 'API_TOKEN', 'API_KEY']);
    assert.ok(!recorded(pages.values()).includes(CANARY));
  });

  it('show the program of a command and nothing after it', () => {
    const cases: Array<[string, string]> = [
      ['/usr/bin/x -p secret', '/usr/bin/x'],
      [`A=1 B="two words" /usr/bin/x`, '/usr/bin/x'],
      ['x>/dev/null', 'x'],
      ['', ''],
    ];
    for (const [command, program] of cases) assert.equal(programOf(command), program);
  });

  it('never throw, whatever they meet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseCrontab(text);
        parseCrontab(text, 'anna');
        programOf(text);
      }),
    );
  });
});
