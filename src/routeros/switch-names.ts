/** What the rows of a dead-man's switch are called: each operator has his own, for a router may have several. */
export interface SwitchNames {
  /** The script that takes changes back, and the scheduler that runs it at its time. */
  readonly confirm: string;
  /** The scheduler that runs it at the router's next start. */
  readonly boot: string;
  /** The scheduler that runs it when the router has been on for so long, whatever its clock is set to. */
  readonly uptime: string;
  /** What the script is called once it has run. */
  readonly reverted: string;
  /** A script that is run by the first one, where one would be too long. */
  readonly part: (number: number) => string;
}

/** No name of one operator is one of another: what follows the prefix is his, and no prefix begins another. Pure. */
export function switchNames(operator: string): SwitchNames {
  return {
    confirm: `lastmile-confirm-${operator}`,
    boot: `lastmile-boot-${operator}`,
    uptime: `lastmile-uptime-${operator}`,
    reverted: `lastmile-reverted-${operator}`,
    part: (number) => `lastmile-part${number}-${operator}`,
  };
}

/** Is a scheduler or script of that name one that a switch has as long as it is set? Pure. */
export function isOfSwitch(name: string, operator: string): boolean {
  const { confirm, boot, uptime } = switchNames(operator);
  return [confirm, boot, uptime].includes(name) || isPart(name, operator);
}

function isPart(name: string, operator: string): boolean {
  const number = /^lastmile-part(\d+)-/.exec(name)?.[1];
  return number !== undefined && name === switchNames(operator).part(Number(number));
}
