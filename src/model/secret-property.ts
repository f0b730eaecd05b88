/**
 * Does a property of RouterOS of this name hold what nobody else should read, however it is written? By the properties of
 * RouterOS 6.49 and 7 that passwords, shared secrets and keys stand in (https://help.mikrotik.com/docs/).
 */
export function isSecretProperty(name: string): boolean {
  return secretProperty.test(name);
}

const secretProperty =
  /(?:^|-)(?:password|passphrase|secrets?|psk|pin|cak|(?:auth|authentication|enc|encryption|md5|protection|private|preshared|pre-shared)-key)$|^key$|^static-key-\d$|^psk-/;
