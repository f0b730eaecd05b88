import ipaddr from 'ipaddr.js';
import { normalisePrefix } from './ipv4.ts';

export type WalledHostReading =
  /** A name or `*.name` in lower case, an IPv4 address, or a prefix without host bits. */
  { readonly host: string } | WalledHostFlaw;

/** Why a text is no host of a walled garden, and what to write instead. */
export interface WalledHostFlaw {
  readonly code: 'LM_ADDRESS' | 'LM_WALLED_HOST';
  readonly message: string;
  readonly hint?: string;
}

const name = /^(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/;
const port = /:\d+$/;

/** An entry of a walled garden. Pure. */
export function readWalledHost(text: string): WalledHostReading {
  if (/^[\d./]+$/.test(text)) {
    const host = normalisePrefix(text);
    return host === undefined
      ? { code: 'LM_ADDRESS', message: `"${text}" is neither an address nor a prefix`, hint: 'as in 203.0.113.0/24' }
      : { host };
  }
  const host = text.toLowerCase();
  return name.test(host) ? { host } : flawOf(text);
}

function flawOf(text: string): WalledHostFlaw {
  if (isIpv6(text)) {
    const hint = 'IPv6 is not supported here: an IPv4 address or prefix, or a name';
    return { code: 'LM_ADDRESS', message: `"${text}" is IPv6`, hint };
  }
  const code = 'LM_WALLED_HOST';
  if (text.includes('://')) return { code, message: `"${text}" is a URL`, hint: `the host alone${hostOf(text)}` };
  return { code, message: `"${text}" is no host`, hint: hintFor(text) };
}

function hintFor(text: string): string {
  if (/^(\*\.?)+$/.test(text)) return 'a pattern needs a name after `*.`, as in "*.bank.example"';
  if (text.includes('*')) return 'one `*.` stands before a name, as in "*.bank.example"';
  if (text.includes('/')) return `the host alone${hostOf(`http://${text}`)}`;
  if (port.test(text)) return `without a port: ${text.replace(port, '')}`;
  return 'a name, *.name, an IPv4 address or a prefix';
}

function hostOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return name.test(host) ? `: ${host}` : ', as in pay.example';
}

function isIpv6(text: string): boolean {
  const [address = '', length] = text.replace(/^\[(.*)\]$/, '$1').split('/');
  return address.includes(':') && ipaddr.IPv6.isValid(address) && (length === undefined || /^\d+$/.test(length));
}
