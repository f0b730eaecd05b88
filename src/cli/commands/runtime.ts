import { Argument, type Command, Option } from 'commander';
import type { Carry } from '../carry.ts';
import { ageKeyFile, count, outputs, withState } from '../options.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Commands that ask the daemon what is going on. */
export function addRuntime(program: Command, carry: Carry): void {
  withState(program.command('status'))
    .argument('[target]', 'a router, or directory: with conditions and history; or an Omada controller')
    .description('revision in force, conditions, last runs')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('../status.ts')).statusCommand(target, options, io, around)),
    );
  withState(program.command('doctor'))
    .argument('[target]', 'a router or an Omada controller')
    .argument('[dir]', 'folder of declarations, when no daemon answers', '.')
    .description('what is wrong with routers and controllers, each with the command that mends it; exit 1 for errors')
    .option('--ping <address>', 'what routers ping to see whether they have the Internet; else a name server they use')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .option('--detailed-exitcode', 'exit 2 when there are only warnings', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target: string | undefined, dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../doctor.ts')).doctorCommand(target, dir, options, io, around),
      ),
    );
  withState(program.command('get'))
    .argument('<kind>', 'operator, router, service, subscriber, portalsite or omadacontroller')
    .argument('[name]')
    .description('declared objects as they are in force')
    .option('--dir <dir>', 'folder of declarations, when no daemon answers', '.')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option(...ageKeyFile)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((kind, name, options, command) =>
      carry(command, async (io, around) => (await import('../get.ts')).getCommand(kind, name, options, io, around)),
    );
  addState(program, carry);
  addPeople(program, carry);
  withState(program.command('sessions'))
    .description('who is online, or was')
    .option('--user <username>', 'only this username, device or subscriber')
    .option('--nas <name>', 'only on this NAS')
    .option('--all', 'closed sessions as well', false)
    .option('--closed', 'only closed sessions', false)
    .option('--from <time>', 'there at some time from then on: so long ago (7d), a day or a time')
    .option('--till <time>', 'begun before')
    .option('--visits', 'sessions that belong together as one: roaming, a line lost for a moment', false)
    .option('--limit <n>', 'how many, the newest first', count, 1000)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../sessions.ts')).sessionsCommand(options, io, around)),
    );
  withState(program.command('whohad'))
    .argument('<address>', '10.0.0.1, 10.0.0.1:4000, 2001:db8::1, [2001:db8::1]:4000 or a prefix')
    .description('who had an address at a moment; asking is kept in the audit log')
    .option('--at <time>', 'so long ago (2h), a day or a time (2026-11-01T14:05:00Z); now')
    .option('--limit <n>', 'how many', count, 100)
    .option('--reason <text>', 'kept with who asked')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((address, options, command) =>
      carry(command, async (io, around) => (await import('../whohad.ts')).whoHadCommand(address, options, io, around)),
    );
  withState(program.command('export'))
    .addArgument(
      new Argument('<what>', 'sessions, by when they ended; usage; or all of a person').choices([
        ...['sessions', 'usage', 'person'],
      ]),
    )
    .argument('[username]', 'of the person: a username, a MAC or a subscriber')
    .description('sessions, usage, or all that is stored of a person, as text; exporting is kept in the audit log')
    .option('--from <time>', 'so long ago (30d), a day or a time')
    .option('--till <time>', 'likewise, not included; now')
    .addOption(
      new Option('--format <format>', 'csv for people, jsonl, or radacct: rows of FreeRADIUS')
        .choices(['csv', 'jsonl', 'radacct'])
        .default('csv'),
    )
    .option('--open', 'open sessions as well, last', false)
    .addOption(new Option('--per <period>', 'usage by hour, day or month').choices(['hour', 'day', 'month']))
    .option('--reason <text>', 'kept with who had it done')
    .action((what, username: string | undefined, options, command) =>
      carry(command, async (io, around) => {
        const { exportCommand, exportPersonCommand } = await import('../export.ts');
        if ((what === 'person') !== (username !== undefined))
          command.error('error: a person, and nothing else, has a username');
        return what === 'person'
          ? exportPersonCommand(username ?? '', options, io, around)
          : exportCommand(what, options, io, around);
      }),
    );
  withState(program.command('usage'))
    .argument('<username>', 'a username, a MAC, or a subscriber')
    .description('octets by hour, day or month; or what they use now')
    .addOption(new Option('--by <period>', 'hour, day or month').choices(['hour', 'day', 'month']).default('day'))
    .option('--quota <name>', 'instead by the periods of a quota, and what it counts')
    .option('--since <time>', 'so long ago (7d), a day (2026-11-01) or a time')
    .option('--until <time>', 'likewise')
    .option('--live', 'current rates, again and again until it is stopped', false)
    .option('--every <seconds>', 'between two looks of --live', count, 5)
    .option('--count <n>', 'how many looks of --live', count)
    .addOption(outputs(['text', 'json', 'yaml', 'csv']))
    .action((user, options, command) =>
      carry(command, async (io, around) => {
        const { usageCommand, liveUsageCommand } = await import('../usage.ts');
        return (options.live ? liveUsageCommand : usageCommand)(user, options, io, around);
      }),
    );
  withState(program.command('topup'))
    .argument('<username>', 'a username, a MAC, or a subscriber with one service')
    .argument('[amount]', '10G of octets, or 5h of time online')
    .description('gives somebody more of his quotas from now on, or a longer validity; kept in the audit log')
    .option('--quota <name>', 'only for this quota; else for each of its kind')
    .option('--valid <time>', 'how long it lasts (30d); else until the period ends')
    .option('--extend <time>', 'instead, makes the validity of the service longer (30d)')
    .option('--reason <text>', 'kept with who had it done')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, amount, options, command) =>
      carry(command, async (io, around) =>
        (await import('../topup.ts')).topUpCommand(user, amount, options, io, around),
      ),
    );
  withState(program.command('disconnect'))
    .argument('[username]')
    .description('ends sessions and says what the NAS answered')
    .option('--session <id>', 'one session, by Acct-Session-Id, or NAS/ID where several have it')
    .option('--dry-run', 'only say which sessions it would be', false)
    .option('--reason <text>', 'kept with who had it done')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) =>
        (await import('../disconnect.ts')).disconnectCommand(user, options, io, around),
      ),
    );
  withState(program.command('coa'))
    .argument('[username]')
    .description('tells running sessions the limits declared now, or attributes, and says what the NAS answered')
    .option('--session <id>', 'one session, by Acct-Session-Id, or NAS/ID where several have it')
    .option('--set <name=value>', 'instead, this attribute until the next login; repeatable', another, [])
    .option('--reason <text>', 'kept with who had it done')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) => (await import('../coa.ts')).coaCommand(user, options, io, around)),
    );
  const devices = program
    .command('devices')
    .description('devices that logins are bound to (`devices.lock` of a service)');
  withState(devices.command('list'))
    .argument('[username]', 'only of this login')
    .description('the devices that logins are bound to, and since when')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) => (await import('../devices.ts')).devicesCommand(user, options, io, around)),
    );
  withState(devices.command('forget'))
    .argument('<username>')
    .argument('[mac]', 'one device; without it all of this login')
    .description('forgets devices of a login, so that others can take their place')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, mac, options, command) =>
      carry(command, async (io, around) =>
        (await import('../devices.ts')).forgetCommand(user, mac, options, io, around),
      ),
    );
  withState(program.command('events'))
    .description('what happened: sessions, targets, drift; with --follow, what happens')
    .option('--follow', 'go on telling what happens', false)
    .option('--after <id>', 'on from this event, which was the last that was seen')
    .option('--type <type>', 'only these: session.stopped, session.*; repeatable', another, [])
    .option('--limit <n>', 'how many, without --follow', count, 100)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../events.ts')).eventsCommand(options, io, around)),
    );
  addWebhooks(program, carry);
  withState(program.command('api-log'))
    .argument('<router>')
    .description('what a router was told last over its API and what it answered, with its accounting')
    .option('--limit <n>', 'how many, the newest', count, 100)
    .option('--follow', 'go on telling what is new', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((router, options, command) =>
      carry(command, async (io, around) => (await import('../api-log.ts')).apiLogCommand(router, options, io, around)),
    );
  withState(program.command('why'))
    .argument('<username>')
    .description('the last decisions for a login, and why')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) => (await import('../why.ts')).whyCommand(user, options, io, around)),
    );
}

