import { join, relative } from 'node:path';
import { isNewExpression, type Node, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** The product; tests and what serves only tests meet nobody's text. */
const PRODUCT = /^(?:src|verifier\/src|console\/src)\/(?!.*(?:\.test\.|testing[./])).*\.tsx?$/;
/** Stands where an expression that is put together at run time has a value. */
const HOLE = '7';

export interface Expression {
  source: string;
  flags: string;
  /** `FILE:LINE` */
  place: string;
}

function fromLiteral(text: string): Pick<Expression, 'source' | 'flags'> {
  const end = text.lastIndexOf('/');
  return { source: text.slice(1, end), flags: text.slice(end + 1) };
}

/** The text of a string or template; a value that is not known is one character. */
function textOf(node: Node | undefined): string {
  if (node === undefined) return '';
  const text = node.getText();
  // Escapes are read as the language reads them; there is nothing left to evaluate in it.
  return [SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral].includes(node.kind)
    ? JSON.parse(`"${text.slice(1, -1).replaceAll('\\`', '`').replaceAll('"', '\\"')}"`)
    : node.kind === SyntaxKind.TemplateExpression
      ? JSON.parse(`"${holed(text.slice(1, -1))}"`)
      : HOLE;
}

function holed(template: string): string {
  let depth = 0;
  let out = '';
  for (let at = 0; at < template.length; at += 1) {
    if (template.startsWith('${', at)) {
      if (depth === 0) out += HOLE;
      depth += 1;
    } else if (depth > 0 && template[at] === '}') depth -= 1;
    else if (depth === 0) out += template[at] === '"' ? '\\"' : template[at];
  }
  return out;
}

function expressionOf(node: Node): Pick<Expression, 'source' | 'flags'> | undefined {
  if (node.kind === SyntaxKind.RegularExpressionLiteral) return fromLiteral(node.getText());
  if (!isNewExpression(node) || node.expression.getText() !== 'RegExp') return undefined;
  const [source, flags] = node.arguments ?? [];
  return { source: textOf(source), flags: textOf(flags) };
}

/** Every regular expression of the product, found by the compiler's own parser, so a new one is tried by itself. */
export function collectExpressions(): Expression[] {
  const api = new API({ cwd: ROOT });
  const found = new Map<string, Expression>();
  try {
    for (const folder of ['', 'console']) {
      const config = join(ROOT, folder, 'tsconfig.json');
      const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
      for (const name of project?.rootFiles ?? [])
        visitFile(project?.program.getSourceFile(name), relative(ROOT, name), found);
    }
  } finally {
    api.close();
  }
  return [...found.values()];
}

function visitFile(file: Node | undefined, name: string, found: Map<string, Expression>): void {
  if (file === undefined || !PRODUCT.test(name)) return;
  const text = file.getFullText();
  const visit = (node: Node): void => {
    const expression = expressionOf(node);
    if (expression !== undefined) {
      const key = `/${expression.source}/${expression.flags}`;
      const line = text.slice(0, node.getStart()).split('\n').length;
      if (!found.has(key)) found.set(key, { ...expression, place: `${name}:${line}` });
    }
    node.forEachChild(visit);
  };
  visit(file);
}
