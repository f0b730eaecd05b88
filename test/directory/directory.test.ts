import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { Directory } from '../../src/directory/directory.ts';
import type { Nas } from '../../src/directory/reader.ts';

function nas(name: string, clientAddress: string, nasIdentifier?: string): Nas {
  return {
    name,
    clientAddress,
    ...(nasIdentifier === undefined ? {} : { nasIdentifier }),
    secret: new Secret('s'),
    profile: 'mikrotik',
    messageAuthenticator: 'require',
    coaPort: 3799,
  };
}

function directoryOf(...all: readonly Nas[]): Directory {
  const directory = new Directory();
  for (const each of all) directory.putNas(each);
  return directory;
}

function at(directory: Directory, address: string): readonly string[] {
  return directory.nasAt(address).map(({ name }) => name);
}

describe('the NAS at an address', () => {
  const directory = directoryOf(
    nas('everything', '0.0.0.0/0'),
    nas('wide', '10.0.0.0/8'),
    nas('narrow', '10.1.0.0/16'),
    nas('one', '10.1.2.3'),
    nas('six', '2001:db8::/32'),
    nas('six-one', '2001:db8::1'),
  );

  it.each([
    ['10.1.2.3', 'one'],
    ['10.1.2.4', 'narrow'],
    ['10.2.0.1', 'wide'],
    ['192.0.2.1', 'everything'],
    ['::ffff:10.1.2.3', 'one'],
    ['::ffff:a01:204', 'narrow'],
    ['2001:db8::1', 'six-one'],
    ['2001:0DB8:0:0:0:0:0:1', 'six-one'],
    ['2001:db8:ffff::9', 'six'],
  ])('%s is %s: the most specific', (address, name) => {
    expect(at(directory, address)).toEqual([name]);
    expect(at(directory, address)).toEqual([name]);
  });

  it.each(['2001:db9::1', '::1', 'no address', ''])('%j is nobody', (address) => {
    expect(at(directory, address)).toEqual([]);
  });

  it('are several where only their names tell them apart', () => {
    const shared = directoryOf(nas('a', '192.0.2.1', 'router-a'), nas('b', '192.0.2.1', 'router-b'));

    expect(at(shared, '192.0.2.1')).toEqual(['a', 'b']);
  });

  it('is another one as soon as the declaration changes', () => {
    const changing = directoryOf(nas('wide', '10.0.0.0/8'));
    expect(at(changing, '10.0.0.1')).toEqual(['wide']);

    changing.putNas(nas('one', '10.0.0.1'));
    expect(at(changing, '10.0.0.1')).toEqual(['one']);
    changing.putNas(nas('one', '10.0.0.2'));
    expect(at(changing, '10.0.0.1')).toEqual(['wide']);
    changing.removeNas('wide');
    expect(at(changing, '10.0.0.1')).toEqual([]);
  });

  it('is found among forged addresses of a wide prefix, however many come', () => {
    const wide = directoryOf(nas('everything', '0.0.0.0/0'));

    for (let n = 0; n < 70_000; n += 1) wide.nasAt(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);

    expect(at(wide, '10.0.0.1')).toEqual(['everything']);
  });
});
