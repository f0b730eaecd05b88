import type { Command } from 'commander';
import type { Carry } from '../carry.ts';
import { count, outputs, withState } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands that leave routers alone for a time, and say what became different. */
export function addPauses(program: Command, carry: Carry): void {
  const suspended = (command: Command) =>
    withState(command)
      .argument('<target>', 'a router')
      .requiredOption('--reason <text>', 'why, for the others')
      .addOption(outputs(['text', 'json', 'yaml']));
  suspended(program.command('suspend'))
    .description('leaves a router alone: differences are told and not mended, until the time or a resume')
    .option('--until <time>', 'a duration (2h) or RFC 3339; it is followed again by itself then')
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('../suspend.ts')).suspendCommand('suspend', target, options, io, around),
      ),
    );
  suspended(program.command('breakglass'))
    .description('for work on a router by hand: as suspend, for a time; then the declared state is put back')
    .option('--until <time>', 'a duration (2h) or RFC 3339', '1h')
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('../suspend.ts')).suspendCommand('breakglass', target, options, io, around),
      ),
    );
  withState(program.command('resume'))
    .argument('<target>', 'a router')
    .description('follows a router again')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('../suspend.ts')).resumeCommand(target, options, io, around)),
    );
  withState(program.command('drift'))
    .argument('[target]', 'a router')
    .description('what routers hold otherwise than declared, and what was found before')
    .option('--detailed-exitcode', 'exit 2 when there is drift', false)
    .option('--limit <n>', 'how many of the events, the newest first', count, 20)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('../drift.ts')).driftCommand(target, options, io, around)),
    );
}
