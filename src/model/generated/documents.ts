// Written by `npm run types` from schemas/lastmile.schema.json.

/**
 * Lower-case letters, digits, dots, dashes and underscores; begins and ends with a letter or digit. Unique per kind.
 */
export type Name = string;
/**
 * Names this object had before, oldest first. Derived secrets follow the oldest, so a rename changes no password.
 */
export type PreviousNames = Name[];
/**
 * One host:port, or a list of them.
 */
export type Endpoints = string | Endpoint[];
/**
 * Host and port to listen on: 0.0.0.0:1812, [::]:1812, 127.0.0.1:0 (any free port).
 */
export type Endpoint = string;
/**
 * An IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1.
 */
export type Ip = string;
/**
 * A UDP or TCP port.
 */
export type Port = number;
/**
 * A whole number with a unit: ms, s, m, h or d, as in 1500ms, 90s, 10m, 12h, 30d.
 */
export type Duration = string;
/**
 * A secret: text (seen by everyone who can read the repository), `{env: LASTMILE_SECRET_NAME}`, `{file: PATH}` below the folder given by --secrets, `{derive: N}`: computed from the master key, changed by raising N; or text that SOPS encrypted in place (`lastmile secrets encrypt`).
 */
export type Secret =
  | string
  | {
      /**
       * Name of an environment variable that begins with LASTMILE_SECRET_.
       */
      env?: string;
      /**
       * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
       */
      file?: string;
      /**
       * Generation of a secret computed from the master key. A higher number makes a new secret.
       */
      derive?: number;
    };
/**
 * `require` drops Access-Requests without a Message-Authenticator (RouterOS sends it from 7.15); `off` accepts them; `learn` finds out by the first request that proves the secret which of the two it is.
 */
export type MessageAuthenticator = 'require' | 'off' | 'learn';
/**
 * PEM text, `{env: LASTMILE_SECRET_NAME}`, or `{file: PATH}` below the folder given by --secrets.
 */
export type Pem =
  | string
  | {
      /**
       * Name of an environment variable that begins with LASTMILE_SECRET_.
       */
      env?: string;
      /**
       * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
       */
      file?: string;
    };
/**
 * A time of day, hours and minutes: 22:00. 24:00 is the end of the day.
 */
export type TimeOfDay = string;
/**
 * Days and times of day, in the time zone of the Operator, or their own.
 *
 * Items: One window.
 */
export type TimeWindows = {
  /**
   * Days on which it begins. Default: every day.
   *
   * Items: A day.
   */
  days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
  from: TimeOfDay;
  till: TimeOfDay;
  /**
   * Time zone of the window, as in Africa/Kampala: that of a site elsewhere. Default: the Operator's.
   */
  timezone?: string;
}[];
/**
 * Times from one moment to another.
 *
 * Items: One of them.
 */
export type ClosedTimes = {
  /**
   * When it begins: RFC 3339, or local in the time zone of the Operator, as in 2026-12-20T00:00.
   */
  from: string;
  /**
   * When it is over, likewise.
   */
  till: string;
  /**
   * Why, for people.
   */
  reason?: string;
}[];
/**
 * A menu of RouterOS: /ip/firewall/filter.
 */
export type RouterMenu = string;
/**
 * A value as the router shows it. true and false are yes and no.
 */
export type RouterWord = string | number | boolean;
/**
 * Rows, or fields of them, that are left as they are on the router: neither compared nor written nor called drift.
 *
 * Items: One rule.
 */
export type IgnoreRules = {
  menu: RouterMenu;
  /**
   * Rows with these values; each may have * for any text. Absent: every row.
   */
  match?: {
    [k: string]: RouterWord;
  };
  /**
   * Fields left alone. Absent: the whole row.
   *
   * Items: A field, as in rate-limit.
   */
  fields?: string[];
}[];
/**
 * What is done about drift, which is a difference that no commit made: `always` mended, mended in `windows` only, or `never`.
 */
export type Heal = 'always' | 'windowed' | 'never';
/**
 * A whole number with a unit: s, m, h or d, as in 90s, 10m, 12h, 30d.
 */
export type Seconds = string;
/**
 * `observe` reads only, `plan` computes what would change, `apply` changes it.
 */
export type Mode = 'observe' | 'plan' | 'apply';
/**
 * Who checks the password: `radius` (this system), `local` (the router itself, from rows written into it), or `hybrid`: this system, and rows on the router that it enables by itself when it has not heard of us for a while.
 */
export type Auth = 'radius' | 'local' | 'hybrid';
/**
 * An IPv4 prefix without host bits, as in 10.30.0.0/24.
 */
export type Ipv4Prefix = string;
/**
 * One IPv4 address, a range with a dash, or a prefix: 10.0.0.2-10.0.0.254, 10.0.1.0/24.
 */
export type Ipv4Range = string;
/**
 * An IPv6 prefix without host bits, as in 2001:db8:1000::/36.
 */
export type Ipv6Prefix = string;
/**
 * An IPv4 address, as in 192.0.2.1.
 */
export type Ipv4 = string;
/**
 * Bit/s: a whole number with k, M or G (1000-based), as in 20M or 512k; a bare number is bit/s.
 */
export type Rate = string | number;
/**
 * An address or a prefix without host bits, IPv4 or IPv6, as in 192.0.2.0/24.
 */
export type IpPrefix = string;
/**
 * A list: rows, which are ours, in this order where the menu has one; an empty list removes every row of ours. A map: settings, of which only those declared are touched.
 */
export type ConfigMenu =
  | {
      [k: string]: ConfigValue;
    }[]
  | {
      [k: string]: ConfigValue;
    };
/**
 * A value as the router shows it: text or a number; true and false are yes and no; or a secret as `{env: LASTMILE_SECRET_NAME}`, `{file: PATH}` or `{derive: N}`.
 */
export type ConfigValue =
  | string
  | number
  | boolean
  | {
      /**
       * Name of an environment variable that begins with LASTMILE_SECRET_.
       */
      env?: string;
      /**
       * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
       */
      file?: string;
      /**
       * Generation of a secret computed from the master key. A higher number makes a new secret.
       */
      derive?: number;
    };
/**
 * Extra attributes for the Access-Accept, checked against the RADIUS dictionary.
 *
 * Items: One attribute.
 */
export type Attributes = {
  /**
   * Name in the dictionary, as in Mikrotik-Address-List; with a tag, as in Tunnel-Type:1; by number, as in Attr-26.2352.1.
   */
  name: string;
  /**
   * Text, a number, an address or the name of a value, as the attribute takes it. A password or key may be `{env: …}`, `{file: …}` or `{derive: N}`.
   */
  value:
    | string
    | number
    | {
        /**
         * Name of an environment variable that begins with LASTMILE_SECRET_.
         */
        env?: string;
        /**
         * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
         */
        file?: string;
        /**
         * Generation of a secret computed from the master key. A higher number makes a new secret.
         */
        derive?: number;
      };
}[];
/**
 * A secret, or `{hash: …}` where only a salted hash of it is known.
 */
export type Password =
  | string
  | {
      /**
       * Name of an environment variable that begins with LASTMILE_SECRET_.
       */
      env?: string;
      /**
       * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
       */
      file?: string;
      /**
       * Generation of a secret computed from the master key. A higher number makes a new secret.
       */
      derive?: number;
      /**
       * `{SSHA}`, `{SSHA256}` or `{SSHA512}` with Base64, `$scrypt$ln=14,r=8,p=1$SALT$DIGEST`, bcrypt (`$2b$10$…`) or Argon2 (`$argon2id$v=19$…`), or where it is: `{env: LASTMILE_SECRET_NAME}` or `{file: PATH}`. For PAP only, and not on routers.
       */
      hash?:
        | string
        | {
            /**
             * Name of an environment variable that begins with LASTMILE_SECRET_.
             */
            env?: string;
            /**
             * Path below the folder given by --secrets. A newline at the end of the file is not part of the hash.
             */
            file?: string;
          };
    };
/**
 * Networks behind the subscriber: prefixes, or maps with `destination`.
 *
 * Items: A prefix, reached by way of the subscriber's address; or more of it.
 */
export type Routes = (
  | string
  | {
      destination: Ipv4Prefix;
      gateway?: Ipv4;
      /**
       * Distance of the route. Default: as on the router.
       */
      metric?: number;
    }
)[];
/**
 * A MAC address, as in AA:BB:CC:DD:EE:FF; other separators and lower case are read as well.
 */
