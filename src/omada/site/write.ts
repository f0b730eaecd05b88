import type { Change, Settled } from '../../reconcile/target.ts';
import type { OpenAddress } from './access.ts';
import { withAccess } from './access.ts';
import { menus, readIdentity } from './menus.ts';
import { portalBody } from './portal.ts';
import { profileBody } from './radius-profile.ts';
import { portalNames, type SiteApi } from './site.ts';

/**
 * Carries out changes at one site, one after the other: it is one small machine. What is there is read first, so that to
 * do it twice does no harm. Never rejects.
 */
export async function applyAt(at: SiteApi, changes: readonly Change[]): Promise<readonly Settled[]> {
  const access = changes.filter(({ menu }) => menu === menus.access || menu === menus.accessEntry);
  const settled = access.length === 0 ? [] : await together(access, () => applyAccess(at, access));
  // A profile goes after the portal that named it, also where nothing says that it did.
  const rest = [menus.portal, menus.radiusProfile].flatMap((menu) => changes.filter((change) => change.menu === menu));
  for (const change of rest) settled.push(...(await together([change], () => applyOne(at, change))));
  return settled;
}

async function together(changes: readonly Change[], work: () => Promise<void>): Promise<Settled[]> {
  try {
    await work();
    return changes.map((change) => ({ change, result: 'done' }));
  } catch (error) {
    return changes.map((change) => ({ change, result: 'failed', error }));
  }
}

/** The list is one setting, written whole. */
async function applyAccess(at: SiteApi, changes: readonly Change[]): Promise<void> {
  const entries = changes.filter(({ menu }) => menu === menus.accessEntry);
  const add = entries.filter(({ action }) => action !== 'delete').map(addressIn);
  const remove = new Set(entries.filter(({ action }) => action === 'delete').map(({ identity }) => nameOf(identity)));
  const enable = changes.some(({ menu, set }) => menu === menus.access && set['enable'] === 'true');
  await at.setAccess(withAccess(await at.access(), { add, remove, ...(enable ? { enable } : {}) }));
}

function addressIn({ identity, after }: Change): OpenAddress {
  return { name: nameOf(identity), kind: after?.fields['kind'] === 'range' ? 'range' : 'url' };
}

async function applyOne(at: SiteApi, change: Change): Promise<void> {
  switch (change.menu) {
    case menus.portal:
      return change.action === 'delete' ? deletePortal(at, change) : writePortal(at, change);
    case menus.radiusProfile:
      return change.action === 'delete' ? deleteProfile(at, change) : writeProfile(at, change);
    default:
      throw new TypeError(`no menu ${change.menu}`);
  }
}

async function writePortal(at: SiteApi, { identity, set, after }: Change): Promise<void> {
  const name = nameOf(identity);
  const [portals, ssids, profiles] = await Promise.all([at.portals(), at.ssids(), at.profiles()]);
  const id = portals.find((portal) => portal.name === name)?.id;
  const there = id === undefined ? {} : await at.portal(id);
  const names = portalNames(at.site.name, ssids, profiles);
  await at.putPortal(id, portalBody(name, { ...after?.fields, ...set }, there, names));
}

async function deletePortal(at: SiteApi, { identity }: Change): Promise<void> {
  const found = (await at.portals()).find(({ name }) => name === nameOf(identity));
  if (found !== undefined) await at.deletePortal(found.id);
}

async function writeProfile(at: SiteApi, { identity, set, after }: Change): Promise<void> {
  const name = nameOf(identity);
  const found = (await at.profiles()).find((profile) => profile.name === name);
  await at.putProfile(found?.id, profileBody(name, { ...after?.fields, ...set }, found?.object ?? {}));
}

async function deleteProfile(at: SiteApi, { identity }: Change): Promise<void> {
  const found = (await at.profiles()).find(({ name }) => name === nameOf(identity));
  if (found !== undefined) await at.deleteProfile(found.id);
}

function nameOf(identity: string): string {
  return readIdentity(identity).name ?? '';
}
