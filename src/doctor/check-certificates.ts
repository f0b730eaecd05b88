import type { Router } from '../model/kinds/router.ts';
import { timeMs } from '../routeros/canonical.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { isYes, type RouterFacts } from './facts.ts';
import type { Trouble } from './finding.ts';

const day = 86_400_000;
/** Renewed in time is long before: authorities that give them for 90 days renew a month before the end. */
const soonMs = 21 * day;

/** Certificates that are named in the declaration: one that ends keeps guests from their login page. Pure. */
export function checkCertificates({ router, rows }: RouterFacts): readonly Trouble[] {
  const used = usedBy(router);
  return (rows.get('/certificate') ?? []).flatMap((row) => {
    const user = used.get(row['name'] ?? '');
    const left = leftOf(row);
    if (user === undefined || left === undefined || left >= soonMs) return [];
    const days = Math.floor(left / day);
    const when =
      left <= 0 ? 'has ended' : days === 0 ? 'ends today' : `ends in ${days === 1 ? '1 day' : `${days} days`}`;
    const says = `its certificate ${row['name']}, of ${user}, ${when}`;
    return [{ code: 'LM_CERTIFICATE_ENDS', says, mend: mendOf(router, row['name'] ?? '') }];
  });
}

/** By name, who shows it. */
function usedBy({ certificates = [], hotspots, apiAccess }: Router): ReadonlyMap<string, string> {
  return new Map([
    ...certificates.map(({ name }) => [name, 'certificates'] as const),
    ...hotspots.flatMap(({ name, certificate }) =>
      certificate === undefined ? [] : [[certificate, `the hotspot ${name}`] as const],
    ),
    ...(apiAccess?.certificate === undefined ? [] : [[apiAccess.certificate, 'api-ssl'] as const]),
  ]);
}

/** Milliseconds; 0 and less: it has ended. `undefined`: it does not say. */
function leftOf(row: RouterOsRow): number | undefined {
  if (isYes(row['expired'])) return 0;
  const left = row['expires-after'];
  if (left === undefined || left === '') return undefined;
  return left.startsWith('-') ? 0 : timeMs(left);
}

function mendOf({ certificates = [] }: Router, name: string): string {
  return certificates.some((each) => each.name === name)
    ? `declare the renewed one in certificates: it takes the place of ${name} in one apply`
    : `declare the renewed one in Router.certificates as ${name}, or import it with /certificate/import`;
}
