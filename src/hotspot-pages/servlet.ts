/**
 * Text in the language of the RouterOS hotspot servlet (MikroTik manual, Hotspot customisation): `$(name)` is a
 * variable, `$(name-esc)` the same URL-encoded, and a test of `http-status` or `http-header` sets it.
 */

/**
 * Sends a browser on without a script. Clients that do not follow get a link.
 *
 * @param comment in front of the page, for programs
 * @param link in place of a link to `location`, where that must not stand in markup
 */
export function redirectPage(title: string, location: string, comment = '', link = linkTo(location, title)): string {
  const head = `$(if http-status == 302)${title}$(endif)\n$(if http-header == "Location")${location}$(endif)\n`;
  return `${head}${comment}${bodyPage(title, `<p>${link}`)}`;
}

/** A page for people. `body` may hold variables whose values the router makes, and nothing that a guest sent. */
export function bodyPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<h1>${title}</h1>
${body}
</html>
`;
}

function linkTo(url: string, text: string): string {
  return `<a href="${url.replaceAll('&', '&amp;')}">${text}</a>`;
}
