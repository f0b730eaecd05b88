/** Subscribers of the example whom the tour follows. */
export const people = {
  /** core-1, by RADIUS; gets twice the speed. */
  anna: 'anna@demo.example',
  /** core-1, by RADIUS; is suspended. */
  ben: 'ben@demo.example',
  /** core-1, by RADIUS; dials in while a broken commit is refused. */
  carla: 'carla@demo.example',
  /** core-2, by a login of the router's own; comes with a commit. */
  hugo: 'hugo@demo.example',
  /** Has an account in the café, which she uses on the portal. */
  gina: 'gina@demo.example',
  /** Another, for whoever plays with the demo. */
  you: 'you@demo.example',
} as const;

/** Devices of the example, by their MAC. */
export const devices = {
  /** The café's till: let in without a page. */
  till: '0C:42:A1:00:0B:01',
  /** The router of a house on core-2 with an address of its own. */
  kate: '0C:42:A1:00:0A:01',
  /** Nobody declared it. */
  stranger: '0C:42:A1:FF:FF:01',
  /** Gina's telephone, and her tablet. */
  phone: '02:00:5E:00:53:01',
  tablet: '02:00:5E:00:53:02',
} as const;
