import type { Model } from '../../../src/model/model.ts';
import type { SimulatedRouterOsOptions } from '../../../src/simulator/simulated-options.ts';
import { document, modelOf, operator } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';

/** A network of one router with nothing but this `config`, in YAML's flow form. */
export function configured(config: string, more = ''): Model {
  const router = document(
    'Router',
    'core-1',
    `address: 192.0.2.11\napi: {username: lastmile, password: {derive: 1}}\nconfig: ${config}\n${more}`,
  );
  return modelOf({ 'network.yaml': [operator, router].join('---\n') });
}

/** A simulated router that lets us in, with an inventory for it. */
export async function configuredLab(
  model: Model,
  options: Partial<SimulatedRouterOsOptions> = {},
): Promise<Lab & { readonly inventory: MemoryInventory }> {
  const lab = await Lab.start(model, options);
  return Object.assign(lab, { inventory: new MemoryInventory() });
}
