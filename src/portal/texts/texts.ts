/** What a page can have to say: why something did not work, and what to do about it. */
export type Message =
  /** The account. */
  | 'wrong-password'
  | 'suspended'
  | 'disabled'
  | 'unknown-device'
  | 'expired'
  | 'outside-hours'
  | 'not-here'
  | 'device-refused'
  | 'session-limit'
  | 'time-limit'
  | 'data-limit'
  /** What was filled in. */
  | 'fields-missing'
  | 'terms-missing'
  /** `{minutes}`. */
  | 'locked'
  /** The network. */
  | 'try-again'
  | 'wait-a-minute'
  | 'busy'
  | 'failed'
  | 'router-refused'
  | 'not-ready'
  | 'logout-failed'
  /** How somebody came to the page. */
  | 'how-to-join'
  | 'reconnect'
  | 'page-expired'
  | 'page-used'
  | 'page-invalid'
  | 'wrong-router'
  | 'wrong-site'
  | 'no-device'
  | 'old-controller'
  | 'no-password-method'
  | 'not-offered'
  | 'bad-request'
  | 'too-large'
  | 'not-found';

/** The words of one language. */
export interface Texts {
  /** The language's own name. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Headings. */
  readonly headings: {
    readonly welcome: string;
    readonly problem: string;
    readonly step: string;
    readonly waiting: string;
    readonly online: string;
    readonly offline: string;
    readonly loggedOut: string;
    /** The time a controller was asked for has passed. */
    readonly over: string;
  };
  readonly wifi: string;
  readonly username: string;
  readonly password: string;
  readonly logIn: string;
  readonly connect: string;
  readonly or: string;
  readonly terms: string;
  readonly acceptTerms: string;
  readonly continue: string;
  readonly again: string;
  readonly logOut: string;
  readonly help: string;
  readonly languages: string;
  readonly stepText: string;
  readonly waitingText: string;
  readonly onlineText: string;
  readonly loggedOutText: string;
  readonly messages: Readonly<Record<Message, string>>;
}
