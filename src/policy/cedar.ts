import { createRequire } from 'node:module';
import { MunimentError } from '../kernel/index.ts';

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');
type Call = 'policySetTextToParts' | 'policyToJson' | 'policyToText' | 'validate';
type StatefulCall = 'preparsePolicySet' | 'statefulIsAuthorized';

const require = createRequire(import.meta.url);
const FILE = require.resolve('@cedar-policy/cedar-wasm/nodejs');

/** The package makes its one instance as it is loaded; loaded anew, it makes another with a memory of its own. */
function instantiate(): Cedar {
  delete require.cache[FILE];
  return require(FILE);
}

let cedar = instantiate();
let generation = 0;

/** Grows by one with each new instance: what was kept in an older one is gone. */
export const engineGeneration = (): number => generation;

/**
 * Attack: the engine tells what is wrong with a policy in its answers, so a throw is a fault of its own: an overflow of
 * its stack, a panic. From then on its memory may be broken, and every decision with it. So the instance is thrown away,
 * and the call fails: nothing is allowed by an engine that fell.
 */
const guarded =
  <K extends Call | StatefulCall>(name: K) =>
  (...given: Parameters<Cedar[K]>): ReturnType<Cedar[K]> => {
    try {
      return (cedar[name] as (...given: unknown[]) => ReturnType<Cedar[K]>)(...given);
    } catch (cause) {
      cedar = instantiate();
      generation += 1;
      throw new MunimentError('internal', 'the policy engine failed and was started anew', { cause });
    }
  };

/** Cedar's own functions. Each throws `internal` where the engine itself fails, and the next call meets a new engine. */
export const policySetTextToParts = guarded('policySetTextToParts');
export const policyToJson = guarded('policyToJson');
export const policyToText = guarded('policyToText');
export const validate = guarded('validate');
export const preparsePolicySet = guarded('preparsePolicySet');
export const statefulIsAuthorized = guarded('statefulIsAuthorized');
