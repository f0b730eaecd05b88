/** A password as it is kept where nobody needs it in clear. Octets are views of their own. */
export type PasswordHash =
  /** MD4 of UTF-16LE, 16 octets: what Windows keeps. It stands for the password in MS-CHAP. */
  | { readonly form: 'nt'; readonly digest: Uint8Array }
  /** LDAP's salted digests (RFC 2307 style): digest of password and salt. */
  | {
      readonly form: 'salted';
      readonly algorithm: 'sha1' | 'sha256' | 'sha512';
      readonly digest: Uint8Array;
      readonly salt: Uint8Array;
    }
  /** RFC 7914. It takes its time. */
  | {
      readonly form: 'scrypt';
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly digest: Uint8Array;
      readonly salt: Uint8Array;
    }
  /** In the text that their own makers use: bcrypt as `crypt(3)` has it, Argon2 (RFC 9106) in the PHC form. They take their time. */
  | { readonly form: 'bcrypt' | 'argon2'; readonly text: string };

/** What one attempt may cost: 128 MB, and about as much time as four of the usual. */
const dearestScrypt = 128 * 1024 * 1024;
const dearestArgon2 = { kib: 128 * 1024, passes: 16, kibTimesPasses: 512 * 1024, lanes: 16 };
const dearestBcrypt = 14;

/**
 * Reads `{NT}` with 32 hexadecimal digits, `{SSHA}`, `{SSHA256}` or `{SSHA512}` with Base64 of digest and salt, or
 * `$scrypt$ln=14,r=8,p=1$SALT$DIGEST` in Base64 without padding, `$2b$10$…` (bcrypt, also `$2a$` and `$2y$`) or
 * `$argon2id$v=19$m=65536,t=3,p=4$SALT$DIGEST`; the last two also as LDAP marks them, `{CRYPT}` and `{ARGON2}`. `undefined`
 * for anything else.
 */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const nt = /^\{NT\}([0-9A-Fa-f]{32})$/.exec(text);
  if (nt?.[1] !== undefined) return { form: 'nt', digest: Buffer.from(nt[1], 'hex') };
  const salted = /^\{SSHA(|256|512)\}([A-Za-z0-9+/]+={0,2})$/.exec(text);
  if (salted?.[2] !== undefined) return saltedOf(salted[1] ?? '', Buffer.from(salted[2], 'base64'));
  return scryptOf(text) ?? bcryptOf(text) ?? argon2Of(text);
}

function saltedOf(bits: string, octets: Buffer): PasswordHash | undefined {
  const [algorithm, size] =
    bits === '' ? (['sha1', 20] as const) : bits === '256' ? (['sha256', 32] as const) : (['sha512', 64] as const);
  if (octets.length <= size) return undefined;
  return { form: 'salted', algorithm, digest: octets.subarray(0, size), salt: octets.subarray(size) };
}

function scryptOf(text: string): PasswordHash | undefined {
  const found = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/.exec(
    text,
  );
  if (found === null) return undefined;
  const [ln = 0, blockSize = 0, parallelization = 0] = found.slice(1, 4).map(Number);
  const cost = 2 ** ln;
  const [salt, digest] = [Buffer.from(found[4] ?? '', 'base64'), Buffer.from(found[5] ?? '', 'base64')];
  const sound = ln >= 1 && blockSize >= 1 && parallelization >= 1 && parallelization <= 4 && digest.length >= 16;
  if (!sound || 128 * cost * blockSize > dearestScrypt) return undefined;
  return { form: 'scrypt', cost, blockSize, parallelization, digest, salt };
}

function bcryptOf(text: string): PasswordHash | undefined {
  const found = /^(?:\{CRYPT\})?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/i.exec(text);
  const cost = Number(found?.[2]);
  return found?.[1] === undefined || cost < 4 || cost > dearestBcrypt ? undefined : { form: 'bcrypt', text: found[1] };
}

function argon2Of(text: string): PasswordHash | undefined {
  const found =
    /^(?:\{ARGON2\})?(\$argon2(?:id|i|d)\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,})$/.exec(
      text,
    );
  if (found?.[1] === undefined) return undefined;
  const [kib = 0, passes = 0, lanes = 0] = found.slice(2, 5).map(Number);
  const { kib: mostKib, passes: mostPasses, kibTimesPasses, lanes: mostLanes } = dearestArgon2;
  const isSound = passes >= 1 && lanes >= 1 && kib >= 8 * lanes;
  const isDear = kib > mostKib || passes > mostPasses || kib * passes > kibTimesPasses || lanes > mostLanes;
  return isSound && !isDear ? { form: 'argon2', text: found[1] } : undefined;
}
