import type { Pages } from '#verifier';
import { renderDocuments } from './documents.ts';
import { renderHtml } from './html.ts';
import { renderReadme } from './readme.ts';
import { type PageInput, summarize } from './summary.ts';

/** The two pages that an auditor opens first, from what was computed and nothing else. */
export function renderPages(input: PageInput): Pages {
  const summary = summarize(input);
  return {
    readme: renderReadme(summary),
    index: renderHtml(summary),
    documents: renderDocuments(input.derived),
  };
}
