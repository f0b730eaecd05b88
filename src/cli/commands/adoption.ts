import { type Command, Option } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, outputs, withState } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands that take what is there. */
export function addAdoption(program: Command, carry: Carry): void {
  program
    .command('import')
    .argument('<router>', 'a Router declared in DIR, or a name for one that is not')
    .argument('[dir]', 'folder of declarations', '.')
    .description('a router in service as declarations, of which the next plan is empty')
    .option('--out <dir>', 'where to write; absent: DIR')
    .option('--address <host[:port]>', 'of a router that is not declared')
    .option('--username <name>', 'user of its API')
    .option('--password-env <name>', 'the variable with its password')
    .addOption(new Option('--tls <mode>', 'how its certificate is checked').choices(['ca', 'pinned', 'insecure']))
    .option('--fingerprint <sha256>', 'of its certificate')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .addOption(
      new Option('--secrets-as <way>', 'env: into .lastmile.env in DIR; file: files below --secrets')
        .choices(['env', 'file'])
        .default('env'),
    )
    .action((router: string, dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../import.ts')).importCommand(router, dir, options, io, around),
      ),
    );
  withState(program.command('orphans'))
    .argument('[router]', 'only this one')
    .argument('[dir]', 'folder of declarations (default: the current one, without a daemon)')
    .description('rows on routers that no declaration makes: gone from git, held by another, or unmanaged')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .option('--detailed-exitcode', 'exit 2 when there are any', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((router: string | undefined, dir: string | undefined, options, command) =>
      carry(command, async (io, around) =>
        (await import('../orphans.ts')).orphansCommand(router, dir, options, io, around),
      ),
    );
}

/** Commands on devices that are not declared. */
export function addDiscovery(program: Command, carry: Carry): void {
  program
    .command('discover')
    .description('what a device tells of itself, before it is declared')
    .command('omada')
    .argument('<url>', 'a controller: https://HOST:PORT')
    .description('id, version, generation and certificate of an Omada controller, and YAML to begin with; no account')
    .option('--fingerprint <sha256>', 'ask only the controller with this certificate')
    .option('--name <name>', 'what to call it in the YAML', 'omada')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((url: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../discover.ts')).discoverOmadaCommand(url, options, io, around),
      ),
    );
}
