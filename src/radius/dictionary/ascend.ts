import { definitions } from './definition.ts';

/** Ascend: rates (bit/s) and DNS servers, which RouterOS and others read as well. */
export const ascendAttributes = definitions(529, [
  [132, 'Ascend-Client-Gateway', 'ipv4'],
  [135, 'Ascend-Client-Primary-DNS', 'ipv4'],
  [136, 'Ascend-Client-Secondary-DNS', 'ipv4'],
  [137, 'Ascend-Client-Assign-DNS', 'integer'],
  [146, 'Ascend-Assign-IP-Global-Pool', 'text'],
  [194, 'Ascend-Maximum-Time', 'integer'],
  [197, 'Ascend-Data-Rate', 'integer'],
  [214, 'Ascend-Send-Secret', 'text', { hidden: true, encryption: 'ascend' }],
  [215, 'Ascend-Receive-Secret', 'text', { hidden: true, encryption: 'ascend' }],
  [218, 'Ascend-Assign-IP-Pool', 'integer'],
  [244, 'Ascend-Idle-Limit', 'integer'],
  [255, 'Ascend-Xmit-Rate', 'integer'],
]);
