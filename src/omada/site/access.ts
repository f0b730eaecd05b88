import { isIP } from 'node:net';
import { isRecord } from '../answer.ts';
import type { ApiObject } from '../open-api.ts';
import { textIn } from './fields.ts';

/** A host or a network that guests reach before they log in. */
export interface OpenAddress {
  /** As it stands in a row: `pay.example`, `*.pay.example`, `192.0.2.0/24`. */
  readonly name: string;
  readonly kind: 'url' | 'range';
}

/** `preAuthAccessPolicies[].type`: 1 is a range of addresses, 2 a URL. */
const range = 1;
const url = 2;

/** An entry of a walled garden. `undefined` of IPv6: no such entry of a controller is known. Pure. */
export function readAddress(text: string): OpenAddress | undefined {
  const [address = '', length = '32'] = text.replace(/^\[(.*)\]$/, '$1').split('/');
  if (isIP(address) === 6) return undefined;
  if (isIP(address) === 4) return { name: `${address}/${length}`, kind: 'range' };
  return { name: hostIn(text), kind: 'url' };
}

/** What a policy opens; `undefined` of a kind that we do not know. Pure. */
export function addressOf(policy: ApiObject): OpenAddress | undefined {
  const type = Number(policy['type']);
  if (type === url) {
    const host = hostIn(textIn(policy, 'url') ?? '');
    return host === '' ? undefined : { name: host, kind: 'url' };
  }
  const ip = textIn(policy, 'ip');
  return type === range && ip !== undefined
    ? { name: `${ip}/${policy['subnetMask'] ?? 32}`, kind: 'range' }
    : undefined;
}

/** The setting as it should be: with all that is there, and numbers of policies kept, as the controller asks for. Pure. */
export function withAccess(
  setting: ApiObject,
  wanted: { readonly add: readonly OpenAddress[]; readonly remove: ReadonlySet<string>; readonly enable?: boolean },
): ApiObject {
  const { id: _id, ...rest } = setting;
  const there = policiesIn(setting);
  const kept = there.filter((policy) => !wanted.remove.has(addressOf(policy)?.name ?? ''));
  const names = new Set(kept.map((policy) => addressOf(policy)?.name));
  const added = wanted.add.filter(({ name }) => !names.has(name)).map(policyOf);
  const policies = [...kept, ...added];
  return {
    freeAuthClientEnable: false,
    freeAuthClientPolicies: [],
    ...rest,
    // An empty list cannot be in force.
    preAuthAccessEnable: policies.length > 0 && (wanted.enable ?? setting['preAuthAccessEnable'] === true),
    preAuthAccessPolicies: policies,
  };
}

export function policiesIn(setting: ApiObject): readonly ApiObject[] {
  const policies = setting['preAuthAccessPolicies'];
  return Array.isArray(policies) ? (policies as readonly unknown[]).filter(isRecord) : [];
}

function policyOf({ name, kind }: OpenAddress): ApiObject {
  if (kind === 'url') return { type: url, url: name };
  const [ip = '', length = '32'] = name.split('/');
  return { type: range, ip, subnetMask: Number(length) };
}

/** Of an address with or without its scheme. */
function hostIn(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/?].*$/, '')
    .replace(/:443$/, '');
}
