import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

/** DER as a tree: a change below gets its lengths right again above, so that a parser goes on to what was changed. */
interface Node {
  tag: number;
  content: Buffer | Node[];
}

function read(bytes: Buffer): Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, first] = [bytes[at], bytes[at + 1]];
    if (tag === undefined || first === undefined) return undefined;
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (more > 3 || at + 2 + more > bytes.length) return undefined;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    if (start + length > bytes.length) return undefined;
    const content = bytes.subarray(start, start + length);
    nodes.push({ tag, content: ((tag & 0x20) !== 0 ? read(content) : undefined) ?? content });
    at = start + length;
  }
  return nodes;
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(
    length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function write({ tag, content }: Node): Buffer {
  const inner = Array.isArray(content) ? Buffer.concat(content.map(write)) : content;
  return Buffer.concat([Buffer.from([tag]), lengthOf(inner.length), inner]);
}

const TAGS = [0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x18, 0x1f, 0x30, 0x31, 0x80, 0xa0, 0xa3];

function change(nodes: Node[], random: Random): void {
  const node = random.pick(nodes);
  if (node === undefined) return;
  const { content } = node;
  if (Array.isArray(content) && content.length > 0 && !random.chance(5)) {
    change(content, random);
    return;
  }
  const way = random.below(4);
  if (way === 0) node.tag = random.pick(TAGS);
  else if (way === 1) nodes.splice(random.below(nodes.length), 1);
  else if (way === 2) nodes.splice(random.below(nodes.length), 0, node);
  else node.content = mutate(Array.isArray(content) ? Buffer.concat(content.map(write)) : content, random);
}

export function mutateDer(bytes: Buffer, random: Random): Buffer {
  const nodes = random.chance(4) ? undefined : read(bytes);
  if (nodes === undefined) return mutate(bytes, random);
  change(nodes, random);
  return Buffer.concat(nodes.map(write));
}
