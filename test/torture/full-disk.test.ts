import { startOnFullDisk, tortureFullDisk } from './full-disk.ts';

/** Some of what `npm run torture` does; how soon it goes on is told there, where nothing else runs. */
tortureFullDisk('a daemon whose disk fills up', 5, 240_000);
startOnFullDisk('a daemon that is started on a full disk', 1, 240_000);
