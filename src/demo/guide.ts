import { quoted } from './lastmile.ts';
import { people } from './people.ts';
import type { Say } from './say.ts';
import type { Stage } from './stage.ts';

/** What stands on the stage before the first step. */
export function welcome({ folder, north, south, terrace }: Stage, say: Say): void {
  say.text(
    `In ${folder}:`,
    '  isp    a git repository, a copy of examples/demo-isp with free ports and short intervals',
    '  state  the daemon’s records',
    '  log    what the daemon and the routers say',
    '  lm     the command `lastmile`, set to this repository and state',
    `${north.name} (API on 127.0.0.2:${north.apiPort}) asks RADIUS; ${south.name} (127.0.0.3:${south.apiPort}) keeps its logins itself;`,
    `${terrace.name} is a TP-Link Omada controller (${terrace.url}). All are simulated and speak the true protocols.`,
  );
}

/** What a person can try once the tour is over. */
export function afterwards(stage: Stage, say: Say): void {
  const { repository, lastmile, north, south, listeners } = stage;
  const [lm, isp] = [lastmile.typed, quoted(repository.path)];
  const dial = JSON.stringify({ username: people.anna, password: stage.password('anna') });
  say.text('', 'All of it keeps running until Ctrl-C. Try:', '');
  say.command(`${lm} status`, 'the revision in force, and how each router is');
  say.command(`${lm} sessions`, 'who is online');
  say.command(`${lm} disconnect ${people.anna}`, 'anna goes');
  say.command(`curl -s ${north.controlAddress}/dial -d '${dial}'`, 'and dials again');
  say.text(
    '',
    `Be a guest of the café: open http://${north.hotspotAddress}/ in a browser, and accept the terms,`,
    `or log in as ${people.you} with ${stage.password('you')}`,
    '',
  );
  say.command(`$EDITOR ${isp}/subscribers/north.yaml`, 'change somebody');
  say.command(`${lm} plan`, 'what that would do, to the routers and to people online');
  say.command(`git -C ${isp} commit -am 'My change'`, 'and it happens');
  say.text(
    '',
    `Admin    http://${listeners.admin}/healthz and /readyz`,
    `API      curl -s --unix-socket ${quoted(listeners.adminSocket)} http://lastmile/api/v1/status`,
    `Portal   http://${listeners.portal}/p/cafe`,
    `RADIUS   ${listeners.auth}, accounting ${listeners.accounting}`,
    `Routers  http://${north.controlAddress}/sessions (${north.name}), http://${south.controlAddress}/sessions (${south.name})`,
    `State    ${stage.folder}/state`,
    `Log      tail -f ${quoted(stage.daemon.logPath)}`,
    '',
  );
}
