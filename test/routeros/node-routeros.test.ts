import { routerOsSessionContract } from '../contract/routeros-session.ts';
import { connectNodeRouteros } from '../support/node-routeros-session.ts';

// What the package cannot do is why it is a peer for tests and benches and not our client (docs/decisions/).
routerOsSessionContract('node-routeros 1.6.9', (port) => connectNodeRouteros(port, 'lastmile', 'pa55wort'), {
  'returns no rows for !empty, as RouterOS 7.18 and later say it': 'throws UNKNOWNREPLY inside the data handler',
  'joins several traps of one command, with their categories': 'keeps the first message and no category',
  'sends and reads UTF-8': 'writes and reads code page 1252',
  'reads a reply that comes octet by octet': 'loses split prefixes and waits for more after a lone last octet',
  'ignores tags and reply words it does not know': 'throws UNREGISTEREDTAG and UNKNOWNREPLY',
  'rejects what is under way when the router hangs up': 'never settles',
  'rejects with the reason when the router says !fatal': 'never settles, loses the reason',
  'rejects what is under way when it is closed by us': 'never settles',
  'listens until it is stopped': 'regroups rows by time',
});
