import fc from 'fast-check';
import type { PlanDocument, PlannedChange } from '../../src/reconcile/plan.ts';

/** Text that somebody who means harm puts into a name, a comment or a value. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        ...['```', '````', '\n```\n', '`', '~~~', '</details>', '</summary>', '<script>', '<img src=x onerror=1>'],
        ...['\r\n', '\n::error::', '::set-output name=a::', '::add-mask::', '%0A', ',file=', '|', '@everyone', '#1'],
        ...['[a](http://b)', '![](http://b)', '<!--', '-->', '&lt;', '"', "'", '\u202e', '\u2028', ' ', 'x', '**'],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

const fields = fc.dictionary(hostile, hostile, { maxKeys: 4 });

const change: fc.Arbitrary<PlannedChange> = fc
  .record({
    ...{ target: fc.constantFrom('directory', 'core-1', 'core-2'), menu: hostile, identity: hostile, owner: hostile },
    action: fc.constantFrom('create', 'update', 'delete', 'move'),
    ...{ before: fields, after: fields, adopts: fc.boolean(), file: hostile, line: fc.integer({ min: 1, max: 9 }) },
    cause: fc.constantFrom('git', 'drift'),
    placed: fc.boolean(),
  })
  .map(({ action, before, after, file, line, placed, ...rest }) => ({
    ...rest,
    address: `${rest.target}${rest.menu}/${rest.identity}`,
    actions: [action],
    before: action === 'create' ? null : before,
    after: action === 'delete' ? null : after,
    fields: Object.keys(after),
    ...(placed ? { source: { file, line } } : {}),
  }));

const told = fc.record({ target: hostile, code: fc.constant('LM_TOLD'), message: hostile });

/** Any plan, in which every text is of somebody who means harm. */
export const hostilePlan: fc.Arbitrary<PlanDocument> = fc
  .record({
    revision: hostile,
    changes: fc.array(change, { maxLength: 12 }),
    findings: fc.array(told, { maxLength: 3 }),
    refusals: fc.array(told, { maxLength: 3 }),
    reason: hostile,
    sessions: fc.option(
      fc.array(
        fc.record({
          ...{ target: hostile, username: hostile, why: hostile, sessions: fc.nat(3) },
          action: fc.constantFrom('change' as const, 'disconnect' as const),
        }),
        { maxLength: 3 },
      ),
      { nil: undefined },
    ),
  })
  .map(({ reason, sessions, ...plan }) => planWith({ ...plan, reason, ...(sessions ? { sessions } : {}) }));

interface PlanParts extends Partial<Pick<PlanDocument, 'revision' | 'changes' | 'findings' | 'refusals'>> {
  readonly reason?: string;
  readonly sessions?: NonNullable<PlanDocument['sessionsAffected']>;
}

export function planWith(parts: PlanParts): PlanDocument {
  const { changes = [], findings = [], refusals = [], revision = 'main@sha1:0', reason, sessions } = parts;
  const count = (action: string) => changes.filter(({ actions }) => actions[0] === action).length;
  return {
    formatVersion: '1',
    revision,
    targets: [
      { name: 'directory', state: 'observed' },
      { name: 'core-1', state: 'observed' },
      ...(reason === undefined ? [] : [{ name: 'core-2', state: 'unreachable' as const, reason }]),
    ],
    ...{ changes, findings, refusals },
    ...(sessions === undefined ? {} : { sessionsAffected: sessions }),
    summary: {
      ...{ create: count('create'), update: count('update'), delete: count('delete'), move: count('move') },
      sessions: (sessions ?? []).reduce((sum, each) => sum + each.sessions, 0),
    },
    checksum: 'c'.repeat(64),
  };
}

/** A plan of every sort of change, as a real one has them. */
export const usualPlan: PlanDocument = planWith({
  revision: 'main@sha1:4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  reason: 'core-2: connect ECONNREFUSED 192.0.2.2:8728',
  changes: [
    {
      ...{ address: 'core-1/ip/pool/home', target: 'core-1', menu: '/ip/pool', identity: 'home', actions: ['create'] },
      ...{ owner: 'Router/core-1#pool-home', before: null, after: { name: 'home', ranges: '10.0.0.2-10.0.0.254' } },
      ...{ fields: ['name', 'ranges'], adopts: false, source: { file: 'routers/core-1.yaml', line: 12 }, cause: 'git' },
    },
    {
      ...{ address: 'core-1/ppp/secret/ben', target: 'core-1', menu: '/ppp/secret', identity: 'ben' },
      ...{ actions: ['update'], owner: 'Subscriber/ben', before: { password: '[secret]', profile: 'home' } },
      ...{ after: { password: '[secret]', profile: 'fast' }, fields: ['password', 'profile'], adopts: false },
      ...{ source: { file: 'subscribers.yaml', line: 9 }, cause: 'drift' },
    },
    {
      ...{ address: 'core-1/ppp/secret/carl', target: 'core-1', menu: '/ppp/secret', identity: 'carl' },
      ...{ actions: ['delete'], owner: 'Subscriber/carl', before: { profile: 'home' }, after: null, fields: [] },
      ...{ adopts: false, cause: 'git' },
    },
  ],
  findings: [{ target: 'core-1', code: 'LM_PLAIN_API', message: 'its API is not encrypted' }],
  refusals: [{ target: 'core-1', code: 'LM_DELETES', message: '5 of 7 rows of /ppp/secret would be deleted' }],
  sessions: [{ target: 'core-1', username: 'carl', action: 'disconnect', why: 'removed', sessions: 1 }],
});
