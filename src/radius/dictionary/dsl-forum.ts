import { definitions } from './definition.ts';

const gatewayFields = definitions(undefined, [
  [1, 'ADSL-Forum-Device-Manufacturer-OUI', 'string'],
  [2, 'ADSL-Forum-Device-Serial-Number', 'text'],
  [3, 'ADSL-Forum-Device-Product-Class', 'text'],
  [4, 'ADSL-Forum-Gateway-Manufacturer-OUI', 'string'],
]);

/** DSL lines, as access nodes tell of them (RFC 4679); rates are bit/s, delays milliseconds. */
export const dslForumAttributes = definitions(3561, [
  [1, 'ADSL-Agent-Circuit-Id', 'string'],
  [2, 'ADSL-Agent-Remote-Id', 'string'],
  [129, 'Actual-Data-Rate-Upstream', 'integer'],
  [130, 'Actual-Data-Rate-Downstream', 'integer'],
  [131, 'Minimum-Data-Rate-Upstream', 'integer'],
  [132, 'Minimum-Data-Rate-Downstream', 'integer'],
  [133, 'Attainable-Data-Rate-Upstream', 'integer'],
  [134, 'Attainable-Data-Rate-Downstream', 'integer'],
  [135, 'Maximum-Data-Rate-Upstream', 'integer'],
  [136, 'Maximum-Data-Rate-Downstream', 'integer'],
  [137, 'Minimum-Data-Rate-Upstream-Low-Power', 'integer'],
  [138, 'Minimum-Data-Rate-Downstream-Low-Power', 'integer'],
  [139, 'Maximum-Interleaving-Delay-Upstream', 'integer'],
  [140, 'Actual-Interleaving-Delay-Upstream', 'integer'],
  [141, 'Maximum-Interleaving-Delay-Downstream', 'integer'],
  [142, 'Actual-Interleaving-Delay-Downstream', 'integer'],
  [144, 'Access-Loop-Encapsulation', 'string', { size: 3 }],
  [254, 'IWF-Session', 'string'],
  [255, 'ADSL-Forum-DHCP-Vendor-Specific', 'tlv', { fields: gatewayFields }],
]);
