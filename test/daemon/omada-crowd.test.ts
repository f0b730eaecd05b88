import { describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries } from '../support/cafe.ts';

const probe = 'http://connectivitycheck.gstatic.com/generate_204';
const gina = { username: 'gina@cafe.example', password: cafeCanaries.gina };
const macs = Array.from({ length: 100 }, (_, at) => `02:00:5E:00:54:${at.toString(16).padStart(2, '0').toUpperCase()}`);

async function logIn(cafe: CafeNetwork, mac: string): Promise<string> {
  const { browser } = await cafe.terraceGuest(mac);
  const done = await browser.submit(await browser.get(probe), gina);
  return done.heading;
}

describe('a hundred guests at once on one Omada controller', () => {
  it('OM-29, OM-16, OM-24, OM-27: are all let in by one operator session', async () => {
    await using cafe = await CafeNetwork.start();
    await using _daemon = await cafe.running();

    const headings = await Promise.all(macs.map((mac) => logIn(cafe, mac)));

    expect(new Set(headings)).toEqual(new Set(['You are online']));
    expect(cafe.omada.counters).toMatchObject({ logins: 1, authorised: 100 });
  });

  it('OM-29: are let in by one more login when the session expired in between', async () => {
    await using cafe = await CafeNetwork.start();
    await using _daemon = await cafe.running();
    await Promise.all(macs.slice(0, 50).map((mac) => logIn(cafe, mac)));

    cafe.omada.expireSessions();
    const headings = await Promise.all(macs.slice(50).map((mac) => logIn(cafe, mac)));

    expect(new Set(headings)).toEqual(new Set(['You are online']));
    expect(cafe.omada.counters).toMatchObject({ logins: 2, authorised: 100 });
  });
});
