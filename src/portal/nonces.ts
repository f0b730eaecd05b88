/** Octets of one: nobody guesses it, and no two are alike. */
const octets = 12;
/** Drawn at once, since each draw costs more than its octets. */
const drawn = 128;

/** Gives texts nobody can guess, another one each time. @param random so many octets nobody can guess */
export function nonceSource(random: (octets: number) => Uint8Array): () => string {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = Buffer.from(random(octets * drawn));
      used = 0;
    }
    used += octets;
    return pool.toString('base64url', used - octets, used);
  };
}
