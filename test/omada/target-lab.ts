import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Model } from '../../src/model/model.ts';
import { OmadaTarget } from '../../src/omada/omada-target.ts';
import { type Outcome, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';
import { SimulatedOmada, type SimulatedOmadaOptions } from '../../src/simulator/omada/simulated-omada.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { never, password } from './support.ts';

export const clientSecret = 'cl1ent-s3cret-0a71be2f';
export const radiusSecret = 'r4dius-s3cret-5520ff';
export const application = { clientId: 'lastmile-app', clientSecret };
export const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

const portalOperator = operator.replace(/spec:\n/, 'spec:\n  portal: {publicUrl: https://portal.example}\n');

const cafe = `title: Café
methods: [login]
bridge: {omada: {controller: roof, site: Default}}
walledGarden: ['pay.example', '*.bank.example', 203.0.113.0/24, 198.51.100.7]`;

export const onePortal = '{name: Guests, ssids: [Guests, "Café, 5 GHz"], site: cafe}';
export const radiusPortal = `{name: Members, ssids: [Members], site: cafe, type: radius, radiusSecret: {env: LASTMILE_SECRET_RADIUS}}`;

export interface TargetLabOptions extends Partial<SimulatedOmadaOptions> {
  readonly clock?: Clock;
  /** In place of its own. */
  readonly clientSecret?: string;
  readonly fingerprint?: string;
  readonly timeoutMs?: number;
}

/** A simulated controller with an OpenAPI, and the target that keeps it. */
export async function targetLab(options: TargetLabOptions = {}) {
  const { clock = systemClock, clientSecret: secret = clientSecret, fingerprint, timeoutMs, ...more } = options;
  const omada = await SimulatedOmada.start({
    clock,
    operators: [{ name: 'lastmile', password }],
    application,
    id: 'c0ffee',
    sites: [
      { name: 'Default', portalUrl: 'http://nobody.test/', ssids: ['Guests', 'Café, 5 GHz', 'Members'] },
      { name: 'Beach/Bar', portalUrl: 'http://nobody.test/', ssids: ['Beach'] },
    ],
    ...more,
  });
  const tls = `tls: {fingerprint: ${fingerprint ?? omada.certificate?.fingerprint}}`;
  const account = 'operator: {username: lastmile, password: {env: LASTMILE_SECRET_OPERATOR}}';
  const openapi = 'openapi: {clientId: lastmile-app, clientSecret: {env: LASTMILE_SECRET_CLIENT}}';
  const modelWith = (sites: string, garden = cafe): Model =>
    modelOf(
      {
        'operator.yaml': portalOperator,
        'cafe.yaml': document('PortalSite', 'cafe', garden),
        'roof.yaml': document(
          'OmadaController',
          'roof',
          [`url: ${omada.url}`, tls, account, openapi, sites].join('\n'),
        ),
      },
      {
        secrets: secretResolver({
          env: {
            LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!',
            LASTMILE_SECRET_OPERATOR: password,
            LASTMILE_SECRET_CLIENT: secret,
            LASTMILE_SECRET_RADIUS: radiusSecret,
          },
        }),
      },
    );
  const model = modelWith(sitesWith(onePortal));
  const [controller] = model.omadaControllers;
  if (controller === undefined) throw new Error('no controller');
  const target = new OmadaTarget({ controller, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const inventory = new MemoryInventory();
  return {
    omada,
    target,
    inventory,
    model,
    modelWith,
    garden: cafe,
    apply: (wanted: Model): Promise<Outcome> => reconcileOnce(target, wanted, { inventory, guard, signal: never }),
    settings: (site = 'Default') => {
      const found = omada.sites.find(({ name }) => name === site);
      if (found === undefined) throw new Error(`no site ${site}`);
      return found.settings;
    },
    async [Symbol.asyncDispose]() {
      await target[Symbol.asyncDispose]();
      await omada[Symbol.asyncDispose]();
    },
  };
}

export function sitesWith(...portals: readonly string[]): string {
  return `sites: [{name: Default, portals: [${portals.join(', ')}]}]`;
}
