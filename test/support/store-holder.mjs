// Opens the store in the folder given, says so, and stays until killed.
import { pino } from 'pino';
import { Store } from '../../dist/store/store.js';

const clock = { now: () => Date.now() };
await Store.open(process.argv[2], { clock, log: pino({ level: 'silent' }) });
process.stdout.write('open\n');
process.stdin.resume();
