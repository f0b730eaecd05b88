/**
 * Menus in which the simulated router keeps what it is given and does nothing with it: routing, tunnels, MPLS, wireless
 * controllers, IPsec. Names as on 7.22; `name=value` has that value from the factory, `name=one|other` takes these words
 * alone, `*name` is a secret, `name?` is left out of prints until it is written, and `name!` has no value.
 */
export const furtherTables: Readonly<Record<string, string>> = {
  '/routing/table': 'name fib!',
  '/routing/rule': 'action=lookup dst-address? src-address? interface? routing-mark? table? min-prefix?',
  '/routing/id': 'name id? select-dynamic-id? select-from-vrf?',
  '/routing/ospf/instance':
    'name version=2 vrf=main router-id? redistribute? originate-default? in-filter-chain? out-filter-chain?',
  '/routing/ospf/area': 'name instance area-id=0.0.0.0 type=default default-cost? no-summaries! nssa-translator?',
  '/routing/ospf/area/range': 'area prefix advertise=yes cost?',
  '/routing/ospf/interface-template':
    'area interfaces? networks? type=broadcast cost=1 priority=128 passive! auth? auth-id? *auth-key? hello-interval=10s dead-interval=40s retransmit-interval=5s transmit-delay=1s use-bfd?',
  '/routing/ospf/static-neighbor': 'address area instance-id=0 poll-interval=2m',
  '/routing/bgp/template':
    'name as? router-id? address-families? hold-time? keepalive-time? output.network? output.redistribute? input.filter?',
  '/routing/bgp/connection':
    'name remote.address remote.as? local.role as? templates? router-id? *tcp-md5-key? output.network? output.filter-chain? input.filter? multihop? connect=yes listen=yes',
  '/routing/filter/rule': 'chain rule',
  '/routing/filter/num-list': 'list range',
  '/routing/filter/community-list': 'list communities? regexp?',
  '/routing/bfd/configuration': 'interfaces? addresses? min-rx? min-tx? multiplier?',
  '/routing/rip/instance': 'name vrf=main redistribute? originate-default? afi=ipv4',
  '/mpls/interface': 'interface mpls-mtu=1508 input=yes',
  '/mpls/ldp': 'afi? vrf=main lsr-id? transport-addresses? path-vector-limit? hop-limit?',
  '/mpls/ldp/interface': 'interface afi? hello-interval? hold-time? transport-addresses?',
  '/mpls/ldp/accept-filter': 'prefix? neighbor? accept=yes',
  '/interface/vrrp':
    'name interface vrid=1 priority=100 interval=1s preemption-mode=yes authentication=none *password? version=3 v3-protocol=ipv4 on-master? on-backup? group-authority? sync-connection-tracking=no mtu=1500 arp=enabled',
  '/interface/gre':
    'name remote-address local-address=0.0.0.0 mtu=auto keepalive? dscp=inherit clamp-tcp-mss=yes dont-fragment=no *ipsec-secret? allow-fast-path=yes',
  '/interface/eoip':
    'name remote-address tunnel-id local-address=0.0.0.0 mtu=auto mac-address? arp=enabled keepalive=10s,10 dscp=inherit clamp-tcp-mss=yes dont-fragment=no *ipsec-secret? allow-fast-path=yes',
  '/interface/ipip':
    'name remote-address local-address=0.0.0.0 mtu=auto keepalive? dscp=inherit clamp-tcp-mss=yes dont-fragment=no *ipsec-secret? allow-fast-path=yes',
  '/interface/bonding':
    'name slaves mode=balance-rr primary=none link-monitoring=mii mii-interval=100ms transmit-hash-policy=layer-2 lacp-rate=30secs mtu=1500 arp=enabled',
  '/interface/vpls':
    'name peer vpls-id? cisco-static-id? pw-type=raw-ethernet pw-l2mtu=1500 mtu=1500 arp=enabled bridge?',
  '/interface/vxlan': 'name vni port=8472 local-address? interface? group? mtu=1500 arp=enabled learning=yes',
  '/interface/l2tp-client':
    'name connect-to user *password? profile=default-encryption add-default-route=no use-ipsec=no *ipsec-secret? allow=pap,chap,mschap1,mschap2 max-mtu=1450 max-mru=1450 keepalive-timeout=60',
  '/interface/sstp-client':
    'name connect-to user *password? profile=default-encryption certificate=none port=443 add-default-route=no authentication=pap,chap,mschap1,mschap2 verify-server-certificate=no',
  '/interface/ovpn-client':
    'name connect-to user *password? port=1194 mode=ip protocol=tcp profile=default certificate=none auth=sha1 cipher=blowfish128 add-default-route=no verify-server-certificate=no',
  '/interface/pppoe-client':
    'name interface user *password? profile=default service-name= ac-name= add-default-route=no dial-on-demand=no use-peer-dns=no allow=pap,chap,mschap1,mschap2 keepalive-timeout=10 max-mtu=auto max-mru=auto',
  '/interface/l2tp-server': 'name user=',
  '/interface/wireless/security-profiles':
    'name mode=none authentication-types= unicast-ciphers=aes-ccm group-ciphers=aes-ccm *wpa-pre-shared-key= *wpa2-pre-shared-key= eap-methods= radius-mac-authentication=no radius-mac-accounting=no interim-update=0s',
  '/interface/wifi/configuration': 'name ssid? country? mode? security? datapath? channel? hide-ssid? manager?',
  '/interface/wifi/security': 'name authentication-types? *passphrase? ft? wps? management-protection?',
  '/interface/wifi/channel': 'name band? frequency? width? skip-dfs-channels?',
  '/interface/wifi/datapath': 'name bridge? vlan-id? client-isolation? interface-list?',
  '/interface/wifi/provisioning':
    'radio-mac? action=none master-configuration? slave-configurations? name-format? supported-bands? identity-regexp?',
  '/caps-man/configuration': 'name ssid? country? mode? security? datapath? channel?',
  '/caps-man/security': 'name authentication-types? encryption? *passphrase?',
  '/caps-man/datapath': 'name bridge? local-forwarding? client-to-client-forwarding? vlan-id? vlan-mode?',
  '/caps-man/provisioning':
    'radio-mac=00:00:00:00:00:00 hw-supported-modes= identity-regexp= action=none master-configuration= slave-configurations= name-format=cap',
  '/ip/ipsec/profile':
    'name hash-algorithm=sha1 enc-algorithm=aes-128,3des dh-group=modp2048,modp1024 lifetime=1d nat-traversal=yes dpd-interval=2m dpd-maximum-failures=5 proposal-check=obey',
  '/ip/ipsec/proposal':
    'name auth-algorithms=sha1 enc-algorithms=aes-256-cbc,aes-192-cbc,aes-128-cbc lifetime=30m pfs-group=modp1024',
  '/ip/ipsec/peer':
    'name address? local-address? port? profile=default exchange-mode=main passive=no send-initial-contact=yes',
  '/ip/ipsec/identity':
    'peer auth-method=pre-shared-key *secret? generate-policy=no policy-template-group? my-id? remote-id? mode-config? notrack-chain=',
  '/ip/ipsec/mode-config': 'name responder=yes address-pool? address-prefix-length? split-include? system-dns=no',
  '/ip/ipsec/policy':
    'src-address? dst-address? peer? tunnel=no protocol=all src-port? dst-port? action=encrypt level=require proposal=default template?',
  '/ipv6/dhcp-client':
    'interface request=prefix pool-name? pool-prefix-length=64 add-default-route=no use-peer-dns=yes',
  '/ipv6/route': 'dst-address=::/0 gateway? blackhole! distance=1 routing-table=main',
  '/tool/netwatch':
    'host type=simple interval=10s timeout=3s up-script= down-script= test-script= name? src-address? port?',
  '/tool/graphing/interface': 'interface=all allow-address=0.0.0.0/0 store-on-disk=yes',
  '/tool/graphing/queue': 'simple-queue=all allow-address=0.0.0.0/0 store-on-disk=yes allow-target=yes',
  '/interface/6to4': 'name remote-address=0.0.0.0 local-address=0.0.0.0 mtu=auto keepalive? dscp=inherit',
  '/interface/bridge/filter':
    'chain action=accept in-interface? out-interface? in-bridge? out-bridge? mac-protocol? src-mac-address? dst-mac-address? src-address? dst-address? ip-protocol? src-port? dst-port? jump-target? new-packet-mark? passthrough? log=no log-prefix=',
  '/interface/bridge/msti': 'bridge identifier vlan-mapping priority=0x8000',
  '/interface/bridge/nat':
    'chain action=accept in-interface? out-interface? mac-protocol? src-mac-address? dst-mac-address? arp-dst-address? to-arp-reply-mac-address? to-src-mac-address? log=no log-prefix=',
  '/interface/bridge/vlan': 'bridge vlan-ids tagged= untagged=',
  '/interface/gre6': 'name remote-address local-address=:: mtu=auto keepalive? dscp=inherit *ipsec-secret?',
  '/interface/lte/apn':
    'name apn=internet authentication=none user? *password? ip-type=auto use-peer-dns=yes add-default-route=yes default-route-distance=2',
  '/interface/macvlan': 'name interface mode=private|bridge mac-address? mtu=1500 arp=enabled',
  '/interface/ovpn-server': 'name user=',
  '/interface/pptp-client':
    'name connect-to user *password? profile=default-encryption add-default-route=no dial-on-demand=no allow=pap,chap,mschap1,mschap2 max-mtu=1450 max-mru=1450 keepalive-timeout=60',
  '/interface/pptp-server': 'name user=',
  '/interface/sstp-server': 'name user=',
  '/interface/veth': 'name address? gateway? gateway6? dhcp=no',
  '/interface/wifi/steering': 'name neighbor-group? rrm? wnm?',
  '/interface/wireless/connect-list':
    'interface mac-address=00:00:00:00:00:00 ssid= connect=yes area-prefix= signal-range=-120..120 security-profile=none',
  '/ip/dhcp-client/option': 'name code value=',
  '/ip/dhcp-relay':
    'name interface dhcp-server local-address=0.0.0.0 delay-threshold=none add-relay-info=no relay-info-remote-id=',
  '/ip/dns/adlist': 'url? file? ssl-verify=yes',
  '/ip/dns/forwarders': 'name dns-servers= doh-servers= verify-doh-cert=yes',
  '/ip/ipsec/policy/group': 'name',
  '/ip/kid-control':
    'name mon? tue? wed? thu? fri? sat? sun? tur-mon? tur-tue? tur-wed? tur-thu? tur-fri? tur-sat? tur-sun? rate-limit?',
  '/ip/kid-control/device': 'name user? mac-address',
  '/ip/proxy/access':
    'src-address? dst-address? dst-port? local-port? dst-host? path? method? action=allow|deny|redirect action-data?',
  '/ip/route/rule':
    'src-address? dst-address? routing-mark? interface? action=lookup|drop|unreachable|lookup-only-in-table table?',
  '/ip/route/vrf': 'routing-mark interfaces? route-distinguisher? import-route-targets? export-route-targets?',
  '/ip/smb/shares': 'name directory= valid-users= invalid-users= read-only=no require-encryption=no',
  '/ip/smb/users': 'name *password= read-only=yes',
  '/ip/socks/access': 'src-address? src-port? dst-address? dst-port? action=allow|deny',
  '/ip/upnp/interfaces': 'interface type forced-ip?',
  '/ipv6/firewall/mangle':
    'chain action=accept src-address? dst-address? protocol? src-port? dst-port? in-interface? out-interface? in-interface-list? out-interface-list? connection-state? connection-mark? packet-mark? src-address-list? dst-address-list? tcp-flags? new-mss? new-packet-mark? new-connection-mark? new-routing-mark? new-dscp? passthrough? jump-target? log=no log-prefix=',
  '/ipv6/firewall/nat':
    'chain action=accept src-address? dst-address? protocol? src-port? dst-port? in-interface? out-interface? in-interface-list? out-interface-list? src-address-list? dst-address-list? to-address? to-ports? jump-target? log=no log-prefix=',
  '/ipv6/firewall/raw':
    'chain action=accept src-address? dst-address? protocol? src-port? dst-port? in-interface? out-interface? in-interface-list? out-interface-list? src-address-list? dst-address-list? icmp-options? limit? jump-target? log=no log-prefix=',
  '/mpls/ldp/advertise-filter': 'prefix? neighbor? advertise=yes',
  '/mpls/ldp/neighbor': 'transport send-targeted=no',
  '/routing/bgp/network': 'network synchronize=yes',
  '/routing/bgp/peer':
    'name instance=default remote-address remote-as *tcp-md5-key= nexthop-choice=default multihop=no route-reflect=no hold-time=3m ttl=default in-filter= out-filter= address-families=ip default-originate=never remove-private-as=no as-override=no passive=no use-bfd=no update-source?',
  '/routing/bgp/vpn':
    'name? instance? vrf? label-allocation-policy? route-distinguisher? import.route-targets? export.route-targets?',
  '/routing/filter':
    'chain action=passthrough prefix? prefix-length? protocol? bgp-as-path? bgp-communities? distance? set-bgp-local-pref? set-bgp-prepend? set-bgp-communities? set-distance? invert-match=no',
  '/routing/filter/community-large-list': 'list communities? regexp?',
  '/routing/igmp-proxy/interface': 'interface upstream=no threshold=1 alternative-subnets=',
  '/routing/ospf/interface':
    'interface=all cost=10 priority=1 authentication=none *authentication-key= authentication-key-id=1 network-type=broadcast passive=no use-bfd=no hello-interval=10s dead-interval=40s retransmit-interval=5s transmit-delay=1s instance-id=0',
  '/routing/ospf/network': 'network area=backbone',
  '/routing/rip/interface-template': 'name? instance? interfaces? networks? mode=passive|active *password?',
  '/routing/rpki': 'group address port refresh-interval? retry-interval? expire-interval? preference? vrf=main',
  '/system/ntp/key': 'key-id=0 *key=',
  '/tool/graphing/resource': 'allow-address=0.0.0.0/0 store-on-disk=yes',
};

