import type { RemoteSettings } from './git-settings.ts';
import type { RemoteUrl } from './remote-url.ts';

/** By what a remote lets us in, and by what we know it. */
export interface Credentials {
  /** Of HTTP: sent as the password, or an access token's. */
  readonly token?: string;
  /** Authorities that its certificate is judged by, a file in PEM. Absent: those of the system. */
  readonly caFile?: string;
  /** Of SSH: the private key, a file. Absent: those of the agent, or the usual ones. */
  readonly sshKeyFile?: string;
  /** Host keys, a file as `ssh-keyscan` writes it. Absent: those of the user. A host that is not in it is not talked to. */
  readonly knownHostsFile?: string;
}

/** GitHub, GitLab and Gitea take a token with any name of a user. */
const anybody = 'lastmile';
/** Octets a second, and for how many seconds: a transfer that is slower is over. */
const slowest = { octets: '1000', seconds: '30' } as const;

/** How git reaches a remote. Pure. */
export function remoteSettings(remote: RemoteUrl, credentials: Credentials): RemoteSettings {
  const { protocol, origin, username = anybody } = remote;
  const { token, caFile } = credentials;
  const http: (readonly [string, string])[] = [
    ['http.lowSpeedLimit', slowest.octets],
    ['http.lowSpeedTime', slowest.seconds],
  ];
  if (token !== undefined && origin !== undefined) {
    const login = Buffer.from(`${username}:${token}`).toString('base64');
    http.push([`http.${origin}.extraHeader`, `Authorization: Basic ${login}`]);
  }
  if (caFile !== undefined) http.push(['http.sslCAInfo', caFile]);
  if (protocol === 'ssh') return { protocol, config: [], sshCommand: sshCommand(credentials) };
  return { protocol, config: protocol === 'file' ? [] : http };
}

function sshCommand({ sshKeyFile, knownHostsFile }: Credentials): string {
  const options = [
    ...['-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'ClearAllForwardings=yes'],
    ...['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=10', '-o', 'ServerAliveCountMax=3'],
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${quotedForSsh(knownHostsFile)}`]),
    ...(sshKeyFile === undefined ? [] : ['-i', sshKeyFile, '-o', 'IdentitiesOnly=yes']),
  ];
  return ['ssh', ...options.map(quotedForShell)].join(' ');
}

/** In an option of ssh a space parts files. */
function quotedForSsh(path: string): string {
  return `"${path}"`;
}

/** git has a shell read it. */
function quotedForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
