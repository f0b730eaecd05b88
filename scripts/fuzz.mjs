// `npm run fuzz -- [--inputs N] [--minutes M] [--seed S]`: throws made-up RADIUS packets at the server, in process. It ends
// after N packets (1,000,000) or M minutes, whichever is first, and exits 1 with the packets and the seed when one of them
// got what it should not have.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values } = parseArgs({ options: { inputs: text, minutes: text, seed: text } });
const whole = (name, value) => {
  if (/^[1-9]\d*$/.test(value)) return value;
  process.stderr.write(`--${name} takes a whole number, not "${value}"\n`);
  process.exit(64);
};
const env = {
  ...process.env,
  LASTMILE_FUZZ_INPUTS: whole('inputs', values.inputs ?? '1000000'),
  LASTMILE_FUZZ_SEED: whole('seed', values.seed ?? String(randomInt(1, 2 ** 31))),
  ...(values.minutes === undefined ? {} : { LASTMILE_FUZZ_MINUTES: whole('minutes', values.minutes) }),
};
const { status } = spawnSync('npx', ['vitest', 'run', '--config', 'vitest.fuzz.config.ts'], { env, stdio: 'inherit' });
process.exit(status ?? 1);