export type Mac1 = string;
/**
 * MAC addresses. Each belongs to one subscriber only.
 */
export type Mac = Mac1[];
/**
 * Several services of one subscriber, each with its own login. Instead of `service`, `username` and so on.
 */
export type Services = SubscriberService[];

export interface Documents {
  Operator?: Operator;
  Router?: Router;
  Service?: Service;
  Subscriber?: Subscriber;
  SubscriberList?: SubscriberList;
  PortalSite?: PortalSite;
  OmadaController?: OmadaController;
  Policy?: Policy;
  Scenario?: Scenario;
}
/**
 * Settings of the whole network. One per repository; its name stands in the ownership markers on routers.
 */
export interface Operator {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Operator here.
   */
  kind: 'Operator';
  metadata: Metadata;
  /**
   * Settings of the network.
   */
  spec: {
    /**
     * IANA time zone of local times in this repository, as in Africa/Nairobi. Default UTC.
     */
    timezone?: string;
    /**
     * The key all `{derive: N}` secrets are computed from: text, {env} or {file}. At least 32 random characters. Changing it changes every derived secret.
     */
    masterKey?:
      | string
      | {
          /**
           * Name of an environment variable that begins with LASTMILE_SECRET_.
           */
          env?: string;
          /**
           * Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.
           */
          file?: string;
        };
    /**
     * The RADIUS server inside lastmile and the NAS that may talk to it.
     */
    radius?: {
      /**
       * Sockets of the RADIUS server. A change takes a restart.
       */
      listen?: {
        auth?: Endpoints;
        accounting?: Endpoints;
        radsec?: Endpoints;
      };
      /**
       * RADIUS servers told to the routers, in this order; also the addresses CoA comes from.
       *
       * Items: One RADIUS server as the routers reach it.
       */
      servers?: {
        name: Name;
        address: Ip;
        authPort?: Port;
        accountingPort?: Port;
      }[];
      /**
       * How our own listeners are looked after: by a login of our own, which counts nowhere, and by Status-Server.
       */
      heartbeat?: {
        interval?: Duration;
        /**
         * Answers missed in a row until it is told. Default 3.
         */
        misses?: number;
        /**
         * Other RADIUS servers that are asked at each look, too: those beside us, and those that we depend on.
         *
         * Items: One RADIUS server that is looked after.
         */
        peers?: {
          name: Name;
          address: Ip;
          authPort?: Port;
          accountingPort?: Port;
          secret?: Secret;
          /**
           * It answers Status-Server (RFC 5997). False: it is asked by `login` alone. Default true.
           */
          statusServer?: boolean;
          /**
           * `require` (default) believes no reply without Message-Authenticator; `off` does, for servers from before 2024 (CVE-2024-3596).
           */
          messageAuthenticator?: 'require' | 'off';
          /**
           * It is asked over TLS, at authPort (then 2083), by the certificate of radius.radsec; secret and accountingPort are then left out.
           */
          radsec?: {
            /**
             * SHA-256 of its certificate: 64 hexadecimal digits, with or without colons.
             */
            fingerprint: string;
          };
          /**
           * A login of its own for this, by PAP: accepted or rejected, it shows that logins are decided about.
           */
          login?: {
            /**
             * The username.
             */
            username: string;
            password: Secret;
          };
        }[];
      };
      messageAuthenticator?: MessageAuthenticator;
      /**
       * RADIUS over TLS (RadSec).
       */
      radsec?: {
        certificate: Pem;
        key: Pem;
        clientCa?: Pem;
      };
      /**
       * Logins by EAP: of wireless networks with 802.1X (WPA2/WPA3-Enterprise), of switches, of IKEv2. Absent: such logins are rejected.
       */
      eap?: {
        /**
         * What a device may log in by, in the order in which it is proposed. Default: peap and ttls, and tls with clientCa. `md5` and `mschapv2` prove nothing of us and are for wires only.
         *
         * Items: `peap` (with EAP-MSCHAPv2 inside), `ttls` (with PAP, CHAP, MS-CHAP, MS-CHAPv2 or EAP-MSCHAPv2 inside), `tls` (certificates), `mschapv2`, `md5`.
         */
        methods?: ('peap' | 'ttls' | 'tls' | 'mschapv2' | 'md5')[];
        certificate?: Pem;
        key?: Pem;
        clientCa?: Pem;
        clientRevoked?: Pem;
        /**
         * How long a device may come back without showing password or certificate again, as long as its account is good: 0s for never, 7d at most. Default 8h.
         */
        sessionLifetime?: string;
      };
      /**
       * Servers of others that know people of foreign realms: what stands behind the last @ of a username that no declaration knows.
       */
      proxy?: {
        /**
         * RADIUS servers of others.
         *
         * Items: One RADIUS server as we reach it.
         */
        homeServers: {
          name: Name;
          address: Ip;
          authPort?: Port;
          accountingPort?: Port;
          secret: Secret;
          /**
           * It answers Status-Server (RFC 5997), by which we see that it is back. False: after 20 s of silence it is left alone for a minute, then tried with a login. Default true.
           */
          statusServer?: boolean;
          /**
           * `require` (default) believes no reply to a login without Message-Authenticator; `learn` does until the server has sent one, for servers from before 2024 (CVE-2024-3596).
           */
          messageAuthenticator?: 'require' | 'learn';
          /**
           * How long it may take before the next server is asked, from 200ms to 30s. Default 2s.
           */
          timeout?: string;
        }[];
        /**
         * Whose people they know.
         *
         * Items: One realm.
         */
        realms: {
          /**
           * What stands behind the last @ of a username, or `*` for whatever no other entry names. Case is no matter.
           */
          realm: string;
          /**
           * Home servers by name, the first preferred; another is asked when those before it do not answer.
           */
          servers: Name[];
          /**
           * Leave @realm out of the username that they are told. Default false.
           */
          strip?: boolean;
          service?: Name;
          /**
           * Attributes that the home server may decide about, as in Mikrotik-Rate-Limit, besides times, messages, keys, State and Class; requests carry those of vendors that are named here.
           *
           * Items: Name of an attribute.
           */
          allow?: string[];
        }[];
      };
      /**
       * NAS that are not declared as Router.
       *
       * Items: One NAS, or a prefix of alike ones.
       */
      clients?: {
        name: Name;
        /**
         * Address or prefix its packets come from, as in 192.0.2.7 or 192.0.2.0/28.
         */
        clientAddress: string;
        /**
         * NAS-Identifier it sends; needed when several share one address.
         */
        nasIdentifier?: string;
        secret: Secret;
        /**
         * It talks RADIUS over TLS; the secret is then of no matter to it.
         */
        radsec?: {
          /**
           * SHA-256 of its certificate: 64 hexadecimal digits, with or without colons. Absent: one with its name, that an authority of radius.radsec.clientCa signed.
           */
          fingerprint?: string;
        };
        /**
         * Which attributes it understands. Default generic.
         */
        profile?: 'mikrotik' | 'generic' | 'omada';
        coaPort?: Port;
        /**
         * True for a NAS that counts from its own side: its Acct-Input-Octets are what the subscriber downloaded.
         */
        swapOctets?: boolean;
        /**
         * How it keeps somebody suspended to a page, which it must be set up for: `filter` (Filter-Id with the name of onSuspend.redirect.addressList), `url` (WISPr-Redirection-URL, for omada TPLink-Redirect-Url), or `cisco` (url-redirect and url-redirect-acl). Absent: it cannot, and he is rejected.
         */
        redirect?: 'filter' | 'url' | 'cisco';
        messageAuthenticator?: MessageAuthenticator;
        /**
         * Requests without Message-Authenticator of a NAS that is `off`: `always` (default) still drops those with a Proxy-State, by which answers can be forged (CVE-2024-3596); `unsafe-off` takes them.
         */
        limitProxyState?: 'always' | 'unsafe-off';
        /**
         * Answers to logins carry a Message-Authenticator `always` (default), or `when-asked`: only to requests with one. For the few NAS that take no other; whoever is on the path can then forge its answers.
         */
        sendMessageAuthenticator?: 'always' | 'when-asked';
        /**
         * Whether it is answered when it asks if we are alive (Status-Server). Default: true.
         */
        statusServer?: boolean;
      }[];
    };
    /**
     * The captive portal inside lastmile.
     */
    portal?: {
      listen?: Endpoint;
      /**
       * Origin under which guests reach the portal, as in https://portal.example: scheme, host and port, nothing else.
       */
      publicUrl?: string;
      /**
       * Serves HTTPS itself. Absent: plain HTTP, as behind a proxy.
       */
      tls?: {
        certificate: Pem;
        key: Pem;
      };
      /**
       * Addresses and prefixes of proxies whose X-Forwarded-For is believed. Default: none.
       *
       * Items: An address or prefix, as in 192.0.2.7 or 192.0.2.0/28.
       */
      trustedProxies?: string[];
    };
    /**
     * The admin interface.
     */
    admin?: {
      listen?: Endpoint;
      /**
       * Who may call it over TCP.
       *
       * Items: One token.
       */
      tokens?: {
        name: Name;
        /**
         * `viewer` reads, `operator` also acts on sessions, `admin` may do everything.
         */
        role: 'viewer' | 'operator' | 'admin';
        /**
         * SHA-256 of the token in hexadecimal; the token itself stays out of git.
         */
        sha256: string;
      }[];
    };
    /**
     * How routers are brought to the declared state.
     */
    reconcile?: {
      interval?: Duration;
      /**
       * What is done about differences: `observe` reads only, `plan` computes what would change, `apply` changes it, `approved` changes it once the plan was approved by its checksum. The stricter of this and Router.mode wins. Default apply.
       */
      mode?: 'observe' | 'plan' | 'apply' | 'approved';
      deleteLimits?: DeleteLimits;
      windows?: TimeWindows;
      exceptions?: ClosedTimes;
      ignore?: IgnoreRules;
      heal?: Heal;
      /**
       * Most routers that are changed at the same time. Default: not limited.
       */
      routersAtOnce?: number;
    };
    /**
     * Accounting of sessions.
     */
    accounting?: {
      interim?: Seconds;
      collect?: Seconds;
      staleAfter?: Seconds;
      /**
       * How long what is stored is kept; what is not named is kept for good. What is under a legal hold (`lastmile hold`) stays.
       */
      retention?: {
        sessions?: Seconds;
        /**
         * Usage: first by the quarter of an hour, then by day, then by month.
         */
        usage?: {
          hours?: Seconds;
          days?: Seconds;
          months?: Seconds;
        };
        journal?: Seconds;
        audit?: Seconds;
        former?: Seconds;
        events?: Seconds;
        letters?: Seconds;
      };
    };
    /**
     * A program of yours that is asked about logins by HTTP, while they wait.
     */
    authorize?: {
      /**
       * Where it is asked, by POST: https://billing.example/api/auth/radius-check.
       */
      url: string;
      /**
       * About whom: `unknown`, those whom no declaration knows (default), or `all`.
       */
      for?: 'unknown' | 'all';
      service?: Name;
      secret?: Secret;
      /**
       * Certificate (PEM) of the authority that signed the program's. Default: those that Node.js knows.
       */
      ca?: string;
      /**
       * Tell it passwords that come in clear (PAP). Default false: it tells us the password, or is asked about devices only.
       */
      sendPassword?: boolean;
      /**
       * How long a login waits for its answer, from 50ms to 5s. Default 800ms.
       */
      timeout?: string;
      cache?: Seconds;
      /**
       * What becomes of a login when it gives no answer: `silent` (default; the NAS asks its next server), `reject`, or `cached`: as it was answered last within a day, else silent.
       */
      whenDown?: 'silent' | 'reject' | 'cached';
    };
    /**
     * What is told what happens, by POST, in order, and again until it takes it: programs of yours, a chat, or a forge.
     */
    notify?: {
      name: Name;
      /**
       * How: `events` as JSON, signed (default); lines for `slack` or `teams`; or the status of each commit for `github`, `gitlab` or `gitea` (Forgejo, too).
       */
      format?: 'events' | 'slack' | 'teams' | 'github' | 'gitlab' | 'gitea';
      /**
       * Where events go: https://billing.example/hooks/lastmile. Of a forge, the repository in its API: https://api.github.com/repos/acme/isp, https://gitlab.example/api/v4/projects/12, https://git.example/api/v1/repos/acme/isp.
       */
      url?: string;
      secretUrl?: Secret;
      secret?: Secret;
      previousSecret?: Secret;
      token?: Secret;
      /**
       * Of a forge: logins there whose commit status `lastmile/approve`, of success and with the checksum of a plan in its description, approves that plan (`reconcile.mode: approved`). Default: nobody's.
       *
       * Items: A login at the forge.
       */
      approvers?: string[];
      /**
       * Which: by type, session.stopped, or a family of them, session.*. Default: all; of a chat target.*, drift.*, revision.*, source.* and heartbeat.*.
       */
      events?: string[];
      /**
       * Certificate (PEM) of the authority that signed the program's. Default: those that Node.js knows.
       */
      ca?: string;
      /**
       * How long an answer is waited for, from 1s to 60s. Default 10s.
       */
      timeout?: string;
      giveUpAfter?: Duration;
    }[];
    /**
     * How the declarations themselves are taken from git. Which repository is followed is told to the daemon: `lastmile run --repo URL --ref REF --path FOLDER`.
     */
    source?: {
      /**
       * Webhooks of forges that tell of a push, by POST to /hooks/git of the admin API: the repository is looked at in the same moment, and not only with the next poll.
       */
      hooks?: {
        name: Name;
        secret: Secret;
      }[];
      /**
       * What is done about a revision that does not come after the one in force: a branch that was pushed with force, or another one. Default: refuse for --repo, allow for a repository that is a folder of this machine.
       */
      rewrites?: 'refuse' | 'allow';
      /**
       * Only commits signed by these come into force: every commit between the one in force and the new head is verified, by the rules of the one in force.
       */
      verify?: {
        /**
         * Who signs, and what of it counts.
         */
        signers: {
          name: Name;
          /**
           * The committer of a commit must be called one of these; of a forge, its author.
           */
          emails: string[];
          /**
           * Public keys, each ssh or pgp.
           */
          keys: {
            /**
             * ssh-ed25519 AAAA…, as in a .pub file.
             */
            ssh?: string;
            /**
             * An armoured public key: gpg --armor --export KEY.
             */
            pgp?: string;
            /**
             * It counts from then on: 2026-01-31T00:00:00Z.
             */
            from?: string;
            /**
             * It counts until then. Commits that come later do not count, whatever date they bear.
             */
            until?: string;
            /**
             * True: nothing that it has signed counts, whenever.
             */
            revoked?: boolean;
          }[];
          /**
           * This is the key of a forge, which signs what people do on its web pages. `merges`: merge commits count, if they hold no more than git makes of their parents, which are verified themselves. `any`: squashed and edited commits as well, of the authors in emails.
           */
          forge?: 'merges' | 'any';
          /**
           * No more than this. Default: everything, also the rules about signers.
           */
          may?: {
            /**
             * Objects of these kinds; Subscriber means those in lists, too.
             */
            kinds?: string[];
            /**
             * Files that fit one of these patterns, as in .lastmileignore: sites/north/**.
             */
            paths?: string[];
            /**
             * Objects that name these routers and no other, and these routers themselves.
             */
            routers?: Name[];
            /**
             * Objects with these labels, before and after.
             */
            labels?: {
              /**
               * The value of the label.
               */
              [k: string]: string;
            };
            /**
             * How many objects may be gone between two revisions that come into force. Default: any number, within the limits of reconcile.deleteLimits.
             */
            deletes?: number;
          };
        }[];
      };
    };
  };
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * Who this object is.
 */
export interface Metadata {
  name: Name;
  labels?: Labels;
  annotations?: Annotations;
  previousNames?: PreviousNames;
}
/**
 * Words to select objects by, as in `routers: {matchLabels: {site: north}}`. Values are text.
 */
export interface Labels {
  /**
   * The value of the label.
   */
  [k: string]: string;
}
/**
 * Notes for people and tools. Those that begin with lastmile/ are ours: `lastmile/prevent-destroy: "true"` refuses every plan that would delete rows of this object.
 */
export interface Annotations {
  /**
   * The text of the annotation.
   */
  [k: string]: string;
}
/**
 * How many rows may be deleted in one apply without being asked.
 */
export interface DeleteLimits {
  /**
   * Deletes of one kind on one target that are always allowed. Default 3.
   */
  always?: number;
  /**
   * Above `always`: at most this share of the rows of the kind, from 0 to 1. Default 0.05.
   */
  share?: number;
  /**
   * And at most this many. Default 25.
   */
  most?: number;
  /**
   * Other limits for rows of one menu (/ppp/secret), or made from one kind of object (Subscriber). What is left out is as above.
   */
  kinds?: {
    /**
     * Limits of this menu or kind.
     */
    [k: string]: {
      /**
       * Deletes of one kind on one target that are always allowed. Default 3.
       */
      always?: number;
      /**
       * Above `always`: at most this share of the rows of the kind, from 0 to 1. Default 0.05.
       */
      share?: number;
      /**
       * And at most this many. Default 25.
       */
      most?: number;
    };
  };
}
/**
 * A MikroTik router: reconciled over its API, served by RADIUS, or both.
 */
export interface Router {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Router here.
   */
  kind: 'Router';
  metadata: Metadata;
  /**
   * The router.
   */
  spec: {
    /**
     * Host name or address the API is dialled at.
     */
    address: string;
    /**
     * Access to the RouterOS API. Absent: nothing is written to this router, it is only a NAS.
     */
    api?: {
      port?: Port;
      tls?: Tls;
      /**
       * RouterOS user with the rights of the published group.
       */
      username: string;
      password: Secret;
      /**
       * May the challenge login of RouterOS before 6.43 be used? It shows our password, hashed by MD5, to whoever listens. Default false.
       */
      legacyLogin?: boolean;
    };
    mode?: Mode;
    /**
     * This router as a RADIUS client (NAS). Absent: it does not use RADIUS.
     */
    radius?: {
      secret: Secret;
      sourceAddress?: Ip;
      clientAddress?: Ip;
      /**
       * NAS-Identifier it sends. Default system.identity, else the name.
       */
      nasIdentifier?: string;
      messageAuthenticator?: MessageAuthenticator;
      /**
       * Requests without Message-Authenticator of a NAS that is `off`: `always` (default) still drops those with a Proxy-State, by which answers can be forged (CVE-2024-3596); `unsafe-off` takes them.
       */
      limitProxyState?: 'always' | 'unsafe-off';
      /**
       * Answers to logins carry a Message-Authenticator `always` (default), or `when-asked`: only to requests with one. For the few NAS that take no other; whoever is on the path can then forge its answers.
       */
      sendMessageAuthenticator?: 'always' | 'when-asked';
      /**
       * Whether it is answered when it asks if we are alive (Status-Server). Default: true.
       */
      statusServer?: boolean;
      /**
       * RouterOS services that ask RADIUS, as in /radius service. Default: what is declared below, of ppp, hotspot and dhcp; ppp when none is.
       *
       * Items: A RouterOS word.
       */
      services?: ('ppp' | 'hotspot' | 'wireless' | 'dhcp' | 'login' | 'ipsec' | 'dot1x')[];
      coaPort?: Port;
      timeout?: Duration;
      /**
       * How RADIUS packets travel. Default udp; `radsec` over TLS.
       */
      transport?: 'udp' | 'radsec';
      /**
       * For transport radsec.
       */
      radsec?: {
        /**
         * Name of the certificate on the router, with its key, that it shows us.
         */
        certificate: string;
        /**
         * SHA-256 of that certificate: 64 hexadecimal digits, with or without colons. Default: that of `certificates`, else any with the router's name that an authority of the Operator's radius.radsec.clientCa signed.
         */
        fingerprint?: string;
      };
    };
    auth?: Auth;
    /**
     * How `auth: hybrid` behaves on this router.
     */
    hybrid?: {
      after?: Seconds;
      /**
       * true: you have seen this RouterOS ask RADIUS about somebody whose own row is disabled. Without it `hybrid` is refused for versions of which that is not known. Default false.
       */
      assumeFallthrough?: boolean;
    };
    /**
     * Addresses that many subscribers share (carrier-grade NAT). Each inside address has one outside address and a block of its ports, so that whohad can tell who had a port without a log of connections (RFC 7422).
     *
     * Items: Inside addresses that share outside ones.
     */
    nat?: {
      name: Name;
      inside: Ipv4Prefix;
      outside: Ipv4Prefix;
      firstPort?: Port;
      /**
       * Ports of each inside address, for TCP and as many for UDP. Default: as many as there are for all.
       */
      portsPerSubscriber?: number;
      /**
       * Only what leaves by this interface is translated. Default: by any.
       */
      outInterface?: string;
      /**
       * Only what leaves by an interface of this list is translated.
       */
      outInterfaceList?: string;
    }[];
    /**
     * Address pools for subscribers (IP > Pool).
     *
     * Items: One pool.
     */
    pools?: {
      /**
       * Name of the pool, unique on the router; services refer to it.
       */
      name: string;
      /**
       * Addresses the router hands out by itself. Absent: none, and the router knows nothing of this pool.
       */
      ranges?: Ipv4Range[];
      /**
       * Addresses for fixed assignment to subscribers; not sent to the router.
       */
      static?: Ipv4Range[];
      /**
       * Name of the pool of this router that is used when this one is full.
       */
      next?: string;
    }[];
    /**
     * IPv6 pools for subscribers (IPv6 > Pool).
     *
     * Items: One pool.
     */
    ipv6Pools?: {
      /**
       * Name of the pool, unique on the router; services refer to it.
       */
      name: string;
      prefix: Ipv6Prefix;
      /**
       * Length of the prefixes handed out, as in 56.
       */
      prefixLength: number;
    }[];
    /**
     * PPPoE on this router.
     */
    ppp?: {
      /**
       * PPPoE servers, one per interface.
       *
       * Items: One PPPoE server.
       */
      servers?: {
        /**
         * Interface it listens on, as in ether2 or vlan100.
         */
        interface: string;
        /**
         * Service name shown to clients; Called-Station-Id in RADIUS. Unique on the router.
         */
        name: string;
        /**
         * Methods offered to clients. Default all four.
         *
         * Items: A method.
         */
        authentication?: ('pap' | 'chap' | 'mschap1' | 'mschap2')[];
        /**
         * Profile on the router of sessions that bring none of their own, which is left as it is there. Default: one of ours, lastmile.
         */
        profile?: string;
        /**
         * Most sessions at once on this server. Absent: not limited.
         */
        maxSessions?: number;
        /**
         * One session per MAC address only.
         */
        oneSessionPerHost?: boolean;
        keepalive?: Seconds;
        /**
         * Largest packet offered to clients. Default: as on the router.
         */
        mtu?: number;
      }[];
      localAddress?: Ipv4;
      /**
       * Name servers told to PPP clients.
       */
      dns?: Ipv4[];
    };
    /**
     * DHCP servers, one per interface (IP > DHCP Server).
     *
     * Items: One DHCP server.
     */
    dhcp?: {
      /**
       * Name of the server, unique among the DHCP servers of the router; Called-Station-Id in RADIUS.
       */
      name: string;
      /**
       * Interface it serves, as in bridge1 or vlan100.
       */
      interface: string;
      /**
       * Pool of this router for clients without an address of their own. Absent: static leases only.
       */
      pool?: string;
      leaseTime?: Seconds;
      /**
       * What clients are told (IP > DHCP Server > Networks).
       */
      network?: {
        address: Ipv4Prefix;
        gateway?: Ipv4;
        /**
         * Name servers told to the clients.
         */
        dns?: Ipv4[];
      };
      /**
       * What a client gets whom nobody declared. Absent: with RADIUS nothing, without it the pool.
       */
      unknownClients?: {
        /**
         * Pool of this router for them.
         */
        pool: string;
        /**
         * Speed of these clients. Absent: not limited.
         */
        rate?: {
          down: Rate;
          up: Rate;
        };
        /**
         * They reach this page, its walled garden and name servers, and nothing else.
         */
        redirect?: {
          site: Name;
        };
      };
    }[];
    /**
     * Certificates with their keys, which are put on the router and renewed there: hotspots, services and `config` name them. The account needs the policy `policy`; RouterOS before 7.15 takes no files over the API, there a person puts them on.
     *
     * Items: One certificate.
     */
    certificates?: {
      /**
       * Its name on the router, as hotspots name it in `certificate`.
       */
      name: string;
      certificate: Secret;
      key: Secret;
      chain?: Secret;
    }[];
    /**
     * Hotspots, one per interface (IP > Hotspot).
     *
     * Items: One hotspot.
     */
    hotspots?: {
      /**
       * Name of the hotspot, unique on the router; Called-Station-Id in RADIUS.
       */
      name: string;
      /**
       * Interface of the guests, as in bridge-guests.
       */
      interface: string;
      address: Ipv4;
      /**
       * RouterOS's name of its server profile, one for each hotspot. Default: the name of the hotspot.
       */
      profile?: string;
      /**
       * Pool of this router from which guests get a second address. Absent: they keep the one they have.
       */
      pool?: string;
      /**
       * Name under which guests reach the router's login page, as in login.cafe.example. The router answers for it itself.
       */
      dnsName?: string;
      /**
       * Ways to log in. Default [http-pap], and mac when macAuth is there.
       *
       * Items: A RouterOS word of login-by.
       */
      loginBy?: ('mac' | 'cookie' | 'http-chap' | 'https' | 'http-pap' | 'mac-cookie')[];
      /**
       * Addresses one device may use; public hotspots want 25. Default: as on the router.
       */
      addressesPerMac?: number;
      keepalive?: Seconds;
      idleTimeout?: Seconds;
      /**
       * Folder on the router for the pages guests see. Default lastmile/ and the name; flash/ is put before it where the board needs it.
       */
      htmlDirectory?: string;
      /**
       * Name of a certificate on the router, for https.
       */
      certificate?: string;
      /**
       * Lets devices in by their MAC address alone.
       */
      macAuth?: {
        /**
         * How the router writes a MAC as username. Default XX:XX:XX:XX:XX:XX.
         */
        format?:
          | 'XX:XX:XX:XX:XX:XX'
          | 'XX-XX-XX-XX-XX-XX'
          | 'XX XX XX XX XX XX'
          | 'XXXX:XXXX:XXXX'
          | 'XXXXXX:XXXXXX'
          | 'XXXXXX-XXXXXX'
          | 'XXXXXXXXXXXX';
        password?: Secret;
        /**
         * The router sends the MAC as password, too. Instead of `password`.
         */
        sendMac?: boolean;
      };
    }[];
    /**
     * Settings of the router itself.
     */
    system?: {
      /**
       * Name the router calls itself (System > Identity).
       */
      identity?: string;
      /**
       * Its clock (System > NTP Client).
       */
      ntp?: {
        /**
         * Time servers, by address or name. An empty list switches the client off.
         *
         * Items: A time server.
         */
        servers: string[];
      };
      /**
       * The router's own name servers (IP > DNS).
       */
      dns?: {
        /**
         * Name servers the router asks. Default: as on the router.
         */
        servers?: Ip[];
        /**
         * Does the router answer its clients' questions? A hotspot needs it. Default: as on the router.
         */
        allowRemoteRequests?: boolean;
      };
      /**
       * Who may reach its API (IP > Services, api and api-ssl). A change that would lock us out is refused.
       */
      apiAccess?: {
        /**
         * Addresses and prefixes that may reach the API; ours among them.
         */
        addresses: IpPrefix[];
        /**
         * Name of the certificate on the router that api-ssl shows. Absent: as on the router.
         */
        certificate?: string;
        /**
         * false switches the plain API off, true on. Absent: as on the router.
         */
        plain?: boolean;
      };
    };
    /**
     * Any other menu of the router, by its path: rows as a list, settings as a map.
     */
    config?: {
      [k: string]: ConfigMenu;
    };
    /**
     * What this router does otherwise than the Operator says.
     */
    reconcile?: {
      deleteLimits?: DeleteLimits;
      heal?: Heal;
      windows?: TimeWindows;
      ignore?: IgnoreRules;
      collect?: Seconds;
    };
  };
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * How its certificate is checked. Default: by the authorities of the system.
 */
export interface Tls {
  /**
   * `pinned`: exactly the certificate with `fingerprint`; `ca`: signed by an authority; `insecure`: not at all. Default pinned when there is a fingerprint, else ca.
   */
  mode?: 'ca' | 'pinned' | 'insecure';
  /**
   * SHA-256 of the certificate: 64 hexadecimal digits, with or without colons.
   */
  fingerprint?: string;
  /**
   * Certificate of the authority, as PEM.
   */
  ca?: string;
}
/**
 * A tariff: what a subscriber buys.
 */
export interface Service {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Service here.
   */
  kind: 'Service';
  metadata: Metadata;
  /**
   * The tariff.
   */
  spec: {
    /**
     * Name for people.
     */
    title?: string;
    /**
     * How subscribers connect.
     *
     * Items: A way to connect.
     */
    access: ('pppoe' | 'hotspot' | 'dhcp' | 'wireless')[];
    auth?: Auth;
    /**
     * Where it is offered, and where local rows go: names of routers, or {matchLabels: {…}}. Absent: not restricted.
     */
    routers?:
      | Name[]
      | {
          /**
           * All these labels must be on the router.
           */
          matchLabels: {
            /**
             * The value of the label.
             */
            [k: string]: string;
          };
        };
    rate?: Speed;
    /**
     * Days and times of day, in the time zone of the Operator. While one with `rate` lasts, that is the speed (the first of several). Where there are some without `rate`, the service can be used only while one of these lasts.
     *
     * Items: One window.
     */
    windows?: {
      /**
       * Days on which it begins. Default: every day.
       *
       * Items: A day.
       */
      days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
      from: TimeOfDay;
      till: TimeOfDay;
      rate?: Speed;
    }[];
    /**
     * What one login of a subscriber, with its devices, may use in a period, counted by its sessions; of several the strictest step is in force. See docs/quotas.md.
     *
     * Items: One quota.
     */
    quotas?: {
      name: Name;
      /**
       * Volume: a whole number with k, M, G or T (1000-based), or Ki, Mi, Gi, Ti, as in 50G.
       */
      octets?: string;
      time?: Seconds;
      /**
       * Which octets count. Default total.
       */
      direction?: 'down' | 'up' | 'total';
      /**
       * How often it begins anew, in the time zone of the Operator; `validity`: never, it is for the whole `validity` of the service.
       */
      period: 'hour' | 'day' | 'week' | 'month' | 'validity';
      /**
       * Day on which it begins anew: of the month 1 to 31 (the last day of a month that is shorter), of the week 1 (Monday) to 7; or `sign-up`, the day on which the subscriber signed up. Default 1.
       */
      anchor?: number | string;
      then?: QuotaStep;
      /**
       * What is left of one period may be used in the next, after its own and not beyond it: all of it (`true`), or at most so much (`20G`; of time `5h`). Default false.
       */
      carryOver?: boolean | string;
      /**
       * Windows, at quarters of an hour, in which nothing is counted and no step is in force.
       *
       * Items: One window.
       */
      freeHours?: {
        /**
         * Days on which it begins. Default: every day.
         *
         * Items: A day.
         */
        days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        from: TimeOfDay;
        till: TimeOfDay;
      }[];
      /**
       * What becomes of somebody who goes on: further steps, each from more on than the one before.
       *
       * Items: One step.
       */
      steps?: {
        /**
         * From so much on, used in the period altogether: 150G.
         */
        octets?: string;
        time?: Seconds;
        then: QuotaStep;
      }[];
    }[];
    /**
     * Limits of a session.
     */
    sessions?: {
      /**
       * Sessions of one login at once, on all routers together. Absent: as the router has it, which at a hotspot is one from the factory.
       */
      max?: number;
      /**
       * What becomes of the login that would be one too many: `refuse` it, or let it in and end the oldest session (`replace-oldest`). Default refuse.
       */
      whenExceeded?: 'refuse' | 'replace-oldest';
      timeout?: Seconds;
      idleTimeout?: Seconds;
      interim?: Seconds;
    };
    /**
     * Where addresses come from.
     */
    address?: {
      /**
       * Name of a pool on the routers.
       */
      pool?: string;
      /**
       * IPv6 prefixes, from pools of the routers.
       */
      ipv6?: {
        /**
         * Pool for the prefix of the link.
         */
        prefixPool?: string;
        /**
         * Pool for the prefix delegated to the subscriber's own router.
         */
        delegatedPool?: string;
      };
    };
    /**
     * Devices that one login may be used with, told apart by their MAC.
     */
    devices?: {
      /**
       * How many: at once, or at all with `lock`.
       */
      max: number;
      /**
       * The first so many devices are remembered, and every other is refused until one is forgotten (`lastmile devices forget`). Default false.
       */
      lock?: boolean;
    };
    /**
     * Most connections of one subscriber at once, by a firewall rule on the routers. Not the number of sessions: that is sessions.max.
     */
    connections?: number;
    /**
     * Prepaid time: how long a subscriber has the service, unless his own `expires` comes before.
     */
    validity?: {
      /**
       * When it begins: with the first session, or when the subscriber is given the service (`since`, else when it was seen first).
       */
      from: 'first-login' | 'assignment';
      lasts: Seconds;
    };
    grace?: Seconds;
    /**
     * What becomes of somebody suspended. Default: rejected.
     */
    onSuspend?: {
      /**
       * Rejected: no way in.
       */
      reject?: true;
      redirect?: Redirect;
    };
    /**
     * Name of the profile on the routers (PPP and hotspot), for routers that had one before. Default: made from the name of the service.
     */
    profile?: string;
    attributes?: Attributes;
  };
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * Speed, named from the subscriber's side.
 */
export interface Speed {
  down: Rate;
  up: Rate;
  /**
   * Higher speed for a short time.
   */
  burst?: {
    down: Rate;
    up: Rate;
    thresholdDown?: Rate;
    thresholdUp?: Rate;
    /**
     * Seconds over which the average is taken.
     */
    seconds: number;
  };
  /**
   * Speed that is kept free (limit-at).
   */
  guaranteed?: {
    down: Rate;
    up: Rate;
  };
  /**
   * Priority of the queue, 1 (first) to 8 (last).
   */
  priority?: number;
}
/**
 * What becomes of somebody. `block` and `redirect` stand alone; `rate`, `pool` and `addressList` may stand together.
 */
export interface QuotaStep {
  rate?: Speed;
  /**
   * Addresses from another pool of the routers: sessions are ended, so that they get one.
   */
  pool?: string;
  /**
   * On this address list of the routers as well: sessions are ended, so that new ones are on it.
   */
  addressList?: string;
  redirect?: Redirect;
  /**
   * Blocked: no way in until the next period.
   */
  block?: true;
}
/**
 * Stays online, slowly, and meets a page.
 */
export interface Redirect {
  /**
   * Address list on the routers that holds who is suspended. Default suspended.
   */
  addressList?: string;
  /**
   * Speed while suspended. Absent: that of the service.
   */
  rate?: {
    down: Rate;
    up: Rate;
  };
  site?: Name;
}
/**
 * Someone with an account.
 */
export interface Subscriber {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Subscriber here.
   */
  kind: 'Subscriber';
  metadata: Metadata;
  spec: SubscriberSpec;
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * The subscriber: one service inline, or a list of `services`.
 */
export interface SubscriberSpec {
  /**
   * `active`, `suspended` (cut off, to return) or `disabled`. Default active.
   */
  state?: 'active' | 'suspended' | 'disabled';
  /**
   * Why it is in this state, for people.
   */
  reason?: string;
  /**
   * When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00).
   */
  expires?: string;
  /**
   * Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.
   */
  since?: string;
  service?: Name;
  /**
   * What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.
   */
  username?: string;
  password?: Password;
  ntHash?: Secret;
  router?: Name;
  auth?: Auth;
  address?: Ipv4;
  ipv6?: Ipv6;
  routes?: Routes;
  mac?: Mac;
  lock?: Lock;
  attributes?: Attributes;
  services?: Services;
  contact?: Contact;
  /**
   * Notes for people.
   */
  notes?: string;
}
/**
 * Fixed IPv6 prefixes.
 */
export interface Ipv6 {
  prefix?: Ipv6Prefix;
  delegated?: Ipv6Prefix;
}
/**
 * Where a login may be used from, and with what: all that is said must hold.
 */
export interface Lock {
  /**
   * Of the device (Calling-Station-Id): one, or any of several.
   */
  mac?: string | Mac1[];
  /**
   * Name of the Router or RADIUS client: one, or any of several.
   */
  nas?: string | Name[];
  /**
   * Port of the NAS, as it sends it: NAS-Port-Id, or the number of NAS-Port in quotes.
   */
  port?: string;
  /**
   * Agent-Circuit-Id (DSL Forum), as an access node puts it in.
   */
  circuitId?: string;
}
/**
 * One service of a subscriber who has several.
 */
export interface SubscriberService {
  name: Name;
  service: Name;
  /**
   * Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.
   */
  since?: string;
  /**
   * What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.
   */
  username?: string;
  password?: Password;
  ntHash?: Secret;
  router?: Name;
  auth?: Auth;
  address?: Ipv4;
  /**
   * Fixed IPv6 prefixes.
   */
  ipv6?: {
    prefix?: Ipv6Prefix;
    delegated?: Ipv6Prefix;
  };
  /**
   * Networks behind the subscriber: prefixes, or maps with `destination`.
   *
   * Items: A prefix, reached by way of the subscriber's address; or more of it.
   */
  routes?: (
    | string
    | {
        destination: Ipv4Prefix;
        gateway?: Ipv4;
        /**
         * Distance of the route. Default: as on the router.
         */
        metric?: number;
      }
  )[];
  mac?: Mac;
  lock?: Lock;
  attributes?: Attributes;
}
/**
 * How to reach the subscriber. Informational.
 */
export interface Contact {
  /**
   * Name of the person or company.
   */
  name?: string;
  /**
   * E-mail address.
   */
  email?: string;
  /**
   * Telephone number, in quotes.
   */
  phone?: string;
  /**
   * Language tag, as in en or sw.
   */
  language?: string;
}
/**
 * Many subscribers in one file. Equal to as many Subscriber documents.
 */
export interface SubscriberList {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always SubscriberList here.
   */
  kind: 'SubscriberList';
  metadata: Metadata;
  /**
   * Fields every item has unless it says otherwise.
   */
  defaults?: {
    labels?: Labels;
    annotations?: Annotations;
    /**
     * `active`, `suspended` (cut off, to return) or `disabled`. Default active.
     */
    state?: 'active' | 'suspended' | 'disabled';
    /**
     * Why it is in this state, for people.
     */
    reason?: string;
    /**
     * When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00).
     */
    expires?: string;
    /**
     * Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.
     */
    since?: string;
    service?: Name;
    /**
     * What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.
     */
    username?: string;
    password?: Password;
    ntHash?: Secret;
    router?: Name;
    auth?: Auth;
    address?: Ipv4;
    ipv6?: Ipv6;
    routes?: Routes;
    mac?: Mac;
    lock?: Lock;
    attributes?: Attributes;
    services?: Services;
    contact?: Contact;
    /**
     * Notes for people.
     */
    notes?: string;
  };
  /**
   * The subscribers.
   *
   * Items: One subscriber: name, labels and the fields of a Subscriber, flat.
   */
  items: {
    name: Name;
    labels?: Labels;
    annotations?: Annotations;
    previousNames?: PreviousNames;
    /**
     * `active`, `suspended` (cut off, to return) or `disabled`. Default active.
     */
    state?: 'active' | 'suspended' | 'disabled';
    /**
     * Why it is in this state, for people.
     */
    reason?: string;
    /**
     * When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00).
     */
    expires?: string;
    /**
     * Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.
     */
    since?: string;
    service?: Name;
    /**
     * What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.
     */
    username?: string;
    password?: Password;
    ntHash?: Secret;
    router?: Name;
    auth?: Auth;
    address?: Ipv4;
    ipv6?: Ipv6;
    routes?: Routes;
    mac?: Mac;
    lock?: Lock;
    attributes?: Attributes;
    services?: Services;
    contact?: Contact;
    /**
     * Notes for people.
     */
    notes?: string;
  }[];
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * A place where guests meet our pages.
 */
export interface PortalSite {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always PortalSite here.
   */
  kind: 'PortalSite';
  metadata: Metadata;
  /**
   * The site.
   */
  spec: {
    /**
     * Name for people. Default: the name.
     */
    title?: string;
    /**
     * Languages of the pages, the default first. Default [en].
     *
     * Items: A language.
     */
    languages?: ('en' | 'de' | 'es' | 'fr' | 'pt' | 'sw' | 'ar')[];
    /**
     * Where guests come from: one or a list.
     */
    bridge:
      | {
          /**
           * Guests of a hotspot on a MikroTik router.
           */
          mikrotik?: {
            router: Name;
            /**
             * Name of the hotspot on it.
             */
            hotspot: string;
            /**
             * How guests are handed back to the router. Default pap-redirect, or chap where the hotspot has http-chap only.
             */
            method?: 'pap-redirect' | 'pap-form' | 'chap';
            /**
             * Where guests reach the router's login page, when not at its dnsName or address: http://10.5.50.1:8081/login.
             */
            loginUrl?: string;
          };
          /**
           * Guests of a site on an Omada controller.
           */
          omada?: {
            controller: Name;
            /**
             * Name of the site there. When the controller lists `sites`, one of these.
             */
            site: string;
            /**
             * How the controller is told about guests. Default external-portal.
             */
            mode?: 'external-portal';
          };
        }
      | PortalBridge[];
    /**
     * What router pages made for other platforms send in place of the name of this site.
     */
    aliases?: {
      /**
       * The tenant, as in example.net.
       */
      domain?: string;
      /**
       * The region or group of sites.
       */
      region?: string;
      /**
       * The id of the server.
       */
      virtualId?: string;
    };
    /**
     * Ways for guests to get in.
     *
     * Items: A way.
     */
    methods: ('login' | 'click-through')[];
    /**
     * Services of guests without an account.
     */
    services?: {
      clickThrough?: Name;
    };
    /**
     * Hosts that guests reach before they are let in: a name, *.example.net, an address or a prefix.
     *
     * Items: Hosts are names, *.example.net, IPv4 addresses and prefixes, without scheme, port and path.
     */
    walledGarden?: string[];
    /**
     * Page shown afterwards when the guest asked for none.
     */
    welcomeUrl?: string;
    /**
     * Terms of use, as plain text.
     */
    terms?: string;
    key?: Secret;
    /**
     * Looks of the pages.
     */
    branding?: {
      /**
       * Colour of buttons and links, as in #0a6e5c.
       */
      color?: string;
      /**
       * Whom guests ask for help, as in +254 712 000001.
       */
      contact?: string;
    };
    retention?: Seconds;
  };
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * Where guests come from: one of `mikrotik` and `omada`.
 */
export interface PortalBridge {
  /**
   * Guests of a hotspot on a MikroTik router.
   */
  mikrotik?: {
    router: Name;
    /**
     * Name of the hotspot on it.
     */
    hotspot: string;
    /**
     * How guests are handed back to the router. Default pap-redirect, or chap where the hotspot has http-chap only.
     */
    method?: 'pap-redirect' | 'pap-form' | 'chap';
    /**
     * Where guests reach the router's login page, when not at its dnsName or address: http://10.5.50.1:8081/login.
     */
    loginUrl?: string;
  };
  /**
   * Guests of a site on an Omada controller.
   */
  omada?: {
    controller: Name;
    /**
     * Name of the site there. When the controller lists `sites`, one of these.
     */
    site: string;
    /**
     * How the controller is told about guests. Default external-portal.
     */
    mode?: 'external-portal';
  };
}
/**
 * A TP-Link Omada controller whose guests meet our pages.
 */
export interface OmadaController {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always OmadaController here.
   */
  kind: 'OmadaController';
  metadata: Metadata;
  /**
   * The controller.
   */
  spec: {
    /**
     * Where it is reached, as in https://192.0.2.9:8043: scheme, host and port, nothing else.
     */
    url: string;
    /**
     * Its id (omadacId). Default: asked for.
     */
    id?: string;
    tls?: Tls;
    /**
     * Account of a hotspot operator there (Hotspot Manager > Operators), not of an administrator.
     */
    operator: {
      /**
       * Name of the operator.
       */
      username: string;
      password: Secret;
    };
    /**
     * Unit in which it takes the time a guest may stay. Default ms.
     */
    timeUnit?: 'ms' | 'us' | 's' | 'min';
    /**
     * Generation of its interface. Default auto.
     */
    generation?: 'auto' | 'v4' | 'v5';
    /**
     * Its OpenAPI, by which portals, their walled garden and RADIUS are kept as declared. Needed for `portals`.
     */
    openapi?: {
      /**
       * Client ID of the application.
       */
      clientId: string;
      clientSecret: Secret;
    };
    /**
     * Its sites, when bridges are to name only these, and portals kept on them.
     *
     * Items: One site.
     */
    sites?: {
      /**
       * Name of the site.
       */
      name: string;
      /**
       * Id of the site, which newer controllers send in place of the name.
       */
      id?: string;
      /**
       * Portals of this site, kept as declared over the OpenAPI.
       *
       * Items: One portal.
       */
      portals?: {
        /**
         * Name of the portal on the controller.
         */
        name: string;
        /**
         * Names of the wireless networks it stands in front of.
         *
         * Items: A wireless network.
         */
        ssids: string[];
        site: Name;
        /**
         * `external-portal`: our page talks to the controller. `radius`: the controller asks us by RADIUS. Default external-portal.
         */
        type?: 'external-portal' | 'radius';
        radiusSecret?: Secret;
      }[];
    }[];
  };
  /**
   * What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand.
   */
  sops?: {
    [k: string]: unknown;
  };
}
/**
 * Rules of the operator's own over what is declared and what would be changed, in CEL, with the cases that show what they do. What a rule denies does not come into force.
 */
export interface Policy {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Policy here.
   */
  kind: 'Policy';
  metadata: Metadata;
  /**
   * What is not to be, or to be thought about, and cases of it.
   */
  spec: {
    /**
     * What it is there for, for people.
     */
    description?: string;
    /**
     * Each is judged by itself.
     */
    rules: PolicyRule[];
    /**
     * Cases that the rules are tried on, by `lastmile policy test`, `validate` and whatever reads these declarations: one that does not come out as expected is an error.
     */
    tests?: PolicyCase[];
  };
}
/**
 * One rule: an expression in CEL, and what it means when it is true.
 */
export interface PolicyRule {
  name: Name;
  /**
   * What it is asked of: `object`, each declared object (default); `change`, each row that would be written or deleted, with its target; `target`, what would be done to one router or the directory, in numbers; `plan`, the same of all of them.
   */
  over?: 'object' | 'change' | 'target' | 'plan';
  /**
   * Of which of these. Absent: of all.
   */
  match?: {
    /**
     * Kinds of objects, or of the objects that the rows of changes belong to. Over `object`, the expression is checked against the fields of these kinds.
     *
     * Items: A kind.
     */
    kinds?: ('Operator' | 'Router' | 'Service' | 'Subscriber' | 'PortalSite' | 'OmadaController')[];
    labels?: Labels;
    /**
     * Over `change`: what is done to the row.
     *
     * Items: What is done to a row.
     */
    actions?: ('create' | 'update' | 'delete' | 'move')[];
  };
  /**
   * CEL. Where it is true, what it is asked of is refused. Of a rule, either this or `warn`.
   */
  deny?: string;
  /**
   * CEL. Where it is true, that is told, and nothing is refused.
   */
  warn?: string;
  /**
   * What is said then, with what to do about it. `{{ … }}` embeds a value, in CEL.
   */
  message: string;
}
/**
 * A case: what the rules are asked of, and what they must say.
 */
export interface PolicyCase {
  /**
   * What it shows, for people.
   */
  name: string;
  /**
   * The one rule that is asked. Absent: all that concern it.
   */
  rule?: string;
  /**
   * A declared object, as far as the rules look at it.
   */
  object?: {
    /**
     * Its kind.
     */
    kind: 'Operator' | 'Router' | 'Service' | 'Subscriber' | 'PortalSite' | 'OmadaController';
    /**
     * `name`, `labels`, `annotations`.
     */
    metadata?: {
      /**
       * As the rules see it.
       */
      [k: string]: {
        [k: string]: unknown;
      };
    };
    /**
     * Fields of the kind.
     */
    spec?: {
      /**
       * As the rules see it.
       */
      [k: string]: {
        [k: string]: unknown;
      };
    };
    /**
     * Where it is declared.
     */
    file?: string;
  };
  /**
   * A change of a row, with the fields that rules over `change` see. What is left out has a value that says nothing: an empty text, no rows.
   */
  change?: {
    /**
     * As the rules see it.
     */
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * What would be done to one target, with the fields that rules over `change` and `target` see.
   */
  target?: {
    /**
     * As the rules see it.
     */
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * A whole plan, with the fields that rules over `plan` see.
   */
  plan?: {
    /**
     * As the rules see it.
     */
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * What must come of it.
   */
  expect: 'denied' | 'warned' | 'allowed';
  /**
   * What one of the rules must say then, word for word.
   */
  message?: string;
}
/**
 * A rehearsal: what happens on a network that is declared as here, and what must come of it. Run by `lastmile test` on simulated routers, in time of its own.
 */
export interface Scenario {
  /**
   * Version of the document format: lastmile/v1.
   */
  apiVersion: 'lastmile/v1';
  /**
   * Always Scenario here.
   */
  kind: 'Scenario';
  metadata: Metadata;
  /**
   * What happens, and what must come of it.
   */
  spec: {
    /**
     * What it shows, for people.
     */
    description?: string;
    /**
     * When it begins: RFC 3339, or local in the time zone of the Operator. Default 2026-03-10T12:00.
     */
    start?: string;
    /**
     * What happens, in order.
     */
    steps: ScenarioStep[];
  };
}
/**
 * One thing that happens, and what must hold after it.
 */
export interface ScenarioStep {
  /**
   * What this step is about, for people.
   */
  title?: string;
  /**
   * A subscriber dials in by PPPoE.
   */
  dial?: {
    /**
     * Name of the subscriber, or `anna/tv` for one of several services.
     */
    subscriber?: string;
    /**
     * What is typed as the username instead.
     */
    username?: string;
    /**
     * Default: that of the subscriber.
     */
    password?: string;
    router?: Name;
    /**
     * Its interface. Default: the first that has such a server.
     */
    interface?: string;
    mac?: Mac1;
    /**
     * How the password is shown. Default: the strongest that is allowed.
     */
    method?: 'pap' | 'chap' | 'mschap1' | 'mschap2';
  };
  /**
   * A device asks for an address by DHCP.
   */
  lease?: {
    /**
     * Whose device.
     */
    subscriber?: string;
    mac?: Mac1;
    router?: Name;
    /**
     * Its interface. Default: the first that has such a server.
     */
    interface?: string;
  };
  /**
   * A device comes into reach of a hotspot.
   */
  join?: {
    /**
     * Whose device.
     */
    subscriber?: string;
    mac?: Mac1;
    router?: Name;
    /**
     * Its interface. Default: the first that has such a server.
     */
    interface?: string;
  };
  /**
   * The browser of a device opens a page.
   */
  open?: {
    mac?: Mac1;
    /**
     * The page, as in http://example.com/.
     */
    url: string;
  };
  /**
   * A form on the page is filled in and sent.
   */
  submit?: {
    mac?: Mac1;
    /**
     * What is filled in, by the name of the field.
     */
    fields?: {
      [k: string]: string;
    };
    /**
     * Fill in username and password of this subscriber.
     */
    subscriber?: string;
  };
  /**
   * A link on the page is pressed.
   */
  press?: {
    mac?: Mac1;
    /**
     * Its words, or part of its address.
     */
    link: string;
  };
  /**
   * A device goes out of reach.
   */
  leave?: {
    mac?: Mac1;
  };
  /**
   * A subscriber ends his sessions.
   */
  hangUp?: {
    /**
     * Name of the subscriber, or `anna/tv` for one of several services.
     */
    subscriber?: string;
    /**
     * What is typed as the username instead.
     */
    username?: string;
  };
  /**
   * A subscriber uses octets on the session he has, and the router reports them.
   */
  consume?: {
    /**
     * Name of the subscriber, or `anna/tv` for one of several services.
     */
    subscriber?: string;
    /**
     * What is typed as the username instead.
     */
    username?: string;
    /**
     * Towards him.
     */
    down?: string;
    /**
     * From him.
     */
    up?: string;
    over?: Duration;
  };
  wait?: Duration;
  /**
   * Time goes by until then: a time of day (06:00: the next), a date, or RFC 3339.
   */
  until?: string;
  /**
   * A commit suspends a subscriber.
   */
  suspend?: {
    subscriber: Name;
    /**
     * Why he is suspended.
     */
    reason?: string;
  };
  /**
   * A commit makes a subscriber active.
   */
  resume?: {
    subscriber: Name;
  };
  /**
   * A commit changes, adds or removes an object.
   */
  edit?: {
    /**
     * Which: Service/home-50.
     */
    object?: string;
    /**
     * Fields of its spec and their new values, by the way to them: `rate.down`. null takes a field away.
     */
    set?: {
      [k: string]: unknown;
    };
    /**
     * It is declared no more.
     */
    remove?: true;
    /**
     * A whole document that is declared from now on.
     */
    add?: {
      [k: string]: unknown;
    };
  };
  /**
   * More is sold to a subscriber.
   */
  topUp?: {
    /**
     * Name of the subscriber.
     */
    subscriber: string;
    /**
     * 10G of octets, or 5h of time online.
     */
    amount?: string;
    quota?: Name;
    valid?: Duration;
    extend?: Duration;
  };
  /**
   * Something cannot be reached any more.
   */
  cut?: {
    router?: Name;
    /**
     * RADIUS: nobody answers.
     */
    radius?: true;
    coa?: Name;
    accounting?: Name;
  };
  /**
   * It can be reached again.
   */
  restore?: {
    router?: Name;
    /**
     * RADIUS: nobody answers.
     */
    radius?: true;
    coa?: Name;
    accounting?: Name;
  };
  /**
   * A router is switched off and on.
   */
  reboot?: {
    router: Name;
  };
  expect?: ScenarioExpect;
}
/**
 * What must hold now. All of it is looked at, and everything else is told together.
 */
export interface ScenarioExpect {
  /**
   * Was the login of this step let in?
   */
  accept?: boolean;
  /**
   * Why it was not, in the word that `lastmile why` shows: suspended, expired, quota-used, wrong-password.
   */
  reason?: string;
  /**
   * Attributes of the answer of RADIUS by their name, each with its value as `lastmile why` shows it; an empty text: it is not there.
   */
  reply?: {
    [k: string]: string;
  };
  /**
   * Address that the login of this step was given.
   */
  address?: string;
  /**
   * Limit as the router shows it, upload first: 10M/50M.
   */
  rate?: string;
  /**
   * Who is online.
   *
   * Items: Sessions of one login.
   */
  sessions?: {
    /**
     * Name of the subscriber, or `anna/tv` for one of several services.
     */
    subscriber?: string;
    /**
     * What is typed as the username instead.
     */
    username?: string;
    router?: Name;
    /**
     * How many. Default: one or more.
     */
    count?: number;
    /**
     * Limit of each of them, as the router shows it: 10M/50M.
     */
    rate?: string;
    /**
     * Address of each of them.
     */
    address?: string;
    /**
     * Did RADIUS let them in, or a row of the router?
     */
    radius?: boolean;
  }[];
  /**
   * What is on routers.
   *
   * Items: Rows of one menu.
   */
  rows?: {
    router?: Name;
    menu: RouterMenu;
    /**
     * Only rows that have these values.
     */
    where?: {
      [k: string]: string;
    };
    /**
     * Values that each of them has; an empty text: none.
     */
    have?: {
      [k: string]: string;
    };
    /**
     * How many there are. Default: one or more.
     */
    count?: number;
  }[];
  /**
   * What was used.
   *
   * Items: Of one subscriber.
   */
  usage?: {
    /**
     * Name of the subscriber, or `anna/tv` for one of several services.
     */
    subscriber?: string;
    /**
     * What is typed as the username instead.
     */
    username?: string;
    quota?: Name;
    /**
     * What is used of the period that runs now.
     */
    used?: string;
    /**
     * What is left of it, with top-ups.
     */
    left?: string;
    /**
     * The step in force; 0 while none is.
     */
    step?: number;
  }[];
  /**
   * The page the last device has before it.
   */
  page?: {
    /**
     * Its HTTP status.
     */
    status?: number;
    /**
     * Its heading, whole.
     */
    heading?: string;
    /**
     * Words that are on it.
     *
     * Items: Some words.
     */
    text?: string[];
    /**
     * Words that are not on it.
     *
     * Items: Some words.
     */
    lacks?: string[];
    /**
     * Part of its address.
     */
    url?: string;
  };
  /**
   * What became of the change of this step: applied; in-sync: nothing was to be done; partial: some target was away or took less; refused by the guard, a policy or the target; invalid.
   */
  result?: 'applied' | 'in-sync' | 'partial' | 'refused' | 'invalid';
  /**
   * Code of the refusal or the finding: LM_TOO_MANY_DELETES.
   */
  code?: string;
  /**
   * The time, in the time zone of the Operator: 2026-03-10T12:00.
   */
  now?: string;
}
