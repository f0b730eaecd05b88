/** By which door a session came in. */
export type SessionKind = 'pppoe' | 'hotspot' | 'dhcp';
