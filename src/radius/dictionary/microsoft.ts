import { definitions } from './definition.ts';

export const microsoftVendor = 311;

/** Numbers of RFC 2548 that authentication needs. */
export const microsoft = {
  chapResponse: 1,
  chapError: 2,
  mppeEncryptionPolicy: 7,
  mppeEncryptionTypes: 8,
  chapChallenge: 11,
  chapMppeKeys: 12,
  mppeSendKey: 16,
  mppeRecvKey: 17,
  chap2Response: 25,
  chap2Success: 26,
} as const;

const policy = { 'Encryption-Allowed': 1, 'Encryption-Required': 2 };

/** Microsoft (RFC 2548). */
export const microsoftAttributes = definitions(microsoftVendor, [
  [microsoft.chapResponse, 'MS-CHAP-Response', 'string', { hidden: true }],
  [microsoft.chapError, 'MS-CHAP-Error', 'string'],
  [3, 'MS-CHAP-CPW-1', 'string', { hidden: true }],
  [4, 'MS-CHAP-CPW-2', 'string', { hidden: true }],
  [5, 'MS-CHAP-LM-Enc-PW', 'string', { hidden: true }],
  [6, 'MS-CHAP-NT-Enc-PW', 'string', { hidden: true }],
  [microsoft.mppeEncryptionPolicy, 'MS-MPPE-Encryption-Policy', 'integer', { values: policy }],
  [microsoft.mppeEncryptionTypes, 'MS-MPPE-Encryption-Types', 'integer'],
  [9, 'MS-RAS-Vendor', 'integer'],
  [10, 'MS-CHAP-Domain', 'string'],
  [microsoft.chapChallenge, 'MS-CHAP-Challenge', 'string'],
  [microsoft.chapMppeKeys, 'MS-CHAP-MPPE-Keys', 'string', { hidden: true }],
  [13, 'MS-BAP-Usage', 'integer'],
  [14, 'MS-Link-Utilization-Threshold', 'integer'],
  [15, 'MS-Link-Drop-Time-Limit', 'integer'],
  [microsoft.mppeSendKey, 'MS-MPPE-Send-Key', 'string', { hidden: true }],
  [microsoft.mppeRecvKey, 'MS-MPPE-Recv-Key', 'string', { hidden: true }],
  [18, 'MS-RAS-Version', 'text'],
  [19, 'MS-Old-ARAP-Password', 'string', { hidden: true }],
  [20, 'MS-New-ARAP-Password', 'string', { hidden: true }],
  [21, 'MS-ARAP-PW-Change-Reason', 'integer'],
  [22, 'MS-Filter', 'string'],
  [23, 'MS-Acct-Auth-Type', 'integer'],
  [24, 'MS-Acct-EAP-Type', 'integer'],
  [microsoft.chap2Response, 'MS-CHAP2-Response', 'string', { hidden: true }],
  [microsoft.chap2Success, 'MS-CHAP2-Success', 'string'],
  [27, 'MS-CHAP2-CPW', 'string', { hidden: true }],
  [28, 'MS-Primary-DNS-Server', 'ipv4'],
  [29, 'MS-Secondary-DNS-Server', 'ipv4'],
  [30, 'MS-Primary-NBNS-Server', 'ipv4'],
  [31, 'MS-Secondary-NBNS-Server', 'ipv4'],
]);
