// PostgreSQL from Debian in a folder of its own, with FreeRADIUS' schema and the subscribers in it.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repliesTo } from './freeradius.mjs';
import { freeTcpPort } from './ports.mjs';
import { until } from './processes.mjs';
import { password, plans, username } from './radius-requests.mjs';

const versions = '/usr/lib/postgresql';
const schema = '/etc/freeradius/3.0/mods-config/sql/main/postgresql/schema.sql';

export function missingPostgres() {
  return existsSync(versions) ? undefined : 'install Debian package postgresql';
}

/**
 * As `initdb` leaves it, synchronous commit included, but with memory and log for a machine that does little else.
 *
 * @returns child, pid, and what a client needs: port, user, name
 */
export async function startPostgres(folder, subscribers) {
  const home = join(folder, 'postgres');
  mkdirSync(home);
  const who = owner();
  if (who.uid !== undefined) chownSync(home, who.uid, who.gid);
  const data = join(home, 'data');
  const bin = join(versions, readdirSync(versions).sort().at(-1), 'bin');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
    ...who,
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freeTcpPort();
  const settings = [
    'shared_buffers=512MB',
    'max_wal_size=4GB',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
  ];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(join(bin, 'postgres'), args, { ...who, cwd: home, stdio: 'ignore' });
  const database = { port, user: 'bench', name: 'postgres' };
  const psql = (...rest) => {
    const to = ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench', '-q', '-v', 'ON_ERROR_STOP=1', 'postgres'];
    execFileSync(join(bin, 'psql'), [...to, ...rest], { stdio: ['ignore', 'ignore', 'ignore'] });
  };
  await until('PostgreSQL', async () => tried(() => psql('-c', 'select 1')));
  psql('-f', schema);
  writeFileSync(join(home, 'rows.sql'), rowsSql(subscribers));
  psql('-f', join(home, 'rows.sql'));
  psql('-c', 'vacuum analyze');
  return { child, pid: child.pid, ...database };
}

function rowsSql(subscribers) {
  const all = Array.from({ length: subscribers }, (_, index) => index);
  const copy = (table, columns, lines) => `copy ${table} (${columns}) from stdin;\n${lines.join('\n')}\n\\.\n`;
  const replies = all.flatMap((index) =>
    repliesTo(index).map(([name, value]) => `${username(index)}\t${name}\t=\t${value}`),
  );
  return [
    copy(
      'radcheck',
      'username, attribute, op, value',
      all.map((index) => `${username(index)}\tCleartext-Password\t:=\t${password(index)}`),
    ),
    copy('radreply', 'username, attribute, op, value', replies),
    copy(
      'radusergroup',
      'username, groupname, priority',
      all.map((index) => `${username(index)}\tplan-${index % plans}\t1`),
    ),
  ].join('');
}

/** It refuses to run as root: then as the user that Debian made for it. */
function owner() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function tried(work) {
  try {
    work();
    return true;
  } catch {
    return undefined;
  }
}
