import { LastmileError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Change } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';
import type { RouterOsSession } from './session.ts';
import { withoutSecrets } from './trap-secrets.ts';
import type { RouterOsRow } from './wire/reply.ts';

type Asking = Pick<RouterOsSession, 'run'>;

/** What names certificates on a router. Menus that it has not are passed over. */
const users: readonly (readonly [menu: string, field: string])[] = [
  ['/ip/hotspot/profile', 'ssl-certificate'],
  ['/ip/service', 'certificate'],
  ['/radius', 'certificate'],
  ['/user-manager', 'certificate'],
  ['/interface/sstp-server/server', 'certificate'],
  ['/interface/ovpn-server/server', 'certificate'],
  ['/interface/sstp-client', 'certificate'],
  ['/interface/ovpn-client', 'certificate'],
  ['/interface/dot1x/client', 'certificate'],
  ['/interface/wireless/security-profiles', 'tls-certificate'],
  ['/interface/wifi/security', 'eap-tls-certificate'],
  ['/interface/wifi/capsman', 'certificate'],
  ['/interface/wifi/cap', 'certificate'],
  ['/caps-man/manager', 'certificate'],
  ['/ip/ipsec/identity', 'certificate'],
  ['/ip/ipsec/identity', 'remote-certificate'],
  ['/ip/ipsec/key/qkd', 'certificate'],
  ['/ip/reverse-proxy', 'certificate'],
  ['/tool/netwatch', 'certificate'],
  ['/user-manager', 'radsec-certificate'],
];

/** The router did as told, and what it has now is not what it was given. */
export class CertificateNotTakenError extends LastmileError {
  readonly code = 'LM_CERTIFICATE_NOT_TAKEN';
  readonly retry = 'never';

  constructor(name: string, what: string) {
    super(`the router imported the certificate ${name} and ${what}: does it know this kind of key?`);
  }
}

interface Held {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly hasKey: boolean;
}

/**
 * Makes a certificate be on a router under its name, whatever was begun before. Another of that name stays in use until the
 * new one is there with its key: then all that name it are told, one by one, only then it goes, and the new one, which they
 * name by its row, gets the name. A key is in a file for as long as the import takes; one that was left there goes first.
 *
 * @returns false where the change is about no certificate that we have
 * @throws CertificateNotTakenError; RouterTrapError when the router refuses; the errors of the connection
 */
export async function installCertificate(change: Change, session: Asking, signal: AbortSignal): Promise<boolean> {
  const given = givenIn(change);
  if (given === undefined) return false;
  const { name } = given;
  const fresh = await imported(given, session, signal);
  const old = (await readAll(session, signal)).find((each) => each.name === name && each.id !== fresh.id);
  if (old !== undefined) await replace(old, fresh, change.adopts === true, session, signal);
  await removeReplaced(name, session, signal);
  // What was cut off shows by the name until the end.
  if (fresh.name !== name) await rename(fresh, name, session, signal);
  return true;
}

function givenIn({ action, identity, after }: Change): Given | undefined {
  const { certificate, key } = (after ?? {}) as { readonly certificate?: unknown; readonly key?: unknown };
  const fingerprint = after?.fields['fingerprint'];
  if (action === 'delete' || !(certificate instanceof Secret) || typeof fingerprint !== 'string') return undefined;
  return { name: identity, fingerprint, pem: certificate, ...(key instanceof Secret ? { key } : {}) };
}

interface Given {
  readonly name: string;
  readonly fingerprint: string;
  readonly pem: Secret;
  readonly key?: Secret;
}

/** The certificate as it is on the router, put there if need be, under whatever name. */
async function imported(given: Given, session: Asking, signal: AbortSignal): Promise<Held> {
  const file = `lastmile-${given.fingerprint.slice(0, 8)}.pem`;
  await removeFile(file, session, signal);
  const isGood = (each: Held | undefined) => each !== undefined && (given.key === undefined || each.hasKey);
  const there = await find(given.fingerprint, session, signal);
  if (there !== undefined && isGood(there)) return there;
  await upload(given, file, session, signal);
  const fresh = await find(given.fingerprint, session, signal);
  if (fresh === undefined) throw new CertificateNotTakenError(given.name, 'shows none with its fingerprint');
  if (!isGood(fresh)) throw new CertificateNotTakenError(given.name, 'shows it without its key');
  return fresh;
}

