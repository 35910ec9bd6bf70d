import { MunimentError } from '../kernel/index.ts';

/** What is used of `@myriaddreamin/typst-ts-node-compiler`; a binary that is not there for every platform. */
interface Compiled {
  result: object | null;
  takeDiagnostics(): { shortDiagnostics: unknown[] } | null;
}

interface Compiler {
  addSource(path: string, text: string): void;
  mapShadow(path: string, content: Buffer): void;
  compile(options: { mainFilePath: string }): Compiled;
  pdf(document: object, options: { pdfStandard: 'a-3b'; creationTimestamp: number }): Buffer;
}

interface TypstModule {
  NodeCompiler: { create(options: { workspace: string; fontArgs: never[] }): Compiler };
}

const TYPST_PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

/** Throws `tool_missing` where the compiler is not installed, or not for this platform. */
async function load(): Promise<TypstModule> {
  try {
    return (await import(TYPST_PACKAGE)) as TypstModule;
  } catch (error) {
    const message = `a PDF needs the optional package \`${TYPST_PACKAGE}\`, which cannot be loaded here`;
    throw new MunimentError('tool_missing', message, { cause: error });
  }
}

/** No such folder is needed: every file that the template may read is given. */
const WORKSPACE = '/muniment-report';

/**
 * Sets `main` with the files it reads, as PDF/A-3b with the fonts that the compiler brings along; the same input gives the same
 * bytes. `created`: seconds since 1970. Throws `tool_missing`, or `internal` where the template does not compile.
 */
export async function setPdf(
  main: string,
  files: Record<string, Uint8Array>,
  created: number,
): Promise<Uint8Array> {
  const { NodeCompiler } = await load();
  const compiler = NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [] });
  for (const [name, bytes] of Object.entries(files))
    compiler.mapShadow(`${WORKSPACE}/${name}`, Buffer.from(bytes));
  const mainFilePath = `${WORKSPACE}/main.typ`;
  compiler.addSource(mainFilePath, main);
  const compiled = compiler.compile({ mainFilePath });
  if (compiled.result === null)
    throw unset(JSON.stringify(compiled.takeDiagnostics()?.shortDiagnostics ?? []));
  try {
    return compiler.pdf(compiled.result, { pdfStandard: 'a-3b', creationTimestamp: created });
  } catch (error) {
    throw unset((error as Error).message);
  }
}

const unset = (detail: string): MunimentError =>
  new MunimentError('internal', 'the summary could not be set', { detail });
