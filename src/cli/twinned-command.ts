import { Command, Option } from 'commander';
import type { OptionDescription } from '../simulator/command-flags.ts';

/** Commander's own way to have every option, of every command, read from the environment as well. */
export class TwinnedCommand extends Command {
  override createCommand(name?: string): Command {
    return new TwinnedCommand(name);
  }

  override addOption(option: Option): this {
    const name = option.long
      ?.replace(/^--(no-)?/, '')
      .replaceAll('-', '_')
      .toUpperCase();
    if (name !== undefined && name !== 'VERSION' && option.envVar === undefined) option.env(`LASTMILE_${name}`);
    return super.addOption(option);
  }
}

/** An option of a simulated device: what another command calls the same must not be meant for it. */
export function simulateOption({ flags, description, defaultValue }: OptionDescription): Option {
  const option = new Option(flags, description);
  if (defaultValue !== undefined) option.default(defaultValue);
  const twin = simulateTwins[option.attributeName()];
  return twin === undefined ? option : option.env(twin);
}

/** A switch in the environment is on or off by its word. Commander takes any word, also `false`, for on. */
export function readSwitches(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (!option.isBoolean() || command.getOptionValueSource(name) !== 'env') continue;
    const text = process.env[option.envVar ?? ''] ?? '';
    const value = switches.get(text.toLowerCase());
    if (value === undefined)
      command.error(`error: ${option.envVar} is ${JSON.stringify(text)}: true or false is needed`);
    command.setOptionValueWithSource(name, value, 'env');
  }
}

const simulateTwins: Readonly<Record<string, string>> = {
  user: 'LASTMILE_SIMULATE_USER',
  listenPortal: 'LASTMILE_SIMULATE_LISTEN_PORTAL',
  version: 'LASTMILE_SIMULATE_VERSION',
  printListeners: 'LASTMILE_SIMULATE_PRINT_LISTENERS',
};

const switches: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off', ''].map((word) => [word, false] as const),
]);
