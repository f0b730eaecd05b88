/** What git says, and what a person has to know of it instead. */
const meant: readonly (readonly [RegExp, string])[] = [
  [
    /could not read (?:Username|Password)|Authentication failed|returned error: 40[13]\b/,
    'the server takes no login that it was given: give a token that may read it with --repo-token-file',
  ],
  [
    /IDENTIFICATION HAS CHANGED/,
    'the host has another key than it is known by, and is not talked to: it was set up anew, or is somebody else',
  ],
  [
    /host key is known for|Host key verification failed/,
    'the key of the host is not known, and it is not talked to: ssh-keyscan shows it, --repo-known-hosts has it',
  ],
  [
    /Permission denied/,
    'the host lets nobody in by this key: give one that may read the repository with --repo-ssh-key',
  ],
  [
    /certificate verif|SSL certificate problem|certificate signed by unknown/i,
    'the certificate of the server is of no authority that is trusted: --repo-ca names its own',
  ],
  [
    /unable to update url base from redirection|returned error: 30\d\b/,
    'the server sends elsewhere, where nothing is told: name the repository by its own address',
  ],
];

/** What a person needs of what git says: words of ours where the cause is known, with git's own; else its first line that is no progress and no advice. */
export function gitWords(err: string): string | undefined {
  const said = firstWords(err);
  const known = meant.find(([pattern]) => pattern.test(err))?.[1];
  if (known === undefined || said === undefined) return said;
  return /^Could not read from remote repository/.test(said) ? known : `${known} (${said})`;
}

function firstWords(err: string): string | undefined {
  const lines = err.split(/[\r\n]+/).map((line) => line.trim());
  const level = /^(?:fatal|error|remote):\s*/i;
  const said = lines.filter((line) => line !== '' && !line.startsWith('hint:') && !line.startsWith('warning:'));
  return (said.find((line) => level.test(line)) ?? said[0])?.replace(level, '').slice(0, 500);
}
