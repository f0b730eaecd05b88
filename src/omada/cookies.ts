const mostCookies = 20;
const mostOctets = 4096;

/**
 * Cookies of one session by name, whatever the names: a controller before 5.11 says `TPEAP_SESSIONID`, later ones
 * `TPOMADA_SESSIONID`. Attributes do not matter, as they only ever go back to where they came from.
 */
export type Cookies = ReadonlyMap<string, string>;

/** `cookies` after an answer with these `Set-Cookie` headers. */
export function withSetCookie(cookies: Cookies, headers: readonly string[]): Cookies {
  const kept = new Map(cookies);
  for (const header of headers) {
    const [pair = '', ...attributes] = header.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (at < 1 || name === '') continue;
    if (value === '' || attributes.some((each) => /^\s*max-age\s*=\s*(?:0|-\d+)\s*$/i.test(each))) kept.delete(name);
    else if (pair.length <= mostOctets && (kept.has(name) || kept.size < mostCookies)) kept.set(name, value);
  }
  return kept;
}

/** Value of the `Cookie` header; `undefined` without cookies. */
export function cookieHeader(cookies: Cookies): string | undefined {
  return cookies.size === 0 ? undefined : [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
