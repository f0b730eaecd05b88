import type { Clock } from '../../base/clock.ts';
import type { DirectoryReader, Nas } from '../../directory/reader.ts';
import { type RadiusFinding, type RadiusLog, unsignedHint } from '../drops.ts';
import type { NasContext } from '../nas-context.ts';
import { attribute, code } from '../packet/codes.ts';
import { type Frame, offsetOf } from '../packet/framing.ts';
import { type LearnedPolicy, type LearnedSigning, learnedSigning } from './learned-signing.ts';

/** What was learned of a NAS that is declared `messageAuthenticator: learn`; `open` as long as that is nothing. */
export interface NasSigning {
  readonly nas: string;
  readonly learned: LearnedPolicy | 'open';
}

/** So many signed requests in a row show that a NAS has learned to sign, and is not to forget it. */
const signedForGood = 1000;

export interface SigningWatchOptions {
  readonly directory: Pick<DirectoryReader, 'nas' | 'allNas'>;
  readonly clock: Clock;
  readonly log: RadiusLog;
  /** Default: known to this process alone. */
  readonly signing?: LearnedSigning;
}

/** Finds out which of the NAS that may leave their Access-Requests unsigned do, and holds those that do not to it. */
export class SigningWatch {
  readonly learned: LearnedSigning;
  readonly #options: SigningWatchOptions;
  /** NAS that were learned not to sign, by name. */
  readonly #unsigned = new Map<string, RadiusFinding>();

  constructor(options: SigningWatchOptions) {
    this.#options = options;
    this.learned = options.signing ?? learnedSigning();
  }

  /** Takes note of a request that passed its checks, of a NAS that need not sign. EAP is signed by all, and shows nothing. */
  note(context: NasContext, frame: Frame, source: string): void {
    const { nas, signing, counters } = context;
    if (frame.code !== code.accessRequest || nas.tunnelled === true) return;
    if (offsetOf(frame, attribute.messageAuthenticator) === 0) {
      counters.add('unsigned', 'taken');
      context.signedInRow = 0;
      if (signing === 'off' && nas.messageAuthenticator === 'learn') this.#noteUnsigned(nas, source);
    } else if (nas.messageAuthenticator === 'learn' && offsetOf(frame, attribute.eapMessage) === 0) {
      context.signedInRow += 1;
      if (signing === 'learn' || context.signedInRow >= signedForGood) this.#learn(context, 'require');
    }
  }

  /** Is this request one that would show that its NAS does not sign, if it proved the secret? */
  teaches(context: NasContext, frame: Frame): boolean {
    return context.signing === 'learn' && offsetOf(frame, attribute.messageAuthenticator) === 0;
  }

  /** It did. */
  taught(context: NasContext): void {
    if (context.signing === 'learn') this.#learn(context, 'off');
  }

  /** Of each NAS that is declared so. */
  state(): readonly NasSigning[] {
    const learning = this.#options.directory
      .allNas()
      .filter(({ messageAuthenticator }) => messageAuthenticator === 'learn');
    return learning.map((nas) => ({ nas: nas.name, learned: this.learned.of(nas) ?? 'open' }));
  }

  /** NAS that are not ready for `require`. */
  findings(): readonly RadiusFinding[] {
    const { directory } = this.#options;
    return [...this.#unsigned.values()].filter(({ nas }) => directory.nas(nas)?.messageAuthenticator === 'learn');
  }

  #noteUnsigned(nas: Nas, source: string): void {
    const count = (this.#unsigned.get(nas.name)?.count ?? 0) + 1;
    const lastAt = this.#options.clock.now();
    this.#unsigned.set(nas.name, {
      ...{ nas: nas.name, reason: 'unsigned', count, lastAt, source, hint: unsignedHint(nas) },
    });
  }

  #learn(context: NasContext, policy: LearnedPolicy): void {
    const { nas } = context;
    context.signing = policy;
    if (policy === 'require') this.#unsigned.delete(nas.name);
    this.learned.keep(nas, policy);
    this.#options.log.info({ nas: nas.name, messageAuthenticator: policy }, 'learned whether a NAS signs its requests');
  }
}
