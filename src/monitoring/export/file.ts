import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MunimentError } from '../../kernel/index.ts';
import { type Held, type OcsfEvent, type Sink, uidOf } from './model.ts';

const OWNER_ONLY = 0o600;
const TAIL_BYTES = 64 * 1024;

/** JSON lines. With `rotateBytes` a file that has grown beyond is set aside as `path.1`, `path.2` …; none is ever removed. */
export function createFileSink(path: string, rotateBytes?: number): Sink {
  return {
    async send(events) {
      try {
        append(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''), rotateBytes);
      } catch (cause) {
        throw new MunimentError('data_unwritable', `\`${path}\` cannot be written`, { cause });
      }
    },
    held: async (origin) => count(path, origin),
  };
}

function append(path: string, lines: string, rotateBytes: number | undefined): void {
  const file = openSync(path, 'a+', OWNER_ONLY);
  let size: number;
  try {
    cutTornLine(file);
    writeSync(file, lines);
    fsyncSync(file);
    size = fstatSync(file).size;
  } finally {
    closeSync(file);
  }
  if (rotateBytes !== undefined && size >= rotateBytes) renameSync(path, nextAside(path));
}

/** A process that was killed while it wrote leaves a line without an end: it was never acknowledged and comes again. */
function cutTornLine(file: number): void {
  for (let { size } = fstatSync(file); size > 0; ) {
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = Buffer.alloc(size - from);
    readSync(file, tail, 0, tail.length, from);
    const end = tail.lastIndexOf('\n') + 1;
    if (end === tail.length) return;
    size = from + end;
    ftruncateSync(file, size);
    if (end > 0) return;
  }
}

function nextAside(path: string): string {
  for (let number = 1; ; number += 1) {
    const aside = `${path}.${number}`;
    if (!existsSync(aside)) return aside;
  }
}

function allFiles(path: string): string[] {
  const folder = dirname(path);
  const aside = new RegExp(`^${RegExp.escape(basename(path))}(\\.[1-9][0-9]*)?$`);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => aside.test(name))
    .map((name) => join(folder, name));
}

function count(path: string, origin: string): Held {
  const seen = new Set<string>();
  let lines = 0;
  for (const file of allFiles(path)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const uid = uidIn(line);
      if (uid === undefined || !uid.startsWith(uidOf(origin, 0).slice(0, -1))) continue;
      lines += 1;
      seen.add(uid);
    }
  }
  return { count: seen.size, duplicates: lines - seen.size };
}

function uidIn(line: string): string | undefined {
  try {
    return (JSON.parse(line) as OcsfEvent).metadata.uid;
  } catch {
    return undefined;
  }
}
