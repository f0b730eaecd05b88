import { definitions } from './definition.ts';

/** ChilliSpot and CoovaChilli; bandwidths are kbit/s. */
export const chillispotAttributes = definitions(14559, [
  [1, 'ChilliSpot-Max-Input-Octets', 'integer'],
  [2, 'ChilliSpot-Max-Output-Octets', 'integer'],
  [3, 'ChilliSpot-Max-Total-Octets', 'integer'],
  [4, 'ChilliSpot-Bandwidth-Max-Up', 'integer'],
  [5, 'ChilliSpot-Bandwidth-Max-Down', 'integer'],
  [6, 'ChilliSpot-Config', 'text'],
  [7, 'ChilliSpot-Lang', 'text'],
  [8, 'ChilliSpot-Version', 'text'],
  [9, 'ChilliSpot-OriginalURL', 'text'],
  [100, 'ChilliSpot-UAM-Allowed', 'text'],
  [101, 'ChilliSpot-MAC-Allowed', 'text'],
  [102, 'ChilliSpot-Interval', 'integer'],
]);
