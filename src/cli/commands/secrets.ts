import type { Command } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, withState } from '../options.ts';

// Commands are loaded when they are run: the check runs before each commit.

/** Commands on secrets that stand in declarations. */
export function addSecrets(program: Command, carry: Carry): void {
  const secrets = program
    .command('secrets')
    .description('secrets that stand in declarations, encrypted by SOPS with age');
  secrets
    .command('check')
    .argument('[dir]', 'folder of declarations', '.')
    .description('refuses secrets in clear text, keys, and encrypted files that are not as they say; needs no key')
    .option('--staged', 'what git is about to commit instead of the folder: for a pre-commit hook', false)
    .action((dir: string, options, command) =>
      carry(command, async (io) => (await import('../secrets-check.ts')).secretsCheckCommand(dir, options, io)),
    );
  const recipients = ['--age <recipients>', 'for whom (age1…, with commas), instead of what .sops.yaml says'] as const;
  secrets
    .command('encrypt')
    .argument('<file...>', 'files of declarations')
    .description('encrypts the secrets of files in place; all else stays as it is')
    .option(...recipients)
    .option('--ignore-mac', 'of a file that was encrypted and edited by hand since', false)
    .option(...ageKeyFile)
    .action((files: readonly string[], options, command) =>
      carry(command, async (io, around) => (await import('../secrets.ts')).encryptCommand(files, options, io, around)),
    );
  secrets
    .command('rotate')
    .argument('<file...>', 'encrypted files')
    .description('encrypts all values anew with another data key, for whom .sops.yaml says by now')
    .option(...recipients)
    .option(...ageKeyFile)
    .action((files: readonly string[], options, command) =>
      carry(command, async (io, around) => (await import('../secrets.ts')).rotateCommand(files, options, io, around)),
    );
  secrets
    .command('set')
    .argument('<file>', 'file of declarations')
    .argument('<name>', 'name of the object, or of the subscriber of a list')
    .argument('<field>', 'field below spec, as in api.password')
    .description('sets a secret to what comes from standard input, encrypted')
    .option('--random', 'to 32 symbols drawn for it', false)
    .option(...recipients)
    .option(...ageKeyFile)
    .action((file: string, name: string, field: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../secrets.ts')).setCommand(file, { name, field }, options, io, around),
      ),
    );
  withState(secrets.command('show'))
    .argument('<file>', 'encrypted file')
    .argument('<name>', 'name of the object, or of the subscriber of a list')
    .argument('<field>', 'field below spec, as in api.password')
    .description('prints a secret; the audit log says who had it shown')
    .option('--by <who>', 'who asks, for the audit log; default: the user of this system')
    .option(...ageKeyFile)
    .action((file: string, name: string, field: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../secrets-show.ts')).showCommand(file, { name, field }, options, io, around),
      ),
    );
}