function addWebhooks(program: Command, carry: Carry): void {
  const webhooks = program.command('webhooks').description('programs that are told what happens (`notify`)');
  withState(webhooks.command('list'))
    .description('how far each has been told')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../events.ts')).webhooksCommand(options, io, around)),
    );
  withState(webhooks.command('letters'))
    .argument('<webhook>')
    .description('events that it did not take, and why')
    .option('--limit <n>', 'how many, the oldest first', count, 1000)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((webhook, options, command) =>
      carry(command, async (io, around) => (await import('../events.ts')).lettersCommand(webhook, options, io, around)),
    );
  for (const action of ['retry', 'discard'] as const) {
    withState(webhooks.command(action))
      .argument('<webhook>')
      .argument('[id...]', 'of events; without any, all')
      .description(action === 'retry' ? 'tells it once more what it did not take' : 'forgets what it did not take')
      .addOption(outputs(['text', 'json', 'yaml']))
      .action((webhook, ids, options, command) =>
        carry(command, async (io, around) =>
          (await import('../events.ts')).settleLettersCommand(action, webhook, ids, options, io, around),
        ),
      );
  }
}

function another(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Commands on what is stored of people. */
function addPeople(program: Command, carry: Carry): void {
  const hold = program.command('hold').description('legal holds: what is kept whatever its age, and is not erased');
  withState(hold.command('add'))
    .argument('[who]', 'a username, a MAC or a subscriber')
    .description('keeps what is of somebody, has an address, or is of a time; kept in the audit log')
    .option('--address <address>', 'an address or a prefix')
    .option('--from <time>', 'from then on: so long ago (30d), a day or a time')
    .option('--till <time>', 'before then')
    .requiredOption('--reason <text>', 'kept with who asked: a case, an order')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((who, options, command) =>
      carry(command, async (io, around) => (await import('../hold.ts')).addHoldCommand(who, options, io, around)),
    );
  withState(hold.command('list'))
    .description('legal holds in force')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('../hold.ts')).listHoldsCommand(options, io, around)),
    );
  withState(hold.command('release'))
    .argument('<number>', 'of hold list', (text: string) => count(text))
    .description('ends a legal hold')
    .requiredOption('--reason <text>', 'kept with who asked')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((number, options, command) =>
      carry(command, async (io, around) =>
        (await import('../hold.ts')).releaseHoldCommand(number, options, io, around),
      ),
    );
  withState(program.command('erase'))
    .argument('<username>', 'a username or a MAC; export person shows what there is')
    .description('takes out of all that is stored who somebody was; sums stay')
    .option('--reason <text>', 'kept with who had it done')
    .option('--yes', 'it is meant: it cannot be undone', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((username, options, command) =>
      carry(command, async (io, around) => (await import('../erase.ts')).eraseCommand(username, options, io, around)),
    );
}

