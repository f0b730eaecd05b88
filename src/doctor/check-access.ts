import { isPublicAddress } from '../model/check/check-public-radius.ts';
import { missingRights, sharedAccount } from '../routeros/own-access.ts';
import type { RouterFacts } from './facts.ts';
import type { Trouble } from './finding.ts';

/** How we are on the router: the account, its rights, the service it uses. Pure. */
export function checkAccess(facts: RouterFacts): readonly Trouble[] {
  return [...account(facts), ...forbidden(facts), ...sessions(facts), ...plainText(facts)];
}

function account({ access, managed }: RouterFacts): readonly Trouble[] {
  const shared = sharedAccount(access).map(
    (): Trouble => ({
      code: 'LM_ACCOUNT_SHARED',
      says: 'we log in as admin, and nobody can tell who did what',
      mend:
        '/user/group/add name=lastmile policy=read,write,api,sensitive,test; ' +
        '/user/add name=lastmile group=lastmile password=…, and declare api.username: lastmile',
    }),
  );
  const rights = missingRights(access, managed).map(({ message }): Trouble => {
    const [says = message, mend = ''] = message.split('. On the router: ');
    return { code: 'LM_RIGHTS_MISSING', says, mend };
  });
  return [...shared, ...rights];
}

/** Menus that turned us away although the rights look right, or that we may not even read. */
function forbidden({ access, forbidden: menus }: RouterFacts): readonly Trouble[] {
  if (menus.length === 0) return [];
  const { username, group = 'GROUP' } = access;
  const right = menus.every((menu) => menu.startsWith('/tool/')) ? 'test' : 'read';
  return [
    {
      code: 'LM_MENU_FORBIDDEN',
      says: `our account ${username} may not use ${few([...new Set(menus)])}`,
      mend: `/user/group/set ${group} policy=${right}; rights are given at the next login`,
    },
  ];
}

function few(menus: readonly string[]): string {
  const more = menus.length > 3 ? ` and ${menus.length - 3} more menus` : '';
  return `${menus.slice(0, 3).join(', ')}${more}`;
}

/** Left for others when this many are in use, the service is about to turn somebody away. */
const spareSessions = 2;

function sessions({ access, rows }: RouterFacts): readonly Trouble[] {
  const most = access.services.find(({ name }) => name === access.service)?.maxSessions;
  const online = (rows.get('/user/active') ?? []).filter(({ via }) => via === access.service).length;
  if (most === undefined || online + spareSessions <= most) return [];
  return [
    {
      code: 'LM_API_SESSIONS',
      says: `${online} of ${most} sessions of the service ${access.service} are in use: the next may be turned away`,
      mend: `/ip/service/set ${access.service} max-sessions=${Math.min(1000, most * 2)} (/user/active/print shows whose they are)`,
    },
  ];
}

/** Passwords in clear over networks of others. */
function plainText({ router, access }: RouterFacts): readonly Trouble[] {
  if (access.service !== 'api' || router.api?.tls !== undefined) return [];
  const address = access.routerAddress ?? router.address;
  const tunnelled = access.source !== undefined && !isPublicAddress(access.source);
  if (!isPublicAddress(address) || tunnelled) return [];
  return [
    {
      code: 'LM_API_PUBLIC',
      says: `its password and all secrets go in clear to ${address}, over the public network`,
      mend: '/ip/service/set api-ssl certificate=… disabled=no, and declare api.tls; or a tunnel (docs/routeros.md)',
    },
  ];
}
