import { type AdminClient, AdminClientError } from '../admin/client.ts';
import type { DeclaredObject } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration } from '../base/units.ts';
import { declaredObjects, kindOf } from '../daemon/declared-objects.ts';
import { asOf } from '../model/as-of.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile get KIND [NAME]`: declared objects as they are in force with the daemon, or in a folder without one. */
export async function getCommand(
  kind: string,
  name: string | undefined,
  options: RuntimeOptions & { readonly dir: string },
  io: Io,
  around: Surroundings,
): Promise<number> {
  if (kindOf(kind) === undefined) {
    complain(
      new Error(`no kind ${kind}; there are operator, router, service, subscriber, portalsite, omadacontroller`),
      io,
    );
    return exitCodes.usage;
  }
  const daemon = await findDaemon(options.state, around.signal);
  const objects =
    daemon === undefined ? await objectsHere(kind, name, options, io, around) : await objectsThere(daemon, kind, name);
  if (objects === 'invalid') return exitCodes.invalid;
  if (objects === undefined || objects.length === 0) {
    complain(new Error(`no ${kind}${name === undefined ? '' : ` ${name}`} is declared`), io);
    return exitCodes.error;
  }
  io.out(await render(objects, options.output, () => objectsText(objects, around.clock.now())));
  return exitCodes.success;
}

async function objectsThere(daemon: AdminClient, kind: string, name: string | undefined) {
  const query = name === undefined ? '' : `?${new URLSearchParams({ name })}`;
  try {
    return await daemon.get<readonly DeclaredObject[]>(`/api/v1/objects/${encodeURIComponent(kind)}${query}`);
  } catch (error) {
    if (error instanceof AdminClientError && error.status === 404) return undefined;
    throw error;
  }
}

async function objectsHere(
  kind: string,
  name: string | undefined,
  options: RuntimeOptions & { readonly dir: string },
  io: Io,
  around: Surroundings,
) {
  // Loaded only here: with a daemon nothing has to be read.
  const { loadDeclared, readDeclared } = await import('./declared.ts');
  const declared = await readDeclared(options.dir);
  const model = await loadDeclared(options.dir, declared, options, io);
  const now = around.clock.now();
  return model === undefined ? ('invalid' as const) : declaredObjects(asOf(model, now), kind, name, now);
}

function objectsText(objects: readonly DeclaredObject[], now: number): string {
  return table(
    ['KIND', 'NAME', 'WHAT', 'DECLARED IN'],
    objects.map(({ kind, name, source, spec }) => [kind, name, whatOf(kind, spec, now), source]),
  );
}

function whatOf(kind: string, spec: DeclaredObject['spec'], now: number): string {
  const words = {
    Operator: [spec['timezone']],
    Router: [spec['address'], `auth ${String(spec['auth'])}`, `mode ${String(spec['mode'])}`],
    Service: [spec['rateText'], spec['title']],
    Subscriber: [
      ...['username', 'service', 'state', 'reason', 'address'].map((field) => spec[field]),
      spec['overdue'] === true ? 'overdue' : undefined,
      nextText(spec['next'], now),
    ],
    PortalSite: [spec['title'], ...list(spec['bridge']).map(bridgeText), list(spec['methods']).join(' + ')],
    OmadaController: [
      spec['url'],
      `operator ${part(spec['operator'], 'username')}`,
      `tls ${part(spec['tls'], 'mode')}`,
    ],
  }[kind];
  return (words ?? [])
    .filter((word) => word !== undefined)
    .map((word) => printable(String(word)))
    .join(', ');
}

/** `expires in 3d`. */
function nextText(next: unknown, now: number): string | undefined {
  const at = Date.parse(part(next, 'at'));
  return Number.isNaN(at) ? undefined : `${part(next, 'what')} in ${formatDuration(at - now)}`;
}

/** `core-1/lobby` or `roof/Terrace`. */
function bridgeText(bridge: unknown): string {
  const [place] = Object.values(bridge as Readonly<Record<string, unknown>>);
  const names = ['router', 'hotspot', 'controller', 'site'].map((name) => part(place, name));
  return names.filter((name) => name !== '').join('/');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text of a map; empty when there is none. */
function part(map: unknown, name: string): string {
  const value = (map as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}
