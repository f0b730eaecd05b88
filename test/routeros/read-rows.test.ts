import { describe, expect, it } from 'vitest';
import { MenuTable } from '../../src/routeros/menu-table.ts';
import { file } from '../../src/routeros/menus/file.ts';
import { hotspotProfile } from '../../src/routeros/menus/hotspot-profile.ts';
import { hotspotUser } from '../../src/routeros/menus/hotspot-user.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { walledGarden } from '../../src/routeros/menus/walled-garden.ts';
import { boardOf, proplistOf, readRows } from '../../src/routeros/read-rows.ts';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { commandsFor } from '../../src/routeros/write-rows.ts';

const flash = { flash: true };
const marked = { comment: 'lm:isp/Subscriber/till' };

describe('a board that keeps only flash/', () => {
  it('IS-43: is known by that folder among its files', () => {
    expect(boardOf([{ name: 'flash' }, { name: 'flash/hotspot' }])).toEqual(flash);
    expect(boardOf([{ name: 'hotspot' }, { name: 'flashlight.txt' }])).toEqual({ flash: false });
  });

  it('IS-43: has our paths in it, and paths of others as what they are', () => {
    const rows = ['flash/lastmile/login.html', 'lastmile/login.html', 'flash'].map((name) => ({ name }));

    expect(readRows(file, rows, flash).map(({ identity }) => identity)).toEqual([
      'lastmile/login.html',
      '/lastmile/login.html',
      '/flash',
    ]);
    expect(readRows(file, rows).map(({ identity }) => identity)).toEqual(rows.map(({ name }) => name));
  });

  it('IS-43: is told the whole path, and nothing where nothing is meant', () => {
    const set = (value: string) =>
      commandsFor(
        hotspotProfile,
        {
          action: 'update',
          menu: hotspotProfile.path,
          identity: 'lobby',
          owner: 'x',
          set: { 'html-directory-override': value },
        },
        { operator: 'isp', handle: '*1', board: flash },
      )[0]?.attributes['html-directory-override'];

    expect(set('lastmile/lobby')).toBe('flash/lastmile/lobby');
    expect(set('')).toBe('');
  });
});

describe('a menu of files', () => {
  it('is read without what is in them', () => {
    expect(proplistOf(file)).toBe('.id,dynamic,name,type');
  });

  it('has files and folders, whatever the router calls their kind', () => {
    const types = ['directory', 'disk', '.html file', 'file', 'backup'];

    expect(
      readRows(
        file,
        types.map((type) => ({ name: type, type })),
      ).map(({ fields }) => fields['type']),
    ).toEqual([...['directory', 'directory', 'file', 'file', 'file']]);
  });
});

describe('a router that shows no password of a guest', () => {
  const device = { name: '0C:42:A1:00:00:01', 'mac-address': '0C:42:A1:00:00:01', ...marked };

  it('hides none when only devices are ours, which may have none', () => {
    expect(hidesSecrets(hotspotUser, [device])).toBe(false);
  });

  it('hides them when somebody of ours has a name, or when it shows stars', () => {
    expect(hidesSecrets(hotspotUser, [device, { name: 'gina', ...marked }])).toBe(true);
    expect(hidesSecrets(hotspotUser, [{ ...device, password: '*****' }])).toBe(true);
    expect(hidesSecrets(hotspotUser, [device, { name: 'gina', password: 'x', ...marked }])).toBe(false);
  });
});

describe('a row that names one that is gone', () => {
  it('shows a raw id where a name should be', () => {
    const rows = [
      { server: '*5', 'dst-host': 'a.example' },
      { server: 'lobby', 'dst-host': '*5' },
    ];

    expect(readRows(walledGarden, rows).map(({ dangling }) => dangling)).toEqual([true, undefined]);
  });
});

function hidesSecrets(menu: Menu, rows: readonly RouterOsRow[]): boolean {
  const table = new MenuTable(menu);
  for (const row of rows) table.add(row);
  return table.hidesSecrets;
}
