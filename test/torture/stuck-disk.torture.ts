import { tortureStuckDisk } from './stuck-disk.ts';

tortureStuckDisk('a disk that stands still or is protected twenty times', 20, 600_000);
