import { type Command, Option } from 'commander';
import type { Carry } from '../carry.ts';
import { endpoint, outputs } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** A RADIUS client. */
export function addRadius(program: Command, carry: Carry): void {
  const radius = program.command('radius').description('a RADIUS client for checks');
  const common = (command: Command) =>
    command
      .option('--secret-env <name>', 'environment variable that holds the shared secret', 'LASTMILE_SECRET_RADIUS')
      .option('--source <address>', 'address to send from')
      .addOption(outputs(['text', 'json', 'yaml']));
  common(radius.command('login'))
    .argument('<username>')
    .description('an Access-Request; exit 0 accepted, 4 rejected, 1 no answer')
    .option('--server <host:port>', 'where to ask', endpoint, { host: '127.0.0.1', port: 1812 })
    .addOption(
      new Option('--method <method>', 'how the password is sent').choices(['pap', 'chap', 'mschap2']).default('pap'),
    )
    .option('--password-env <name>', 'environment variable that holds the password', 'LASTMILE_SECRET_PASSWORD')
    .action((user, options, command) =>
      carry(command, async (io, around) =>
        (await import('../radius.ts')).radiusLoginCommand(user, options, io, around),
      ),
    );
  common(radius.command('status-server'))
    .description('is the server there?')
    .option('--server <host:port>', 'where to ask', endpoint, { host: '127.0.0.1', port: 1812 })
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../radius.ts')).radiusStatusCommand(options, io, around)),
    );
  common(radius.command('disconnect'))
    .argument('<username>')
    .description('a Disconnect-Request straight to a NAS')
    .requiredOption('--server <host:port>', 'the NAS', endpoint)
    .option('--session <id>', 'Acct-Session-Id')
    .option('--address <address>', 'Framed-IP-Address')
    .action((user, options, command) =>
      carry(command, async (io, around) =>
        (await import('../radius.ts')).radiusDisconnectCommand(user, options, io, around),
      ),
    );
}
