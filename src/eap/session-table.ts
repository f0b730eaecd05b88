import type { Clock } from '../base/clock.ts';
import { type EapMethod, type FillRandom, randomOctets } from './method.ts';
import { sharedRoom } from './shared-room.ts';

/** One conversation with a peer through a NAS, from its identity to its outcome. */
export interface EapSession<Answer> {
  /** Address of the NAS. */
  readonly source: string;
  /** What the peer said that it is; it may hide that. */
  identity: string | undefined;
  method: EapMethod | undefined;
  /** Types that were proposed, or had no chance. */
  readonly tried: Set<number>;
  /** Of the Request that is to be answered. */
  identifier: number;
  /** The method was only proposed so far. */
  fresh: boolean;
  rounds: number;
  /** What was answered last is still being worked out: nothing else can be said meanwhile. */
  busy: boolean;
  /** The peer has begun to speak a method: from then on it may cost memory. */
  engaged: boolean;
  /** By which the next Response finds it, in hexadecimal. */
  state: string;
  /** Monotonic time. */
  heardAt: number;
  /** What was answered last: a NAS that heard nothing asks again, perhaps with a new packet. */
  last: { readonly state: string; readonly eap: Buffer; readonly answer: Promise<Answer> } | undefined;
}

/** Conversations that are under way: so many at most, and each for a minute after its last word. */
export interface SessionTable<Answer> {
  /** @returns nothing when there is no room */
  open(source: string): EapSession<Answer> | undefined;
  /** Its peer begins to speak a method. @returns whether there is room for that */
  engage(session: EapSession<Answer>): boolean;
  /** The conversation to which this State belongs, or belonged one round ago. */
  find(state: Buffer, source: string): EapSession<Answer> | undefined;
  /** Takes note of a Response: what was answered before the last is over. */
  answered(session: EapSession<Answer>, last: NonNullable<EapSession<Answer>['last']>): void;
  /** Gives it a new State for its next round. */
  renew(session: EapSession<Answer>): Buffer;
  close(session: EapSession<Answer>): void;
  /** Closes those whose time is over. */
  sweep(): void;
  closeAll(): void;
  readonly size: number;
}

export interface SessionTableOptions {
  readonly clock: Clock;
  readonly random: FillRandom;
  /** Conversations in all. */
  readonly most: number;
  /** Of those, whose peers have begun to speak a method. */
  readonly mostEngaged: number;
  /** Told of those whose peer did not go on. */
  readonly givenUp?: (session: EapSession<unknown>) => void;
}

const stateLength = 16;
const lifeMs = 60_000;

export function sessionTable<Answer>(options: SessionTableOptions): SessionTable<Answer> {
  const { clock, random } = options;
  const byState = new Map<string, EapSession<Answer>>();
  /** The longest silent first. */
  const sessions = new Set<EapSession<Answer>>();
  const all = sharedRoom<EapSession<Answer>>(options.most);
  const engaged = sharedRoom<EapSession<Answer>>(options.mostEngaged);

  const close = (session: EapSession<Answer>): void => {
    sessions.delete(session);
    all.leave(session);
    engaged.leave(session);
    byState.delete(session.state);
    if (session.last !== undefined) byState.delete(session.last.state);
    session.method?.close();
  };

  const sweep = (): void => {
    const now = clock.monotonic();
    for (const session of sessions) {
      if (session.heardAt + lifeMs > now) return;
      close(session);
      options.givenUp?.(session as EapSession<unknown>);
    }
  };

  return {
    get size() {
      return sessions.size;
    },
    open(source) {
      sweep();
      const now = clock.monotonic();
      if (!all.makeRoom(source, now, close)) return undefined;
      const session: EapSession<Answer> = {
        source,
        identity: undefined,
        method: undefined,
        tried: new Set(),
        identifier: randomOctets(random, 1)[0] as number,
        fresh: false,
        rounds: 0,
        busy: false,
        engaged: false,
        state: '',
        heardAt: now,
        last: undefined,
      };
      sessions.add(session);
      all.enter(session);
      return session;
    },
    engage(session) {
      if (session.engaged) return true;
      if (!engaged.makeRoom(session.source, clock.monotonic(), close)) return false;
      session.engaged = true;
      engaged.enter(session);
      return true;
    },
    find(state, source) {
      sweep();
      const session = byState.get(state.toString('hex'));
      return session?.source === source ? session : undefined;
    },
    answered(session, last) {
      if (session.last !== undefined) byState.delete(session.last.state);
      session.last = last;
    },
    renew(session) {
      const state = randomOctets(random, stateLength);
      // It may have been closed meanwhile, in favour of newer ones.
      if (!sessions.delete(session)) return state;
      sessions.add(session);
      if (session.state !== session.last?.state) byState.delete(session.state);
      session.state = state.toString('hex');
      session.heardAt = clock.monotonic();
      all.enter(session);
      if (session.engaged) engaged.enter(session);
      byState.set(session.state, session);
      return state;
    },
    close,
    sweep,
    closeAll() {
      for (const session of sessions) close(session);
    },
  };
}
