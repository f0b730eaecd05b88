import { createColors } from 'picocolors';
import { stringify } from 'yaml';
import { printable } from '../base/bytes.ts';
import { webUrl } from '../model/web-url.ts';
import { type DiscoveredController, discoverController } from '../omada/discover.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render } from './output.ts';
import type { Surroundings } from './surroundings.ts';

export interface DiscoverOptions {
  /** With or without colons. */
  readonly fingerprint?: string;
  readonly name: string;
  readonly output: Output;
}

/**
 * `lastmile discover omada URL`: what a controller is, and the YAML to begin with. Needs no account, sends no secret.
 *
 * @throws RangeError on a URL or a fingerprint that is none
 */
export async function discoverOmadaCommand(
  address: string,
  options: DiscoverOptions,
  io: Io,
  { clock, signal }: Pick<Surroundings, 'clock' | 'signal'>,
): Promise<number> {
  // Whole, as a browser shows it, is right as well.
  const url = webUrl(address)?.origin;
  if (url === undefined) throw new RangeError(`${address}: https://HOST:PORT is needed (8043 software, 443 hardware)`);
  const fingerprint = options.fingerprint?.replaceAll(':', '').toLowerCase();
  if (fingerprint !== undefined && !/^[\da-f]{64}$/.test(fingerprint)) {
    throw new RangeError('--fingerprint: the SHA-256 of a certificate is 64 hex digits');
  }
  const pinned = fingerprint === undefined ? {} : { fingerprint };
  const found = await discoverController(url, { clock, ...pinned }, signal);
  const declaration = declarationOf(found, options.name);
  // As YAML, a file to begin with.
  const data = options.output === 'yaml' ? declaration : { ...found, declaration };
  io.out(await render(data, options.output, () => words(found, options, io.color)));
  return exitCodes.success;
}

/** An `OmadaController` to write into a file. */
function declarationOf({ url, id, certificate, generation }: DiscoveredController, name: string): object {
  return {
    apiVersion: 'lastmile/v1',
    kind: 'OmadaController',
    metadata: { name },
    spec: {
      url,
      ...(id === undefined ? {} : { id }),
      ...(generation === 'v4' ? { generation } : {}),
      ...(certificate === undefined ? {} : { tls: { mode: 'pinned', fingerprint: certificate.fingerprint } }),
      operator: { username: 'lastmile', password: { env: 'LASTMILE_SECRET_OMADA' } },
    },
  };
}

function words(found: DiscoveredController, { fingerprint, name }: DiscoverOptions, color: boolean): string {
  const { id, version = 'unknown', generation, certificate } = found;
  const colors = createColors(color);
  const lines = [
    `id           ${id ?? 'none: v4 has none in its addresses'}`,
    `version      ${version} (${generation})`,
    ...(certificate === undefined
      ? ['certificate  none: it is asked in plain HTTP, and so would the password of its operator be sent']
      : [
          `certificate  ${printable(certificate.subject)}, until ${certificate.validTo}`,
          `fingerprint  ${certificate.fingerprint}`,
        ]),
  ];
  const caution =
    certificate === undefined || fingerprint !== undefined
      ? ''
      : colors.yellow('Compare the fingerprint with what the controller shows on its own network before you pin it.\n');
  const yaml = stringify(declarationOf(found, name), { lineWidth: 0 });
  return `${lines.join('\n')}\n${caution}\n${yaml}`;
}
