import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { RouterTrapError } from './errors.ts';
import type { Attributes, RouterOsSession } from './session.ts';
import { withoutSecrets } from './trap-secrets.ts';

/** One command of a router's API. */
export interface ApiCall {
  /** Grows with each command of the router. */
  readonly number: number;
  /** When it was given, milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  /** `/ppp/secret/set`. */
  readonly command: string;
  /** As they were sent; what may be a secret is `[secret]`. */
  readonly attributes: Attributes;
  readonly queries?: readonly string[];
  /** `refused`: the router answered with an error. `failed`: no answer, or none that we waited for. */
  readonly result: CallResult;
  /** Rows that came. */
  readonly rows?: number;
  readonly error?: string;
}

export type CallResult = 'done' | 'refused' | 'failed';

export interface CallLogOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Called after each command. */
  readonly onCall?: (call: ApiCall) => void;
  /** Commands kept. Default 500. */
  readonly kept?: number;
}

/** What a router was told last, and what it answered: bounded, in memory. */
export class CallLog {
  readonly #options: CallLogOptions;
  readonly #calls: ApiCall[] = [];
  #last = 0;

  constructor(options: CallLogOptions) {
    this.#options = options;
  }

  /** Newest first. */
  calls(limit = Number.POSITIVE_INFINITY): readonly ApiCall[] {
    return this.#calls.toReversed().slice(0, limit);
  }

  /** Carries out a command and writes down what became of it. @throws what it throws */
  async noted<T>(
    { command, attributes, queries }: Pick<ApiCall, 'command' | 'attributes' | 'queries'>,
    run: () => Promise<T>,
    rowsOf: (result: T) => number | undefined,
  ): Promise<T> {
    const { clock } = this.#options;
    const [at, started] = [clock.now(), clock.monotonic()];
    const note = (outcome: Pick<ApiCall, 'result' | 'rows' | 'error'>) =>
      this.#note({
        ...{ at, durationMs: clock.monotonic() - started, command, attributes: shown(command, attributes) },
        ...(queries === undefined || queries.length === 0
          ? {}
          : { queries: queries.map((query) => shownQuery(command, query)) }),
        ...outcome,
      });
    try {
      const result = await run();
      const rows = rowsOf(result);
      note({ result: 'done', ...(rows === undefined ? {} : { rows }) });
      return result;
    } catch (error) {
      note({
        result: error instanceof RouterTrapError ? 'refused' : 'failed',
        error: inWords(error, { command, attributes, ...queriesOf({ queries }) }),
      });
      throw error;
    }
  }

  #note(outcome: Omit<ApiCall, 'number'>): void {
    const { kept = 500, onCall } = this.#options;
    this.#last += 1;
    const call = { number: this.#last, ...outcome };
    this.#calls.push(call);
    if (this.#calls.length > kept) this.#calls.splice(0, this.#calls.length - kept);
    onCall?.(call);
  }
}

/** A session whose commands are written down. Listeners are not: they never end. */
export function loggedSession(session: RouterOsSession, log: CallLog): RouterOsSession {
  const at = session.at === undefined ? {} : { at: session.at };
  return {
    ...at,
    closed: session.closed,
    run: (command, attributes = {}, options = {}) =>
      log.noted(
        { command, attributes, ...queriesOf(options) },
        () => session.run(command, attributes, options),
        ({ rows }) => (isReading(command) ? rows.length : undefined),
      ),
    stream: async (command, attributes, onRow, options = {}) => {
      let rows = 0;
      const counted: typeof onRow = (row) => {
        rows += 1;
        return onRow(row);
      };
      const run = () => session.stream(command, attributes, counted, options);
      await log.noted({ command, attributes, ...queriesOf(options) }, run, () => rows);
    },
    listen: (command, attributes, onRow, options) => session.listen(command, attributes, onRow, options),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** `set` of `/ppp/secret/set`: what metrics count by. */
export function operationOf(command: string): string {
  return command.slice(command.lastIndexOf('/') + 1);
}

function isReading(command: string): boolean {
  return ['print', 'getall'].includes(operationOf(command));
}

function queriesOf({ queries }: { readonly queries?: readonly string[] | undefined }) {
  return queries === undefined ? {} : { queries };
}

/** Names of properties whose values may be secrets, or hold some: scripts and files do. */
const secretName = /pass|secret|key|token|psk|response|^source$|on-event|contents|script|data$|community/i;
/** Properties with such names that are none. */
const plainName = new Set(['public-key', '.proplist', 'show-sensitive', 'key-size', 'key-usage', 'value-name']);
const hidden = String(new Secret(''));
/** A value is cut there: a list of ids may have thousands. */
const longest = 200;

/** The name of an SNMP community is what lets in. */
const secretNames = /^\/snmp\/community\//;

function isSecret(command: string, name: string): boolean {
  if (name === 'name' && secretNames.test(command)) return true;
  return !plainName.has(name) && secretName.test(name);
}

function shown(command: string, attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (isSecret(command, name) && value !== '') return [name, hidden];
      return [name, value.length > longest ? `${value.slice(0, longest)}…` : value];
    }),
  );
}

function shownQuery(command: string, query: string): string {
  const { name, value } = partsOf(query);
  return value !== undefined && isSecret(command, name) ? query.slice(0, query.length - value.length) + hidden : query;
}

/** Of `?name=value` or `?>name=value`; other queries have no value. */
function partsOf(query: string): { readonly name: string; readonly value?: string } {
  const [, name = '', value] = /^\?[=<>-]?([^=]+)=(.*)$/s.exec(query) ?? [];
  return value === undefined ? { name } : { name, value };
}

/** A router may quote what it was sent. */
function inWords(
  error: unknown,
  { command, attributes, queries = [] }: Pick<ApiCall, 'command' | 'attributes' | 'queries'>,
): string {
  const asked = queries.map(partsOf).map(({ name, value = '' }) => [name, value] as const);
  const sent = [...Object.entries(attributes), ...asked].filter(([, value]) => value !== '');
  // Numbered: a name may be among the attributes and the queries.
  const set = sent.map(([name, value], at) => [`${at} ${name}`, isSecret(command, name) ? new Secret(value) : value]);
  const code = codeOf(error);
  const message = messageOf(withoutSecrets(error, { set: Object.fromEntries(set) }));
  return error instanceof RouterTrapError || code === undefined ? message : `${code}: ${message}`;
}
