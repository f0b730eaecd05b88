import { describe, expect, it } from 'vitest';
import type { Authority, AuthorityQuestion, AuthorityVerdict } from '../../src/access/authority.ts';
import type { LoginLimits } from '../../src/directory/reader.ts';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { mac, PortalLab, routerFields, site } from './support.ts';

const guest = new GuestClient();
const accept: AuthorityVerdict<LoginLimits> = {
  verdict: 'accept',
  grants: () => ({ interimSeconds: 120, attributes: [] }),
  remainingSeconds: 600,
  sawPassword: true,
};

/** A program that answers so, and what it was asked. */
function program(answer: AuthorityVerdict<LoginLimits>) {
  const asked: AuthorityQuestion[] = [];
  const authority: Authority<LoginLimits> = {
    asks: 'unknown',
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
  };
  return { asked, deps: { authority: () => authority } };
}

/** Zoe, whom nothing declares, behind an access point of a controller. */
async function zoe(lab: PortalLab): Promise<GuestPage> {
  const fields = { clientMac: mac.replaceAll(':', '-'), apMac: '98-DA-C4-11-22-33', ssidName: 'Café', radioId: '0' };
  const t = String(Math.floor(lab.clock.now() / 1000));
  const page = await guest.get(`${lab.url}/p/cafe?${new URLSearchParams({ t, site: 'Default', ...fields })}`);
  return guest.submit(page, { username: 'zoe', password: 'her password' });
}

describe('a guest of a controller whom no declaration knows, where a program is asked about logins', () => {
  it('IW-20, IW-21: is let in for as long as it says', async () => {
    const { asked, deps } = program(accept);
    await using lab = await PortalLab.start([site()], { deps });

    const page = await zoe(lab);

    expect(page).toMatchObject({ status: 200, heading: 'You are online' });
    expect(asked).toMatchObject([{ username: 'zoe', nas: 'hq', door: 'hotspot', mac }]);
    expect(lab.omada.asked).toMatchObject([{ seconds: 600 }]);
  });

  it('is not let in by a yes to the name alone', async () => {
    const { deps } = program({ ...accept, sawPassword: false });
    await using lab = await PortalLab.start([site()], { deps });

    await zoe(lab);

    expect(lab.omada.asked).toEqual([]);
    expect(lab.decisions.of('zoe')).toMatchObject([{ verdict: 'reject', reason: 'method-not-possible' }]);
  });

  it.each([
    [{ verdict: 'reject', reason: 'wrong-password' } as const, 'wrong-password'],
    [{ verdict: 'silent' } as const, 'authority-down'],
  ])('is refused by %o', async (answer, reason) => {
    const { deps } = program(answer);
    await using lab = await PortalLab.start([site()], { deps });

    await zoe(lab);

    expect(lab.omada.asked).toEqual([]);
    expect(lab.decisions.of('zoe')).toMatchObject([{ verdict: 'reject', reason }]);
  });

  it('is not asked about when a router would ask about her anew', async () => {
    const { asked, deps } = program(accept);
    await using lab = await PortalLab.start([site()], { deps });

    const page = await guest.get(`${lab.url}/p/cafe?${new URLSearchParams(routerFields)}`);
    await guest.submit(page, { username: 'zoe', password: 'her password' });

    expect(asked).toEqual([]);
    expect(lab.decisions.of('zoe')).toMatchObject([{ reason: 'unknown-subscriber' }]);
  });
});
