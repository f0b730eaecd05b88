import { people } from './people.ts';
import type { Say } from './say.ts';
import type { Stage } from './stage.ts';

/** What stands on the stage before the first step. */
export function welcome({ folder, north, south }: Stage, say: Say): void {
  say.text(
    `In ${folder}:`,
    '  isp    a git repository, a copy of examples/demo-isp with free ports and short intervals',
    '  state  the daemon’s records',
    '  log    what the daemon and the routers say',
    '  lm     the command `lastmile`, set to this repository and state',
    `${north.name} (API on 127.0.0.2:${north.apiPort}) asks RADIUS; ${south.name} (127.0.0.3:${south.apiPort}) keeps its logins itself.`,
    'Both are simulated and speak the true protocols.',
  );
}

/** What a person can try once the tour is over. */
export function afterwards(stage: Stage, say: Say): void {
  const { repository, lastmile, north, south, listeners } = stage;
  const lm = lastmile.wrapper;
  const dial = JSON.stringify({ username: people.anna, password: stage.password('anna') });
  say.text('', 'Everything keeps running until Ctrl-C. Try:', '');
  say.see(`${lm} status`);
  say.see(`${lm} sessions`);
  say.see(`${lm} get subscriber`);
  say.see(`${lm} disconnect ${people.anna}`);
  say.see(`curl -s ${north.controlAddress}/dial -d '${dial}'`, 'anna dials again');
  say.see(`$EDITOR ${repository.path}/subscribers/north.yaml`);
  say.see(`${lm} plan`, 'what your edit would do');
  say.see(`git -C ${repository.path} commit -am 'My change'`, 'and it happens');
  say.text(
    '',
    `Admin   http://${listeners.admin}/healthz  /readyz  (all else with a token, or on the socket)`,
    `Socket  curl -s --unix-socket ${listeners.adminSocket} http://lastmile/api/v1/status`,
    `RADIUS  ${listeners.auth}, accounting ${listeners.accounting}`,
    `Routers http://${north.controlAddress}/sessions  http://${south.controlAddress}/sessions`,
    `Log     tail -f ${stage.daemon.logPath}`,
  );
}
