/** An error in RouterOS's own words. `category` as the API numbers it; general failures come without one. */
export class RouterTrap extends Error {
  readonly category: number | undefined;

  constructor(message: string, category?: number) {
    super(message);
    this.name = 'RouterTrap';
    this.category = category;
  }
}

export const noSuchItem = (): RouterTrap => new RouterTrap('no such item', 0);
export const noSuchCommand = (): RouterTrap => new RouterTrap('no such command', 0);
export const noSuchPrefix = (): RouterTrap => new RouterTrap('no such command prefix', 0);
export const notPermitted = (): RouterTrap => new RouterTrap('not enough permissions (9)');
export const unknownParameter = (name: string): RouterTrap => new RouterTrap(`unknown parameter ${name}`);
export const missingId = (): RouterTrap => new RouterTrap('missing =.id=');
export const missingArgument = (name: string): RouterTrap =>
  new RouterTrap(`missing value(s) of argument(s) ${name}`, 1);
export const invalidValue = (name: string): RouterTrap => new RouterTrap(`invalid value for argument ${name}`, 1);
export const invalidTime = (name: string): RouterTrap => new RouterTrap(`invalid time value for argument ${name}`, 1);
export const outOfRange = (name: string, min: number, max: number): RouterTrap =>
  new RouterTrap(`value of ${name} out of range (${min}..${max})`, 1);
export const noMatch = (name: string): RouterTrap => new RouterTrap(`input does not match any value of ${name}`, 1);
export const ambiguous = (name: string): RouterTrap =>
  new RouterTrap(`ambiguous value of ${name}, more than one possible value matches input`, 1);
export const failure = (text: string): RouterTrap => new RouterTrap(`failure: ${text}`);
export const interrupted = (): RouterTrap => new RouterTrap('interrupted', 2);
