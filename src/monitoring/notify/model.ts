import type { Entry, EntryData, Kind } from '#verifier';
import { WITNESS_REFUSED } from '../../witness/index.ts';

/** Where notices go. Secrets are named by file and never stand in a setting. */
export type Target =
  | { name: string; to: 'webhook'; url: string; secretFile: string; caFile?: string | undefined }
  | { name: string; to: 'slack'; urlFile: string; caFile?: string | undefined }
  | {
      name: string;
      to: 'e-mail';
      host: string;
      port: number;
      from: string;
      recipients: string[];
      user?: string | undefined;
      passwordFile?: string | undefined;
      caFile?: string | undefined;
      /** Only for a relay on this host: elsewhere mail travels under TLS or not at all. */
      plain?: boolean | undefined;
    };

type Topic = 'approval' | 'rotation' | 'alert' | 'control';

/** What somebody is told: enough to know where to look, and nothing that has to be kept. */
export interface Notice {
  /** Follows from what it is about, so that a receiver can tell one that comes again. */
  id: string;
  topic: Topic;
  title: string;
  /** Where to look: `muniment` and its arguments. */
  look: string;
  time: string;
  entry: number;
}

/** Resolves only when the other side has taken it. */
export interface Teller {
  tell(notice: Notice): Promise<void>;
}

type Told = Pick<Notice, 'topic' | 'title' | 'look'>;
/** Undefined for what concerns nobody although its kind may. */
type Rule<K extends Kind> = (data: EntryData[K]) => Told | undefined;

/** So many changes are named in a title, and the rest counted. */
const CHANGES_NAMED_MAX = 5;

/** That a control was judged for the first time is no news. */
function verdictsTold({ changed }: EntryData['controls.judged']): Told | undefined {
  const news = changed.filter(({ before }) => before !== null);
  if (news.length === 0) return undefined;
  const named = news.slice(0, CHANGES_NAMED_MAX);
  const texts = named.map(({ control, before, verdict }) => `${control} ${before} to ${verdict}`);
  const more = news.length - named.length;
  return {
    topic: 'control',
    title: `Verdicts changed: ${texts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    look: 'evidence controls',
  };
}

const RULES: { [K in Kind]?: Rule<K> } = {
  'change.proposed': ({ plan }) => ({
    topic: 'approval',
    title: `A change waits for approval: ${plan.title}`,
    look: `approve ${plan.change}`,
  }),
  'rotation.stalled': ({ cause }) => ({
    topic: 'rotation',
    title: `A rotation stands still: ${cause}`,
    look: 'rotate list',
  }),
  'alert.raised': ({ alert, detector, expected, seen }) => ({
    topic: 'alert',
    title: `Alert ${detector}: expected ${expected}; seen ${seen}`,
    look: `alert show ${alert}`,
  }),
  'finding.opened': ({ rule, title }) =>
    rule === WITNESS_REFUSED
      ? { topic: 'alert', title: `Finding: ${title}`, look: 'ledger witnesses' }
      : undefined,
  'controls.judged': verdictsTold,
};

export const TOLD_KINDS: ReadonlySet<Kind> = new Set(Object.keys(RULES) as Kind[]);

/** The notice that an entry gives rise to; undefined for a kind that nobody is told of, and for a body that is withheld. */
export function noticeOf(origin: string, { index, leaf, body }: Entry): Notice | undefined {
  const rule = RULES[leaf.kind] as ((data: unknown) => Told | undefined) | undefined;
  const told = body === null ? undefined : rule?.(body.data);
  if (told === undefined) return undefined;
  const id = `${origin.replace(/[^A-Za-z0-9.-]/g, '-')}-${index}`;
  return { id, ...told, time: leaf.time, entry: index };
}
