/** An http or https URL without credentials; `undefined` when the text is none. */
export function webUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.username === '' && url.password === '' && url.hostname !== '' ? url : undefined;
}

/** The origin (`https://portal.example:8443`) of a URL that is nothing but one; `undefined` for any other text. */
export function webOrigin(text: string): string | undefined {
  const url = webUrl(text);
  return url === undefined || url.pathname !== '/' || /[?#]/.test(text) ? undefined : url.origin;
}

/** True when only this machine can reach the host of a URL. */
export function isLoopback(url: string): boolean {
  return /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/.test(url);
}
