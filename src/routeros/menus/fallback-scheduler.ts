import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import { formatTime, time, wordSet, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { fallbackMark, localSubscriptions } from './rows.ts';

/**
 * Name of the scheduler that lets subscribers in by their local rows once the router has been without us for a while: each
 * operator of a router has one. Pure.
 */
export function fallbackScheduler(operator: string): string {
  return `lastmile-fallback-${operator}`;
}

/** What a router must do for `auth: hybrid`: ask RADIUS about somebody whose own row is disabled. */
export const fallthrough = 'fallthrough';

/** How long a router waits for us where nothing is declared. */
const usualSeconds = 600;

/**
 * What the router does by itself at a time. RouterOS: System > Scheduler. It counts from the start it was given last: as
 * long as we give it a new one in time (`armFallback`), it never comes to its turn. When it started is therefore no
 * part of the declaration.
 */
export const systemScheduler = {
  path: '/system/scheduler',
  identity: ['name'],
  comment: true,
  sparing: true,
  fields: {
    name: {},
    interval: { default: '0s', canonical: time },
    'on-event': {},
    policy: { canonical: wordSet },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => {
    const script = fallbackScript(model, router);
    if (script === undefined) return [];
    const name = fallbackScheduler(model.operator.name);
    return [
      {
        menu: '/system/scheduler',
        identity: name,
        owner: `Router/${router.name}#fallback`,
        source: router.origin,
        ...(router.assumeFallthrough === true ? {} : { needs: [fallthrough] }),
        fields: {
          name,
          interval: formatTime(fallbackSeconds(router) * 1000),
          'on-event': script,
          // No more than it needs: a scheduler that asks for rights which its owner lacks does not run.
          policy: 'read,write',
          disabled: 'no',
        },
      },
    ];
  },
} satisfies Menu;

/** How long this router waits for us before it lets subscribers in by itself. */
export function fallbackSeconds({ fallbackAfterSeconds = usualSeconds }: Pick<Router, 'fallbackAfterSeconds'>): number {
  return fallbackAfterSeconds;
}

/** Menus whose rows wait for a router without us, as the console names them, by the way a client comes in. */
const waiting = { pppoe: '/ppp secret', hotspot: '/ip hotspot user', dhcp: '/ip dhcp-server lease' } as const;

/**
 * Enables the rows whose marker says that they wait. Only menus that have such rows: one that RouterOS does not know would
 * keep the whole script from running. The same text is good for RouterOS 6 and 7. Absent: no row waits.
 */
function fallbackScript(model: Model, router: Router): string | undefined {
  const subscriptions = localSubscriptions(model, router).filter(({ fallback }) => fallback === true);
  const kinds = new Set(subscriptions.flatMap(({ service }) => service.access));
  const menus = Object.entries(waiting).flatMap(([kind, menu]) =>
    [...kinds].some((each) => each === kind) ? [menu] : [],
  );
  if (menus.length === 0) return undefined;
  // A class of one character needs no backslash, which means something else to RouterOS's strings.
  const marker = `lm:${model.operator.name.replaceAll('.', '[.]')}/Subscriber/.*${fallbackMark}`;
  const lines = menus.map((menu) => `:do {${menu} enable [find comment~"${marker}"]} on-error={}`);
  return [':log warning "lastmile is away: subscribers are let in by the rows on this router"', ...lines].join('\n');
}
