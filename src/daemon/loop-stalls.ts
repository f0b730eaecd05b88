import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Measures how long the process could attend to nothing. */
export interface LoopStalls extends Disposable {
  /** The longest time since this was asked last, milliseconds. */
  longest(): number;
}

const resolutionMs = 20;

/** As the process itself sees it: also what it did not run for while the machine did something else. */
export function loopStalls(): LoopStalls {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return {
    longest() {
      const longest = delays.max / 1e6 - resolutionMs;
      delays.reset();
      return Math.max(0, Math.round(longest));
    },
    [Symbol.dispose]: () => void delays.disable(),
  };
}
