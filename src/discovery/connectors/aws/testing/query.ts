/** What the query protocol of AWS looks like, as far as a double has to speak it: form in, XML out. */
import type { DoubleAnswer, DoubleRequest } from '../../../testing/double.ts';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no form for them
const UNSAYABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as XML can carry it; what it cannot carry no such provider can answer. */
export const sayable = (text: string): string => text.toWellFormed().replace(UNSAYABLE, '\ufffd');

export type Tree = string | number | boolean | Tree[] | { [name: string]: Tree | undefined };

const tag = (name: string, content: string): string => `<${name}>${content}</${name}>`;

/** A list becomes `member` elements. */
export function xml(tree: Tree): string {
  if (Array.isArray(tree)) return tree.map((each) => tag('member', xml(each))).join('');
  if (typeof tree !== 'object')
    return sayable(String(tree)).replace(/[&<>"\r]/g, (one) => ESCAPES[one] ?? one);
  return Object.entries(tree)
    .map(([name, value]) => (value === undefined ? '' : tag(name, xml(value))))
    .join('');
}

export const queryAnswer = (action: string, result: Tree): DoubleAnswer => ({
  headers: { 'content-type': 'text/xml' },
  body: tag(
    `${action}Response`,
    `${tag(`${action}Result`, xml(result))}<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>`,
  ),
});

export const queryError = (status: number, code: string): DoubleAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type>${tag('Code', code)}<Message>no</Message></Error><RequestId>0</RequestId></ErrorResponse>`,
});

export const jsonAnswer = (body: object): DoubleAnswer => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});

const TARGETS: Record<string, string> = {
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
  TrentService: 'kms',
  AWSOrganizationsV20161128: 'organizations',
};
const STS_VERSION = '2011-06-15';

export interface Question {
  /** As the connector declares it, e.g. `iam:ListUsers`. */
  operation: string;
  form: URLSearchParams;
  region: string;
}

/** What a request asks for; undefined for one that asks for nothing known. */
export function questionOf({ headers, body }: DoubleRequest): Question | undefined {
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const [service, name] = (headers['x-amz-target'] ?? '').split('.');
  if (name !== undefined)
    return { operation: `${TARGETS[service ?? '']}:${name}`, form: new URLSearchParams(), region };
  const form = new URLSearchParams(body);
  const action = form.get('Action');
  if (action === null) return undefined;
  return { operation: `${form.get('Version') === STS_VERSION ? 'sts' : 'iam'}:${action}`, form, region };
}
