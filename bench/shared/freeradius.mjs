// FreeRADIUS from Debian (freeradius, freeradius-postgresql) in a folder of its own, with no more than it needs: a pool of fixed
// size, one virtual server a method, nothing logged. The pool as packaged grows under load and is then a third slower on two cores.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeUdpPorts } from './ports.mjs';
import { until } from './processes.mjs';
import {
  accessRequest,
  address,
  interimSeconds,
  megabits,
  password,
  sessionSeconds,
  sharedSecret,
  username,
} from './radius-requests.mjs';

const program = '/usr/sbin/freeradius';
const modules = '/usr/lib/freeradius';
const driver = `${modules}/rlm_sql_postgresql.so`;
const queries = '/etc/freeradius/3.0/mods-config/sql/main/postgresql/queries.conf';

/** What of Debian is missing for this bench; nothing when all is there. */
export function missingFreeradius({ sql }) {
  if (!existsSync(program)) return 'install Debian package freeradius';
  // Its queries come with another package.
  const isThere = existsSync(queries) && existsSync(driver);
  return sql && !isThere ? 'install Debian packages freeradius-postgresql and postgresql' : undefined;
}

/** What a login is answered with, the same as ours without Class. */
export function repliesTo(index) {
  const { up, down } = megabits(index);
  return [
    ['Mikrotik-Rate-Limit', `${up}M/${down}M`],
    ['Session-Timeout', String(sessionSeconds)],
    ['Acct-Interim-Interval', String(interimSeconds)],
    ['Framed-IP-Address', address(index)],
  ];
}

/**
 * Subscribers in a file, as `files` reads it. Answers PAP, CHAP and MS-CHAPv2 on a port each.
 *
 * @returns child, pid, and `ports` by method
 */
export async function startFreeradiusFiles(folder, { subscribers, threads = 3 }) {
  const home = join(folder, 'freeradius-files');
  mkdirSync(home);
  writeFileSync(join(home, 'users'), usersFile(subscribers));
  const ports = await freeUdpPorts(['pap', 'chap', 'mschap2']);
  const servers = Object.entries(ports).map(([method, port]) => authServer(method, port, 'files'));
  const config = [
    ...base(home, threads),
    `modules {\n  files { filename = ${home}/users }\n  ${verifiers} }`,
    ...servers,
  ];
  return { ...(await start(home, config.join('\n'), ports.pap, 'pap')), ports };
}

/** Subscribers and accounting in PostgreSQL. `ports`: pap, accounting. */
export async function startFreeradiusSql(folder, database, { threads = 16 } = {}) {
  const home = join(folder, 'freeradius-sql');
  mkdirSync(home);
  const ports = await freeUdpPorts(['pap', 'accounting']);
  const config = [
    ...base(home, threads),
    uniqueSession,
    `modules {\n  ${sqlModule(database, threads)}\n  ${verifiers} }`,
    authServer('pap', ports.pap, 'sql'),
    `server accounting {
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = ${ports.accounting}
  }
  preacct {
    acct_unique
  }
  accounting {
    sql
  }
}`,
  ];
  return { ...(await start(home, config.join('\n'), ports.pap, 'pap')), ports };
}

/** As Debian's policy.d/accounting: the key of a session in radacct. */
const uniqueSession = `policy {
  acct_unique {
    update request {
      &Acct-Unique-Session-Id := "%{md5:%{User-Name},%{Acct-Session-ID},%{NAS-IP-Address},%{NAS-Identifier},%{NAS-Port-ID},%{NAS-Port}}"
    }
  }
}`;

const verifiers = `pap { normalise = no }
  chap { }
  mschap { use_mppe = yes
    require_encryption = no
    require_strong = no }
  expr { }
`;

const methods = {
  pap: { authorize: 'pap', type: 'PAP', module: 'pap' },
  chap: { authorize: 'chap', type: 'CHAP', module: 'chap' },
  mschap2: { authorize: 'mschap', type: 'MS-CHAP', module: 'mschap' },
};

/** 3.2.1 puts no Message-Authenticator into replies unless told. */
function authServer(method, port, source) {
  const { authorize, type, module } = methods[method];
  const order = method === 'pap' ? `${source}\n    ${authorize}` : `${authorize}\n    ${source}`;
  return `server ${method} {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    ${order}
  }
  authenticate {
    Auth-Type ${type} {
      ${module}
    }
  }
  post-auth {
    update reply {
      Message-Authenticator := 0x00
    }
  }
}`;
}

function base(home, threads) {
  return [
    `prefix = /usr
libdir = ${modules}
logdir = ${home}
run_dir = ${home}
modconfdir = /etc/freeradius/3.0/mods-config
max_request_time = 30
cleanup_delay = 5
max_requests = 65536
hostname_lookups = no
proxy_requests = no
log {
  destination = files
  file = ${home}/radius.log
  auth = no
}
security {
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = ${threads}
  max_servers = ${threads}
  min_spare_servers = ${threads}
  max_spare_servers = ${threads}
  max_requests_per_server = 0
  max_queue_size = 65536
  auto_limit_acct = no
}
client bench {
  ipaddr = 127.0.0.1
  secret = "${sharedSecret}"
  require_message_authenticator = yes
}`,
  ];
}

function sqlModule({ port, user, name }, connections) {
  return `sql {
    dialect = "postgresql"
    driver = "rlm_sql_postgresql"
    server = "127.0.0.1"
    port = ${port}
    login = "${user}"
    radius_db = "${name}"
    acct_table1 = "radacct"
    acct_table2 = "radacct"
    postauth_table = "radpostauth"
    authcheck_table = "radcheck"
    groupcheck_table = "radgroupcheck"
    authreply_table = "radreply"
    groupreply_table = "radgroupreply"
    usergroup_table = "radusergroup"
    client_table = "nas"
    group_attribute = "SQL-Group"
    read_groups = yes
    read_profiles = yes
    read_clients = no
    pool {
      start = ${connections}
      min = ${connections}
      max = ${connections}
      spare = 0
      uses = 0
      retry_delay = 30
      lifetime = 0
      idle_timeout = 0
    }
    $INCLUDE ${queries}
  }`;
}

function usersFile(subscribers) {
  return Array.from({ length: subscribers }, (_, index) => {
    const replies = repliesTo(index).map(([name, value]) => `\t${name} = "${value}"`);
    return `${username(index)} Cleartext-Password := "${password(index)}"\n${replies.join(',\n')}\n`;
  }).join('\n');
}

async function start(home, config, port, method) {
  writeFileSync(join(home, 'radiusd.conf'), `${config}\n`);
  const child = spawn(program, ['-f', '-d', home, '-n', 'radiusd'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const socket = createSocket('udp4');
  const answered = once(socket, 'message').then(() => true);
  let identifier = 0;
  const asking = setInterval(() => socket.send(accessRequest(method, identifier++ & 255, 0), port, '127.0.0.1'), 100);
  try {
    await until(`FreeRADIUS in ${home}`, async () => {
      if (child.exitCode !== null) throw new Error(`FreeRADIUS ended: see ${home}/radius.log`);
      return Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 50))]);
    });
  } finally {
    clearInterval(asking);
    socket.close();
  }
  return { child, pid: child.pid };
}
