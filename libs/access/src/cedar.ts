// Cedar, as this library uses it, and a guard without which it can take the whole process down.
import { setFlagsFromString } from 'node:v8';

/**
 * Node 20's optimiser inlines calls into WebAssembly, and V8 aborts the process ("unreachable code") when such a caller has to be
 * de-optimised while the call is under way and its result is a JavaScript object, as Cedar's answers are. Seen within 20 seconds
 * of steady decisions. A decision is one such call, so not inlining it costs next to nothing. See cedar.spec.ts.
 */
export const V8_FLAG = '--no-turbo-inline-js-wasm-calls';
setFlagsFromString(V8_FLAG);

export {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
  type DetailedError,
  type EntityJson,
  type EntityUidJson,
} from '@cedar-policy/cedar-wasm/nodejs';
