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
} as const;
