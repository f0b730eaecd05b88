import { messageOf } from '../base/errors.ts';
import type { Router } from '../model/kinds/router.ts';
import {
  RouterClosedError,
  RouterLoginError,
  RouterTlsError,
  RouterTooOldError,
  RouterUnreachableError,
  RouterUntrustedError,
  type TlsTrouble,
} from '../routeros/errors.ts';
import { RouterOsTooOldError } from '../routeros/target-errors.ts';
import type { Trouble } from './finding.ts';

/** Why a router could not be looked at, and what mends that. Pure. */
export function whyNotReached({ address, api }: Router, error: unknown): Trouble {
  const tls = api?.tls !== undefined;
  const [service, usual] = tls ? ['api-ssl', 8729] : ['api', 8728];
  const port = api?.port ?? usual;
  const at = `${address}:${port}`;
  const open = `/ip/service/set ${service} disabled=no port=${port}`;
  if (error instanceof RouterUnreachableError) {
    return { code: 'LM_ROUTER_UNREACHABLE', ...unreachable(error, { address, at, open, port }) };
  }
  if (error instanceof RouterClosedError && error.by === 'router-at-login') {
    return {
      code: 'LM_ROUTER_CLOSED',
      says: `${at} takes the connection and closes it at once: its service ${service} does not let our address in, or is full`,
      mend: `/ip/service/set ${service} address=OURS (with those it has), or max-sessions=100; see /ip/service/print`,
    };
  }
  if (error instanceof RouterLoginError) {
    return {
      code: 'LM_ROUTER_LOGIN',
      says: `${at} refuses the login of ${api?.username ?? 'our account'}`,
      mend: `/user/set ${api?.username ?? 'NAME'} password=… disabled=no (address= must let us in, its group have the policy api)`,
    };
  }
  if (error instanceof RouterTlsError) return { code: 'LM_ROUTER_TLS', ...withoutTls(error.trouble, at, address) };
  if (error instanceof RouterUntrustedError) {
    return {
      code: 'LM_ROUTER_UNTRUSTED',
      says: messageOf(error),
      mend: 'if the certificate was renewed, declare the new api.tls.fingerprint or api.tls.ca; if not, somebody stands between',
    };
  }
  if (error instanceof RouterTooOldError) {
    const mend = 'upgrade it to 6.49 or later, and change the password, which crossed the network in clear';
    return { code: 'LM_ROUTER_TOO_OLD', says: `${at} logs in as RouterOS before 6.43 does`, mend };
  }
  if (error instanceof RouterOsTooOldError) {
    return {
      code: 'LM_ROUTER_TOO_OLD',
      says: messageOf(error),
      mend: '/system/package/update/install (the router restarts)',
    };
  }
  return {
    code: 'LM_ROUTER_FAILED',
    says: messageOf(error),
    mend: 'try again; lastmile api-log shows what it was told last',
  };
}

interface At {
  readonly address: string;
  readonly at: string;
  readonly open: string;
  readonly port: number;
}

function unreachable({ reason, message }: RouterUnreachableError, { address, at, open, port }: At) {
  switch (reason) {
    case 'refused':
      return {
        says: `nobody listens at ${at}: the API is off, or on another port`,
        mend: `${open}, or declare api.port as /ip/service/print shows it`,
      };
    case 'timeout':
      return {
        says: `${at} does not answer: it is down, its address is another, or its firewall drops us`,
        mend: `ping ${address}; on the router /ip/firewall/filter/add chain=input protocol=tcp dst-port=${port} src-address=OURS action=accept place-before=0`,
      };
    case 'unknown-name':
      return {
        says: `no address is known for the name ${address}`,
        mend: 'declare spec.address as an address, or mend the name',
      };
    case 'no-route':
      return {
        says: `there is no route from here to ${address}`,
        mend: 'look at the tunnel and the routes of this machine: ip route get',
      };
    case 'other':
      return { says: message, mend: open };
    default:
      return reason satisfies never;
  }
}

function withoutTls(trouble: TlsTrouble, at: string, address: string) {
  switch (trouble) {
    case 'anonymous':
      return {
        says: `${at} has no certificate for TLS`,
        mend:
          `/certificate/add name=api common-name=api subject-alt-name=IP:${address}; /certificate/sign api; ` +
          '/ip/service/set api-ssl certificate=api',
      };
    case 'plain':
      return { says: `${at} speaks no TLS`, mend: 'declare api.port: 8729 (api-ssl), or leave out api.tls' };
    case 'wanted':
      return { says: `${at} speaks TLS, and api.tls is not declared`, mend: 'declare api.tls, or api.port: 8728' };
    case 'silent':
      return {
        says: `${at} takes the connection and does not answer in TLS`,
        mend: 'declare the port of api-ssl: /ip/service/print',
      };
    case 'closed':
    case 'failed':
      return {
        says: `TLS with ${at} does not come about (${trouble})`,
        mend: '/ip/service/print: has api-ssl a certificate, and do address and max-sessions let us in?',
      };
    default:
      return trouble satisfies never;
  }
}
