import { createHmac } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import { call, readNamedFile } from '../client.ts';
import type { Notice, Target, Teller } from './model.ts';

const trusted = (caFile: string | undefined) => (caFile === undefined ? {} : { ca: readNamedFile(caFile) });

/** What is signed: the moment, a dot, the body; so that neither can be changed, and an old one cannot be told again. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** JSON by POST, signed by HMAC-SHA-256 in `muniment-signature`, with the moment (seconds) in `muniment-timestamp`. */
export function createWebhook(
  { url, secretFile, caFile }: Extract<Target, { to: 'webhook' }>,
  clock: Clock,
): Teller {
  return {
    async tell(notice) {
      const body = JSON.stringify(notice);
      const timestamp = String(Math.floor(clock.now().getTime() / 1000));
      const headers = {
        'content-type': 'application/json',
        'muniment-timestamp': timestamp,
        'muniment-signature': signatureOf(readNamedFile(secretFile), timestamp, body),
      };
      await call({ url, method: 'POST', headers, body, ...trusted(caFile) });
    },
  };
}

/** In what Slack and its likes read as markup these three have a meaning of their own. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const slackText = ({ title, look, entry }: Notice): string =>
  `*${escaped(title)}*\n\`muniment ${escaped(look)}\` (entry ${entry})`;

/** An incoming webhook as Slack has it. Its address is its secret, so it stands in a file. */
export function createSlack({ urlFile, caFile }: Extract<Target, { to: 'slack' }>): Teller {
  return {
    async tell(notice) {
      const body = JSON.stringify({ text: slackText(notice) });
      const headers = { 'content-type': 'application/json' };
      await call({ url: readNamedFile(urlFile), method: 'POST', headers, body, ...trusted(caFile) });
    },
  };
}
