import { startOnFullDisk, tortureFullDisk } from './full-disk.ts';

tortureFullDisk('a daemon whose disk fills up a hundred times', 100, 1_800_000, 2_000);
startOnFullDisk('a daemon that is started on a full disk ten times', 10, 600_000);
