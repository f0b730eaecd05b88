import { definitions } from './definition.ts';

/** TP-Link and Omada. */
export const tpLinkAttributes = definitions(11863, [
  [1, 'TPLink-Recv-limit', 'integer'],
  [2, 'TPLink-Xmit-limit', 'integer'],
  [3, 'TPLink-Authentication-FindKey', 'string', { hidden: true }],
  [4, 'TPLink-Authentication-FoundKey', 'string', { hidden: true }],
  [5, 'TPLink-User-Command', 'text'],
  [6, 'TPLink-Site', 'text'],
  [7, 'TPLink-Omada', 'text'],
  [8, 'TPLink-Redirect-Url', 'text'],
  [9, 'TPLink-Portal-Access-Status', 'integer'],
]);
