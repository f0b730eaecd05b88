import type { ManifestFile } from '../../src/manifest/load-manifest.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { openRepository } from '../../src/rehearsal/repository.ts';
import type { ScenarioResult } from '../../src/rehearsal/run-scenario.ts';

/** Two routers, a service by RADIUS and one that routers keep, houses by DHCP, a hotspot with a portal. */
export const network = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  masterKey: {env: LASTMILE_SECRET_MASTER}
  radius: {servers: [{name: main, address: 192.0.2.10}]}
  portal: {listen: "0.0.0.0:8080", publicUrl: "https://wifi.example"}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: north}
spec:
  address: 192.0.2.1
  api: {username: lastmile, password: {env: LASTMILE_SECRET_API}}
  radius: {secret: {derive: 1}, sourceAddress: 10.9.9.1}
  pools: [{name: home, ranges: [10.0.0.2-10.0.0.254]}, {name: houses, ranges: [10.1.0.2-10.1.0.254]}]
  ppp: {localAddress: 10.0.0.1, servers: [{interface: ether2, name: north}]}
  dhcp: [{name: houses, interface: ether4, pool: houses, leaseTime: 1h, network: {address: 10.1.0.0/24, gateway: 10.1.0.1}}]
  hotspots: [{name: lobby, interface: ether3, address: 10.5.50.1, dnsName: login.example, loginBy: [http-pap]}]
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: south}
spec:
  address: 192.0.2.2
  api: {username: lastmile, password: {env: LASTMILE_SECRET_API}}
  radius: {secret: {derive: 1}}
  pools: [{name: home, ranges: [10.8.0.2-10.8.0.254]}]
  ppp: {localAddress: 10.8.0.1, servers: [{interface: ether2, name: south}]}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 50M, up: 10M}, address: {pool: home}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: kept}
spec: {access: [pppoe], auth: local, rate: {down: 8M, up: 2M}, address: {pool: home}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: house}
spec: {access: [dhcp], rate: {down: 30M, up: 30M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: guest}
spec: {access: [hotspot], rate: {down: 5M, up: 1M}, sessions: {timeout: 2h}}
---
apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: lobby}
spec:
  bridge: {mikrotik: {router: north, hotspot: lobby}}
  methods: [login, click-through]
  services: {clickThrough: guest}
  terms: Be kind.
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
items:
  - {name: anna, service: home, username: anna, password: {derive: 1}}
  - {name: ben, service: kept, router: north, username: ben, password: ben-his-password}
  - {name: hut, service: house, mac: ["0C:42:A1:00:00:07"]}
  - {name: gina, service: guest, username: gina, password: {derive: 1}}
`;

/** Plays scenarios, each the text of its `spec`, on that network or another. */
export async function play(
  scenarios: Readonly<Record<string, string>>,
  declared = network,
): Promise<readonly ScenarioResult[]> {
  const documents = Object.entries(scenarios).map(
    ([name, spec]) =>
      `---\napiVersion: lastmile/v1\nkind: Scenario\nmetadata: {name: ${name}}\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`,
  );
  const files: ManifestFile[] = [
    { path: 'network.yaml', text: declared },
    { path: 'scenarios.yaml', text: documents.join('') },
  ];
  const { repository, issues } = await openRepository(files, { env: {}, example: true });
  if (repository === undefined) throw new TypeError(JSON.stringify(issues, undefined, 1));
  return await rehearse(repository.scenarios, repository, { ...around(), threads: 1 });
}

function around() {
  return { signal: new AbortController().signal, process: process.pid };
}

/** What was not as expected, with the way to it. */
export function failuresOf(results: readonly ScenarioResult[]): readonly string[] {
  return results.flatMap(({ scenario, failures }) =>
    failures.map(
      ({ path, message, hint }) => `${scenario.name} ${path.slice(1).join('.')}: ${message} (${hint ?? ''})`,
    ),
  );
}
