// The one gate. Every handler and query calls it first: without a resource before anything is looked up, with one after.
import { PURPOSES, type Actor, type FieldClass } from '@app/domain';
import type { Action } from './actions.js';
import { answered, statefulIsAuthorized, type EntityJson, type EntityUidJson } from './cedar.js';
import { Generations } from './generations.js';
import { policiesInForce } from './policies.js';

/** An actor with the progress groups it is a member or deputy of today: ids, from the registry. */
export type Principal = Actor & { readonly groups: readonly string[] };

export type Resource =
  | {
      readonly type: 'Case';
      readonly groupId: string;
      readonly organisationIds: readonly string[];
      readonly excludedUserIds: readonly string[];
      /** The organisation that owes the action at hand: for `reportAction`. */
      readonly actionOwnerId?: string;
      /** Whose knowledge is asked about: for `readKnowledge`. */
      readonly knowerId?: string;
      /** The own authority took part in it and no organisation of it does any more: for access requests and recalls. */
      readonly authorityLeft?: boolean;
    }
  | { readonly type: 'Group'; readonly groupId: string }
  /** `mixed`: somebody of kind `other` is checked in. */
  | { readonly type: 'Room'; readonly groupId: string; readonly mixed: boolean }
  /** An opening of one person's identity. `groupIds`, `excludedUserIds`: of all cases of the person. */
  | {
      readonly type: 'BreakGlass';
      readonly openedBy: string;
      readonly groupIds: readonly string[];
      readonly excludedUserIds: readonly string[];
      readonly over: boolean;
    }
  /** `nameOpened`: the name is open to the steering group. */
  | {
      readonly type: 'Escalation';
      readonly groupId: string;
      readonly excludedUserIds: readonly string[];
      readonly nameOpened: boolean;
    }
  /** A text in a case that may be read: its class, whether it is for certain organisations only, and whether the own one is a party. */
  | { readonly type: 'Text'; readonly fieldClass: FieldClass; readonly addressed: boolean; readonly party: boolean }
  /** `purpose` as it was sent: any text. */
  | { readonly type: 'Purpose'; readonly purpose: string };

/** Access was given. `policies`: ids of those that determined it, in order; stored with what is shown or shared. */
export interface AccessDecision {
  readonly policies: readonly string[];
}

/** Access was not given. `policies`: ids of the forbids that determined it; empty when no policy permits it. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedError';
  constructor(
    readonly action: Action,
    readonly policies: readonly string[],
  ) {
    super(`access denied: ${action}`);
  }
}

interface Verdict {
  readonly allowed: boolean;
  readonly policies: readonly string[];
}
const DENIED: Verdict = { allowed: false, policies: [] };

const uid = (type: string, id: string) => ({ type, id });
const ref = (type: string, id: string) => ({ __entity: { type, id } });
const refs = (type: string, ids: readonly string[]) => ids.map((id) => ref(type, id));

const KNOWN_PURPOSES: readonly string[] = [...PURPOSES, 'investigation'];
/** One word for all unknown purposes: what people type goes no further. */
const purposeWord = (purpose: string) => (KNOWN_PURPOSES.includes(purpose) ? purpose : 'unknown');

interface Target {
  readonly uid: EntityUidJson;
  readonly attrs?: EntityJson['attrs'];
}
const ANY: Target = { uid: uid('Any', 'any') };
/** Of what the attributes say all: policies see one at a time, and never its id. */
const described = (type: Resource['type'], attrs: EntityJson['attrs']): Target => ({ uid: uid(type, 'it'), attrs });
const targetOf = (resource: Resource): Target => {
  switch (resource.type) {
    case 'Case':
      return described(resource.type, {
        group: ref('Group', resource.groupId),
        organisations: refs('Organisation', resource.organisationIds),
        excluded: refs('User', resource.excludedUserIds),
        ...(resource.actionOwnerId === undefined ? {} : { actionOwner: ref('Organisation', resource.actionOwnerId) }),
        ...(resource.knowerId === undefined ? {} : { knower: ref('Organisation', resource.knowerId) }),
        authorityLeft: resource.authorityLeft === true,
      });
    case 'Group':
      return { uid: uid('Group', resource.groupId) };
    case 'Room':
      return described(resource.type, { group: ref('Group', resource.groupId), mixed: resource.mixed });
    case 'BreakGlass':
      return described(resource.type, {
        openedBy: ref('User', resource.openedBy),
        groups: refs('Group', resource.groupIds),
        excluded: refs('User', resource.excludedUserIds),
        over: resource.over,
      });
    case 'Escalation':
      return described(resource.type, {
        group: ref('Group', resource.groupId),
        excluded: refs('User', resource.excludedUserIds),
        nameOpened: resource.nameOpened,
      });
    case 'Text': {
      const { fieldClass, addressed, party } = resource;
      return described(resource.type, { fieldClass: ref('FieldClass', fieldClass), addressed, party });
    }
    case 'Purpose':
      return { uid: uid('Purpose', purposeWord(resource.purpose)) };
  }
};

