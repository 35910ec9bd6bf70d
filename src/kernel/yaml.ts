import {
  Composer,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  Parser,
  type SchemaOptions,
} from 'yaml';

/** The first says what is wrong with a text; a few more cost nothing. */
const FAULTS_MAX = 20;

export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions;

/** The reading was given up: the rest of the text was not looked at. */
export class YamlGivenUp extends Error {
  readonly why: 'faults' | 'documents';
  constructor(why: 'faults' | 'documents') {
    super(`too many ${why}`);
    this.why = why;
  }
}

type Report = (...fault: unknown[]) => void;

/**
 * Attack: a fault costs the parser thirty times what a sound character costs, and it goes on after each: 256 KiB of stray
 * brackets hold the event loop for seconds. So faults are counted as they are reported, and the reading ends at a few.
 */
function counting(composer: Composer, count: () => void): void {
  const inner = composer as unknown as { onError: Report };
  const report = inner.onError;
  inner.onError = (...fault) => {
    count();
    report(...fault);
  };
}

/**
 * Reads the documents of a YAML text, with the faults of each in its `errors` and `warnings`.
 * Aliases are not resolved: that is for the caller, with a limit of its own.
 * @throws YamlGivenUp at more than a few faults, or more than `documentsMax` documents
 */
export function readYaml(text: string, documentsMax: number, options: YamlOptions): Document[] {
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent', ...options });
  let left = FAULTS_MAX;
  const count = (): void => {
    left -= 1;
    if (left < 0) throw new YamlGivenUp('faults');
  };
  counting(composer, count);
  const documents: Document[] = [];
  const keep = (made: Iterable<Document>): void => {
    for (const document of made) {
      if (documents.length >= documentsMax) throw new YamlGivenUp('documents');
      documents.push(document);
    }
  };
  for (const token of new Parser().parse(text)) {
    if (token.type === 'error') count();
    keep(composer.next(token) as Iterable<Document>);
  }
  keep(composer.end() as Iterable<Document>);
  return documents;
}
