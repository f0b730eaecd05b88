/** One text file in a hotspot's folder on the router. */
export interface HotspotPage {
  /** Name in the folder: `login.html`. */
  readonly name: string;
  readonly contents: string;
}

/**
 * The pages of a router's hotspot that lead guests to a portal site. They hold no secret: anybody on the Wi-Fi can fetch
 * them. Pure.
 *
 * @param landingUrl `https://portal.example/p/cafe`, to which the router's variables are added as parameters
 */
export function hotspotPages(_landingUrl: string): readonly HotspotPage[] {
  return [];
}
