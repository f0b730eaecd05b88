export const serviceType = {
  'Login-User': 1,
  'Framed-User': 2,
  'Callback-Login-User': 3,
  'Callback-Framed-User': 4,
  'Outbound-User': 5,
  'Administrative-User': 6,
  'NAS-Prompt-User': 7,
  'Authenticate-Only': 8,
  'Callback-NAS-Prompt': 9,
  'Call-Check': 10,
  'Callback-Administrative': 11,
  'Authorize-Only': 17,
  'Framed-Management': 18,
};

export const nasPortType = {
  Async: 0,
  Sync: 1,
  ISDN: 2,
  'ISDN-V120': 3,
  'ISDN-V110': 4,
  Virtual: 5,
  PIAFS: 6,
  'HDLC-Clear-Channel': 7,
  'X.25': 8,
  'X.75': 9,
  'G.3-Fax': 10,
  SDSL: 11,
  'ADSL-CAP': 12,
  'ADSL-DMT': 13,
  IDSL: 14,
  Ethernet: 15,
  xDSL: 16,
  Cable: 17,
  'Wireless-Other': 18,
  'Wireless-802.11': 19,
  'Token-Ring': 20,
  FDDI: 21,
  PPPoA: 30,
  PPPoEoA: 31,
  PPPoEoE: 32,
  PPPoEoVLAN: 33,
  PPPoEoQinQ: 34,
};

export const acctStatusType = {
  Start: 1,
  Stop: 2,
  'Interim-Update': 3,
  Alive: 3,
  'Accounting-On': 7,
  'Accounting-Off': 8,
  'Tunnel-Start': 9,
  'Tunnel-Stop': 10,
  'Tunnel-Reject': 11,
  'Tunnel-Link-Start': 12,
  'Tunnel-Link-Stop': 13,
  'Tunnel-Link-Reject': 14,
  Failed: 15,
};

export const terminateCause = {
  'User-Request': 1,
  'Lost-Carrier': 2,
  'Lost-Service': 3,
  'Idle-Timeout': 4,
  'Session-Timeout': 5,
  'Admin-Reset': 6,
  'Admin-Reboot': 7,
  'Port-Error': 8,
  'NAS-Error': 9,
  'NAS-Request': 10,
  'NAS-Reboot': 11,
  'Port-Unneeded': 12,
  'Port-Preempted': 13,
  'Port-Suspended': 14,
  'Service-Unavailable': 15,
  Callback: 16,
  'User-Error': 17,
  'Host-Request': 18,
  'Supplicant-Restart': 19,
  'Reauthentication-Failure': 20,
  'Port-Reinitialized': 21,
  'Port-Administratively-Disabled': 22,
};

export const errorCause = {
  'Residual-Session-Context-Removed': 201,
  'Invalid-EAP-Packet': 202,
  'Unsupported-Attribute': 401,
  'Missing-Attribute': 402,
  'NAS-Identification-Mismatch': 403,
  'Invalid-Request': 404,
  'Unsupported-Service': 405,
  'Unsupported-Extension': 406,
  'Invalid-Attribute-Value': 407,
  'Administratively-Prohibited': 501,
  'Request-Not-Routable': 502,
  'Session-Context-Not-Found': 503,
  'Session-Context-Not-Removable': 504,
  'Other-Proxy-Processing-Error': 505,
  'Resources-Unavailable': 506,
  'Request-Initiated': 507,
  'Multiple-Session-Selection-Unsupported': 508,
};

export const tunnelType = {
  PPTP: 1,
  L2F: 2,
  L2TP: 3,
  ATMP: 4,
  VTP: 5,
  AH: 6,
  IP: 7,
  'MIN-IP': 8,
  ESP: 9,
  GRE: 10,
  DVS: 11,
  'IP-in-IP': 12,
  VLAN: 13,
};
export const tunnelMedium = {
  IPv4: 1,
  IP: 1,
  IPv6: 2,
  NSAP: 3,
  HDLC: 4,
  'BBN-1822': 5,
  'IEEE-802': 6,
  'E.163': 7,
  'E.164': 8,
  'F.69': 9,
  'X.121': 10,
  IPX: 11,
  Appletalk: 12,
  'DecNet-IV': 13,
  'Banyan-Vines': 14,
  'E.164-NSAP': 15,
};
export const framedProtocol = {
  PPP: 1,
  SLIP: 2,
  ARAP: 3,
  'Gandalf-SLML': 4,
  'Xylogics-IPX-SLIP': 5,
  'X.75-Synchronous': 6,
};
export const acctAuthentic = { RADIUS: 1, Local: 2, Remote: 3, Diameter: 4 };
export const terminationAction = { Default: 0, 'RADIUS-Request': 1 };

export const loginService = {
  Telnet: 0,
  Rlogin: 1,
  'TCP-Clear': 2,
  PortMaster: 3,
  LAT: 4,
  'X25-PAD': 5,
  'X25-T3POS': 6,
  'TCP-Clear-Quiet': 8,
};
export const loginTcpPort = { Telnet: 23, Rlogin: 513, Rsh: 514 };
export const framedRouting = { None: 0, Broadcast: 1, Listen: 2, 'Broadcast-Listen': 3 };
export const framedCompression = {
  None: 0,
  'Van-Jacobson-TCP-IP': 1,
  'IPX-Header-Compression': 2,
  'IPX-Header': 2,
  'Stac-LZS': 3,
};
export const arapZoneAccess = { 'Default-Zone': 1, 'Zone-Filter-Inclusive': 2, 'Zone-Filter-Exclusive': 4 };
export const framedManagement = {
  SNMP: 1,
  'Web-Based': 2,
  Netconf: 3,
  FTP: 4,
  TFTP: 5,
  SFTP: 6,
  RCP: 7,
  SCP: 8,
};
export const managementTransport = {
  'No-Protection': 1,
  'Integrity-Protection': 2,
  'Integrity-Confidentiality-Protection': 3,
};
export const eapLowerLayer = {
  'Wired-IEEE-802.1X': 1,
  'IEEE-802.1X-No-Preauth': 2,
  'IEEE-802.1X-Preauth': 3,
  'IEEE-802.16e': 4,
  IKEv2: 5,
  PPP: 6,
  'PANA-No-Preauth': 7,
  'GSS-API': 8,
  'PANA-Preauth': 9,
};
export const locationInfo = {
  'Civic-Location': 1,
  'Geo-Location': 2,
  'Users-Location': 4,
  'NAS-Location': 8,
};
export const requestedLocation = { ...locationInfo, 'Future-Requests': 16, None: 32 };
export const fragStatus = {
  Reserved: 0,
  'Fragmentation-Supported': 1,
  'More-Data-Pending': 2,
  'More-Data-Request': 3,
};
export const ipPortAlloc = { Reserved: 0, Allocation: 1, Deallocation: 2 };
