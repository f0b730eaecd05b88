import type { Secret } from '../../base/secret.ts';
import type { Router, RouterCertificate } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { yesNo } from '../canonical.ts';
import { installCertificate } from '../install-certificate.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/** A wanted certificate: what is compared are its name and fingerprint, what is written is more. */
export interface CertificateRow extends Row {
  /** PEM. */
  readonly certificate: Secret;
  /** PEM. Absent: an authority's, of which nobody here has the key. */
  readonly key?: Secret;
}

const byHand =
  'RouterOS before 7.15 takes no new files over the API: put the certificate and its key on the router as one PEM file ' +
  '(scp), then /certificate/import file-name=FILE passphrase="", and give it the declared name with /certificate/set. ' +
  'One that is there without its key counts as not there';

/**
 * Certificates with their keys, and those of the authorities between them and a root, which RouterOS shows along.
 * RouterOS: System > Certificates, whose rows have no comment. That it is the declared one its fingerprint tells; a key is
 * never shown.
 */
export const certificate = {
  path: '/certificate',
  identity: ['name'],
  comment: false,
  sparing: true,
  fields: {
    name: {},
    fingerprint: { canonical: (value) => value.replaceAll(':', '').toLowerCase() },
    // One that was imported without its key is not the declared one: nothing can be shown with it.
    'private-key': { canonical: yesNo },
  },
  byHand,
  carryOut: installCertificate,
  rows: (_model, router) => {
    const rows = (router.certificates ?? []).flatMap((each) => rowsOf(router, each));
    // Two may be of one authority.
    return [...new Map(rows.map((row) => [row.identity, row])).values()];
  },
} satisfies Menu;

function rowsOf(router: Router, declared: RouterCertificate): readonly CertificateRow[] {
  const { name, key, chain, origin } = declared;
  const row = (identity: string, part: string, { certificate: pem, fingerprint }: (typeof chain)[number]) => ({
    menu: '/certificate',
    identity,
    owner: ownerOf(router, part, identity),
    source: origin,
    fields: { name: identity, fingerprint },
    certificate: pem,
  });
  const authorities = chain.map((each) => row(`ca-${each.fingerprint.slice(0, 8)}`, 'authority', each));
  const own = row(name, 'certificate', declared);
  return [...authorities, { ...own, fields: { ...own.fields, 'private-key': 'yes' }, key }];
}
