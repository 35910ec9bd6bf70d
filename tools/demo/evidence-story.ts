/** Chapter 7: evidence, checked where there is no network and no server. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs.ts';
import type { StoryHouse } from './story-house.ts';

export class EvidenceStory {
  readonly #house: StoryHouse;

  constructor(house: StoryHouse) {
    this.#house = house;
  }

  async buildEvidence(): Promise<{ out: string; vkey: string }> {
    const out = join(this.#house.ground.data, 'package.zip');
    const to = new Date().toISOString();
    await this.#house.as(
      'grace',
      'evidence',
      'build',
      '--from',
      this.#house.started,
      '--to',
      to,
      '--out',
      out,
    );
    return { out, ...(await this.logKey()) };
  }

  async logKey(): Promise<{ vkey: string }> {
    return { vkey: (await (await this.#house.fetch('/log/vkey')).text()).trim() };
  }

  /** A copy that every uid can read: the data folder is the server's own. */
  openCaFile(): string {
    const path = join(this.#house.ground.open, 'ca.pem');
    copyFileSync(this.#house.caFile, path);
    return path;
  }

  async verifyLedger(): Promise<{ ok: boolean }> {
    const rows = await this.#house.cli<{ ok: boolean }>('ledger', 'verify', '--rows');
    const tiles = await this.#house.cli<{ ok: boolean }>('ledger', 'verify');
    return { ok: rows.ok && tiles.ok };
  }

  /** By the one-file verifier, in a network namespace without a network where we may make one. */
  verify(file: string, vkey: string): { code: number; report: string; offline: boolean } {
    const offline = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0;
    const program = [process.execPath, join(ROOT, 'verifier/dist/muniment-verify.mjs'), file, '--key', vkey];
    const [command = '', ...args] = offline ? ['unshare', '-n', ...program] : program;
    const judged = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    return { code: judged.status ?? 1, report: `${judged.stdout}${judged.stderr}`, offline };
  }

  /** One bit of one byte in the middle. */
  tampered(file: string): string {
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const path = `${file}.tampered`;
    writeFileSync(path, bytes);
    return path;
  }
}
