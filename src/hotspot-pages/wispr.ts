/**
 * Answers for programs that sign in by themselves (WISPr 1.0, GIS protocol): XML in a comment. They ask with
 * `target=xml`, for which RouterOS takes pages from the folder `xml`. Nothing a guest sent is in them: an answer is
 * markup to a browser.
 */

/** In front of whatever a client gets that is not signed in: where to send name and password. */
export const wisprRedirect = inComment(`<Redirect>
<AccessProcedure>1.0</AccessProcedure>
<AccessLocation>$(location-id)</AccessLocation>
<LocationName>$(location-name)</LocationName>
<LoginURL>$(link-login-only)?target=xml</LoginURL>
<MessageType>100</MessageType>
<ResponseCode>0</ResponseCode>
</Redirect>`);

export const wisprPages: readonly { readonly name: string; readonly contents: string }[] = [
  { name: 'rlogin.html', contents: page(wisprRedirect) },
  {
    name: 'login.html',
    // 100: refused, 102: no answer from RADIUS.
    contents: page(reply('Authentication', 120, '$(if error-type == "radius-timeout")102$(else)100$(endif)')),
  },
  {
    name: 'alogin.html',
    contents: page(reply('Authentication', 120, '50', '<LogoffURL>$(link-logout)?target=xml</LogoffURL>\n')),
  },
  { name: 'error.html', contents: page(reply('Authentication', 120, '255')) },
  { name: 'logout.html', contents: page(reply('Logoff', 130, '150')) },
  { name: 'flogout.html', contents: page(reply('Logoff', 130, '150')) },
];

function reply(kind: 'Authentication' | 'Logoff', messageType: number, responseCode: string, more = ''): string {
  return inComment(`<${kind}Reply>
<MessageType>${messageType}</MessageType>
<ResponseCode>${responseCode}</ResponseCode>
${more}</${kind}Reply>`);
}

function inComment(message: string): string {
  return `<!--
<?xml version="1.0" encoding="UTF-8"?>
<WISPAccessGatewayParam xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.acmewisp.com/WISPAccessGatewayParam.xsd">
${message}
</WISPAccessGatewayParam>
-->
`;
}

function page(comment: string): string {
  return `<html>\n${comment}</html>\n`;
}
