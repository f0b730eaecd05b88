import type { Declared, OperatorSpec } from './declarations.ts';
import { normaliseIp } from './ipv4.ts';
import type { Endpoint } from './kinds/radius.ts';
import { error, type Resolving } from './resolve/resolving.ts';

/** Sockets to open, from one `host:port` or a list of them; those that cannot be are reported and left out. */
export function listenEndpoints(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  field: string | readonly string[],
  path: readonly string[],
): readonly Endpoint[] {
  const isList = typeof field !== 'string';
  return [field].flat().flatMap((text, index) => {
    const colon = text.lastIndexOf(':');
    const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    const port = Number(text.slice(colon + 1));
    const right = port <= 65535 && (!/^[\d.]+$|:/.test(host) || normaliseIp(host) !== undefined);
    if (!right && declared !== undefined) {
      const hint = 'host:port as in 0.0.0.0:1812 or [::]:1812';
      error(to, 'LM_ENDPOINT', `"${text}" cannot be listened on`, declared, isList ? [...path, index] : path, hint);
    }
    return right ? [{ host, port }] : [];
  });
}
