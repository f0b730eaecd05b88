/** A page as the router has it from the factory, below its hotspot folder. */
export interface StockPage {
  readonly name: string;
  /** Absent: a folder. */
  readonly contents?: string;
}

/** The files of the hotspot folder that every router comes with, reduced to what a servlet needs of them. */
export const stockHotspotPages: readonly StockPage[] = [
  page(
    'login.html',
    'Internet hotspot - Log in',
    [
      '$(if error)<p class="error">$(error)</p>$(endif)',
      '<form name="login" action="$(link-login-only)" method="post">',
      '<input type="hidden" name="dst" value="$(link-orig)">',
      '<input type="hidden" name="popup" value="true">',
      '<input name="username" type="text" value="$(username)">',
      '<input name="password" type="password">',
      '<input type="submit" value="Connect">',
      '</form>',
      '$(if trial == \'yes\')<a href="$(link-login-only)?dst=$(link-orig-esc)&amp;username=T-$(mac-esc)">Trial</a>$(endif)',
    ].join('\n'),
  ),
  page(
    'alogin.html',
    'Internet hotspot - Redirect',
    '<p>You are logged in</p>\n<p><a href="$(link-redirect)">Go on</a></p>',
    sentTo('Hotspot redirect'),
  ),
  page(
    'status.html',
    'Internet hotspot - Status',
    [
      '<p>Welcome $(username)!</p>',
      '<p>$(ip) $(bytes-in-nice) / $(bytes-out-nice) $(uptime)</p>',
      '<form action="$(link-logout)" name="logout"><input type="submit" value="Log off"></form>',
    ].join('\n'),
  ),
  page('logout.html', 'Internet hotspot - Log off', '<p>You have just logged out</p>'),
  page('error.html', 'Internet hotspot - Error', '<p>$(error)</p>'),
  page('redirect.html', '...', '<a href="$(link-redirect)">Redirect</a>', sentTo('Hotspot redirect')),
  page('rlogin.html', '...', '<a href="$(link-redirect)">Log in</a>', sentTo('Hotspot login required')),
  page('radvert.html', 'Advertisement', '<a href="$(link-orig)">Go on</a>'),
  { name: 'errors.txt', contents: errorTexts() },
  { name: 'api.json', contents: apiPage() },
  { name: 'css' },
  { name: 'css/style.css', contents: 'body { font-family: sans-serif }\n' },
];

function page(name: string, title: string, body: string, head = ''): StockPage {
  return {
    name,
    contents: `${head}<!doctype html>\n<html>\n<head><title>${title}</title></head>\n<body>\n${body}\n</body>\n</html>\n`,
  };
}

/** Has the servlet answer with a redirection. */
function sentTo(reason: string): string {
  return `$(if http-status == 302)${reason}$(endif)\n$(if http-header == "Location")$(link-redirect)$(endif)\n`;
}

/** What `$(error)` says in place of the original. A line that is not there leaves it. */
function errorTexts(): string {
  return [
    'invalid-username = invalid username or password',
    'invalid-mac = user $(username) may not log in from this device',
    'user-session-limit = no more sessions are allowed for user $(username)',
    'uptime-limit = user $(username) has used up his time',
    'traffic-limit = user $(username) has used up his traffic',
    'radius-timeout = RADIUS server is not responding',
    'radius-reply = $(error-orig)',
    '',
  ].join('\n');
}

/** Captive portal API (RFC 8908): who asks is told whether he is captive, and where to log in. */
function apiPage(): string {
  const captive = "$(if logged-in == 'yes')false$(else)true$(endif)";
  return `{\n  "captive": ${captive},\n  "user-portal-url": "$(link-login-only)"\n}\n`;
}
