import type { Fields } from '../control-fields.ts';
import { type ClientTable, controllerMac, type SimulatedClient } from './client-table.ts';
import type { SimulatedOperator } from './operators.ts';
import type { SimulatedSite } from './site.ts';
import { isControllerAtLeast } from './version.ts';

export interface AuthSurroundings {
  readonly version: string;
  readonly sites: readonly SimulatedSite[];
  readonly clients: ClientTable;
  readonly operator: SimulatedOperator;
  readonly timeUnit: 'ms' | 'us' | 's' | 'min';
}

export type AuthOutcome =
  | { readonly client: SimulatedClient; readonly durationMs: number }
  /** As the controller answers it. */
  | { readonly errorCode: number };

const invalidParameters = -1001;
const noRightOnSite = -1505;
/** Catch-all: wrong MAC, site, access point, address. */
const failedToAuthenticate = -41501;

const msPerUnit = { ms: 1, us: 0.001, s: 1_000, min: 60_000 } as const;

/** What a controller makes of the body of `extPortal/auth`. */
export function checkAuth(body: Fields, around: AuthSurroundings): AuthOutcome {
  const { version, clients, operator } = around;
  if (textIn(body, 'authType') !== '4') return { errorCode: isControllerAtLeast(version, '6.0') ? -41500 : -1 };
  const durationMs = durationIn(body['time'], around.timeUnit);
  if (durationMs === undefined || !isWhole(body, version)) return { errorCode: invalidParameters };
  const client = clients.get(textIn(body, 'clientMac'));
  if (client === undefined || !namesSite(body, client, around)) return { errorCode: failedToAuthenticate };
  if (operator.sites?.includes(client.site) === false) return { errorCode: noRightOnSite };
  const right = isAtPlace(body, client) && hasAddress(body, client);
  return right ? { client, durationMs } : { errorCode: failedToAuthenticate };
}

/** A duration: a number or its digits. */
function durationIn(value: unknown, unit: AuthSurroundings['timeUnit']): number | undefined {
  const digits = typeof value === 'number' ? String(value) : value;
  if (typeof digits !== 'string' || !/^[1-9]\d{0,17}$/.test(digits)) return undefined;
  return Number(digits) * msPerUnit[unit];
}

function isWhole(body: Fields, version: string): boolean {
  if (Object.values(body).some((value) => value === '')) return false;
  const needed = isControllerAtLeast(version, '6.2.10') ? ['clientMac', 'clientIp', 'originUrl'] : ['clientMac'];
  return needed.every((name) => typeof body[name] === 'string');
}

function namesSite(body: Fields, client: SimulatedClient, { version, sites }: AuthSurroundings): boolean {
  // The text for 6.2.10 and later does not list it any more.
  if (body['site'] === undefined) return isControllerAtLeast(version, '6.2.10');
  const site = sites.find(({ name }) => name === client.site);
  return site !== undefined && (body['site'] === site.name || body['site'] === site.id);
}

/** Fields of the other kind make no sense to it. */
function isAtPlace(body: Fields, { place }: SimulatedClient): boolean {
  if (place.kind === 'gateway') {
    if (['apMac', 'ssidName', 'radioId'].some((name) => body[name] !== undefined)) return false;
    return controllerMac(textIn(body, 'gatewayMac')) === place.gatewayMac && textIn(body, 'vid') === place.vid;
  }
  if (['gatewayMac', 'vid'].some((name) => body[name] !== undefined)) return false;
  const atRadio = textIn(body, 'ssidName') === place.ssid && textIn(body, 'radioId') === place.radioId;
  return atRadio && controllerMac(textIn(body, 'apMac')) === place.apMac;
}

function hasAddress(body: Fields, client: SimulatedClient): boolean {
  return body['clientIp'] === undefined || body['clientIp'] === client.ip;
}

function textIn(body: Fields, name: string): string {
  const value = body[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
