import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { loadIdentity, validityOf } from './identity.ts';

export interface StatusReport {
  healthy: boolean;
  agent: string | null;
  name: string | null;
  server: string | null;
  trustDomain: string | null;
  /** End of the agent's own certificate, RFC 3339. */
  until: string | null;
  socket: string;
  answers: boolean;
  receipts: number;
  lines: string[];
}

/** What can be seen of an agent from its folder and its socket. Healthy: it has joined, is not past its end, and answers. */
export async function readStatus(folder: string, socket?: string): Promise<StatusReport> {
  const path = resolve(socket ?? join(folder, 'workload.sock'));
  const identity = loadIdentity(folder);
  const end = identity ? validityOf(identity).to : 0;
  const answers = await connects(path);
  const report = {
    healthy: identity !== undefined && end > Date.now() && answers,
    agent: identity?.agent ?? null,
    name: identity?.name ?? null,
    server: identity?.server ?? null,
    trustDomain: identity?.trustDomain ?? null,
    until: identity ? new Date(end).toISOString() : null,
    socket: path,
    answers,
    receipts: countReceipts(folder),
  };
  return { ...report, lines: linesOf(report) };
}

function linesOf({
  agent,
  name,
  server,
  until,
  socket,
  answers,
  receipts,
}: Omit<StatusReport, 'lines'>): string[] {
  const who = agent === null ? 'not joined' : `${name} (${agent}) of ${server}, until ${until}`;
  return [
    `agent     ${who}`,
    `socket    ${socket}: ${answers ? 'answers' : 'does not answer'}`,
    `receipts  ${receipts}`,
  ];
}

function connects(path: string): Promise<boolean> {
  return new Promise((done) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      done(true);
    });
    probe.once('error', () => done(false));
  });
}

function countReceipts(folder: string): number {
  try {
    return readdirSync(join(folder, 'receipts')).length;
  } catch {
    return 0;
  }
}
