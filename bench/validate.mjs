// validate of 100,000 generated subscribers (100 lists of 1000), beside JSON.parse of the same data, and once more with five
// rules of a policy over each of them. Each in its own process.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const lists = 100;
const perList = 1000;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

if (process.argv[2] === undefined) compare();
else console.log(JSON.stringify(await measure(process.argv[2])));

function compare() {
  const runs = { json: [], validate: [], policies: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const what of Object.keys(runs)) {
      runs[what].push(
        JSON.parse(
          execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), what], { encoding: 'utf8' }),
        ),
      );
    }
  }
  const [json, validate, policies] = [runs.json, runs.validate, runs.policies].map(
    (list) => list.sort((a, b) => a.ms - b.ms)[Math.floor(list.length / 2)],
  );
  const rows = [
    { label: 'JSON.parse of the same data', value: Math.round(json.ms), unit: 'ms' },
    {
      label: 'validate 100,000 subscribers',
      value: Math.round(validate.ms),
      unit: 'ms',
      ratio: `${(validate.ms / json.ms).toFixed(1)}x`,
    },
    { label: 'of it: rules between documents', value: Math.round(validate.rulesMs), unit: 'ms' },
    { label: 'more, with 5 rules of a policy', value: Math.round(policies.ms - validate.ms), unit: 'ms' },
    { label: 'peak memory of validate', value: validate.rssMb, unit: 'MB' },
  ];
  for (const { label, value, unit, ratio = '' } of rows)
    console.log(`${label.padEnd(34)} ${String(value).padStart(8)} ${unit} ${ratio}`);
  console.log(JSON.stringify({ bench: 'validate', rows }));
}

async function measure(what) {
  const files = what === 'policies' ? [...generate(), { path: 'policy.yaml', text: policyText() }] : generate();
  const json =
    what === 'json' ? Array.from({ length: lists }, (_, list) => JSON.stringify({ items: listItems(list) })) : [];
  const { loadManifest } = await import('../dist/manifest/load-manifest.js');
  const { secretResolver } = await import('../dist/secrets/secret-resolver.js');
  globalThis.gc?.();
  const started = performance.now();
  if (what === 'json') for (const text of json) JSON.parse(text);
  else {
    const secrets = secretResolver({ env: { LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!' } });
    const { PolicyRoom } = await import('../dist/policy/policy-room.js');
    const { hidesValue } = await import('../dist/radius/dictionary/check-attribute.js');
    const policies = new PolicyRoom(hidesValue);
    const { model, issues } = loadManifest(files, { secrets, mode: 'use', example: true, policies });
    if (model?.subscriptions.length !== lists * perList) throw new Error(JSON.stringify(issues.slice(0, 3)));
  }
  const ms = performance.now() - started;
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  return { ms, rssMb, rulesMs: what === 'json' ? 0 : await rules() };
}

function policyText() {
  return `apiVersion: lastmile/v1
kind: Policy
metadata: {name: house}
spec:
  rules:
    - {name: a, match: {kinds: [Subscriber]}, deny: object.spec.username.size() > 60, message: too long}
    - {name: b, match: {kinds: [Subscriber]}, deny: 'has(object.spec.expires) || object.spec.service == ""', message: b}
    - {name: c, match: {kinds: [Subscriber]}, deny: '!inNetwork(object.spec.address, "10.0.0.0/8")', message: elsewhere}
    - {name: d, match: {kinds: [Subscriber]}, warn: '!object.metadata.name.matches("^[a-z][a-z0-9-]*$")', message: odd}
    - {name: e, match: {kinds: [Subscriber]}, warn: '!("site" in object.metadata.labels)', message: no site}
`;
}

/** The part that grows with the number of subscribers but not with YAML. */
async function rules() {
  const { resolveModel } = await import('../dist/model/resolve/resolve-model.js');
  const { secretResolver } = await import('../dist/secrets/secret-resolver.js');
  const origin = { file: 'x.yaml', line: 1, column: 1 };
  const object = (kind, name, spec) => ({ kind, name, labels: {}, previousNames: [], spec, origin, document: 0 });
  const subscribers = Array.from({ length: lists * perList }, (_, index) =>
    object('Subscriber', `s${index}`, {
      service: 'home',
      username: `s${index}`,
      password: { env: 'LASTMILE_SECRET_MASTER' },
    }),
  );
  const { nothingCollected } = await import('../dist/manifest/collected.js');
  const declarations = {
    ...nothingCollected(),
    operators: [object('Operator', 'isp', {})],
    services: [object('Service', 'home', { access: ['pppoe'] })],
    subscribers,
    maybeDeclared: () => false,
  };
  const resolver = secretResolver({ env: { LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!' } });
  const started = performance.now();
  resolveModel(declarations, { secrets: { resolver, mode: 'use', textAllowed: () => true } });
  return performance.now() - started;
}

function generate() {
  const base = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: bench}
spec: {masterKey: {env: LASTMILE_SECRET_MASTER}, radius: {servers: [{name: a, address: 192.0.2.1}]}}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.2
  radius: {secret: {derive: 1}}
  pools: [{name: home, ranges: [10.0.0.0/16], static: [10.64.0.0/12]}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}, address: {pool: home}}
`;
  const files = Array.from({ length: lists }, (_, list) => ({
    path: `subscribers/${list}.yaml`,
    text: listText(list),
  }));
  return [{ path: 'base.yaml', text: base }, ...files];
}

function listText(list) {
  const items = listItems(list).map(
    ({ name, username, password, router, address, labels, contact }) => `  - name: ${name}
    username: ${username}
    password: "${password}"
    router: ${router}
    address: ${address}
    labels: {site: ${labels.site}}
    contact: {name: ${contact.name}, phone: "${contact.phone}"}
`,
  );
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: list-${list}}
defaults: {service: home}
items:
${items.join('')}`;
}

function listItems(list) {
  return Array.from({ length: perList }, (_, index) => {
    const number = list * perList + index;
    return {
      name: `s${number}`,
      username: `s${number}@isp.example`,
      password: `pass-${number * 7919}`,
      router: 'core-1',
      address: `10.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`,
      labels: { site: `pop-${list}` },
      contact: { name: `Subscriber ${number}`, phone: `07${String(number).padStart(8, '0')}` },
    };
  });
}
