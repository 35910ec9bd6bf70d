/** Puts in place what the tests want from the distribution's packages, where we may. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { litewitness } from '../test/interop/litewitness.ts';
import { motoPython } from '../test/interop/python.ts';
import { goProgram, hasGo } from '../test/interop/support.ts';

interface Tool {
  name: string;
  packages: string[];
  present(): boolean;
}

const TOOLS: Tool[] = [
  { name: 'a browser', packages: ['chromium'], present: () => existsSync('/usr/bin/chromium') },
  {
    name: 'PostgreSQL',
    packages: ['postgresql'],
    present: () => globSync('/usr/lib/postgresql/*/bin/postgres').length > 0,
  },
  {
    name: 'MariaDB',
    packages: ['mariadb-server'],
    present: () => existsSync('/usr/sbin/mariadbd') && existsSync('/usr/bin/mariadb-install-db'),
  },
  { name: 'slapd', packages: ['slapd', 'ldap-utils'], present: () => existsSync('/usr/sbin/slapd') },
  {
    name: 'Samba AD DC',
    packages: [
      ...['samba-ad-dc', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'winbind'],
    ],
    present: () => existsSync('/usr/bin/samba-tool') && existsSync('/usr/share/samba/setup/provision.ldif'),
  },
  { name: 'OpenSSL', packages: ['openssl'], present: () => existsSync('/usr/bin/openssl') },
  {
    name: 'OpenSSH server',
    packages: ['openssh-server', 'openssh-client'],
    present: () => existsSync('/usr/sbin/sshd') && existsSync('/usr/bin/ssh'),
  },
  {
    name: 'rsyslog with TLS',
    packages: ['rsyslog', 'rsyslog-gnutls'],
    present: () => globSync('/usr/lib/*/rsyslog/lmnsd_gtls.so').length > 0,
  },
  { name: 'poppler-utils', packages: ['poppler-utils'], present: () => existsSync('/usr/bin/pdfinfo') },
  {
    name: 'Python 3 with venv',
    packages: ['python3', 'python3-venv'],
    present: () => globSync('/usr/lib/python3.*/ensurepip').length > 0,
  },
  { name: 'nginx', packages: ['nginx-light'], present: () => existsSync('/usr/sbin/nginx') },
  { name: 'systemd', packages: ['systemd'], present: () => existsSync('/usr/bin/systemd-analyze') },
  {
    name: 'libfaketime',
    packages: ['libfaketime'],
    present: () => globSync('/usr/lib/*/faketime/libfaketime.so.1').length > 0,
  },
  { name: 'Go 1.21 or later', packages: ['golang-go'], present: hasGo },
  { name: 'promtool', packages: ['prometheus'], present: () => existsSync('/usr/bin/promtool') },
  {
    name: 'journal writer of systemd',
    packages: ['systemd-journal-remote'],
    present: () => existsSync('/lib/systemd/systemd-journal-remote'),
  },
  { name: 'etcd', packages: ['etcd-server'], present: () => existsSync('/usr/bin/etcd') },
  { name: 'strace', packages: ['strace'], present: () => existsSync('/usr/bin/strace') },
];

const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };

function aptInstall(packages: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { ...quiet, env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { ...quiet, env });
}

/** Installs what is missing when root on a Debian-like machine; returns what is still missing, for the record. */
export async function installTestTools(): Promise<string[]> {
  const missing = TOOLS.filter((tool) => !tool.present());
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`installing ${missing.map((tool) => tool.name).join(', ')}`);
    aptInstall(missing.flatMap((tool) => tool.packages));
  }
  // Built here and not by the first test that wants it: a cold build takes longer than a test may.
  goProgram('judges');
  goProgram('apiserver');
  litewitness();
  motoPython();
  const why = process.getuid?.() === 0 ? 'the package manager could not' : 'not root';
  return TOOLS.filter((tool) => !tool.present()).map((tool) => `${tool.name} (${why})`);
}
