import { resolve } from 'node:path';
import type { RemoteSettings } from './git-settings.ts';

/** A repository elsewhere, as git is told of it. */
export interface RemoteUrl {
  readonly url: string;
  readonly protocol: RemoteSettings['protocol'];
  /** `https://host:port/`, for what is told to that host alone. */
  readonly origin?: string;
  /** In a URL of HTTP: who logs in. */
  readonly username?: string;
}

/**
 * Reads what a person names a repository by: `https://…`, `ssh://…`, `git@host:path`, `file:///…`, or a folder.
 *
 * @throws RangeError in words for whoever has typed it
 */
export function parseRemoteUrl(text: string): RemoteUrl {
  if (text === '' || /[\0-\x20\x7f]/.test(text))
    throw new RangeError('a repository is named without spaces and line breaks');
  if (text.startsWith('-')) throw new RangeError(`${text} is no repository: it begins like a flag`);
  if (/^https?:\/\//i.test(text)) return httpUrl(text);
  if (/^ssh:\/\//i.test(text)) return sshUrl(text);
  if (/^file:\/\//i.test(text)) return { url: text, protocol: 'file' };
  if (text.includes('::'))
    throw new RangeError(`${text}: transports that run programs (${text.split('::')[0]}::) are not used`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme !== undefined)
    throw new RangeError(`${scheme}: is not used; name it by https://, ssh:// or git@host:path`);
  // `host:path` is of SSH, as in git itself: a colon before any slash.
  const [, host] = /^([^/:]+):(?!\/\/)./.exec(text) ?? [];
  if (host === undefined) return { url: resolve(text), protocol: 'file' };
  if (!/^([A-Za-z0-9._-]+@)?[A-Za-z0-9[\]._-]+$/.test(host) || /^-|@-/.test(host))
    throw new RangeError(`${text} names no host`);
  return { url: text, protocol: 'ssh' };
}

function httpUrl(text: string): RemoteUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new RangeError(`${text} is no address of HTTP`);
  if (url.password !== '') {
    throw new RangeError(
      'a password in the address would stand in logs: leave it out, and name a file with --repo-token-file',
    );
  }
  const username = url.username === '' ? undefined : decodeURIComponent(url.username);
  url.username = '';
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  return { url: url.href, protocol, origin: `${url.origin}/`, ...(username === undefined ? {} : { username }) };
}

function sshUrl(text: string): RemoteUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || url.hostname.startsWith('-') || url.username.startsWith('-')) {
    throw new RangeError(`${text} names no host`);
  }
  if (url.password !== '') throw new RangeError('SSH takes a key, no password: --repo-ssh-key');
  return { url: text, protocol: 'ssh' };
}
