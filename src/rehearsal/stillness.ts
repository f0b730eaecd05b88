import { performance } from 'node:perf_hooks';

export interface StillnessOptions {
  /** Whether something is under way in another thread, of which nothing is heard until it is done. */
  readonly isBusy: () => boolean;
}

/** So many looks in a row see nothing before it is believed that nothing comes. */
const looksInRow = 3;
/** Real milliseconds between looks. However long one takes, it counts once. */
const lookMs = 1;
/** Turns of the event loop in which a look waits for nothing but itself. */
const ownTurns = 4;

/**
 * Tells when this thread has nothing to do and nothing is to come: no event was taken in since the last look, none was worked on,
 * no file is read and nobody else works for us. How long that takes makes no difference: a machine that stalls sees fewer looks.
 */
export class Stillness {
  readonly #isBusy: () => boolean;
  #seen = 0;
  #turns = 0;
  #inRow = 0;
  #looks = 0;

  constructor({ isBusy }: StillnessOptions) {
    this.#isBusy = isBusy;
  }

  /** Looks in a row that saw nothing. */
  get looks(): number {
    return this.#looks;
  }

  /** Resolves after one look, or when this does. @returns whether nothing happens any more */
  async look(orEnded: Promise<void>): Promise<boolean> {
    await eitherEnds(orEnded);
    const { events, loopCount } = performance.nodeTiming.uvMetricsInfo;
    const isQuiet = events === this.#seen && loopCount - this.#turns <= ownTurns && !this.#isBusy() && !isAsking();
    [this.#seen, this.#turns] = [events, loopCount];
    if (!isQuiet) this.moved();
    else this.#looks += 1;
    this.#inRow = isQuiet ? this.#inRow + 1 : 0;
    return this.#inRow >= looksInRow;
  }

  /** Something was done after all. */
  moved(): void {
    [this.#inRow, this.#looks] = [0, 0];
  }
}

/** Work that goes on in the next turn, and requests to the system that are not answered yet: files, connections, names. */
const requests = /^(Immediate|FSReq|GetAddrInfo|GetNameInfo|TCPConnect|WriteWrap|ShutdownWrap|UDPSend)/;

function isAsking(): boolean {
  return process.getActiveResourcesInfo().some((name) => requests.test(name));
}

/** Resolves when this does, or it is time for a look. */
async function eitherEnds(ended: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const look = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, lookMs);
  });
  await Promise.race([ended, look]);
  clearTimeout(timer);
}
