import type { EditedFile, SubscriberEdit } from '../model/resolve/resolve-edit.ts';
import type { Collected } from './collected.ts';
import { hasErrors } from './issue.ts';

/**
 * What was edited between two revisions, by what their files declare. `undefined` where anything but subscribers was, or
 * something is wrong by itself, or nothing is left.
 */
export function editedSince(
  before: ReadonlyMap<string, Collected>,
  after: ReadonlyMap<string, Collected>,
): SubscriberEdit | undefined {
  const files: EditedFile[] = [];
  const lists = { went: [] as string[], came: [] as string[] };
  const edited = (path: string, old: Collected | undefined, now: Collected | undefined): boolean => {
    if (![old, now].every((each) => each === undefined || isOfSubscribers(each))) return false;
    files.push({ path, before: old?.subscribers ?? [], after: now?.subscribers ?? [] });
    for (const { name } of old?.lists ?? []) lists.went.push(name);
    for (const { name } of now?.lists ?? []) lists.came.push(name);
    return true;
  };
  for (const [path, now] of after) {
    const old = before.get(path);
    if (old !== now && !edited(path, old, now)) return undefined;
  }
  for (const [path, old] of before) if (!after.has(path) && !edited(path, old, undefined)) return undefined;
  // Of a network that is nothing but subscribers, none may be left.
  const isLess = lists.came.length < lists.went.length || files.some((file) => file.after.length < file.before.length);
  if (isLess && [...after.values()].every(isOfSubscribers)) return undefined;
  return { files, lists };
}

function isOfSubscribers({
  subscribers: _subscribers,
  lists: _lists,
  // What it says has come into what lies beneath.
  defaults: _defaults,
  issues,
  broken,
  incomplete,
  unread,
  ...others
}: Collected) {
  return (
    Object.values(others).every((each) => each.length === 0) &&
    Object.values(broken).every((each) => each.size === 0) &&
    !incomplete.operator &&
    !incomplete.router &&
    unread.size === 0 &&
    !hasErrors(issues)
  );
}
