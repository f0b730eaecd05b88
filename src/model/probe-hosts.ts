/**
 * Hosts that devices ask to find out whether they are behind a portal: Apple, Android, Windows, Firefox, Fire OS. Whoever
 * reaches one is not shown the login page by its device.
 */
export const probeHosts: readonly string[] = [
  'captive.apple.com',
  'www.apple.com',
  'www.appleiphonecell.com',
  'www.airport.us',
  'www.ibook.info',
  'www.itools.info',
  'www.thinkdifferent.us',
  'connectivitycheck.gstatic.com',
  'connectivitycheck.android.com',
  'clients3.google.com',
  'www.google.com',
  'connectivitycheck.platform.hicloud.com',
  'www.msftconnecttest.com',
  'www.msftncsi.com',
  'detectportal.firefox.com',
  'spectrum.s3.amazonaws.com',
];

/** The first probe host that an entry of a walled garden (`host` or `*.host`, lower case) lets through. */
export function probeHostIn(entry: string): string | undefined {
  if (!entry.startsWith('*.')) return probeHosts.find((host) => host === entry);
  return probeHosts.find((host) => host.endsWith(entry.slice(1)));
}
