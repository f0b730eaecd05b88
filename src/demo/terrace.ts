import { OmadaControl } from '../simulator/omada/control-client.ts';
import type { Child } from './child.ts';
import type { Lastmile } from './lastmile.ts';

/** A simulated Omada controller, seen from the outside: by its guests and by somebody who installed it. */
export interface DemoController {
  readonly name: string;
  /** `https://127.0.0.1:9043`. */
  readonly url: string;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
  readonly control: OmadaControl;
}

export interface ControllerSettings {
  readonly name: string;
  readonly site: string;
  readonly operatorPassword: string;
  /** Where guests of the site are sent. */
  readonly portalUrl: string;
}

/** Starts `lastmile simulate omada`. It is added to `children` as soon as it runs. */
export async function startController(
  lastmile: Lastmile,
  { name, site, operatorPassword, portalUrl }: ControllerSettings,
  children: Child[],
): Promise<DemoController> {
  const listen = ['--listen', '127.0.0.1:0', '--listen-portal', '127.0.0.1:0', '--listen-control', '127.0.0.1:0'];
  const account = ['--operator', 'portal', '--site', site, '--portal-url', portalUrl];
  const args = ['simulate', 'omada', ...listen, ...account, '--print-listeners'];
  const { child, firstLine } = await lastmile.stay(name, args, { LASTMILE_PASSWORD: operatorPassword });
  children.push(child);
  const { api, control, fingerprint } = JSON.parse(firstLine) as Readonly<
    Record<'api' | 'control' | 'fingerprint', string>
  >;
  return { name, url: `https://${api}`, fingerprint, control: new OmadaControl(control) };
}
