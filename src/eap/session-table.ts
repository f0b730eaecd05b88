import type { Clock } from '../base/clock.ts';
import { type EapMethod, type FillRandom, randomOctets } from './method.ts';

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
  /** By which the next Response finds it, in hexadecimal. */
  state: string;
  /** Monotonic time. */
  deadline: number;
  /** What was answered last: a NAS that heard nothing asks again, perhaps with a new packet. */
  last: { readonly state: string; readonly eap: Buffer; readonly answer: Promise<Answer> } | undefined;
}

/** Conversations that are under way: so many at most, and each for a minute after its last word. */
export interface SessionTable<Answer> {
  open(source: string): EapSession<Answer>;
  /** The conversation to which this State belongs, or belonged one round ago. */
  find(state: Buffer, source: string): EapSession<Answer> | undefined;
  /** Takes note of a Response: what was answered before the last is over. */
  answered(session: EapSession<Answer>, last: NonNullable<EapSession<Answer>['last']>): void;
  /** Gives it a new State for its next round. */
  renew(session: EapSession<Answer>): Buffer;
  close(session: EapSession<Answer>): void;
  closeAll(): void;
  readonly size: number;
}

const stateLength = 16;
const lifeMs = 60_000;

/** @param most the oldest gives way to a new one */
export function sessionTable<Answer>(clock: Clock, random: FillRandom, most: number): SessionTable<Answer> {
  const byState = new Map<string, EapSession<Answer>>();
  /** The longest silent first. */
  const sessions = new Set<EapSession<Answer>>();

  const close = (session: EapSession<Answer>): void => {
    sessions.delete(session);
    byState.delete(session.state);
    if (session.last !== undefined) byState.delete(session.last.state);
    session.method?.close();
  };

  const sweep = (): void => {
    const now = clock.monotonic();
    for (const session of sessions) {
      if (session.deadline > now && sessions.size <= most) return;
      close(session);
    }
  };

  return {
    get size() {
      return sessions.size;
    },
    open(source) {
      const session: EapSession<Answer> = {
        source,
        identity: undefined,
        method: undefined,
        tried: new Set(),
        identifier: randomOctets(random, 1)[0] as number,
        fresh: false,
        rounds: 0,
        state: '',
        deadline: clock.monotonic() + lifeMs,
        last: undefined,
      };
      sessions.add(session);
      sweep();
      return session;
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
      session.state = state.toString('hex');
      session.deadline = clock.monotonic() + lifeMs;
      byState.set(session.state, session);
      return state;
    },
    close,
    closeAll() {
      for (const session of sessions) close(session);
    },
  };
}
