import type { Command } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, count, outputs, whole, withState } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands that say what commits had done, take one back, and make one. */
export function addHistory(program: Command, carry: Carry): void {
  withState(program.command('history'))
    .argument('[target]', 'only this one')
    .description('which revisions were in force, newest first, and what came of each on every target')
    .option('--limit <n>', 'how many revisions', count, 20)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target: string | undefined, options, command) =>
      carry(command, async (io, around) => (await import('../history.ts')).historyCommand(target, options, io, around)),
    );
  withState(program.command('blame'))
    .argument('<what>', 'a target (core-1), a menu (core-1/ppp/secret), a row of it, or an object (Subscriber/anna)')
    .description('which commit, of whom, last changed each row that we made')
    .option('--limit <n>', 'how many rows', count, 1000)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((what: string, options, command) =>
      carry(command, async (io, around) => (await import('../blame.ts')).blameCommand(what, options, io, around)),
    );
  withState(program.command('explain'))
    .argument('<object>', 'KIND/NAME: Subscriber/anna, Service/home, Router/core-1')
    .description(
      'where every field of an object, and of every row and reply it becomes, is declared: line, commit, author',
    )
    .option('--dir <dir>', 'folder of declarations, where no daemon answers', '.')
    .option('--rev <rev>', 'a commit of the folder, instead of what is in force')
    .option('--target <target>', 'only what it becomes there')
    .option('--secrets <dir>', 'folder of {file: …} secrets; those that are missing are made up')
    .option(...ageKeyFile)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((object: string, options, command) =>
      carry(command, async (io, around) => (await import('../explain.ts')).explainCommand(object, options, io, around)),
    );
  withState(program.command('rollback'))
    .description('serves the revision before; the one in force is skipped until the source has a newer one')
    .requiredOption('--reason <text>', 'why, for the others')
    .option('--to <revision>', 'another that was in force before, or the beginning of its hash')
    .option('--allow-deletes <n>', 'how many deletes are meant, when the guard refuses them', whole)
    .option('--commit <dir>', 'and make a commit in this repository that has the files as they were')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../rollback.ts')).rollbackCommand(options, io, around)),
    );
  withState(program.command('writeback'))
    .argument('[dir]', 'git repository of declarations', '.')
    .description(
      'declares what was changed on routers by hand, as a commit on a new branch; the work tree stays as it is',
    )
    .option('--target <name...>', 'only these routers', [])
    .option('--dry-run', 'say what would be declared, and make nothing', false)
    .option('--all', 'whatever differs, not only drift from what was applied', false)
    .option('--branch <name>', 'of the branch; default: by the time')
    .option('--push', 'push the branch', false)
    .option('--remote <name>', 'where to', 'origin')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../writeback.ts')).writebackCommand(dir, options, io, around),
      ),
    );
}
