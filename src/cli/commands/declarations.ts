import { type Command, Option } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, trustFile, whole } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands on declarations alone. */
export function addDeclarations(program: Command, carry: Carry): void {
  program
    .command('validate')
    .argument('[dir]', 'folder of declarations', '.')
    .description('all errors of all files at once')
    .addOption(
      new Option('-o, --output <format>', 'text, json or github').choices(['text', 'json', 'github']).default('text'),
    )
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .option('--max-errors <n>', 'findings shown; the rest is counted', whole, 200)
    .action((dir: string, options, command) =>
      carry(command, async (io) => (await import('../validate.ts')).validateCommand(dir, options, io)),
    );
  program
    .command('verify')
    .argument('<range>', 'BASE..HEAD: what HEAD has and BASE has not; or one commit that nothing comes before')
    .argument('[dir]', 'git repository', '.')
    .description('who has signed each commit, and whether he may do what it does, by the rules of BASE; exit 4 if not')
    .option('--path <folder>', 'only this folder of it is declarations')
    .option(...trustFile)
    .addOption(
      new Option('-o, --output <format>', 'text, json or github').choices(['text', 'json', 'github']).default('text'),
    )
    .action((range: string, dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../verify.ts')).verifyCommand(range, dir, options, io, around),
      ),
    );
  program
    .command('test')
    .argument('[dir]', 'folder of declarations', '.')
    .description('play the scenarios of a repository on simulated routers, in time of their own')
    .addOption(
      new Option('-o, --output <format>', 'text, json, github or junit')
        .choices(['text', 'json', 'github', 'junit'])
        .default('text'),
    )
    .option('--only <name...>', 'only scenarios whose names hold one of these', [])
    .option('--list', 'name them, and play none')
    .option('--rev <rev>', 'a commit instead of the work tree')
    .option('--secrets <dir>', 'folder of {file: …} secrets; those that are missing are made up')
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => (await import('../test.ts')).testCommand(dir, options, io, around)),
    );
  program
    .command('policy')
    .description('rules of the operator’s own')
    .command('test')
    .argument('[dir]', 'folder of declarations', '.')
    .description('try the cases of each policy on its rules')
    .addOption(
      new Option('-o, --output <format>', 'text, json or github').choices(['text', 'json', 'github']).default('text'),
    )
    .option('--only <name...>', 'only policies whose names hold one of these', [])
    .option('--rev <rev>', 'a commit instead of the work tree')
    .action((dir: string, options, command) =>
      carry(command, async (io) => (await import('../policy-test.ts')).policyTestCommand(dir, options, io)),
    );
  program
    .command('fmt')
    .argument('[path...]', 'folders or files of declarations', ['.'])
    .description('one form for all files: keys in order, comments kept, values as they were')
    .option('--check', 'write nothing; exit 2 when a file would be written', false)
    .action((paths: readonly string[], options, command) =>
      carry(command, async (io) => (await import('../fmt.ts')).fmtCommand(paths, options, io)),
    );
  program
    .command('init')
    .argument('[dir]', 'where', '.')
    .description('a new repository: declarations to begin with, schemas for editors, a hook, CI')
    .addOption(new Option('--ci <forge>', 'CI file of this forge').choices(['github', 'gitlab', 'gitea', 'forgejo']))
    .action((dir: string, options, command) =>
      carry(command, async (io) => (await import('../init.ts')).initCommand(dir, options, io)),
    );
  program
    .command('schema')
    .description('the JSON Schemas of every kind')
    .option('--kind <kind>', 'one kind only')
    .option('--out <dir>', 'write them as files')
    .action((options, command) =>
      carry(command, async (io) => (await import('../schema.ts')).schemaCommand(options, io)),
    );
}
