import { compact } from '../base/compact.ts';
import { certificateIn } from './certificates.ts';
import type { Declared, OmadaControllerSpec } from './declarations.ts';
import type { OmadaController, OmadaTls } from './model.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';
import { webOrigin } from './web-url.ts';

type Declaration = Declared<OmadaControllerSpec>;

/** One Omada controller with its defaults. */
export function resolveOmadaController(to: Resolving, declared: Declaration): OmadaController {
  const { spec } = declared;
  const sites = spec.sites ?? [];
  uniqueEntries(to, sites, (site) => site.name, declared, ['spec', 'sites'], 'name');
  uniqueEntries(to, sites, (site) => site.id ?? `the name ${site.name}`, declared, ['spec', 'sites'], 'id');
  const password = to.secrets.read(spec.operator.password, {
    place: declared,
    kind: 'OmadaController',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'operator.password',
    path: ['operator', 'password'],
    symbols: 32,
  });
  return compact({
    name: declared.name,
    url: origin(to, declared),
    id: spec.id,
    tls: tls(to, declared),
    operator: { username: spec.operator.username, password },
    timeUnit: spec.timeUnit ?? 'ms',
    origin: declared.origin,
  });
}

function origin(to: Resolving, declared: Declaration): string {
  const { url: text } = declared.spec;
  const url = webOrigin(text);
  const path = ['spec', 'url'];
  if (url === undefined) {
    const hint = 'scheme, host and port alone, as in https://192.0.2.9:8043';
    error(to, 'LM_URL', `"${text}" is not the origin of a controller`, declared, path, hint);
  }
  if (url?.startsWith('http:') === true) {
    const message = `the password of the operator of "${declared.name}" crosses the network as it is`;
    warning(to, 'LM_PLAIN_CONTROLLER', message, declared, path, 'https, and tls.fingerprint for its own certificate');
  }
  if (url !== undefined && new URL(url).port === '433') {
    const message = '433 is a slip for 443: hardware controllers use 443, software ones 8043';
    warning(to, 'LM_PORT', message, declared, path);
  }
  return url ?? text;
}

function tls(to: Resolving, declared: Declaration): OmadaTls {
  const { mode, fingerprint, ca } = declared.spec.tls ?? {};
  const chosen = mode ?? (fingerprint === undefined ? 'ca' : 'pinned');
  const wrong = (field: string, message: string, hint?: string): void =>
    error(to, 'LM_TLS', message, declared, ['spec', 'tls', field], hint);
  if (fingerprint !== undefined && chosen !== 'pinned') wrong('fingerprint', `mode ${chosen} uses no fingerprint`);
  if (ca !== undefined && chosen !== 'ca') wrong('ca', `mode ${chosen} uses no authority`);
  switch (chosen) {
    case 'pinned':
      if (fingerprint === undefined) wrong('mode', 'mode pinned needs a fingerprint', 'SHA-256 of the certificate');
      return { mode: 'pinned', fingerprint: (fingerprint ?? '').replaceAll(':', '').toLowerCase() };
    case 'ca':
      if (ca !== undefined && certificateIn(ca) === undefined) {
        wrong('ca', 'this is no certificate in PEM', 'text that begins with -----BEGIN CERTIFICATE-----');
      }
      return ca === undefined ? { mode: 'ca' } : { mode: 'ca', ca };
    default: {
      const message = `whoever stands between us and "${declared.name}" can read its operator's password`;
      const path = ['spec', 'tls', 'mode'];
      warning(to, 'LM_TLS_INSECURE', message, declared, path, 'tls: {fingerprint: …} accepts its own certificate only');
      return { mode: 'insecure' };
    }
  }
}
