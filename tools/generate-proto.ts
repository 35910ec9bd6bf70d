/**
 * Generates `gen/` from `proto/`. The compiler's install script stays blocked, so its binary is taken from the platform
 * package; where there is none, `protoc` must be on the path.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const buf = join(root, 'node_modules', '@bufbuild', `buf-${process.platform}-${process.arch}`, 'bin', 'buf');
const options = 'target=js+dts,import_extension=js';
const plugin = join(bin, 'protoc-gen-es');

function run(command: string, args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}

if (existsSync(buf)) {
  const template = { version: 'v2', plugins: [{ local: plugin, out: 'gen', opt: options }] };
  run(buf, ['generate', 'proto', '--template', JSON.stringify(template)]);
} else {
  run('protoc', [
    '--proto_path=proto',
    `--plugin=${plugin}`,
    '--es_out=gen',
    `--es_opt=${options}`,
    'workload.proto',
  ]);
}
