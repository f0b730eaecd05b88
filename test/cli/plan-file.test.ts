import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { canaries, servicesYaml, TestNetwork } from '../support/network.ts';

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')) as object;

describe('a saved plan', () => {
  it('is applied just so, once, and holds no secret', async () => {
    await using network = await TestNetwork.start();
    const file = join(network.folder.path, 'plan.json');

    const planned = await network.lastmile('plan', network.dir, '--out', file, '-o', 'markdown');
    const text = readFileSync(file, 'utf8');
    const applied = await network.lastmile('apply', file, '--auto-approve');
    const again = await network.lastmile('apply', file, '--auto-approve');
    writeFileSync(file, text.replace(/"checksum": "[0-9a-f]{4}/, '"checksum": "0000'));
    const forged = await network.lastmile('apply', file, '--auto-approve');

    expect(planned.code, planned.err).toBe(0);
    expect(planned.out).toContain('<!-- lastmile:plan -->');
    for (const secret of Object.values(canaries)) expect(text + planned.out).not.toContain(secret);
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).addSchema(schemaOf('plan'));
    const validate = ajv.compile(schemaOf('plan-file'));
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(network.router.rows('/ppp/secret')).toHaveLength(1);
    expect(again.code).toBe(6);
    expect(again.err).toContain('core-1/ip/pool/home: create was planned, and is not called for now');
    expect(forged).toMatchObject({ code: 1, err: expect.stringContaining('was changed after it was saved') });
  });

  it('is stale when the router or the declarations changed, in words that name what did', async () => {
    await using network = await TestNetwork.start({ git: false });
    const file = join(network.folder.path, 'plan.json');
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    await network.lastmile('plan', network.dir, '--out', file);

    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    const byHand = await network.lastmile('apply', file, '--auto-approve');
    network.router.set('/ppp/profile', 'home', { 'rate-limit': '5M/20M' });
    network.write('services.yaml', servicesYaml('50M', '8M'));
    const declared = await network.lastmile('apply', file, '--auto-approve');
    const untouched = network.router.row('/ppp/profile', 'home');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    const applied = await network.lastmile('apply', file, '--auto-approve');

    expect(byHand.code).toBe(6);
    expect(byHand.err).toContain('core-1/ppp/profile/home: rate-limit was 5M/20M and is 1M/1M');
    expect(declared.code).toBe(6);
    expect(declared.err).toContain('the declarations are others: planned with folder@sha256:');
    expect(declared.err).toContain('rate-limit was to be 8M/40M and is to be 8M/50M');
    expect(untouched).toMatchObject({ 'rate-limit': '5M/20M' });
    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(network.router.row('/ppp/profile', 'home')).toMatchObject({ 'rate-limit': '8M/40M' });
  });
});
