/**
 * The one-time sign-in token arrives in the address's fragment, which no server sees. It leaves the address at once, so that
 * neither the history nor a copied address holds it, and is handed out a single time.
 */
let token: string | undefined;

export function takeToken(): void {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (found === null) return;
  token = found;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
}

export function spendToken(): string | undefined {
  const taken = token;
  token = undefined;
  return taken;
}

export const hasToken = (): boolean => token !== undefined;
