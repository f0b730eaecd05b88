/** How git is run: which repository, and what of its surroundings it is shown. */
export interface GitSettings {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /**
   * The user's own configuration counts, as for a repository of his that he works in (`safe.directory` stands there). Else
   * git sees none but that of the repository, which is ours.
   */
  readonly usersConfig?: boolean;
  /** For a remote: how it is reached, and by what. Absent: nothing is. */
  readonly remote?: RemoteSettings;
}

export interface RemoteSettings {
  /** The one transport that may be used: a repository must not choose another (`ext::` runs programs). */
  readonly protocol: 'https' | 'http' | 'ssh' | 'file';
  /** Handed over in the environment, where no list of processes shows it. */
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly sshCommand?: string;
}

/**
 * What must hold whatever a repository says of itself: it runs nothing (hooks, monitors, filters, helpers, other transports),
 * and nothing is fetched or packed by the way.
 */
const always: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.alternateRefsCommand', ''],
  ['core.askPass', ''],
  ['core.pager', 'cat'],
  ['credential.helper', ''],
  ['log.showSignature', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.fsckObjects', 'true'],
  ['fetch.writeCommitGraph', 'false'],
  ['transfer.bundleURI', 'false'],
  ['http.followRedirects', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/** Variables that reach git. Above all none that begins with GIT_: they would have it look elsewhere. */
const passed = [
  ...['PATH', 'HOME', 'TMPDIR', 'TZ', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'],
] as const;

/** The environment git is run in. */
export function gitEnvironment({ env, usersConfig = false, remote }: GitSettings): Record<string, string> {
  const kept = passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const config = [...always, ...(remote?.config ?? [])];
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: remote?.protocol ?? 'none',
    ...(usersConfig ? {} : { GIT_CONFIG_GLOBAL: '/dev/null', XDG_CONFIG_HOME: '/dev/null' }),
    ...(remote?.sshCommand === undefined ? {} : { GIT_SSH_COMMAND: remote.sshCommand, GIT_SSH_VARIANT: 'ssh' }),
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}
