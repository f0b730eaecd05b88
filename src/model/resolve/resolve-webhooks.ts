import { compact } from '../../base/compact.ts';
import { nearest } from '../../base/nearest.ts';
import { parseDuration } from '../../base/units.ts';
import { certificateIn } from '../certificates.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { choosesAny, eventTypes } from '../event-types.ts';
import type { NotifyFormat, Webhook } from '../kinds/operator.ts';
import { isLoopback, webUrl } from '../web-url.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Spec = NonNullable<OperatorSpec['notify']>[number];
type Place = Declared<OperatorSpec>;

const usualTimeoutMs = 10_000;
const usualGiveUpMs = 3 * 86_400_000;

/** `notify` of the Operator: programs that are told what happens. */
export function resolveWebhooks(to: Resolving, declared: Place | undefined): readonly Webhook[] {
  const list = declared?.spec.notify ?? [];
  if (declared === undefined) return [];
  uniqueEntries(to, list, ({ name }) => name, declared, ['spec', 'notify'], 'name');
  return list.map((spec, index) => webhook(to, declared, spec, index));
}

function webhook(to: Resolving, declared: Place, spec: Spec, index: number): Webhook {
  const path = ['spec', 'notify', index];
  const format = spec.format ?? 'events';
  checkFields(to, declared, spec, path);
  checkUrl(to, declared, spec, path);
  if (spec.ca !== undefined && certificateIn(spec.ca) === undefined) {
    const hint = 'text that begins with -----BEGIN CERTIFICATE-----';
    error(to, 'LM_NOTIFY', 'this is no certificate in PEM', declared, [...path, 'ca'], hint);
  }
  for (const [at, choice] of (spec.events ?? []).entries()) checkChoice(to, declared, choice, [...path, 'events', at]);
  const within = (field: 'timeout' | 'giveUpAfter', usual: number, least: number, most: number, hint: string) =>
    timeWithin(to, declared, { text: spec[field], usual, least, most, hint, path: [...path, field] });
  return compact({
    name: spec.name,
    format,
    url: spec.url ?? secretOf(to, declared, spec, 'secretUrl', index) ?? '',
    secret: secretOf(to, declared, spec, 'secret', index),
    previousSecret: secretOf(to, declared, spec, 'previousSecret', index),
    token: secretOf(to, declared, spec, 'token', index),
    approvers: spec.approvers,
    events: spec.events ?? usualEvents[format],
    ca: spec.ca,
    timeoutMs: within('timeout', usualTimeoutMs, 1_000, 60_000, 'from 1s to 60s'),
    giveUpMs: within('giveUpAfter', usualGiveUpMs, 60_000, 30 * 86_400_000, 'from 1m to 30d'),
  });
}

const ofChats = ['target.*', 'drift.*', 'revision.*', 'source.*', 'heartbeat.*'];
const usualEvents: Readonly<Record<NotifyFormat, readonly string[]>> = {
  events: ['*'],
  slack: ofChats,
  teams: ofChats,
  github: ['revision.*'],
  gitlab: ['revision.*'],
  gitea: ['revision.*'],
};

/** What each format needs, and has no use for. */
function checkFields(to: Resolving, declared: Place, spec: Spec, path: readonly (string | number)[]): void {
  const { format = 'events' } = spec;
  const wrong = (message: string, field?: keyof Spec) =>
    error(to, 'LM_NOTIFY', message, declared, field === undefined ? path : [...path, field]);
  const isForge = format === 'github' || format === 'gitlab' || format === 'gitea';
  if ((spec.url === undefined) === (spec.secretUrl === undefined)) wrong('url or secretUrl is needed, and not both');
  if (format === 'events' && spec.secret === undefined) wrong('secret is needed: requests are signed by it');
  if (isForge && spec.token === undefined) wrong(`token is needed: ${format} takes no status without one`);
  if (!isForge && spec.approvers !== undefined) wrong(`${format} has no commits that anybody approves`, 'approvers');
  if (!isForge && spec.token !== undefined) wrong(`token is of no use to ${format}`, 'token');
  for (const field of ['secret', 'previousSecret'] as const)
    if (format !== 'events' && spec[field] !== undefined) wrong(`nothing is signed for ${format}`, field);
  if (isForge && spec.events !== undefined)
    wrong(`${format} is told the status of commits, and nothing else`, 'events');
  for (const field of ['secretUrl', 'token'] as const)
    if (isDerived(spec[field])) wrong('this is given by others: it cannot be derived', field);
}

function isDerived(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'derive' in value;
}

function checkUrl(to: Resolving, declared: Place, { url, ca }: Spec, path: readonly (string | number)[]): void {
  if (url === undefined) return;
  const parsed = webUrl(url);
  if (parsed === undefined) {
    const hint = 'http:// or https://, without a username in it (requests are signed by notify.secret)';
    error(to, 'LM_NOTIFY', `"${url}" is no address of a program`, declared, [...path, 'url'], hint);
    return;
  }
  if (parsed.protocol === 'https:') return;
  if (ca !== undefined) error(to, 'LM_NOTIFY', 'http:// shows no certificate', declared, [...path, 'ca']);
  if (isLoopback(url)) return;
  const message = 'whoever stands between reads who is online where';
  warning(to, 'LM_NOTIFY_PLAIN', message, declared, [...path, 'url'], 'use https://');
}

function checkChoice(to: Resolving, declared: Place, choice: string, path: readonly (string | number)[]): void {
  if (choosesAny(choice)) return;
  const known = Object.keys(eventTypes);
  const meant = nearest(choice, known);
  const hint = meant === undefined ? `one of ${known.join(', ')}` : `did you mean ${meant}?`;
  error(to, 'LM_NOTIFY', `there are no events "${choice}"`, declared, path, hint);
}

interface TimeField {
  readonly text: string | undefined;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly hint: string;
  readonly path: readonly (string | number)[];
}

function timeWithin(to: Resolving, declared: Place, { text, usual, least, most, hint, path }: TimeField): number {
  const ms = text === undefined ? usual : (parseDuration(text) ?? 0);
  if (ms >= least && ms <= most) return ms;
  error(to, 'LM_NOTIFY', `"${text}" is not possible here`, declared, path, hint);
  return usual;
}

function secretOf(
  to: Resolving,
  declared: Place,
  spec: Spec,
  field: 'secret' | 'previousSecret' | 'token' | 'secretUrl',
  index: number,
): Webhook['secret'] {
  const value = spec[field];
  if (value === undefined || (field !== 'secret' && field !== 'previousSecret' && isDerived(value))) return undefined;
  return to.secrets.read(value, {
    place: declared,
    kind: 'Operator',
    firstName: declared.previousNames[0] ?? declared.name,
    field: `notify.${spec.name}.${field}`,
    path: ['notify', index, field],
    symbols: 32,
  });
}
