import { isOwnAddress } from '../firewall/matching.ts';
import type { Database } from '../routeros/database.ts';
import type { Answer, OwnCommand } from '../routeros/executor.ts';
import { missingArgument } from '../routeros/trap.ts';
import type { Sessions } from './sessions.ts';

/** Longest answer: a `count` from outside has a bound. */
const most = 100;

/** `/tool/ping`: `count` packets at once, four where none is given. Each row tells what came back so far. */
export function pingCommand(database: Database, sessions: () => Sessions): OwnCommand {
  return (fields): Answer => {
    const address = fields.get('address');
    if (address === undefined) throw missingArgument('address');
    const answers =
      isOwnAddress(database, address) ||
      sessions()
        .all()
        .some((session) => session.address === address);
    const count = Math.min(most, Math.max(1, Number(fields.get('count') ?? 4) || 4));
    return { kind: 'rows', rows: Array.from({ length: count }, (_, seq) => row(address, seq, answers)) };
  };
}

function row(host: string, seq: number, answers: boolean): readonly string[] {
  const sent = seq + 1;
  const came = answers ? { size: '56', ttl: '64', time: '1ms' } : { status: 'timeout' };
  const values: Readonly<Record<string, string>> = {
    seq: String(seq),
    host,
    ...came,
    sent: String(sent),
    received: answers ? String(sent) : '0',
    'packet-loss': answers ? '0' : '100',
  };
  return Object.entries(values).map(([name, value]) => `=${name}=${value}`);
}
