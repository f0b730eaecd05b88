import { definitions } from './definition.ts';

export const wisprVendor = 14122;
export const wisprBandwidthMaxUp = 7;
export const wisprBandwidthMaxDown = 8;

/** Wi-Fi Alliance WISPr 1.0; bandwidths are bit/s. */
export const wisprAttributes = definitions(wisprVendor, [
  [1, 'WISPr-Location-ID', 'text'],
  [2, 'WISPr-Location-Name', 'text'],
  [3, 'WISPr-Logoff-URL', 'text'],
  [4, 'WISPr-Redirection-URL', 'text'],
  [5, 'WISPr-Bandwidth-Min-Up', 'integer'],
  [6, 'WISPr-Bandwidth-Min-Down', 'integer'],
  [wisprBandwidthMaxUp, 'WISPr-Bandwidth-Max-Up', 'integer'],
  [wisprBandwidthMaxDown, 'WISPr-Bandwidth-Max-Down', 'integer'],
  [9, 'WISPr-Session-Terminate-Time', 'text'],
  [10, 'WISPr-Session-Terminate-End-Of-Day', 'text'],
  [11, 'WISPr-Billing-Class-Of-Service', 'text'],
]);
