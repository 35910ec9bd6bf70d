/** One JSON line for each event, on standard error. Never holds a token, a key or a credential. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export const LEVELS = ['debug', 'info', 'warn', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

export function createLog(level: Level, write: (line: string) => void): Log {
  const at = (own: Level) => (fields: object, message: string) => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: own, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}
