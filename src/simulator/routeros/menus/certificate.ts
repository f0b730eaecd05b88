import type { Menu } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { boolean, integer, oneOf, text } from '../value-types.ts';
import { flag, name, shown } from './common.ts';

const free = { type: text, leftOutAt: '' };
const usages = 'digital-signature,key-encipherment,data-encipherment,key-cert-sign,crl-sign,tls-server,tls-client';

/** Certificates by name. One that was added is a template without a key until it is signed. */
export const certificates: Menu = {
  path: '/certificate',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'sign', 'import'],
  writePolicy: 'policy',
  // The router's own words for it are not known.
  unique: [{ properties: ['name'], message: 'certificate with the same name already exists' }],
  properties: {
    name,
    'common-name': free,
    'subject-alt-name': free,
    country: free,
    state: free,
    locality: free,
    organization: free,
    unit: free,
    'key-type': shown,
    'key-size': { type: text, default: '2048' },
    'days-valid': { type: integer(1, 36_500), default: '365' },
    'key-usage': { type: text, default: usages },
    'digest-algorithm': { type: oneOf('md5', 'sha1', 'sha256', 'sha384', 'sha512'), default: 'sha256' },
    trusted: { type: boolean, default: 'no' },
    'serial-number': shown,
    fingerprint: shown,
    issuer: shown,
    'invalid-before': shown,
    'invalid-after': shown,
    'expires-after': shown,
    akid: { ...shown, default: '' },
    skid: { ...shown, default: '' },
    'private-key': flag,
    authority: flag,
    crl: flag,
    'smart-card-key': flag,
    expired: { ...flag, leftOutAt: 'false' },
  },
};
