const dateTime = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const number = new Intl.NumberFormat('en');

const STEPS: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `4 Mar 2026, 10:11:12 UTC`: screens show UTC, as the ledger does. */
export const formatTime = (time: string): string => {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : `${dateTime.format(at)} UTC`;
};

/** `3 min ago`, `in 2 hr.`; days where it is longer. */
export function formatAgo(time: string, now = Date.now()): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  if (Number.isNaN(seconds)) return time;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative.format(Math.round(seconds / size), unit);
}

export const formatNumber = (value: number): string => number.format(value);

/** `1 h`, `15 min`, `90 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** First and last characters of a digest or an opaque id, so that two can be told apart at a glance. */
export const shorten = (text: string, head = 10, tail = 6): string =>
  text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(text.length - tail)}`;

const SPELLED: Record<string, string> = {
  ai: 'AI',
  api: 'API',
  ci: 'CI',
  jwt: 'JWT',
  svid: 'SVID',
  x509: 'X.509',
};

/** `service-account` → `Service account`; abbreviations as people write them. */
export const words = (text: string): string => {
  const spaced = text
    .split(/[-_.]/)
    .map((word) => SPELLED[word] ?? word)
    .join(' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

/** `lastUsed` → `Last used`; what is a phrase already stays as it is. */
export const spelled = (text: string): string =>
  text.includes(' ') ? text : words(text.replaceAll(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`));

/** Makes control and direction characters visible, so that a hostile name cannot pass as another. */
export const visible = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
    (character) => `⟨${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}⟩`,
  );
