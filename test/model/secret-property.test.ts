import { describe, expect, it } from 'vitest';
import { isSecretProperty } from '../../src/model/secret-property.ts';

describe('a property of RouterOS', () => {
  it.each([
    'password',
    'ipsec-secret',
    'secrets',
    'wpa2-pre-shared-key',
    'private-key',
    'tcp-md5-key',
    'authentication-key',
    'management-protection-key',
    'static-key-0',
    'enc-key',
    'cak',
    'key',
    'psk-ike-initial',
    'pin',
  ])('is a secret: %s', (name) => {
    expect(isSecretProperty(name)).toBe(true);
  });

  it.each(['public-key', 'gre-key', 'key-size', 'static-transmit-key', 'group-key-update', 'rsa-key', 'pinned'])(
    'is none: %s',
    (name) => {
      expect(isSecretProperty(name)).toBe(false);
    },
  );
});
