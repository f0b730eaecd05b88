import type { ServicePlan } from './kinds/service.ts';

/**
 * RouterOS address lists that clients of a tariff are put on while they are online and not suspended: those its attributes
 * name, and the one by which a rule of the firewall counts their connections. Sorted, without doubles. Pure.
 */
export function listsOfService(service: Pick<ServicePlan, 'name' | 'attributes' | 'connections'>): readonly string[] {
  const named = service.attributes
    .filter(({ name }) => name === 'Mikrotik-Address-List')
    .map(({ value }) => String(value));
  const counted = service.connections === undefined ? [] : [connectionList(service)];
  return [...new Set([...named, ...counted].flatMap((list) => list.split(',')).map((list) => list.trim()))].sort();
}

/** The address list of clients whose concurrent connections a tariff limits (`connections`). */
export function connectionList({ name }: Pick<ServicePlan, 'name'>): string {
  return `lastmile-connections-${name}`;
}
