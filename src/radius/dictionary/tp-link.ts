import { definitions } from './definition.ts';

/** TP-Link and Omada. */
export const tpLinkAttributes = definitions(11863, [
  [1, 'TPLink-Recv-limit', 'integer'],
  [2, 'TPLink-Xmit-limit', 'integer'],
  [6, 'TPLink-Site', 'text'],
  [7, 'TPLink-Omada', 'text'],
  [8, 'TPLink-Redirect-Url', 'text'],
  [9, 'TPLink-Portal-Access-Status', 'text'],
]);
