import { bodyPage, redirectPage } from './servlet.ts';
import { wisprPages, wisprRedirect } from './wispr.ts';

/** One text file in a hotspot's folder on the router. */
export interface HotspotPage {
  /** Path in the folder: `login.html`, `xml/login.html`. */
  readonly name: string;
  readonly contents: string;
}

/**
 * What a guest brings along to the portal. All of it is told by the router or by the guest, and is given URL-encoded:
 * the router's language has no escape for markup.
 */
const sent = [
  ...['mac', 'ip', 'link-login-only', 'link-orig', 'identity', 'server-name', 'error', 'error-orig', 'plain-passwd'],
  ...['trial', 'chap-id', 'chap-challenge', 'var', 'username'],
];

/**
 * The pages of a router's hotspot that lead guests to a portal site: the whole set that a folder needs, since RouterOS
 * takes none from its own when it is told ours. They hold no secret: anybody on the Wi-Fi can fetch them. Pure.
 *
 * @param landingUrl `https://portal.example/p/cafe`, to which the router's variables are added as parameters
 */
export function hotspotPages(landingUrl: string): readonly HotspotPage[] {
  const portal = `${landingUrl}?${sent.map((name) => `${name}=$(${name}-esc)`).join('&')}`;
  return [
    { name: 'login.html', contents: redirectPage('Sign in', portal) },
    { name: 'rlogin.html', contents: redirectPage('Sign in', loginPage, wisprRedirect) },
    { name: 'alogin.html', contents: redirectPage('You are online', '$(link-redirect)', '', statusLink) },
    { name: 'redirect.html', contents: redirectPage('Go on', '$(link-redirect)', '', statusLink) },
    { name: 'status.html', contents: bodyPage('You are online', online) },
    { name: 'logout.html', contents: bodyPage('You are signed out', signedOut) },
    { name: 'error.html', contents: bodyPage('This did not work', again) },
    { name: 'errors.txt', contents: errorTexts },
    { name: 'api.json', contents: captivePortal },
    ...wisprPages.map(({ name, contents }) => ({ name: `xml/${name}`, contents })),
  ];
}

/**
 * Only there the router tells `chap-id` and `error`, so whoever asks for a page elsewhere is sent there first. Not by
 * `$(link-login)`, which holds what the guest asked for as it was.
 */
const loginPage = '$(link-login-only)?dst=$(link-orig-esc)';

const statusLink = '<a href="$(link-status)">Go on</a>';

const online = `<dl><dt>Address<dd>$(ip)<dt>Time online<dd>$(uptime)
$(if session-time-left)<dt>Time left<dd>$(session-time-left)$(endif)
<dt>Received<dd>$(bytes-out-nice)<dt>Sent<dd>$(bytes-in-nice)</dl>
<p><a href="$(link-logout)">Sign out</a>`;

const signedOut = `<dl><dt>Time online<dd>$(uptime)<dt>Received<dd>$(bytes-out-nice)<dt>Sent<dd>$(bytes-in-nice)</dl>
<p><a href="$(link-login-only)">Sign in again</a>`;

const again = `<p>The hotspot could not answer. Wait a moment, then try again.
<p><a href="$(link-login-only)">Sign in</a>`;

/** What `$(error)` says. The portal goes by `error-orig`; these hold nothing a guest wrote. */
const errorTexts = `internal-error = internal error
config-error = configuration error
not-logged-in = you are not signed in
ippool-empty = no address is free
shutting-down = the hotspot is shutting down
user-session-limit = no more sessions are allowed for this user
license-session-limit = no more sessions are allowed here
wrong-mac-username = this name is that of another device
chap-missing = the sign-in page is too old, try again
invalid-username = invalid user name or password
invalid-mac = this user may not sign in from this device
uptime-limit = the time of this user is used up
traffic-limit = the traffic of this user is used up
radius-timeout = the sign-in server does not answer
auth-in-progress = sign-in is under way already
radius-reply = $(error-orig)
`;

/** RFC 8908 §5, served at `/api` where the hotspot has a name and a certificate. */
const captivePortal = `$(if http-header == "Content-Type")application/captive+json$(endif)
{"captive": $(if logged-in == "yes")false$(else)true$(endif), "user-portal-url": "$(link-login-only)"}
`;
