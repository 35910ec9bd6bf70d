import { openApiDocument } from '../../src/api/index.ts';
import { accessPage } from './access.ts';
import { cliPage } from './cli.ts';
import { controlsPage } from './controls.ts';
import { entriesPage } from './entries.ts';
import { errorsPage } from './errors.ts';
import { limitsPage } from './limits.ts';
import { settingsPage } from './settings.ts';

const PAGES: Record<string, () => string> = {
  'access.md': accessPage,
  'cli.md': cliPage,
  'controls.md': controlsPage,
  'entries.md': entriesPage,
  'errors.md': errorsPage,
  'limits.md': limitsPage,
  'settings.md': settingsPage,
  'openapi.json': () => `${JSON.stringify(openApiDocument(), null, 2)}\n`,
};

export const REFERENCE = 'docs/reference';

/** Names in `docs/reference/`, and what stands there according to the code. */
export const referencePages = (): Array<{ name: string; text: string }> =>
  Object.entries(PAGES).map(([name, make]) => ({ name, text: make() }));
