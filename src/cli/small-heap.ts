import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** How much the heap may grow until it is swept, in percent of what was alive. */
const growthPercent = 40;

/** How many times as large the room for what is new becomes at once while everything is loaded, all of which stays alive. */
const growthWhileLoading = 8;
const loadingMs = 5_000;

/** Room for what is new, in octets, that is large enough for who only serves. V8 begins with a quarter of it. */
const enoughForNew = 4_000_000;
const growthToEnough = 4;
const lookEveryMs = 1_000;

/**
 * Keeps the heap close to what is alive. V8 lets it grow up to fourfold where it is filled quickly and the machine has room:
 * with 100 routers of 1,000 subscribers it took 2 GB for 0.4. A daemon stays for months beside others; that it sweeps more
 * often costs it little, since what a request leaves behind never gets that far.
 *
 * What a request leaves behind is swept while others wait. After a quiet time V8 begins again with room for 1 MB, and doubles it now
 * and then, up to 16 MB: at 5,000 logins a second it swept a dozen times a second for half a minute. Grown to 4 MB at once, that is over
 * after a second. There it stays, unless more comes within a second than fits, until V8 gives that back at the next quiet time: of
 * accounting a good part is alive when it is swept, and to carry that elsewhere takes longer the more room there was. With 16 MB a sweep
 * holds up all answers for some four times as long, and comes often enough to be the p99 of an acknowledgement. While subscribers are
 * loaded it may take all it wants: all of them stay, and carried twice through less room they cost twice the processor time.
 *
 * And it is swept by the thread that runs anyway: there is too little to share, and other threads have to be woken and waited for.
 */
export function keepHeapSmall(until: AbortSignal, afterMs = loadingMs, everyMs = lookEveryMs): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString(`--semi-space-growth-factor=${growthWhileLoading}`);
  setFlagsFromString('--no-parallel-scavenge');
  let looking: NodeJS.Timeout | undefined;
  const loading = setTimeout(() => {
    holdRoomForNew();
    looking = setInterval(holdRoomForNew, everyMs).unref();
  }, afterMs).unref();
  const stop = () => {
    clearTimeout(loading);
    clearInterval(looking);
  };
  until.addEventListener('abort', stop, { once: true });
}

function holdRoomForNew(): void {
  const isEnough = roomForNew() >= enoughForNew;
  setFlagsFromString(`--semi-space-growth-factor=${isEnough ? 1 : growthToEnough}`);
}

/** In octets. Beside it V8 keeps as much free for the next sweep. */
function roomForNew(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space === undefined ? 0 : space.space_used_size + space.space_available_size;
}
