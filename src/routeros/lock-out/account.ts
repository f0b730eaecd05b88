import { isWithinAny } from '../network-match.ts';
import { grantedOf } from '../own-access.ts';
import {
  after,
  before,
  changes,
  changesOf,
  declaredService,
  ends,
  type Judge,
  type Judgement,
  refused,
  risk,
  rowsOf,
  textOf,
  touches,
  type Us,
  worst,
} from './us.ts';

/** Below so many at a time, others may keep us out. */
const fewSessions = 5;
/** Rights without which there is no way back in. */
const vital = ['api', 'read', 'write'] as const;

/** RouterOS: System > Users. */
export const judgeUser: Judge = (change, us) => {
  const { username, source } = us.access;
  if (change.action === 'create' || (before(change, 'name') || change.identity) !== username) return undefined;
  if (ends(change)) {
    return refused(`takes our own user ${username} away`, `keep /user ${username}, and enabled`);
  }
  return worst(
    changes(change, 'name') ? judgeName(after(change, 'name'), us) : undefined,
    changes(change, 'address') ? judgePrefixes(after(change, 'address'), source, `/user ${username}`) : undefined,
    changes(change, 'group') ? judgeGroupOf(after(change, 'group'), us) : undefined,
    touches(change, ['comment', 'name', 'address', 'group']) ? risk('changes our own user') : undefined,
  );
};

/** RouterOS: System > Users > Groups. */
export const judgeGroup: Judge = (change, us) => {
  const { group } = us.access;
  if (group === undefined || change.action === 'create' || (before(change, 'name') || change.identity) !== group) {
    return undefined;
  }
  if (change.action === 'delete') return refused(`takes our own group ${group} away`, `keep /user/group ${group}`);
  return changes(change, 'policy') ? judgePolicies(after(change, 'policy'), group) : undefined;
};

/** RouterOS: IP > Services. */
export const judgeService: Judge = (change, us) => {
  const name = before(change, 'name') || change.identity;
  const service = declaredService(us);
  if (name !== service) return name === us.access.service ? risk(`changes the service ${name} we came by`) : undefined;
  if (ends(change)) {
    return refused(`switches off the service ${name} that we come by`, `leave /ip/service ${name} enabled`);
  }
  const port = us.declared.api?.port;
  const to = after(change, 'port');
  const judged = ['address', 'max-sessions', 'comment'];
  return worst(
    changes(change, 'port') && to !== String(port)
      ? refused(`moves the service ${name} to port ${to}, and we dial ${port}`, `declare api.port: ${to} with it`)
      : undefined,
    changes(change, 'certificate') && after(change, 'certificate') === 'none' && !takesAnyone(us)
      ? refused(`takes the certificate of ${name} away, by which we know the router`, 'name a certificate')
      : undefined,
    changes(change, 'address')
      ? judgePrefixes(after(change, 'address'), us.access.source, `/ip/service ${name}`)
      : undefined,
    changes(change, 'max-sessions') && Number(after(change, 'max-sessions')) < fewSessions
      ? risk(`lets only ${after(change, 'max-sessions')} in at a time by the service ${name}`)
      : undefined,
    touches(change, judged) ? risk(`changes the service ${name} that we come by`) : undefined,
  );
};

/** RouterOS: RADIUS. Users of the router itself may be known there only. */
export const judgeRadius: Judge = (change) => {
  const asked = [before(change, 'service'), after(change, 'service')].some((list) => list.split(',').includes('login'));
  return asked && touches(change) ? risk('changes a RADIUS server that logins to the router are asked of') : undefined;
};

/** RouterOS: System > Certificates. */
export const judgeCertificate: Judge = (change, us) => {
  const name = before(change, 'name') || change.identity;
  const shown = us.access.services.find((each) => each.name === declaredService(us))?.certificate;
  if (declaredService(us) !== 'api-ssl' || shown !== name || change.action === 'create') return undefined;
  if (change.action === 'delete') {
    return refused(`removes the certificate ${name} that api-ssl shows`, 'give api-ssl another certificate first');
  }
  return touches(change) ? risk(`changes the certificate ${name} that api-ssl shows`) : undefined;
};

function judgeName(renamed: string, { declared }: Us): Judgement {
  if (declared.api?.username === renamed) return risk('renames our own user');
  return refused(`renames our own user to ${renamed}`, `declare api.username: ${renamed} with it`);
}

function takesAnyone({ declared }: Us): boolean {
  return declared.api?.tls === undefined || declared.api.tls.mode === 'insecure';
}

/** A list of prefixes that may come in; empty: anybody. */
function judgePrefixes(list: string, source: string | undefined, where: string): Judgement {
  if (list === '') return undefined;
  const within = source === undefined ? undefined : isWithinAny(source, list);
  if (within === true) return undefined;
  if (within === undefined) return risk(`narrows who may come in by ${where}`);
  return refused(`lets only ${list} in by ${where}, and we come from ${source}`, `add ${source} to it`);
}

function judgeGroupOf(name: string, us: Us): Judgement {
  const created = changesOf(us, '/user/group').find(({ action, identity }) => action !== 'delete' && identity === name);
  const row = rowsOf(us, '/user/group').find((each) => textOf(each, 'name') === name);
  const policy = created === undefined ? row && textOf(row, 'policy') : after(created, 'policy');
  const granted = policy === undefined ? us.access.groups?.get(name) : grantedOf(policy);
  return (granted && judgeRights(granted, name)) ?? risk('moves our own user to another group');
}

function judgePolicies(policy: string, group: string): Judgement {
  return judgeRights(grantedOf(policy), group);
}

function judgeRights(granted: ReadonlySet<string>, group: string): Judgement {
  const missing = vital.filter((right) => !granted.has(right));
  if (missing.length === 0) return undefined;
  return refused(
    `leaves our group ${group} without the right ${missing.join(', ')}`,
    `keep ${vital.join()} among the policies of /user/group ${group}`,
  );
}
