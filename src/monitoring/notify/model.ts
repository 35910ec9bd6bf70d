import type { Entry, EntryData, Kind } from '#verifier';

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

type Topic = 'approval' | 'rotation' | 'alert';

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

type Rule<K extends Kind> = (data: EntryData[K]) => Pick<Notice, 'topic' | 'title' | 'look'>;

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
};

export const TOLD_KINDS: ReadonlySet<Kind> = new Set(Object.keys(RULES) as Kind[]);

/** The notice that an entry gives rise to; undefined for a kind that nobody is told of, and for a body that is withheld. */
export function noticeOf(origin: string, { index, leaf, body }: Entry): Notice | undefined {
  const rule = RULES[leaf.kind] as ((data: unknown) => Pick<Notice, 'topic' | 'title' | 'look'>) | undefined;
  if (rule === undefined || body === null) return undefined;
  const id = `${origin.replace(/[^A-Za-z0-9.-]/g, '-')}-${index}`;
  return { id, ...rule(body.data), time: leaf.time, entry: index };
}
