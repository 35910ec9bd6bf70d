/** What processes cost, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** `getconf CLK_TCK` is 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface Stat {
  parent: number;
  ticks: number;
}

/** proc(5): fields after the name in brackets, which may hold anything. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}

/** CPU seconds of these processes and of everything that they started and that still runs. */
export function cpuSeconds(roots: number[]): number {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))]),
  );
  const isOurs = (pid: number): boolean =>
    roots.includes(pid) || (pid > 1 && isOurs(all.get(pid)?.parent ?? 0));
  const ticks = [...all].map(([pid, stat]) => (stat !== undefined && isOurs(pid) ? stat.ticks : 0));
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_A_SECOND;
}

/** Resident memory in MiB. */
export function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
