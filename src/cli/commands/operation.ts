import { type Command, Option } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, endpoints, onlyEndpoint, outputs, planFormats, trustFile, whole, withState } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands that bring about what is declared, and the daemon. */
export function addOperation(program: Command, carry: Carry): void {
  withState(program.command('plan'))
    .argument('[dir]', 'folder of declarations', '.')
    .description('what would change, and which live sessions it touches; writes nothing')
    .option('--rev <rev>', 'a commit instead of the work tree')
    .option('--target <name...>', 'only these targets (routers, controllers, or directory)', [])
    .option('--exclude <name...>', 'not these targets', [])
    .option('--detailed-exitcode', 'exit 2 when there is something to change', false)
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .option('--against <what>', 'live: routers, asked from here; daemon: what the daemon sees; or a file of --record')
    .option('--record <file>', 'record what routers hold, for --against FILE where nobody can ask them; no secrets')
    .option('--daemon-url <url>', 'admin API of a daemon elsewhere, for --against daemon')
    .option('--daemon-token <token>', 'a token of it, of the role viewer or above; rather by LASTMILE_DAEMON_TOKEN')
    .option('--out <file>', 'save the plan, for lastmile apply FILE')
    .addOption(outputs(planFormats))
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => (await import('../plan.ts')).planCommand(dir, options, io, around)),
    );
  withState(program.command('apply'))
    .argument('[dir]', 'folder of declarations, or a plan that was saved with plan --out', '.')
    .description('shows the plan, asks, and applies it; a saved plan just so, or not at all (exit 6)')
    .option('--declarations <dir>', 'of a saved plan: where its declarations are now')
    .option('--auto-approve', 'do not ask', false)
    .option('--reason <text>', 'why now, for the audit log')
    .option('--allow-deletes <n>', 'how many deletes are meant, when the guard refuses them', whole)
    .option('--target <name...>', 'only these targets', [])
    .option('--exclude <name...>', 'not these targets', [])
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...trustFile)
    .option(...ageKeyFile)
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => (await import('../apply.ts')).applyCommand(dir, options, io, around)),
    );
  withState(program.command('approve'))
    .argument('[checksum]', 'of a plan, as plan -o markdown or -o json shows it; without one: what waits')
    .description('lets a plan that was reviewed be applied, where reconcile.mode is approved')
    .option('--reason <text>', 'why, for the audit log')
    .option('--daemon-url <url>', 'admin API of a daemon elsewhere')
    .option('--daemon-token <token>', 'a token of it, of the role operator or above; rather by LASTMILE_DAEMON_TOKEN')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((checksum: string | undefined, options, command) =>
      carry(command, async (io, around) =>
        (await import('../approve.ts')).approveCommand(checksum, options, io, around),
      ),
    );
  withState(program.command('run'))
    .argument('[dir]', 'a git repository (commits of HEAD) or a plain folder', '.')
    .description('the daemon: reconcile loop, RADIUS, accounting, admin API')
    .option('--repo <url>', 'a repository elsewhere instead of [dir]: https://, ssh://, git@host:path, or a folder')
    .option(
      '--ref <ref>',
      'of --repo: a branch, a tag, semver:RANGE for the newest tag in it, or a commit (default: its HEAD)',
    )
    .option('--path <folder>', 'of --repo: only this folder of it')
    .option(
      '--accept-rewrite <commit>',
      'takes this commit, by its whole id, though it does not come after the one in force',
    )
    .option(...trustFile)
    .option('--repo-token-file <file>', 'file with an access token, or a password, for --repo by HTTPS')
    .option('--repo-ca <file>', 'certificates (PEM) that the server of --repo is judged by')
    .option('--repo-ssh-key <file>', 'private key for --repo by SSH')
    .option('--repo-known-hosts <file>', 'host keys that the server of --repo is known by (as of ssh-keyscan)')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .option(
      '--listen-auth <host:port>',
      'RADIUS authentication, instead of what is declared; fd:N is a socket handed over; may be given again',
      endpoints,
    )
    .option(
      '--listen-accounting <host:port>',
      'RADIUS accounting, instead of what is declared; fd:N is a socket handed over; may be given again',
      endpoints,
    )
    .option(
      '--listen-radsec <host:port>',
      'RADIUS over TLS, instead of what is declared; fd:N is a socket handed over; may be given again',
      endpoints,
    )
    .option('--listen-portal <host:port>', 'portal for guests, instead of what is declared', onlyEndpoint)
    .option('--listen-admin <host:port>', 'admin API, instead of what is declared', onlyEndpoint)
    .option('--print-listeners', 'print the bound addresses as JSON on stdout', false)
    .option('--poll-seconds <n>', 'how often the source is read even when nothing was noticed', whole)
    .addOption(
      new Option('--log-level <level>', 'error, warn, info or debug')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('info'),
    )
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => {
        const { listenAuth, listenAccounting, listenRadsec, listenPortal, listenAdmin, pollSeconds, ...others } =
          options;
        const { repo, ref, path, repoTokenFile, repoCa, repoSshKey, repoKnownHosts, ...rest } = others;
        const remote = { repo, ref, path, repoTokenFile, repoCa, repoSshKey, repoKnownHosts };
        const listen = {
          auth: listenAuth,
          accounting: listenAccounting,
          radsec: listenRadsec,
          portal: listenPortal,
          admin: listenAdmin,
        };
        return (await import('../run.ts')).runCommand(
          dir,
          {
            ...rest,
            listen,
            remote,
            dirGiven: command.args.length > 0,
            ...(pollSeconds === undefined ? {} : { pollMs: pollSeconds * 1000 }),
          },
          io,
          around,
        );
      }),
    );
  withState(program.command('reconcile'))
    .argument('[target]', 'a router, or directory')
    .description('asks the daemon to look and apply now')
    .option('--reason <text>', 'why, for the audit log')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('../reconcile.ts')).reconcileCommand(target, options, io, around),
      ),
    );
}
