import { createTransport } from 'nodemailer';
import { MunimentError } from '../../kernel/index.ts';
import { readNamedFile } from '../client.ts';
import type { Notice, Target, Teller } from './model.ts';

const SUBMISSIONS_PORT = 465;
const TIMEOUT_MS = 30_000;
const SUBJECT_MAX_CHARACTERS = 150;

type Mail = Extract<Target, { to: 'e-mail' }>;

/** A title is others' text: in a subject it is one line, whatever it holds. */
export const subjectOf = ({ title }: Notice): string =>
  `[muniment] ${title.replace(/\p{C}+/gu, ' ').slice(0, SUBJECT_MAX_CHARACTERS)}`;

const textOf = ({ title, look, entry, time }: Notice): string =>
  `${title}\n\nLook: muniment ${look}\nEntry ${entry}, ${time}\n`;

function transportOf({ host, port, user, passwordFile, caFile, plain }: Mail) {
  const ca = caFile === undefined ? {} : { ca: readNamedFile(caFile) };
  const auth =
    user === undefined || passwordFile === undefined
      ? {}
      : { auth: { user, pass: readNamedFile(passwordFile) } };
  const secure = port === SUBMISSIONS_PORT;
  return createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && plain !== true,
    ignoreTLS: plain === true,
    tls: ca,
    connectionTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A notice names no file and no address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...auth,
  });
}

/** Mail by SMTP. The message id follows from the notice: one that is told again is the same mail. */
export function createMail(target: Mail): Teller {
  return {
    async tell(notice) {
      const transport = transportOf(target);
      const messageId = `<${notice.id}@${target.from.split('@').at(-1) ?? 'muniment'}>`;
      const { from, recipients: to } = target;
      const message = { from, to, subject: subjectOf(notice), text: textOf(notice), messageId };
      try {
        await transport.sendMail(message);
      } catch (cause) {
        throw new MunimentError('server_unreachable', `\`${target.host}\` did not take the mail`, { cause });
      } finally {
        transport.close();
      }
    },
  };
}