/** Commands on what is stored. */
function addState(program: Command, carry: Carry): void {
  const state = program
    .command('state')
    .description('what is stored: look at it, mend it, copy it; while a daemon runs, too');
  const looks = {
    check: 'reads all that is stored and compares it with its checksums; exit 1 when something is damaged',
    verify: 'compares the journal of accounting with the chain of its segments: any octet that was changed shows',
    repair: 'drops damaged rows, kept in a file, and works out sessions and usage anew from the journal',
  } as const;
  for (const action of ['check', 'verify', 'repair'] as const) {
    withState(state.command(action))
      .description(looks[action])
      .addOption(outputs(['text', 'json', 'yaml']))
      .action((options, command) =>
        carry(command, async (io, around) =>
          (await import('../state.ts')).stateCommand({ action }, options, io, around),
        ),
      );
  }
  for (const [action, name] of [
    ['show', 'retention'],
    ['prune', 'prune'],
  ] as const) {
    withState(state.command(name))
      .description(
        action === 'show'
          ? 'how long what is stored is kept, and what was removed'
          : 'removes now what was kept long enough; state retention shows what is kept',
      )
      .addOption(outputs(['text', 'json', 'yaml']))
      .action((options, command) =>
        carry(command, async (io, around) =>
          (await import('../state.ts')).retentionCommand(action, options, io, around),
        ),
      );
  }
  withState(state.command('backup'))
    .argument('<dir>', 'a folder that is empty, or not there yet')
    .description('copies all that is stored, as of one moment')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((to: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('../state.ts')).stateCommand({ action: 'backup', to }, options, io, around),
      ),
    );
  withState(state.command('restore'))
    .argument('<dir>', 'a backup')
    .description('puts a backup in the place of the state folder; no daemon may run on it')
    .option('--replace', 'where there is something: it is kept beside it', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((from: string, options, command) =>
      carry(command, async (io, around) => (await import('../state.ts')).restoreCommand(from, options, io, around)),
    );
}
