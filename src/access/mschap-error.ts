/**
 * The number by which a peer's system tells its user why MS-CHAP let nobody in (RFC 2759 §6). An account that has expired is
 * not 648, an expired password: Windows would ask for a new one, which helps nobody.
 */
export function mschapErrorNumber(reason: string): number {
  switch (reason) {
    case 'password-change':
      return 709;
    case 'outside-hours':
      return 646;
    case 'disabled':
    case 'suspended':
      return 647;
    case 'expired':
    case 'local-only':
    case 'not-sold-here':
    case 'wrong-device':
    case 'wrong-place':
    case 'too-many-sessions':
    case 'too-many-devices':
    case 'quota-used':
      return 649;
    default:
      return 691;
  }
}
