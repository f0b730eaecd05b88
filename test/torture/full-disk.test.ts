import { tortureFullDisk } from './full-disk.ts';

/** Some of what `npm run torture` does; how soon it goes on is told there, where nothing else runs. */
tortureFullDisk('a daemon whose disk fills up', 5, 120_000);
