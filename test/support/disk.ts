/** A disk of its own for a test: ext4 in a file behind a loop device, of which a copy can be taken as after a power cut. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MKFS = ['/usr/sbin/mkfs.ext4', '/sbin/mkfs.ext4'].find((path) => existsSync(path));
/** The journal is written when somebody asks for it by fsync, and hardly ever by itself: what was not asked for is lost. */
const MOUNT_OPTIONS = 'commit=300';

const BALLAST = 'ballast';
const BALLAST_STEP_BYTES = 256 * 1024;

/** Why no such disk can be had here; undefined where it can. */
export function disksNeed(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/dev/loop-control')) return 'needs loop devices';
  return MKFS === undefined ? 'needs e2fsprogs' : undefined;
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export class Disk {
  readonly mount: string;
  readonly #image: string;
  readonly #device: string;

  private constructor(image: string, mount: string) {
    this.#image = image;
    this.mount = mount;
    mkdirSync(mount, { recursive: true });
    // Direct: the file holds what was written to the device, and not what waits in the page cache of the file system on it.
    this.#device = run('losetup', '--direct-io=on', '--find', '--show', image);
    try {
      run('mount', '-o', MOUNT_OPTIONS, this.#device, mount);
    } catch (error) {
      run('losetup', '--detach', this.#device);
      throw error;
    }
  }

  /** A new, empty one below `base`. */
  static make(base: string, name: string, mebibytes: number): Disk {
    const image = join(base, `${name}.img`);
    run('truncate', '--size', `${mebibytes}M`, image);
    run(MKFS as string, '-q', '-F', '-E', 'lazy_itable_init=0', image);
    return new Disk(image, join(base, name));
  }

  /**
   * Another disk with what has reached this one by now, its journal replayed: what was written and not yet synced is missing
   * there. Whoever writes is to be stopped before.
   */
  async afterPowerCut(name: string): Promise<Disk> {
    const image = join(this.#image, '..', `${name}.img`);
    let before = '';
    // A write in the middle of the copy would make a state that no disk was ever in.
    do {
      before = await this.#quiet();
      run('cp', '--sparse=always', this.#image, image);
    } while (this.#writes().done !== before);
    return new Disk(image, join(this.#image, '..', name));
  }

  /** Waits until no write is under way. @returns how many there were */
  async #quiet(): Promise<string> {
    while (this.#writes().underWay !== '0') await new Promise((resolve) => setTimeout(resolve, 1));
    return this.#writes().done;
  }

  /** Documentation/block/stat.rst: the fifth field counts completed writes, the ninth requests in flight. */
  #writes(): { done: string; underWay: string } {
    const name = this.#device.replace('/dev/', '');
    const fields = readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/\s+/);
    return { done: fields[4] ?? '', underWay: fields[8] ?? '' };
  }

  /** Takes all that is free. */
  fill(): void {
    const ballast = openSync(join(this.mount, BALLAST), 'a');
    try {
      for (;;) writeSync(ballast, Buffer.alloc(BALLAST_STEP_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(ballast);
    }
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(join(this.mount, BALLAST));
  }

  remove(): void {
    run('umount', this.mount);
    run('losetup', '--detach', this.#device);
  }
}
