import type { Model } from '../../model/model.ts';
import { objectOf } from '../../reconcile/guard.ts';
import type { Change } from '../../reconcile/target.ts';
import type { Protection } from '../../status/protection.ts';

/** Every object that a model declares: `Subscriber/anna`. Pure. */
export function objectNames(model: Model): ReadonlySet<string> {
  const named = (kind: string, objects: readonly { readonly name: string }[]) =>
    objects.map(({ name }) => `${kind}/${name}`);
  return new Set([
    `Operator/${model.operator.name}`,
    ...named('Router', model.routers),
    ...named('Service', model.services),
    ...model.subscriptions.map(({ subscriber }) => `Subscriber/${subscriber}`),
    ...named('PortalSite', model.portalSites),
    ...named('OmadaController', model.omadaControllers),
  ]);
}

/** The protected object whose row this change concerns; `undefined` when none. Pure. */
export function protectedBy(change: Change, protection: Pick<Protection, 'has'>): string | undefined {
  const object = change.owner === '' ? ownerInDirectory(change) : objectOf(change);
  return object !== undefined && protection.has(object) ? object : undefined;
}

const kinds: Readonly<Record<string, string>> = { portal: 'PortalSite', nas: 'Router' };

/** Rows of the directory say it by what they are. */
function ownerInDirectory({ menu, identity, before }: Change): string | undefined {
  const subscriber = before?.fields['subscriber'];
  if (typeof subscriber === 'string') return `Subscriber/${subscriber}`;
  const kind = kinds[menu];
  return kind === undefined ? undefined : `${kind}/${identity}`;
}
