import type { NewEvent } from './event.ts';

type Data = Readonly<Record<string, unknown>>;

/** An event in one line, for people. Pure. */
export function messageOfEvent({ type, subject, data }: Pick<NewEvent, 'type' | 'subject' | 'data'>): string {
  switch (type) {
    case 'target.failing':
      return `${text(data, 'target')} is not in step: ${text(data, 'message')}`;
    case 'target.recovered':
      return text(data, 'message');
    case 'drift.found':
      return `${text(data, 'target')}: ${text(data, 'message')}${data['healed'] === true ? ', and were set back' : ''}${rowsIn(data)}`;
    case 'revision.in-force':
    case 'revision.applied':
    case 'revision.failing':
    case 'revision.refused':
    case 'revision.rolled-back':
      return `${revisionIn(data)}: ${text(data, 'message')}`;
    case 'source.failing':
    case 'source.recovered':
    case 'heartbeat.missed':
    case 'heartbeat.recovered':
      return text(data, 'message');
    case 'quota.changed':
      return `${text(data, 'subscriber')} is at step ${text(data, 'step')} of the quotas of ${text(data, 'service')}`;
    case 'session.started':
    case 'session.updated':
    case 'session.stopped':
      return `${text(data, 'username')} on ${text(data, 'nas')}: ${type}`;
    default:
      return `${subject}: ${type satisfies never}`;
  }
}

/** True of what is good news after bad. Pure. */
export function isGoodNews(type: string): boolean {
  return type.endsWith('.recovered') || type === 'revision.applied';
}

const named = 5;

function rowsIn({ rows }: Data): string {
  if (!Array.isArray(rows) || rows.length === 0) return '';
  const more = rows.length > named ? `, and ${rows.length - named} more` : '';
  return `: ${rows.slice(0, named).join(', ')}${more}`;
}

/** `main@0123456789 "subject" (author)`. */
function revisionIn(data: Data): string {
  const short = text(data, 'revision').replace(/@[a-z0-9]+:([0-9a-f]{10})[0-9a-f]*$/, '@$1');
  const subject = text(data, 'subject');
  const author = text(data, 'author').replace(/ <[^>]*>$/, '');
  return `${short}${subject === '' ? '' : ` "${subject}"`}${author === '' ? '' : ` (${author})`}`;
}

function text(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
