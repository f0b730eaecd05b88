import { Child } from './child.ts';

/** Another process that has a state folder open. @throws when it is refused, with its error code in the message */
export async function startHolder(dir: string): Promise<Child> {
  const child = Child.start('./store-holder.mjs', [dir]);
  await child.line();
  return child;
}