/** Of these every router has some, or there are settings of this name in older versions. */
export const furtherServers: Readonly<Record<string, string>> = {
  '/interface/l2tp-server/server':
    'enabled=no default-profile=default-encryption authentication=pap,chap,mschap1,mschap2 use-ipsec=no|yes|required *ipsec-secret= max-mtu=1450 max-mru=1450 keepalive-timeout=30 max-sessions=unlimited one-session-per-host=no',
  '/interface/sstp-server/server':
    'enabled=no default-profile=default authentication=pap,chap,mschap1,mschap2 certificate=none port=443 tls-version=any verify-client-certificate=no',
  '/interface/pptp-server/server':
    'enabled=no default-profile=default-encryption authentication=mschap1,mschap2 max-mtu=1450',
  '/caps-man/manager':
    'enabled=no certificate=none ca-certificate=none require-peer-certificate=no upgrade-policy=none',
  '/interface/wifi/capsman':
    'enabled=no interfaces? certificate? ca-certificate? require-peer-certificate? upgrade-policy?',
  '/ip/upnp': 'enabled=no allow-disable-external-interface=no show-dummy-rule=yes',
  '/interface/ovpn-server/server':
    'enabled=no port=1194 mode=ip protocol=tcp netmask=24 mac-address? max-mtu=1500 keepalive-timeout=60 default-profile=default certificate=none require-client-certificate=no auth=sha1,md5,sha256,sha512 cipher=blowfish128,aes128-cbc',
  '/interface/wifi/cap':
    'enabled=no discovery-interfaces? caps-man-addresses? caps-man-names? certificate=none lock-to-caps-man=no slaves-datapath?',
  '/ip/proxy':
    'enabled=no src-address=:: port=8080 anonymous=no parent-proxy=:: parent-proxy-port=0 cache-administrator=webmaster max-cache-size=unlimited cache-on-disk=no max-client-connections=600 max-server-connections=600 always-from-cache=no serialize-connections=no',
  '/ip/smb': 'enabled=no domain=MSHOME comment=MikrotikSMB interfaces=all',
  '/ip/socks': 'enabled=no port=1080 connection-idle-timeout=2m max-connections=200 version=4 auth-method=none',
  '/system/ntp/server': 'enabled=no broadcast=no multicast=no manycast=no broadcast-addresses=',
  '/tool/bandwidth-server': 'enabled=yes authenticate=yes allocate-udp-ports-from=2000 max-sessions=100',
  '/tool/e-mail': 'server=0.0.0.0 port=25 from=<> user= *password= tls=no|yes|starttls',
  '/tool/mac-server': 'allowed-interface-list=all',
  '/tool/mac-server/mac-winbox': 'allowed-interface-list=all',
  '/tool/mac-server/ping': 'enabled=yes',
  '/tool/romon': 'enabled=no id=00:00:00:00:00:00 *secrets=',
};
