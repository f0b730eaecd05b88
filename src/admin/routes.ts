import { Readable } from 'node:stream';
import { eventRoutes } from './event-routes.ts';
import type { ExportRequest, WhoHadRequest } from './evidence.ts';
import { exportType } from './evidence.ts';
import { operationsRoutes } from './operations-routes.ts';
import type { TopUpRequest } from './quota.ts';
import { recordsRoutes } from './records-routes.ts';
import { restRoutes } from './rest-routes.ts';
import type { Route } from './route.ts';
import type {
  ApplyRequest,
  ApproveRequest,
  CoaRequest,
  DisconnectRequest,
  DoctorRequest,
  ForgetDevicesRequest,
  PlanRequest,
  ReconcileRequest,
  ResumeRequest,
  SessionsRequest,
  SuspendRequest,
  VisitsWanted,
} from './service.ts';
import { stateRoutes } from './state-routes.ts';
import type { UsageRequest } from './usage.ts';

const name = { type: 'string', minLength: 1, maxLength: 4096 } as const;
const files = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['path', 'text'],
    properties: { path: name, text: { type: 'string' } },
  },
} as const;
const largestDeclarations = 256 * 1024 * 1024;
const selection = { targets: { type: 'array', items: name }, exclude: { type: 'array', items: name } } as const;

/** Who has it done, and why. */
const ordered = {
  by: { type: 'string', minLength: 1, maxLength: 200 },
  reason: { type: 'string', minLength: 1, maxLength: 500 },
} as const;
const attributes = {
  type: 'array',
  minItems: 1,
  maxItems: 32,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'value'],
    properties: { name: { type: 'string', maxLength: 200 }, value: { type: 'string', maxLength: 1000 } },
  },
} as const;

/** What was planned, target by target. */
const exactly = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['target', 'checksum', 'sealed'],
    properties: {
      target: name,
      checksum: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      sealed: { type: 'boolean' },
    },
  },
} as const;

function body(properties: object, required: readonly string[] = []): Route['schema'] {
  return { body: { type: 'object', additionalProperties: false, properties, required: [...required] } };
}

function query(properties: object): Route['schema'] {
  return { querystring: { type: 'object', additionalProperties: false, properties } };
}

