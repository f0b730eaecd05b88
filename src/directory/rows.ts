import { Secret } from '../base/secret.ts';
import { parseRate } from '../base/units.ts';
import type { Model, RadiusClient, Router, Subscription } from '../model/model.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import type { Row, Value } from '../reconcile/target.ts';
import type { Login, LoginLimits, Nas } from './reader.ts';

/**
 * The rows of the directory: one `login` per username, then one `nas` per router or RADIUS client. Pure. A NAS comes last,
 * so that nobody is refused as unknown while a large directory is being filled: until then the NAS hears nothing.
 */
export function directoryRows(model: Model): readonly Row[] {
  return [
    ...model.subscriptions.flatMap(loginRow),
    ...model.operator.radius.clients.map(clientRow),
    ...model.routers.flatMap((router) => (router.radius === undefined ? [] : [routerRow(router)])),
  ];
}

function loginRow(subscription: Subscription): readonly Row[] {
  const { service, username, origin, expires } = subscription;
  if (username === undefined) return [];
  const { timeoutSeconds, idleTimeoutSeconds, interimSeconds } = service.sessions;
  const attributes = [...service.attributes, ...subscription.attributes];
  return [
    {
      menu: 'login',
      identity: username,
      owner: `Subscriber/${subscription.id.replace('/', '#')}`,
      source: origin,
      fields: present({
        subscriber: subscription.subscriber,
        service: service.name,
        password: subscription.password,
        state: subscription.state,
        reason: subscription.reason,
        expires: expires === undefined ? undefined : new Date(expires).toISOString(),
        radius: subscription.radius ? 'yes' : 'no',
        rate: service.rate === undefined ? undefined : rateLimitText(service.rate),
        'session-timeout': seconds(timeoutSeconds),
        'idle-timeout': seconds(idleTimeoutSeconds),
        interim: seconds(interimSeconds),
        address: subscription.address,
        pool: subscription.address === undefined ? service.pool : undefined,
        attributes:
          attributes.length === 0 ? undefined : JSON.stringify(attributes.map(({ name, value }) => [name, value])),
      }),
    },
  ];
}

function routerRow(router: Router): Row {
  const { radius } = router;
  const clientAddress = radius?.clientAddress ?? radius?.sourceAddress ?? router.address;
  return {
    menu: 'nas',
    identity: router.name,
    owner: `Router/${router.name}`,
    source: router.origin,
    fields: present({
      'client-address': clientAddress,
      'nas-identifier': radius?.nasIdentifier,
      secret: radius?.secret,
      profile: 'mikrotik',
      'message-authenticator': radius?.messageAuthenticator,
      'coa-port': String(radius?.coaPort ?? 3799),
      router: router.name,
    }),
  };
}

function clientRow(client: RadiusClient): Row {
  return {
    menu: 'nas',
    identity: client.name,
    owner: `Operator/radius.clients.${client.name}`,
    source: client.origin,
    fields: present({
      'client-address': client.clientAddress,
      'nas-identifier': client.nasIdentifier,
      secret: client.secret,
      profile: client.profile,
      'message-authenticator': client.messageAuthenticator,
      'coa-port': '3799',
    }),
  };
}

/** The login that a row stands for. */
export function loginOf({ identity, fields }: Pick<Row, 'identity' | 'fields'>): Login {
  const reason = text(fields['reason']);
  const expires = text(fields['expires']);
  return {
    username: identity,
    subscriber: text(fields['subscriber']) ?? '',
    service: text(fields['service']) ?? '',
    password: secret(fields['password']),
    state: stateOf(text(fields['state'])),
    ...(reason === undefined ? {} : { reason }),
    ...(expires === undefined ? {} : { expires: Date.parse(expires) }),
    radius: fields['radius'] === 'yes',
    limits: limitsOf(fields),
  };
}

function limitsOf(fields: Row['fields']): LoginLimits {
  const rateLimit = text(fields['rate']);
  const [up, down] = (rateLimit?.split(' ')[0] ?? '').split('/').map(parseRate);
  const sessionTimeoutSeconds = number(fields['session-timeout']);
  const idleTimeoutSeconds = number(fields['idle-timeout']);
  const address = text(fields['address']);
  const pool = text(fields['pool']);
  return {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(up === undefined || down === undefined ? {} : { rate: { up, down } }),
    ...(sessionTimeoutSeconds === undefined ? {} : { sessionTimeoutSeconds }),
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
    interimSeconds: number(fields['interim']) ?? 120,
    ...(address === undefined ? {} : { address }),
    ...(pool === undefined ? {} : { pool }),
    attributes: attributesOf(text(fields['attributes'])),
  };
}

function attributesOf(json: string | undefined): LoginLimits['attributes'] {
  if (json === undefined) return [];
  const pairs = JSON.parse(json) as readonly (readonly [string, string | number])[];
  return pairs.map(([name, value]) => ({ name, value }));
}

/** The NAS that a row stands for. */
export function nasOf({ identity, fields }: Pick<Row, 'identity' | 'fields'>): Nas {
  const nasIdentifier = text(fields['nas-identifier']);
  const router = text(fields['router']);
  return {
    name: identity,
    clientAddress: text(fields['client-address']) ?? '',
    ...(nasIdentifier === undefined ? {} : { nasIdentifier }),
    secret: secret(fields['secret']),
    profile: fields['profile'] === 'generic' ? 'generic' : 'mikrotik',
    messageAuthenticator: fields['message-authenticator'] === 'off' ? 'off' : 'require',
    coaPort: number(fields['coa-port']) ?? 3799,
    ...(router === undefined ? {} : { router }),
  };
}

function stateOf(word: string | undefined): Login['state'] {
  return word === 'suspended' || word === 'disabled' ? word : 'active';
}

function present(fields: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? '']));
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: Value | undefined): number | undefined {
  const digits = text(value);
  return digits === undefined ? undefined : Number(digits);
}

function secret(value: Value | undefined): Secret {
  return value instanceof Secret ? value : new Secret('');
}
