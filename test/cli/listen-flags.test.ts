import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOperation } from '../../src/cli/commands/operation.ts';

/** What `lastmile run` makes of its flags. @throws CommanderError */
async function parsed(...flags: readonly string[]): Promise<Record<string, unknown>> {
  let options: Record<string, unknown> = {};
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addOperation(program, async (command) => {
    options = command.opts();
  });
  await program.parseAsync(['run', ...flags], { from: 'user' });
  return options;
}

describe('addresses on the command line of the daemon', () => {
  it.each(['auth', 'accounting', 'radsec'])('are all heeded when --listen-%s is given again', async (service) => {
    const flag = `--listen-${service}`;

    expect(Object.values(await parsed(flag, '127.0.0.1:1', flag, 'fd:3'))).toContainEqual([
      { host: '127.0.0.1', port: 1 },
      { host: 'fd', port: 3, fd: 3 },
    ]);
  });

  it.each(['--listen-portal', '--listen-admin'])('of %s are one, and no socket handed over', async (flag) => {
    await expect(parsed(flag, 'fd:3')).rejects.toThrow('it takes no socket handed over');
    await expect(parsed(flag, '127.0.0.1:1', flag, '127.0.0.1:2')).rejects.toThrow('it is given once');
    expect(Object.values(await parsed(flag, '127.0.0.1:1'))).toContainEqual({ host: '127.0.0.1', port: 1 });
  });
});