/** Every endpoint of the admin API but the OpenAPI document, which is made from this. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    url: '/healthz',
    role: 'open',
    summary: 'The process is alive',
    schema: {},
    handle: () => ({ status: 'ok' }),
  },
  {
    method: 'GET',
    url: '/readyz',
    role: 'open',
    summary: 'Serving: 503 with the reasons when not',
    schema: {},
    handle: async (service, _request, reply) => {
      const readiness = await service.readiness();
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
  },
  {
    method: 'GET',
    url: '/metrics',
    role: 'viewer',
    summary: 'Prometheus metrics',
    schema: {},
    handle: async (service, _request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await service.metrics()),
  },
  {
    method: 'GET',
    url: '/api/v1/status',
    role: 'viewer',
    summary: 'Revision in force, conditions and last runs of every target',
    schema: {},
    handle: (service) => service.status(),
  },
  {
    method: 'GET',
    url: '/api/v1/sessions',
    role: 'viewer',
    summary:
      'Sessions: open ones, or all with all=true, from or till, or closed=true; with visits=true those that belong together as one. The header lastmile-more is sent when there are more than limit',
    schema: query({
      user: name,
      nas: name,
      all: { type: 'boolean' },
      closed: { type: 'boolean' },
      visits: { type: 'boolean' },
      from: name,
      till: name,
      limit: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1000 },
    }),
    handle: async (service, request, reply) => {
      const { limit = 1000, visits = false, ...which } = request.query as Partial<SessionsRequest> & VisitsWanted;
      const found = await service.sessions({ ...which, limit: limit + 1 });
      if (found.length > limit) reply.header('lastmile-more', 'true');
      const sessions = found.slice(0, limit);
      return visits ? service.visitsOf(sessions) : sessions;
    },
  },
  {
    method: 'GET',
    url: '/api/v1/whohad',
    role: 'operator',
    summary:
      'Who had an address (10.0.0.1, 10.0.0.1:4000, [2001:db8::1]:4000, 10.0.0.0/24) at a moment, by default now. Kept in the audit log',
    schema: {
      querystring: {
        ...query({ address: name, at: name, limit: { type: 'integer', minimum: 1, maximum: 10_000 }, ...ordered })
          .querystring,
        required: ['address'],
      },
    },
    handle: (service, request) => service.whoHad({ limit: 100, ...(request.query as Pick<WhoHadRequest, 'address'>) }),
  },
  {
    method: 'GET',
    url: '/api/v1/export/:what',
    role: 'operator',
    summary:
      'Sessions that ended from a moment on and before another, or usage by hour, day or month (per): as CSV, JSON Lines, or rows of radacct. Kept in the audit log',
    schema: {
      params: { type: 'object', properties: { what: { enum: ['sessions', 'usage'] } } },
      ...query({
        format: { enum: ['csv', 'jsonl', 'radacct'], default: 'csv' },
        from: name,
        till: name,
        open: { type: 'boolean' },
        per: { enum: ['hour', 'day', 'month'] },
        ...ordered,
      }),
    },
    handle: async (service, request, reply) => {
      const { what } = request.params as Pick<ExportRequest, 'what'>;
      const wanted = { format: 'csv', ...(request.query as Partial<ExportRequest>), what } as const;
      return reply.type(exportType(wanted)).send(Readable.from(await service.export(wanted), { objectMode: false }));
    },
  },
  {
    method: 'GET',
    url: '/api/v1/usage/:username',
    role: 'viewer',
    summary:
      'Octets of a username, a device or a subscriber by hour, day or month, or by the periods of a quota; since and until as 7d, 2026-11-01 or a time',
    schema: query({
      by: { enum: ['hour', 'day', 'month'], default: 'day' },
      quota: name,
      since: name,
      until: name,
    }),
    handle: (service, request) => {
      const { by = 'day', ...span } = request.query as Partial<Omit<UsageRequest, 'username'>>;
      return service.usage({ username: (request.params as { username: string }).username, by, ...span });
    },
  },
  {
    method: 'GET',
    url: '/api/v1/usage/:username/live',
    role: 'viewer',
    summary:
      'What they use now, in bit/s, by the counters of their routers: asked again after 1 to 15 s, since the time before',
    schema: {},
    handle: (service, request) => service.liveUsage((request.params as { username: string }).username),
  },
  {
    method: 'POST',
    url: '/api/v1/disconnect',
    role: 'operator',
    summary:
      'Ends the sessions of a username, or one session by ID or NAS/ID, and says what the NAS answered; with dryRun only which',
    schema: body({ user: name, session: name, dryRun: { type: 'boolean' }, ...ordered }),
    handle: (service, request, reply) => {
      const which = request.body as Partial<Record<'user' | 'session', string>>;
      if ((which.user === undefined) === (which.session === undefined)) {
        return reply.code(400).send({ error: 'give user or session' });
      }
      return service.disconnect(which as DisconnectRequest);
    },
  },
  {
    method: 'POST',
    url: '/api/v1/topup',
    role: 'operator',
    summary:
      'Gives a login more of its quotas (amount 10G or 5h, for one quota, valid 30d), or makes its validity longer (extend 30d). Kept in the audit log',
    schema: body({ user: name, amount: name, quota: name, valid: name, extend: name, ...ordered }, ['user']),
    handle: (service, request) => service.topUp(request.body as TopUpRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/coa',
    role: 'operator',
    summary:
      'Tells the sessions of a username, or one session by ID or NAS/ID, the limits declared now, or attributes, and says what the NAS answered',
    schema: body({ user: name, session: name, attributes, ...ordered }),
    handle: (service, request, reply) => {
      const which = request.body as Partial<Record<'user' | 'session', string>>;
      if ((which.user === undefined) === (which.session === undefined)) {
        return reply.code(400).send({ error: 'give user or session' });
      }
      return service.coa(which as CoaRequest);
    },
  },
  {
    method: 'GET',
    url: '/api/v1/audit',
    role: 'operator',
    summary:
      'What people and commits had done, newest first: who, when, why, and what came of it; actions=suspend,resume chooses',
    schema: query({
      limit: { type: 'integer', minimum: 1, maximum: 1000 },
      actions: { type: 'string', pattern: '^[a-z-]+(,[a-z-]+)*$', maxLength: 500 },
    }),
    handle: (service, request) => {
      const { limit = 100, actions } = request.query as { limit?: number; actions?: string };
      return service.audit(limit, actions?.split(','));
    },
  },
  {
    method: 'GET',
    url: '/api/v1/devices',
    role: 'viewer',
    summary: 'Devices that logins are bound to (`devices.lock`), all or of one username',
    schema: query({ user: name }),
    handle: (service, request) => service.devices((request.query as { user?: string }).user),
  },
  {
    method: 'POST',
    url: '/api/v1/devices/forget',
    role: 'operator',
    summary: 'Makes room for another device of a login: forgets one of its devices, or all, and says which',
    schema: body({ user: name, mac: { type: 'string', pattern: '^([0-9A-F]{2}:){5}[0-9A-F]{2}$' }, by: ordered.by }, [
      'user',
      'by',
    ]),
    handle: (service, request) => service.forgetDevices(request.body as ForgetDevicesRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/plan',
    role: 'admin',
    summary: 'What would change, with the declarations given or those in force',
    schema: body({ files, ...selection, unsealed: { type: 'boolean' } }),
    largestBody: largestDeclarations,
    handle: (service, request) => service.plan(request.body as PlanRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/review',
    role: 'viewer',
    summary:
      'What would change with the declarations given, for pull requests: routers that are declared at another address, or with another login, than in force are not dialled',
    schema: body({ files, ...selection }, ['files']),
    largestBody: largestDeclarations,
    handle: (service, request) => service.review(request.body as PlanRequest),
  },
  {
    method: 'GET',
    url: '/api/v1/approvals',
    role: 'viewer',
    summary: 'The revision that waits for its plan to be approved (reconcile.mode: approved), and what was approved',
    schema: {},
    handle: (service) => service.approvals(),
  },
  {
    method: 'POST',
    url: '/api/v1/approve',
    role: 'operator',
    summary: 'Approves a plan by its checksum, or one target of it; what waits comes into force if that was it',
    schema: body({ checksum: { type: 'string', pattern: '^[0-9a-f]{64}$' }, ...ordered }, ['checksum']),
    handle: (service, request) => service.approve(request.body as ApproveRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/apply',
    role: 'admin',
    summary: 'Applies the declarations in force now',
    schema: body({ files, ...selection, allowDeletes: { type: 'integer', minimum: 0 }, exactly, ...ordered }),
    largestBody: largestDeclarations,
    handle: (service, request) => service.apply(request.body as ApplyRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/reconcile',
    role: 'operator',
    summary: 'Reconciles all targets, or one, and says what came of it',
    schema: body({ target: name, ...ordered }),
    handle: (service, request) => service.reconcile(request.body as ReconcileRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/suspend',
    role: 'operator',
    summary:
      'Leaves a router alone, until a time or until it is resumed; `breakglass`: while somebody works on it by hand',
    schema: body(
      {
        target: name,
        kind: { enum: ['suspend', 'breakglass'] },
        reason: { type: 'string', minLength: 1, maxLength: 500 },
        by: { type: 'string', minLength: 1, maxLength: 200 },
        until: { type: 'integer', minimum: 0 },
      },
      ['target', 'kind', 'reason', 'by'],
    ),
    handle: (service, request) => service.suspend(request.body as SuspendRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/resume',
    role: 'operator',
    summary: 'Takes up a router again, and says what is over',
    schema: body({ target: name, by: { type: 'string', minLength: 1, maxLength: 200 } }, ['target', 'by']),
    handle: async (service, request) => (await service.resume(request.body as ResumeRequest)) ?? {},
  },
  {
    method: 'GET',
    url: '/api/v1/drift',
    role: 'viewer',
    summary: 'What routers hold otherwise than declared, looked up now, and the last drift that was found',
    schema: query({ target: name }),
    handle: (service, request) => service.drift((request.query as { target?: string }).target),
  },
  {
    method: 'GET',
    url: '/api/v1/doctor',
    role: 'viewer',
    summary: 'What is wrong with routers and controllers, or one of them, looked up now; each with what mends it',
    schema: query({ target: name, ping: { type: 'string', pattern: '^[0-9A-Fa-f.:]{2,45}$' } }),
    handle: (service, request) => service.doctor(request.query as DoctorRequest),
  },
  {
    method: 'GET',
    url: '/api/v1/objects/:kind',
    role: 'viewer',
    summary: 'Declared objects of a kind as they are in force',
    schema: query({ name }),
    handle: (service, request, reply) => {
      const { kind } = request.params as { kind: string };
      const objects = service.objects(kind, (request.query as { name?: string }).name);
      return objects ?? reply.code(404).send({ error: `no such kind or name: ${kind}` });
    },
  },
  {
    method: 'GET',
    url: '/api/v1/routers/:router/calls',
    role: 'viewer',
    summary: 'The last commands of the API of a router with their results, and what became of its accounting records',
    schema: query({ limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 } }),
    handle: (service, request, reply) => {
      const { router } = request.params as { router: string };
      const { limit = 100 } = request.query as { limit?: number };
      return service.calls(router, limit) ?? reply.code(404).send({ error: `no such router: ${router}` });
    },
  },
  {
    method: 'GET',
    url: '/api/v1/why/:username',
    role: 'viewer',
    summary: 'The last decisions for a login, and why',
    schema: {},
    handle: (service, request) => service.why((request.params as { username: string }).username),
  },
  ...eventRoutes,
  ...stateRoutes,
  ...recordsRoutes,
  ...operationsRoutes,
  ...restRoutes,
];
