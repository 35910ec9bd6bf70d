import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJti, parseSerial } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import type { Log } from './log.ts';
import type { IssuedItem, Receipt } from './model.ts';

const FOLDER = 'receipts';
const KEPT_MAX = 10_000;

/** What is kept of an issuance: the proof, and what it is about. Never the credential. */
export interface KeptReceipt {
  entry: number;
  spiffeId: string;
  notAfter: string;
  shortened: boolean;
  receipt: Receipt;
}

export interface Receipts {
  keep(items: IssuedItem[]): void;
  /** Resolves when all that was kept so far is on disk. */
  settled(): Promise<void>;
}

/** The SPIFFE messages have no room for a receipt, so it is kept here: the latest 10,000, one file each, mode 0600. */
export function openReceipts(folder: string, log: Log): Receipts {
  const path = join(folder, FOLDER);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const kept = readdirSync(path)
    .map((name) => Number.parseInt(name, 10))
    .filter(Number.isSafeInteger)
    .sort((a, b) => a - b);
  let last: Promise<unknown> = Promise.resolve();

  async function write(item: IssuedItem): Promise<void> {
    const { entry, spiffeId, notAfter, shortened, receipt } = item;
    const text = JSON.stringify({ entry, spiffeId, notAfter, shortened, receipt } satisfies KeptReceipt);
    await writeFile(fileOf(path, entry), text, { mode: 0o600 });
    kept.push(entry);
    const oldest = kept.length > KEPT_MAX ? kept.shift() : undefined;
    if (oldest !== undefined) await unlink(fileOf(path, oldest));
  }

  return {
    keep(items) {
      for (const item of items) {
        last = last
          .then(() => write(item))
          .catch((error) => log.warn({ entry: item.entry, error: String(error) }, 'a receipt was not kept'));
      }
    },
    settled: async () => void (await last),
  };
}

const fileOf = (folder: string, entry: number): string => join(folder, `${Math.trunc(entry)}.json`);

/** Finds a receipt by entry index, certificate serial (hex, as tools show it) or `jti`. Throws `not_found`, `bad_request`. */
export function readReceipt(folder: string, id: string): KeptReceipt {
  const entry = entryNamedBy(id);
  try {
    return JSON.parse(readFileSync(fileOf(join(folder, FOLDER), entry), 'utf8')) as KeptReceipt;
  } catch (cause) {
    throw new MunimentError('not_found', `no receipt of \`${id}\` is kept here`, { cause });
  }
}

function entryNamedBy(id: string): number {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  const named = parseJti(id) ?? parseSerial(id.replaceAll(':', '').toLowerCase());
  if (!named) throw new MunimentError('bad_request', `\`${id}\` is no entry, serial or jti`);
  return named.index;
}