/** Asks Cedar. @throws what it cannot judge: a word outside the schema, a policy that fails, not even a list where one should be */
const ask = (version: string, principal: Principal, action: Action, resource: Resource | undefined): Verdict => {
  const target = resource ? targetOf(resource) : ANY;
  const user = uid('User', principal.userId);
  const entities: EntityJson[] = [
    {
      uid: user,
      attrs: {
        role: ref('Role', principal.role),
        kind: ref('Kind', principal.kind),
        organisation: ref('Organisation', principal.organisationId),
        groups: refs('Group', principal.groups),
      },
      parents: [],
    },
  ];
  if (target.attrs) entities.push({ uid: target.uid, attrs: target.attrs, parents: [] });
  const { decision, diagnostics } = answered(
    statefulIsAuthorized({
      principal: user,
      action: uid('Action', action),
      resource: target.uid,
      context: {},
      preparsedSchemaName: version,
      validateRequest: true,
      preparsedPolicySetId: version,
      entities,
    }),
  ).response;
  if (diagnostics.errors.length > 0) throw new Error('a policy failed');
  return { allowed: decision === 'allow', policies: diagnostics.reason.sort() };
};

/** Cedar is a pure function of what is in the key, so a verdict holds for ever. */
const verdicts = new Generations<Verdict>(5_000);

const principals = new WeakMap<Principal, string>();
/** Of the principal, who is asked about many times. */
const keyOfPrincipal = (p: Principal): string => {
  let key = principals.get(p);
  if (key === undefined) principals.set(p, (key = JSON.stringify([p.userId, p.role, p.kind, p.organisationId, p.groups])));
  return key;
};

/** Everything Cedar is shown, as one string that nothing a caller sends can make ambiguous: JSON lists, end to end. */
const keyOf = (principal: Principal, action: Action, resource: Resource | undefined): string => {
  const key: unknown[] = [action];
  if (resource) {
    key.push(resource.type);
    switch (resource.type) {
      case 'Case':
        key.push(resource.groupId, resource.organisationIds, resource.excludedUserIds, resource.actionOwnerId, resource.knowerId);
        key.push(resource.authorityLeft);
        break;
      case 'Group':
        key.push(resource.groupId);
        break;
      case 'Room':
        key.push(resource.groupId, resource.mixed);
        break;
      case 'BreakGlass':
        key.push(resource.openedBy, resource.groupIds, resource.excludedUserIds, resource.over);
        break;
      case 'Escalation':
        key.push(resource.groupId, resource.excludedUserIds, resource.nameOpened);
        break;
      case 'Text':
        key.push(resource.fieldClass, resource.addressed, resource.party);
        break;
      case 'Purpose':
        key.push(purposeWord(resource.purpose));
        break;
    }
  }
  return keyOfPrincipal(principal) + JSON.stringify(key);
};

const judge = (principal: Principal, action: Action, resource: Resource | undefined): Verdict => {
  const key = keyOf(principal, action, resource);
  const remembered = verdicts.get(key);
  if (remembered) return remembered;
  const { version } = policiesInForce();
  try {
    const verdict = ask(version, principal, action, resource);
    verdicts.set(key, verdict);
    return verdict;
  } catch {
    return DENIED; // not judged, so not remembered
  }
};

/**
 * May this principal do this, to this resource? Without a resource: to any resource at all; ask so before anything is looked up,
 * and again with the resource once it is known. Unknown words and errors are denied.
 * @returns the ids of the determining policies, to be stored with what is shown or shared
 * @throws AccessDeniedError
 */
export const requireAccess = (principal: Principal, action: Action, resource?: Resource): AccessDecision => {
  const { allowed, policies } = judge(principal, action, resource);
  if (!allowed) throw new AccessDeniedError(action, policies);
  return { policies };
};

/** The same question where the answer only filters, as in the items of an agenda. */
export const mayAccess = (principal: Principal, action: Action, resource?: Resource): boolean =>
  judge(principal, action, resource).allowed;
