/** One holder at a time, served in the order they asked. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /**
   * Resolves when the caller holds it, with the function that lets go; rejects after `waitMilliseconds`, and the turn then
   * passes to the next.
   */
  async acquire(waitMilliseconds?: number): Promise<() => void> {
    const before = this.#tail;
    let release: () => void = () => {};
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    if (waitMilliseconds === undefined) await before;
    else if (!(await settlesWithin(before, waitMilliseconds))) {
      void before.then(release);
      throw new Error(`no turn within ${waitMilliseconds} ms`);
    }
    return release;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}

async function settlesWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