async function upload({ pem, key }: Given, file: string, session: Asking, signal: AbortSignal): Promise<void> {
  const parts = [pem, ...(key === undefined ? [] : [key])].map((each) => each.reveal().trim());
  const contents = `${parts.join('\n')}\n`;
  try {
    await session.run('/file/add', { name: file, type: 'file', contents }, { signal });
    await session.run('/certificate/import', { 'file-name': file, passphrase: '' }, { signal });
  } catch (error) {
    throw withoutSecrets(error, { set: { contents: new Secret(contents), ...(key === undefined ? {} : { key }) } });
  } finally {
    await removeFile(file, session, signal);
  }
}

/**
 * Whoever names the old one names the new one from here on. One that was somebody's own is kept under another name; so is one
 * that somebody may still name whom we may not see.
 */
async function replace(old: Held, fresh: Held, keep: boolean, session: Asking, signal: AbortSignal): Promise<void> {
  let seenAll = true;
  for (const [menu, field] of users) {
    const rows = await usersOf(menu, field, old.name, session, signal);
    if (rows === undefined) seenAll = false;
    for (const { '.id': id } of rows ?? []) {
      const row = id === undefined ? {} : { '.id': id };
      await session.run(`${menu}/set`, { ...row, [field]: fresh.name }, { signal });
    }
  }
  const name = `${old.name}-${keep || !seenAll ? 'before' : 'replaced'}-${old.fingerprint.slice(0, 8)}`;
  await rename(old, name, session, signal);
}

/** Rows that name it; none in a menu that this router has not, `undefined` where we may not look. */
async function usersOf(
  menu: string,
  field: string,
  name: string,
  session: Asking,
  signal: AbortSignal,
): Promise<readonly RouterOsRow[] | undefined> {
  try {
    const { rows } = await session.run(`${menu}/print`, { '.proplist': `.id,${field}` }, { signal });
    return rows.filter((row) => row[field] === name);
  } catch (error) {
    if (!(error instanceof RouterTrapError)) throw error;
    return error.knowsNoCommand ? [] : undefined;
  }
}

async function removeReplaced(name: string, session: Asking, signal: AbortSignal): Promise<void> {
  const isReplaced = (each: Held) => each.name === `${name}-replaced-${each.fingerprint.slice(0, 8)}`;
  for (const { id } of (await readAll(session, signal)).filter(isReplaced)) {
    await session.run('/certificate/remove', { '.id': id }, { signal });
  }
}

async function rename({ id }: Held, name: string, session: Asking, signal: AbortSignal): Promise<void> {
  await session.run('/certificate/set', { '.id': id, name }, { signal });
}

async function find(fingerprint: string, session: Asking, signal: AbortSignal): Promise<Held | undefined> {
  return (await readAll(session, signal)).find((each) => each.fingerprint === fingerprint);
}

async function readAll(session: Asking, signal: AbortSignal): Promise<readonly Held[]> {
  const asked = { '.proplist': '.id,name,fingerprint,private-key' };
  const { rows } = await session.run('/certificate/print', asked, { signal });
  return rows.map((row) => ({
    id: row['.id'] ?? '',
    name: row['name'] ?? '',
    fingerprint: (row['fingerprint'] ?? '').replaceAll(':', '').toLowerCase(),
    hasKey: ['true', 'yes'].includes(row['private-key'] ?? ''),
  }));
}

async function removeFile(name: string, session: Asking, signal: AbortSignal): Promise<void> {
  const { rows } = await session.run(
    '/file/print',
    { '.proplist': '.id,name' },
    { signal, queries: [`?name=${name}`] },
  );
  for (const { '.id': id } of rows) if (id !== undefined) await session.run('/file/remove', { '.id': id }, { signal });
}
