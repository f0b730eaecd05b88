export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** @throws RangeError that names the flag */
export function hostAndPort(text: string, flag: string): HostAndPort {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new RangeError(`${flag}: expected host:port, not ${text}`);
  return { host: match[1] ?? match[2] ?? '', port };
}

/** The other way round: `[::1]:80`. */
export function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
