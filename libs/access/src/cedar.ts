// Cedar, as this library uses it, and a guard without which it can take the whole process down.
import { setFlagsFromString } from 'node:v8';
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';

/**
 * Node 20's optimiser inlines calls into WebAssembly, and V8 aborts the process ("unreachable code") when such a caller has to be
 * de-optimised while the call is under way and its result is a JavaScript object, as Cedar's answers are. Seen within 20 seconds
 * of steady decisions. A decision is one such call, so not inlining it costs next to nothing. See cedar.spec.ts.
 */
export const V8_FLAG = '--no-turbo-inline-js-wasm-calls';
setFlagsFromString(V8_FLAG);

/** Cedar could not take what it was given. The message is Cedar's. */
export class CedarError extends Error {
  override readonly name = 'CedarError';
}
/** @throws CedarError when Cedar gave no answer */
export const answered = <A extends { readonly type: string }>(answer: A): Exclude<A, { readonly type: 'failure' }> => {
  if (answer.type === 'failure')
    throw new CedarError((answer as A & { errors: DetailedError[] }).errors.map((e) => e.message).join('; '));
  return answer as Exclude<A, { readonly type: 'failure' }>;
};

export {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
  type EntityJson,
  type EntityUidJson,
} from '@cedar-policy/cedar-wasm/nodejs';
