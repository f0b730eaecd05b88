/** RFC 2865 §5.27 gives zero no meaning: to some NAS it is no limit, to others the end. */
export function isZeroTimeout({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return name.trim().toLowerCase() === 'session-timeout' && value.trim() !== '' && Number(value) === 0;
}
