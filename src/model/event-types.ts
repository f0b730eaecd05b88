/** What may be told to webhooks and on the event stream, by type, with what it means. */
export const eventTypes = {
  'session.started': 'somebody is online',
  'session.updated': 'a session goes on: its counters, its time, its address',
  'session.stopped': 'a session is over',
  'quota.changed': 'somebody is at another step of his quotas, or at none again; or his validity has begun',
  'target.failing': 'a router, a controller or the directory could not be brought in step',
  'target.recovered': 'it is in step again',
  'drift.found': 'a router holds something otherwise than declared',
  'revision.in-force': 'a revision came into force, and is being applied',
  'revision.applied': 'it is in place on all routers and controllers, and in the directory',
  'revision.failing': 'it could not be brought about somewhere, or was refused there',
  'revision.refused': 'a revision has errors, and was not taken',
  'revision.rolled-back': 'a person took a revision back',
  'source.failing': 'the declarations cannot be read, or are not to be believed',
  'source.recovered': 'they can be read again',
  'heartbeat.missed': 'RADIUS, or another server that is looked after, does not answer',
  'heartbeat.recovered': 'it answers again',
} as const;

export type EventType = keyof typeof eventTypes;

/** Whether a type is one of those chosen: by name, by family (`session.*`) or all (`*`). */
export function isChosen(chosen: readonly string[], type: string): boolean {
  return chosen.some(
    (each) => each === '*' || each === type || (each.endsWith('.*') && type.startsWith(each.slice(0, -1))),
  );
}

/** Whether a choice can ever choose anything. */
export function choosesAny(choice: string): boolean {
  return Object.keys(eventTypes).some((type) => isChosen([choice], type));
}
