// Written by `npm run types` from schemas/lastmile.schema.json.

/** Kinds of document, in the order they are explained. */
export const kinds = ["Operator","Router","Service","Subscriber","SubscriberList","PortalSite","OmadaController","Policy","Scenario","Defaults"] as const;

/** The combined JSON Schema (2020-12) of every document. */
export const combinedSchema: Readonly<Record<string, unknown>> = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:lastmile:v1:lastmile",
  "title": "lastmile",
  "description": "Every document of a lastmile repository.",
  "type": "object",
  "properties": {
    "apiVersion": {
      "const": "lastmile/v1",
      "description": "Version of the document format: lastmile/v1."
    },
    "kind": {
      "type": "string",
      "description": "What the document declares.",
      "enum": [
        "Operator",
        "Router",
        "Service",
        "Subscriber",
        "SubscriberList",
        "PortalSite",
        "OmadaController",
        "Defaults",
        "VoucherBatch",
        "Policy",
        "Scenario"
      ],
      "not": {
        "enum": [
          "VoucherBatch"
        ],
        "description": "Not supported yet: VoucherBatch"
      }
    }
  },
  "required": [
    "apiVersion",
    "kind"
  ],
  "allOf": [
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Operator"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Operator"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Router"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Router"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Service"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Service"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Subscriber"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Subscriber"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "SubscriberList"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/SubscriberList"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "PortalSite"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/PortalSite"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "OmadaController"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/OmadaController"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Policy"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Policy"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Scenario"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Scenario"
      }
    },
    {
      "if": {
        "type": "object",
        "properties": {
          "kind": {
            "const": "Defaults"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Defaults"
      }
    }
  ],
  "$defs": {
    "Operator": {
      "title": "Operator",
      "type": "object",
      "description": "Settings of the whole network. One per repository; its name stands in the ownership markers on routers.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Operator",
          "description": "Always Operator here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "Settings of the network.",
          "properties": {
            "timezone": {
              "type": "string",
              "description": "IANA time zone of local times in this repository, as in Africa/Nairobi. Default UTC.",
              "minLength": 1,
              "maxLength": 64
            },
            "masterKey": {
              "type": [
                "string",
                "object"
              ],
              "description": "The key all `{derive: N}` secrets are computed from: text, {env} or {file}. At least 32 random characters. Changing it changes every derived secret.",
              "properties": {
                "env": {
                  "type": "string",
                  "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
                  "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
                },
                "file": {
                  "type": "string",
                  "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
                  "minLength": 1,
                  "maxLength": 1024
                }
              },
              "additionalProperties": false,
              "minProperties": 1,
              "maxProperties": 1
            },
            "radius": {
              "type": "object",
              "description": "The RADIUS server inside lastmile and the NAS that may talk to it.",
              "properties": {
                "listen": {
                  "type": "object",
                  "description": "Sockets of the RADIUS server. A change takes a restart.",
                  "properties": {
                    "auth": {
                      "$ref": "#/$defs/endpoints",
                      "description": "Where Access-Requests are received. Default 0.0.0.0:1812."
                    },
                    "accounting": {
                      "$ref": "#/$defs/endpoints",
                      "description": "Where Accounting-Requests are received. Default 0.0.0.0:1813."
                    },
                    "radsec": {
                      "$ref": "#/$defs/endpoints",
                      "description": "Where RADIUS over TLS is received (TCP). Default 0.0.0.0:2083 with `radius.radsec`, else nowhere."
                    }
                  },
                  "additionalProperties": false
                },
                "servers": {
                  "type": "array",
                  "description": "RADIUS servers told to the routers, in this order; also the addresses CoA comes from.",
                  "items": {
                    "type": "object",
                    "description": "One RADIUS server as the routers reach it.",
                    "properties": {
                      "name": {
                        "$ref": "#/$defs/name",
                        "description": "Name of this server, unique in the list."
                      },
                      "address": {
                        "$ref": "#/$defs/ip",
                        "description": "Address the routers send to."
                      },
                      "authPort": {
                        "$ref": "#/$defs/port",
                        "description": "Port for authentication. Default 1812."
                      },
                      "accountingPort": {
                        "$ref": "#/$defs/port",
                        "description": "Port for accounting. Default 1813."
                      }
                    },
                    "required": [
                      "name",
                      "address"
                    ],
                    "additionalProperties": false
                  },
                  "maxItems": 16
                },
                "heartbeat": {
                  "type": "object",
                  "description": "How our own listeners are looked after: by a login of our own, which counts nowhere, and by Status-Server.",
                  "properties": {
                    "interval": {
                      "$ref": "#/$defs/duration",
                      "description": "Time between two looks, 1s to 1h. Default 60s."
                    },
                    "misses": {
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 100,
                      "description": "Answers missed in a row until it is told. Default 3."
                    },
                    "peers": {
                      "type": "array",
                      "description": "Other RADIUS servers that are asked at each look, too: those beside us, and those that we depend on.",
                      "maxItems": 64,
                      "items": {
                        "type": "object",
                        "description": "One RADIUS server that is looked after.",
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/name",
                            "description": "Name of this server, unique in the list."
                          },
                          "address": {
                            "$ref": "#/$defs/ip",
                            "description": "Address we send to, and believe replies from."
                          },
                          "authPort": {
                            "$ref": "#/$defs/port",
                            "description": "Port for authentication. Default 1812."
                          },
                          "accountingPort": {
                            "$ref": "#/$defs/port",
                            "description": "Port for accounting. Without it accounting is not asked."
                          },
                          "secret": {
                            "$ref": "#/$defs/secret",
                            "description": "The shared secret between that server and us. Required without radsec."
                          },
                          "statusServer": {
                            "type": "boolean",
                            "description": "It answers Status-Server (RFC 5997). False: it is asked by `login` alone. Default true."
                          },
                          "messageAuthenticator": {
                            "type": "string",
                            "description": "`require` (default) believes no reply without Message-Authenticator; `off` does, for servers from before 2024 (CVE-2024-3596).",
                            "enum": [
                              "require",
                              "off"
                            ]
                          },
                          "radsec": {
                            "type": "object",
                            "description": "It is asked over TLS, at authPort (then 2083), by the certificate of radius.radsec; secret and accountingPort are then left out.",
                            "properties": {
                              "fingerprint": {
                                "type": "string",
                                "description": "SHA-256 of its certificate: 64 hexadecimal digits, with or without colons.",
                                "pattern": "^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"
                              }
                            },
                            "required": [
                              "fingerprint"
                            ],
                            "additionalProperties": false
                          },
                          "login": {
                            "type": "object",
                            "description": "A login of its own for this, by PAP: accepted or rejected, it shows that logins are decided about.",
                            "properties": {
                              "username": {
                                "type": "string",
                                "description": "The username.",
                                "minLength": 1,
                                "maxLength": 253
                              },
                              "password": {
                                "$ref": "#/$defs/secret",
                                "description": "Its password there, 128 octets at most."
                              }
                            },
                            "required": [
                              "username",
                              "password"
                            ],
                            "additionalProperties": false
                          }
                        },
                        "required": [
                          "name",
                          "address"
                        ],
                        "additionalProperties": false
                      }
                    }
                  },
                  "additionalProperties": false
                },
                "messageAuthenticator": {
                  "$ref": "#/$defs/messageAuthenticator",
                  "description": "Default for every NAS: `require` (default), `learn` or `off`."
                },
                "radsec": {
                  "type": "object",
                  "description": "RADIUS over TLS (RadSec).",
                  "properties": {
                    "certificate": {
                      "$ref": "#/$defs/pem",
                      "description": "Certificate that NAS know us by, with its chain, as PEM. RouterOS wants the address of the server in it."
                    },
                    "key": {
                      "$ref": "#/$defs/pem",
                      "description": "Its private key, as PEM, without a passphrase."
                    },
                    "clientCa": {
                      "$ref": "#/$defs/pem",
                      "description": "Certificates, as PEM, of the authorities that signed those of NAS. A NAS whose certificate is pinned needs none."
                    }
                  },
                  "required": [
                    "certificate",
                    "key"
                  ],
                  "additionalProperties": false
                },
                "eap": {
                  "type": "object",
                  "description": "Logins by EAP: of wireless networks with 802.1X (WPA2/WPA3-Enterprise), of switches, of IKEv2. Absent: such logins are rejected.",
                  "properties": {
                    "methods": {
                      "type": "array",
                      "description": "What a device may log in by, in the order in which it is proposed. Default: peap and ttls, and tls with clientCa. `md5` and `mschapv2` prove nothing of us and are for wires only.",
                      "items": {
                        "type": "string",
                        "description": "`peap` (with EAP-MSCHAPv2 inside), `ttls` (with PAP, CHAP, MS-CHAP, MS-CHAPv2 or EAP-MSCHAPv2 inside), `tls` (certificates), `mschapv2`, `md5`.",
                        "enum": [
                          "peap",
                          "ttls",
                          "tls",
                          "mschapv2",
                          "md5"
                        ]
                      },
                      "minItems": 1,
                      "maxItems": 5,
                      "uniqueItems": true
                    },
                    "certificate": {
                      "$ref": "#/$defs/pem",
                      "description": "Certificate that devices know us by, with its chain, as PEM. For peap, ttls and tls."
                    },
                    "key": {
                      "$ref": "#/$defs/pem",
                      "description": "Its private key, as PEM, without a passphrase."
                    },
                    "clientCa": {
                      "$ref": "#/$defs/pem",
                      "description": "Certificates, as PEM, of the authorities that signed those of devices. For tls."
                    },
                    "clientRevoked": {
                      "$ref": "#/$defs/pem",
                      "description": "Lists of revoked certificates (CRL), as PEM, one of each authority of clientCa. Without it none counts as revoked."
                    },
                    "sessionLifetime": {
                      "type": "string",
                      "description": "How long a device may come back without showing password or certificate again, as long as its account is good: 0s for never, 7d at most. Default 8h.",
                      "pattern": "^(0s|[1-9][0-9]*(s|m|h|d))$"
                    }
                  },
                  "additionalProperties": false
                },
                "proxy": {
                  "type": "object",
                  "description": "Servers of others that know people of foreign realms: what stands behind the last @ of a username that no declaration knows.",
                  "properties": {
                    "homeServers": {
                      "type": "array",
                      "description": "RADIUS servers of others.",
                      "minItems": 1,
                      "maxItems": 64,
                      "items": {
                        "type": "object",
                        "description": "One RADIUS server as we reach it.",
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/name",
                            "description": "Name of this server, unique in the list."
                          },
                          "address": {
                            "$ref": "#/$defs/ip",
                            "description": "Address we send to, and believe replies from."
                          },
                          "authPort": {
                            "$ref": "#/$defs/port",
                            "description": "Port for authentication. Default 1812."
                          },
                          "accountingPort": {
                            "$ref": "#/$defs/port",
                            "description": "Port for accounting. Default 1813."
                          },
                          "secret": {
                            "$ref": "#/$defs/secret",
                            "description": "The shared secret between that server and us."
                          },
                          "statusServer": {
                            "type": "boolean",
                            "description": "It answers Status-Server (RFC 5997), by which we see that it is back. False: after 20 s of silence it is left alone for a minute, then tried with a login. Default true."
                          },
                          "messageAuthenticator": {
                            "type": "string",
                            "description": "`require` (default) believes no reply to a login without Message-Authenticator; `learn` does until the server has sent one, for servers from before 2024 (CVE-2024-3596).",
                            "enum": [
                              "require",
                              "learn"
                            ]
                          },
                          "timeout": {
                            "type": "string",
                            "description": "How long it may take before the next server is asked, from 200ms to 30s. Default 2s.",
                            "pattern": "^[1-9][0-9]*(ms|s)$"
                          }
                        },
                        "required": [
                          "name",
                          "address",
                          "secret"
                        ],
                        "additionalProperties": false
                      }
                    },
                    "realms": {
                      "type": "array",
                      "description": "Whose people they know.",
                      "minItems": 1,
                      "maxItems": 1000,
                      "items": {
                        "type": "object",
                        "description": "One realm.",
                        "properties": {
                          "realm": {
                            "type": "string",
                            "description": "What stands behind the last @ of a username, or `*` for whatever no other entry names. Case is no matter.",
                            "pattern": "^(\\*|[^@\\s]+)$",
                            "maxLength": 253
                          },
                          "servers": {
                            "type": "array",
                            "description": "Home servers by name, the first preferred; another is asked when those before it do not answer.",
                            "items": {
                              "$ref": "#/$defs/name",
                              "description": "Name of a home server."
                            },
                            "minItems": 1,
                            "maxItems": 8,
                            "uniqueItems": true
                          },
                          "strip": {
                            "type": "boolean",
                            "description": "Leave @realm out of the username that they are told. Default false."
                          },
                          "service": {
                            "$ref": "#/$defs/name",
                            "description": "Service whose limits its people have here; what it says goes before what the home server says."
                          },
                          "allow": {
                            "type": "array",
                            "description": "Attributes that the home server may decide about, as in Mikrotik-Rate-Limit, besides times, messages, keys, State and Class; requests carry those of vendors that are named here.",
                            "items": {
                              "type": "string",
                              "description": "Name of an attribute.",
                              "minLength": 1,
                              "maxLength": 128
                            },
                            "maxItems": 64,
                            "uniqueItems": true
                          }
                        },
                        "required": [
                          "realm",
                          "servers"
                        ],
                        "additionalProperties": false
                      }
                    }
                  },
                  "required": [
                    "homeServers",
                    "realms"
                  ],
                  "additionalProperties": false
                },
                "clients": {
                  "type": "array",
                  "description": "NAS that are not declared as Router.",
                  "items": {
                    "type": "object",
                    "description": "One NAS, or a prefix of alike ones.",
                    "properties": {
                      "name": {
                        "$ref": "#/$defs/name",
                        "description": "Name of this NAS, unique among clients and routers."
                      },
                      "clientAddress": {
                        "type": "string",
                        "description": "Address or prefix its packets come from, as in 192.0.2.7 or 192.0.2.0/28.",
                        "minLength": 1,
                        "maxLength": 49
                      },
                      "nasIdentifier": {
                        "type": "string",
                        "description": "NAS-Identifier it sends; needed when several share one address.",
                        "minLength": 1,
                        "maxLength": 253
                      },
                      "secret": {
                        "$ref": "#/$defs/secret",
                        "description": "The shared secret between this NAS and us."
                      },
                      "radsec": {
                        "type": "object",
                        "description": "It talks RADIUS over TLS; the secret is then of no matter to it.",
                        "properties": {
                          "fingerprint": {
                            "type": "string",
                            "description": "SHA-256 of its certificate: 64 hexadecimal digits, with or without colons. Absent: one with its name, that an authority of radius.radsec.clientCa signed.",
                            "pattern": "^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"
                          }
                        },
                        "additionalProperties": false
                      },
                      "profile": {
                        "type": "string",
                        "description": "Which attributes it understands. Default generic.",
                        "enum": [
                          "mikrotik",
                          "generic",
                          "omada"
                        ]
                      },
                      "coaPort": {
                        "$ref": "#/$defs/port",
                        "description": "Port on which it takes CoA and Disconnect. Default 3799."
                      },
                      "swapOctets": {
                        "type": "boolean",
                        "description": "True for a NAS that counts from its own side: its Acct-Input-Octets are what the subscriber downloaded."
                      },
                      "redirect": {
                        "type": "string",
                        "description": "How it keeps somebody suspended to a page, which it must be set up for: `filter` (Filter-Id with the name of onSuspend.redirect.addressList), `url` (WISPr-Redirection-URL, for omada TPLink-Redirect-Url), or `cisco` (url-redirect and url-redirect-acl). Absent: it cannot, and he is rejected.",
                        "enum": [
                          "filter",
                          "url",
                          "cisco"
                        ]
                      },
                      "messageAuthenticator": {
                        "$ref": "#/$defs/messageAuthenticator",
                        "description": "Overrides the default for this NAS."
                      },
                      "limitProxyState": {
                        "type": "string",
                        "description": "Requests without Message-Authenticator of a NAS that is `off`: `always` (default) still drops those with a Proxy-State, by which answers can be forged (CVE-2024-3596); `unsafe-off` takes them.",
                        "enum": [
                          "always",
                          "unsafe-off"
                        ]
                      },
                      "sendMessageAuthenticator": {
                        "type": "string",
                        "description": "Answers to logins carry a Message-Authenticator `always` (default), or `when-asked`: only to requests with one. For the few NAS that take no other; whoever is on the path can then forge its answers.",
                        "enum": [
                          "always",
                          "when-asked"
                        ]
                      },
                      "statusServer": {
                        "type": "boolean",
                        "description": "Whether it is answered when it asks if we are alive (Status-Server). Default: true."
                      }
                    },
                    "required": [
                      "name",
                      "clientAddress",
                      "secret"
                    ],
                    "additionalProperties": false
                  },
                  "maxItems": 10000
                }
              },
              "additionalProperties": false
            },
            "portal": {
              "type": "object",
              "description": "The captive portal inside lastmile.",
              "properties": {
                "listen": {
                  "$ref": "#/$defs/endpoint",
                  "description": "Where it listens. Default 0.0.0.0:8080. A change takes a restart."
                },
                "publicUrl": {
                  "type": "string",
                  "description": "Origin under which guests reach the portal, as in https://portal.example: scheme, host and port, nothing else.",
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f]+$"
                },
                "tls": {
                  "type": "object",
                  "description": "Serves HTTPS itself. Absent: plain HTTP, as behind a proxy.",
                  "properties": {
                    "certificate": {
                      "$ref": "#/$defs/pem",
                      "description": "Certificate of the host in publicUrl, with its chain, as PEM."
                    },
                    "key": {
                      "$ref": "#/$defs/pem",
                      "description": "Its private key, as PEM, without a passphrase."
                    }
                  },
                  "required": [
                    "certificate",
                    "key"
                  ],
                  "additionalProperties": false
                },
                "trustedProxies": {
                  "type": "array",
                  "description": "Addresses and prefixes of proxies whose X-Forwarded-For is believed. Default: none.",
                  "items": {
                    "type": "string",
                    "description": "An address or prefix, as in 192.0.2.7 or 192.0.2.0/28.",
                    "minLength": 1,
                    "maxLength": 49
                  },
                  "maxItems": 64
                }
              },
              "additionalProperties": false
            },
            "admin": {
              "type": "object",
              "description": "The admin interface.",
              "properties": {
                "listen": {
                  "$ref": "#/$defs/endpoint",
                  "description": "Where it listens. Default 127.0.0.1:9812. A change takes a restart."
                },
                "tokens": {
                  "type": "array",
                  "description": "Who may call it over TCP.",
                  "items": {
                    "type": "object",
                    "description": "One token.",
                    "properties": {
                      "name": {
                        "$ref": "#/$defs/name",
                        "description": "Whose token this is; stands in the audit log."
                      },
                      "role": {
                        "type": "string",
                        "description": "`viewer` reads, `operator` also acts on sessions, `admin` may do everything.",
                        "enum": [
                          "viewer",
                          "operator",
                          "admin"
                        ]
                      },
                      "sha256": {
                        "type": "string",
                        "description": "SHA-256 of the token in hexadecimal; the token itself stays out of git.",
                        "minLength": 1,
                        "pattern": "^[0-9a-fA-F]{64}$"
                      }
                    },
                    "required": [
                      "name",
                      "role",
                      "sha256"
                    ],
                    "additionalProperties": false
                  },
                  "maxItems": 256
                }
              },
              "additionalProperties": false
            },
            "reconcile": {
              "type": "object",
              "description": "How routers are brought to the declared state.",
              "properties": {
                "interval": {
                  "$ref": "#/$defs/duration",
                  "description": "Time between two full comparisons, from 1s to 7d. Default 5m."
                },
                "mode": {
                  "type": "string",
                  "description": "What is done about differences: `observe` reads only, `plan` computes what would change, `apply` changes it, `approved` changes it once the plan was approved by its checksum. The stricter of this and Router.mode wins. Default apply.",
                  "enum": [
                    "observe",
                    "plan",
                    "apply",
                    "approved"
                  ]
                },
                "deleteLimits": {
                  "$ref": "#/$defs/deleteLimits",
                  "description": "How many rows may be deleted in one apply without being asked."
                },
                "windows": {
                  "$ref": "#/$defs/timeWindows",
                  "description": "When changes are applied by themselves. Default: at any time."
                },
                "exceptions": {
                  "$ref": "#/$defs/closedTimes",
                  "description": "When nothing is changed by itself although a window is open, or none is declared: holidays, an event. They hold for all routers."
                },
                "ignore": {
                  "$ref": "#/$defs/ignoreRules",
                  "description": "What is left as it is on routers."
                },
                "heal": {
                  "$ref": "#/$defs/heal",
                  "description": "What is done about drift. Default always."
                },
                "routersAtOnce": {
                  "type": "integer",
                  "description": "Most routers that are changed at the same time. Default: not limited.",
                  "minimum": 1,
                  "maximum": 100000
                }
              },
              "additionalProperties": false
            },
            "accounting": {
              "type": "object",
              "description": "Accounting of sessions.",
              "properties": {
                "interim": {
                  "$ref": "#/$defs/seconds",
                  "description": "How often a NAS reports on a running session, unless the service says otherwise. Default 2m."
                },
                "collect": {
                  "$ref": "#/$defs/seconds",
                  "description": "How often counters are read over the API, from 30s to 24h. Default 5m."
                },
                "staleAfter": {
                  "$ref": "#/$defs/seconds",
                  "description": "A session that nothing was heard of for so long counts as ended, where it was last heard of; not before three interim intervals and a minute. Default 1d."
                },
                "retention": {
                  "type": "object",
                  "description": "How long what is stored is kept; what is not named is kept for good. What is under a legal hold (`lastmile hold`) stays.",
                  "properties": {
                    "sessions": {
                      "$ref": "#/$defs/seconds",
                      "description": "Sessions after their end, and with them who had an address: 400d. At least 1d."
                    },
                    "usage": {
                      "type": "object",
                      "description": "Usage: first by the quarter of an hour, then by day, then by month.",
                      "properties": {
                        "hours": {
                          "$ref": "#/$defs/seconds",
                          "description": "By the hour; after that sums of days are kept. At least 62d: quotas count by it."
                        },
                        "days": {
                          "$ref": "#/$defs/seconds",
                          "description": "By day; after that sums of months are kept. At least as long as `hours`."
                        },
                        "months": {
                          "$ref": "#/$defs/seconds",
                          "description": "At all: 3650d. At least as long as `days` and `hours`."
                        }
                      },
                      "additionalProperties": false
                    },
                    "journal": {
                      "$ref": "#/$defs/seconds",
                      "description": "Accounting records as they came: they go by the segment, a day or 64 MiB. At least 1d."
                    },
                    "audit": {
                      "$ref": "#/$defs/seconds",
                      "description": "The audit log. At least 30d."
                    },
                    "former": {
                      "$ref": "#/$defs/seconds",
                      "description": "What is known of subscribers that are declared no more, since they are: first logins, top-ups, learned devices. At least 1d."
                    },
                    "events": {
                      "$ref": "#/$defs/seconds",
                      "description": "What happened, for webhooks and the stream, after all webhooks have been told: 1d, and not less."
                    },
                    "letters": {
                      "$ref": "#/$defs/seconds",
                      "description": "Events that a webhook did not take, from when they were given up: 90d. At least 1d. Of each webhook the newest 100,000 are kept anyway."
                    }
                  },
                  "additionalProperties": false
                }
              },
              "additionalProperties": false
            },
            "authorize": {
              "type": "object",
              "description": "A program of yours that is asked about logins by HTTP, while they wait.",
              "properties": {
                "url": {
                  "type": "string",
                  "description": "Where it is asked, by POST: https://billing.example/api/auth/radius-check.",
                  "minLength": 1,
                  "maxLength": 2048
                },
                "for": {
                  "type": "string",
                  "description": "About whom: `unknown`, those whom no declaration knows (default), or `all`.",
                  "enum": [
                    "unknown",
                    "all"
                  ]
                },
                "service": {
                  "$ref": "#/$defs/name",
                  "description": "Service that those get whom no declaration knows, but for what the answer says."
                },
                "secret": {
                  "$ref": "#/$defs/secret",
                  "description": "Sent as `Authorization: Bearer`."
                },
                "ca": {
                  "type": "string",
                  "minLength": 1,
                  "description": "Certificate (PEM) of the authority that signed the program's. Default: those that Node.js knows."
                },
                "sendPassword": {
                  "type": "boolean",
                  "description": "Tell it passwords that come in clear (PAP). Default false: it tells us the password, or is asked about devices only."
                },
                "timeout": {
                  "type": "string",
                  "description": "How long a login waits for its answer, from 50ms to 5s. Default 800ms.",
                  "pattern": "^[1-9][0-9]*(ms|s)$"
                },
                "cache": {
                  "$ref": "#/$defs/seconds",
                  "description": "How long an accept holds without being asked again. Default: it is asked each time."
                },
                "whenDown": {
                  "type": "string",
                  "description": "What becomes of a login when it gives no answer: `silent` (default; the NAS asks its next server), `reject`, or `cached`: as it was answered last within a day, else silent.",
                  "enum": [
                    "silent",
                    "reject",
                    "cached"
                  ]
                }
              },
              "required": [
                "url"
              ],
              "additionalProperties": false
            },
            "notify": {
              "type": "array",
              "description": "What is told what happens, by POST, in order, and again until it takes it: programs of yours, a chat, or a forge.",
              "maxItems": 20,
              "items": {
                "type": "object",
                "properties": {
                  "name": {
                    "$ref": "#/$defs/name",
                    "description": "By which status, metrics and commands call it. Under another name it is another webhook, which is told what happens from then on."
                  },
                  "format": {
                    "type": "string",
                    "description": "How: `events` as JSON, signed (default); lines for `slack` or `teams`; or the status of each commit for `github`, `gitlab` or `gitea` (Forgejo, too).",
                    "enum": [
                      "events",
                      "slack",
                      "teams",
                      "github",
                      "gitlab",
                      "gitea"
                    ]
                  },
                  "url": {
                    "type": "string",
                    "description": "Where events go: https://billing.example/hooks/lastmile. Of a forge, the repository in its API: https://api.github.com/repos/acme/isp, https://gitlab.example/api/v4/projects/12, https://git.example/api/v1/repos/acme/isp.",
                    "minLength": 1,
                    "maxLength": 2048
                  },
                  "secretUrl": {
                    "$ref": "#/$defs/secret",
                    "description": "In place of `url`, where whoever knows the address may write there, as with incoming webhooks of Slack and Teams."
                  },
                  "secret": {
                    "$ref": "#/$defs/secret",
                    "description": "Key of the signatures (HMAC-SHA256): of `events`."
                  },
                  "previousSecret": {
                    "$ref": "#/$defs/secret",
                    "description": "The key before, while the program is moved to the new one: each request is signed by both."
                  },
                  "token": {
                    "$ref": "#/$defs/secret",
                    "description": "Of a forge: a token that may write the status of commits, and nothing else if the forge can do that."
                  },
                  "approvers": {
                    "type": "array",
                    "description": "Of a forge: logins there whose commit status `lastmile/approve`, of success and with the checksum of a plan in its description, approves that plan (`reconcile.mode: approved`). Default: nobody's.",
                    "minItems": 1,
                    "maxItems": 100,
                    "uniqueItems": true,
                    "items": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 200,
                      "description": "A login at the forge."
                    }
                  },
                  "events": {
                    "type": "array",
                    "description": "Which: by type, session.stopped, or a family of them, session.*. Default: all; of a chat target.*, drift.*, revision.*, source.* and heartbeat.*.",
                    "minItems": 1,
                    "maxItems": 50,
                    "uniqueItems": true,
                    "items": {
                      "type": "string",
                      "pattern": "^(\\*|[a-z]+\\.(\\*|[a-z]+(-[a-z]+)*))$"
                    }
                  },
                  "ca": {
                    "type": "string",
                    "minLength": 1,
                    "description": "Certificate (PEM) of the authority that signed the program's. Default: those that Node.js knows."
                  },
                  "timeout": {
                    "type": "string",
                    "description": "How long an answer is waited for, from 1s to 60s. Default 10s.",
                    "pattern": "^[1-9][0-9]*(ms|s)$"
                  },
                  "giveUpAfter": {
                    "$ref": "#/$defs/duration",
                    "description": "How long an event is tried, from 1m to 30d; then it is kept as a dead letter. Default 3d."
                  }
                },
                "required": [
                  "name"
                ],
                "additionalProperties": false
              }
            },
            "source": {
              "type": "object",
              "description": "How the declarations themselves are taken from git. Which repository is followed is told to the daemon: `lastmile run --repo URL --ref REF --path FOLDER`.",
              "properties": {
                "hooks": {
                  "type": "array",
                  "description": "Webhooks of forges that tell of a push, by POST to /hooks/git of the admin API: the repository is looked at in the same moment, and not only with the next poll.",
                  "maxItems": 20,
                  "items": {
                    "type": "object",
                    "properties": {
                      "name": {
                        "$ref": "#/$defs/name",
                        "description": "By which you know it: github, crm."
                      },
                      "secret": {
                        "$ref": "#/$defs/secret",
                        "description": "What the forge signs with: the secret of a webhook of GitHub, Gitea or Forgejo, the secret token or the signing token of GitLab."
                      }
                    },
                    "required": [
                      "name",
                      "secret"
                    ],
                    "additionalProperties": false
                  }
                },
                "rewrites": {
                  "type": "string",
                  "enum": [
                    "refuse",
                    "allow"
                  ],
                  "description": "What is done about a revision that does not come after the one in force: a branch that was pushed with force, or another one. Default: refuse for --repo, allow for a repository that is a folder of this machine."
                },
                "verify": {
                  "type": "object",
                  "description": "Only commits signed by these come into force: every commit between the one in force and the new head is verified, by the rules of the one in force.",
                  "properties": {
                    "signers": {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 1000,
                      "description": "Who signs, and what of it counts.",
                      "items": {
                        "type": "object",
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/name",
                            "description": "As status and the log call who has signed."
                          },
                          "emails": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 100,
                            "items": {
                              "type": "string",
                              "minLength": 3,
                              "maxLength": 254
                            },
                            "description": "The committer of a commit must be called one of these; of a forge, its author."
                          },
                          "keys": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 50,
                            "description": "Public keys, each ssh or pgp.",
                            "items": {
                              "type": "object",
                              "properties": {
                                "ssh": {
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 10000,
                                  "description": "ssh-ed25519 AAAA…, as in a .pub file."
                                },
                                "pgp": {
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 200000,
                                  "description": "An armoured public key: gpg --armor --export KEY."
                                },
                                "from": {
                                  "type": "string",
                                  "minLength": 1,
                                  "description": "It counts from then on: 2026-01-31T00:00:00Z."
                                },
                                "until": {
                                  "type": "string",
                                  "minLength": 1,
                                  "description": "It counts until then. Commits that come later do not count, whatever date they bear."
                                },
                                "revoked": {
                                  "type": "boolean",
                                  "description": "True: nothing that it has signed counts, whenever."
                                }
                              },
                              "additionalProperties": false
                            }
                          },
                          "forge": {
                            "type": "string",
                            "enum": [
                              "merges",
                              "any"
                            ],
                            "description": "This is the key of a forge, which signs what people do on its web pages. `merges`: merge commits count, if they hold no more than git makes of their parents, which are verified themselves. `any`: squashed and edited commits as well, of the authors in emails."
                          },
                          "may": {
                            "type": "object",
                            "description": "No more than this. Default: everything, also the rules about signers.",
                            "properties": {
                              "kinds": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                  "type": "string",
                                  "pattern": "^[A-Z][A-Za-z]+$"
                                },
                                "description": "Objects of these kinds; Subscriber means those in lists, too."
                              },
                              "paths": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 1000
                                },
                                "description": "Files that fit one of these patterns, as in .lastmileignore: sites/north/**."
                              },
                              "routers": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                  "$ref": "#/$defs/name"
                                },
                                "description": "Objects that name these routers and no other, and these routers themselves."
                              },
                              "labels": {
                                "type": "object",
                                "minProperties": 1,
                                "additionalProperties": {
                                  "type": "string",
                                  "description": "The value of the label."
                                },
                                "description": "Objects with these labels, before and after."
                              },
                              "deletes": {
                                "type": "integer",
                                "minimum": 0,
                                "maximum": 1000000,
                                "description": "How many objects may be gone between two revisions that come into force. Default: any number, within the limits of reconcile.deleteLimits."
                              }
                            },
                            "additionalProperties": false
                          }
                        },
                        "required": [
                          "name",
                          "emails",
                          "keys"
                        ],
                        "additionalProperties": false
                      }
                    }
                  },
                  "required": [
                    "signers"
                  ],
                  "additionalProperties": false
                }
              },
              "additionalProperties": false
            }
          },
          "additionalProperties": false
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "Router": {
      "title": "Router",
      "type": "object",
      "description": "A MikroTik router: reconciled over its API, served by RADIUS, or both.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Router",
          "description": "Always Router here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "The router.",
          "properties": {
            "address": {
              "type": "string",
              "description": "Host name or address the API is dialled at.",
              "minLength": 1,
              "maxLength": 253,
              "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$"
            },
            "api": {
              "type": "object",
              "description": "Access to the RouterOS API. Absent: nothing is written to this router, it is only a NAS.",
              "properties": {
                "port": {
                  "$ref": "#/$defs/port",
                  "description": "Port of the API service. Default 8728, with `tls` 8729."
                },
                "tls": {
                  "$ref": "#/$defs/tls",
                  "description": "The API over TLS (api-ssl), and how the certificate of the router is checked. Absent: plain."
                },
                "username": {
                  "type": "string",
                  "description": "RouterOS user with the rights of the published group.",
                  "minLength": 1,
                  "maxLength": 64
                },
                "password": {
                  "$ref": "#/$defs/secret",
                  "description": "Password of that user."
                },
                "legacyLogin": {
                  "type": "boolean",
                  "description": "May the challenge login of RouterOS before 6.43 be used? It shows our password, hashed by MD5, to whoever listens. Default false."
                }
              },
              "required": [
                "username",
                "password"
              ],
              "additionalProperties": false
            },
            "mode": {
              "$ref": "#/$defs/mode",
              "description": "What is done about differences on this router. Default apply."
            },
            "radius": {
              "type": "object",
              "description": "This router as a RADIUS client (NAS). Absent: it does not use RADIUS.",
              "properties": {
                "secret": {
                  "$ref": "#/$defs/secret",
                  "description": "The shared secret, at least 16 characters; {derive: 1} makes one of 32."
                },
                "sourceAddress": {
                  "$ref": "#/$defs/ip",
                  "description": "Address the router is told to send RADIUS packets from."
                },
                "clientAddress": {
                  "$ref": "#/$defs/ip",
                  "description": "Address we see its packets come from, behind NAT for example. Default sourceAddress, else a literal `address`."
                },
                "nasIdentifier": {
                  "type": "string",
                  "description": "NAS-Identifier it sends. Default system.identity, else the name.",
                  "minLength": 1,
                  "maxLength": 253
                },
                "messageAuthenticator": {
                  "$ref": "#/$defs/messageAuthenticator",
                  "description": "Overrides the default of the Operator for this router."
                },
                "limitProxyState": {
                  "type": "string",
                  "description": "Requests without Message-Authenticator of a NAS that is `off`: `always` (default) still drops those with a Proxy-State, by which answers can be forged (CVE-2024-3596); `unsafe-off` takes them.",
                  "enum": [
                    "always",
                    "unsafe-off"
                  ]
                },
                "sendMessageAuthenticator": {
                  "type": "string",
                  "description": "Answers to logins carry a Message-Authenticator `always` (default), or `when-asked`: only to requests with one. For the few NAS that take no other; whoever is on the path can then forge its answers.",
                  "enum": [
                    "always",
                    "when-asked"
                  ]
                },
                "statusServer": {
                  "type": "boolean",
                  "description": "Whether it is answered when it asks if we are alive (Status-Server). Default: true."
                },
                "services": {
                  "type": "array",
                  "description": "RouterOS services that ask RADIUS, as in /radius service. Default: what is declared below, of ppp, hotspot and dhcp; ppp when none is.",
                  "items": {
                    "type": "string",
                    "description": "A RouterOS word.",
                    "enum": [
                      "ppp",
                      "hotspot",
                      "wireless",
                      "dhcp",
                      "login",
                      "ipsec",
                      "dot1x"
                    ]
                  },
                  "minItems": 1,
                  "uniqueItems": true
                },
                "coaPort": {
                  "$ref": "#/$defs/port",
                  "description": "UDP port on which the router takes CoA and Disconnect. Default 3799."
                },
                "timeout": {
                  "$ref": "#/$defs/duration",
                  "description": "How long the router waits for an answer. Default 1500ms."
                },
                "transport": {
                  "type": "string",
                  "description": "How RADIUS packets travel. Default udp; `radsec` over TLS.",
                  "enum": [
                    "udp",
                    "radsec"
                  ]
                },
                "radsec": {
                  "type": "object",
                  "description": "For transport radsec.",
                  "properties": {
                    "certificate": {
                      "type": "string",
                      "description": "Name of the certificate on the router, with its key, that it shows us.",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "fingerprint": {
                      "type": "string",
                      "description": "SHA-256 of that certificate: 64 hexadecimal digits, with or without colons. Default: that of `certificates`, else any with the router's name that an authority of the Operator's radius.radsec.clientCa signed.",
                      "pattern": "^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"
                    }
                  },
                  "required": [
                    "certificate"
                  ],
                  "additionalProperties": false
                }
              },
              "required": [
                "secret"
              ],
              "additionalProperties": false
            },
            "auth": {
              "$ref": "#/$defs/auth",
              "description": "Default for services and subscribers on this router. Default radius."
            },
            "hybrid": {
              "type": "object",
              "description": "How `auth: hybrid` behaves on this router.",
              "properties": {
                "after": {
                  "$ref": "#/$defs/seconds",
                  "description": "How long the router waits without us before it lets subscribers in by its own rows, from 1m to 24h. Default 10m."
                },
                "assumeFallthrough": {
                  "type": "boolean",
                  "description": "true: you have seen this RouterOS ask RADIUS about somebody whose own row is disabled. Without it `hybrid` is refused for versions of which that is not known. Default false."
                }
              },
              "minProperties": 1,
              "additionalProperties": false
            },
            "nat": {
              "type": "array",
              "description": "Addresses that many subscribers share (carrier-grade NAT). Each inside address has one outside address and a block of its ports, so that whohad can tell who had a port without a log of connections (RFC 7422).",
              "items": {
                "type": "object",
                "description": "Inside addresses that share outside ones.",
                "properties": {
                  "name": {
                    "$ref": "#/$defs/name",
                    "description": "Name of it, unique on the router."
                  },
                  "inside": {
                    "$ref": "#/$defs/ipv4Prefix",
                    "description": "Addresses of subscribers: 100.64.0.0/22."
                  },
                  "outside": {
                    "$ref": "#/$defs/ipv4Prefix",
                    "description": "Public addresses they share, routed to this router; as many or fewer, at most 64 subscribers on each: 198.51.100.0/27."
                  },
                  "firstPort": {
                    "$ref": "#/$defs/port",
                    "description": "The first port that is given to anybody. Default 1024."
                  },
                  "portsPerSubscriber": {
                    "type": "integer",
                    "minimum": 64,
                    "maximum": 65535,
                    "description": "Ports of each inside address, for TCP and as many for UDP. Default: as many as there are for all."
                  },
                  "outInterface": {
                    "type": "string",
                    "description": "Only what leaves by this interface is translated. Default: by any.",
                    "minLength": 1,
                    "maxLength": 127
                  },
                  "outInterfaceList": {
                    "type": "string",
                    "description": "Only what leaves by an interface of this list is translated.",
                    "minLength": 1,
                    "maxLength": 127
                  }
                },
                "required": [
                  "name",
                  "inside",
                  "outside"
                ],
                "additionalProperties": false
              },
              "maxItems": 64
            },
            "pools": {
              "type": "array",
              "description": "Address pools for subscribers (IP > Pool).",
              "items": {
                "type": "object",
                "description": "One pool.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Name of the pool, unique on the router; services refer to it.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
                  },
                  "ranges": {
                    "type": "array",
                    "description": "Addresses the router hands out by itself. Absent: none, and the router knows nothing of this pool.",
                    "items": {
                      "$ref": "#/$defs/ipv4Range",
                      "description": "An address, a range or a prefix."
                    },
                    "minItems": 1,
                    "maxItems": 256
                  },
                  "static": {
                    "type": "array",
                    "description": "Addresses for fixed assignment to subscribers; not sent to the router.",
                    "items": {
                      "$ref": "#/$defs/ipv4Range",
                      "description": "An address, a range or a prefix."
                    },
                    "maxItems": 1024
                  },
                  "next": {
                    "type": "string",
                    "description": "Name of the pool of this router that is used when this one is full.",
                    "minLength": 1,
                    "maxLength": 63
                  }
                },
                "required": [
                  "name"
                ],
                "additionalProperties": false
              },
              "maxItems": 1000
            },
            "ipv6Pools": {
              "type": "array",
              "description": "IPv6 pools for subscribers (IPv6 > Pool).",
              "items": {
                "type": "object",
                "description": "One pool.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Name of the pool, unique on the router; services refer to it.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
                  },
                  "prefix": {
                    "$ref": "#/$defs/ipv6Prefix",
                    "description": "What is divided among subscribers, as in 2001:db8:1000::/36."
                  },
                  "prefixLength": {
                    "type": "integer",
                    "description": "Length of the prefixes handed out, as in 56.",
                    "minimum": 1,
                    "maximum": 128
                  }
                },
                "required": [
                  "name",
                  "prefix",
                  "prefixLength"
                ],
                "additionalProperties": false
              },
              "maxItems": 1000
            },
            "ppp": {
              "type": "object",
              "description": "PPPoE on this router.",
              "properties": {
                "servers": {
                  "type": "array",
                  "description": "PPPoE servers, one per interface.",
                  "items": {
                    "type": "object",
                    "description": "One PPPoE server.",
                    "properties": {
                      "interface": {
                        "type": "string",
                        "description": "Interface it listens on, as in ether2 or vlan100.",
                        "minLength": 1,
                        "maxLength": 63
                      },
                      "name": {
                        "type": "string",
                        "description": "Service name shown to clients; Called-Station-Id in RADIUS. Unique on the router.",
                        "minLength": 1,
                        "maxLength": 63
                      },
                      "authentication": {
                        "type": "array",
                        "description": "Methods offered to clients. Default all four.",
                        "items": {
                          "type": "string",
                          "description": "A method.",
                          "enum": [
                            "pap",
                            "chap",
                            "mschap1",
                            "mschap2"
                          ]
                        },
                        "minItems": 1,
                        "uniqueItems": true
                      },
                      "profile": {
                        "type": "string",
                        "description": "Profile on the router of sessions that bring none of their own, which is left as it is there. Default: one of ours, lastmile.",
                        "minLength": 1,
                        "maxLength": 63
                      },
                      "maxSessions": {
                        "type": "integer",
                        "description": "Most sessions at once on this server. Absent: not limited.",
                        "minimum": 1,
                        "maximum": 65535
                      },
                      "oneSessionPerHost": {
                        "type": "boolean",
                        "description": "One session per MAC address only."
                      },
                      "keepalive": {
                        "$ref": "#/$defs/seconds",
                        "description": "How long a silent client is kept. Default: as on the router."
                      },
                      "mtu": {
                        "type": "integer",
                        "description": "Largest packet offered to clients. Default: as on the router.",
                        "minimum": 512,
                        "maximum": 65535
                      }
                    },
                    "required": [
                      "interface",
                      "name"
                    ],
                    "additionalProperties": false
                  },
                  "maxItems": 4096
                },
                "localAddress": {
                  "$ref": "#/$defs/ipv4",
                  "description": "The router's own address in every PPP session."
                },
                "dns": {
                  "type": "array",
                  "description": "Name servers told to PPP clients.",
                  "items": {
                    "$ref": "#/$defs/ipv4",
                    "description": "Address of a name server."
                  },
                  "maxItems": 4
                }
              },
              "additionalProperties": false
            },
            "dhcp": {
              "type": "array",
              "description": "DHCP servers, one per interface (IP > DHCP Server).",
              "items": {
                "type": "object",
                "description": "One DHCP server.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Name of the server, unique among the DHCP servers of the router; Called-Station-Id in RADIUS.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
                  },
                  "interface": {
                    "type": "string",
                    "description": "Interface it serves, as in bridge1 or vlan100.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "pool": {
                    "type": "string",
                    "description": "Pool of this router for clients without an address of their own. Absent: static leases only.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "leaseTime": {
                    "$ref": "#/$defs/seconds",
                    "description": "How long a lease lasts. Default: as on the router."
                  },
                  "network": {
                    "type": "object",
                    "description": "What clients are told (IP > DHCP Server > Networks).",
                    "properties": {
                      "address": {
                        "$ref": "#/$defs/ipv4Prefix",
                        "description": "The subnet of the clients."
                      },
                      "gateway": {
                        "$ref": "#/$defs/ipv4",
                        "description": "Their gateway, inside the subnet."
                      },
                      "dns": {
                        "type": "array",
                        "description": "Name servers told to the clients.",
                        "items": {
                          "$ref": "#/$defs/ipv4",
                          "description": "Address of a name server."
                        },
                        "maxItems": 4
                      }
                    },
                    "required": [
                      "address"
                    ],
                    "additionalProperties": false
                  },
                  "unknownClients": {
                    "type": "object",
                    "description": "What a client gets whom nobody declared. Absent: with RADIUS nothing, without it the pool.",
                    "properties": {
                      "pool": {
                        "type": "string",
                        "description": "Pool of this router for them.",
                        "minLength": 1,
                        "maxLength": 63
                      },
                      "rate": {
                        "type": "object",
                        "description": "Speed of these clients. Absent: not limited.",
                        "properties": {
                          "down": {
                            "$ref": "#/$defs/rate",
                            "description": "Towards the client."
                          },
                          "up": {
                            "$ref": "#/$defs/rate",
                            "description": "From the client."
                          }
                        },
                        "required": [
                          "down",
                          "up"
                        ],
                        "additionalProperties": false
                      },
                      "redirect": {
                        "type": "object",
                        "description": "They reach this page, its walled garden and name servers, and nothing else.",
                        "properties": {
                          "site": {
                            "$ref": "#/$defs/name",
                            "description": "Name of the PortalSite."
                          }
                        },
                        "required": [
                          "site"
                        ],
                        "additionalProperties": false
                      }
                    },
                    "required": [
                      "pool"
                    ],
                    "additionalProperties": false
                  }
                },
                "required": [
                  "name",
                  "interface"
                ],
                "additionalProperties": false
              },
              "maxItems": 4096
            },
            "certificates": {
              "type": "array",
              "description": "Certificates with their keys, which are put on the router and renewed there: hotspots, services and `config` name them. The account needs the policy `policy`; RouterOS before 7.15 takes no files over the API, there a person puts them on.",
              "items": {
                "type": "object",
                "description": "One certificate.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Its name on the router, as hotspots name it in `certificate`.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
                  },
                  "certificate": {
                    "$ref": "#/$defs/secret",
                    "description": "PEM: text, or {file: …}. What follows the first certificate in it counts as chain."
                  },
                  "key": {
                    "$ref": "#/$defs/secret",
                    "description": "Its private key, as PEM without a passphrase."
                  },
                  "chain": {
                    "$ref": "#/$defs/secret",
                    "description": "Certificates of the authorities between it and a root, as PEM. Absent: those that follow in `certificate`."
                  }
                },
                "required": [
                  "name",
                  "certificate",
                  "key"
                ],
                "additionalProperties": false
              }
            },
            "hotspots": {
              "type": "array",
              "description": "Hotspots, one per interface (IP > Hotspot).",
              "items": {
                "type": "object",
                "description": "One hotspot.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Name of the hotspot, unique on the router; Called-Station-Id in RADIUS.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
                  },
                  "interface": {
                    "type": "string",
                    "description": "Interface of the guests, as in bridge-guests.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "address": {
                    "$ref": "#/$defs/ipv4",
                    "description": "The router's own address on that interface: the gateway of the guests."
                  },
                  "profile": {
                    "type": "string",
                    "description": "RouterOS's name of its server profile, one for each hotspot. Default: the name of the hotspot.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "pool": {
                    "type": "string",
                    "description": "Pool of this router from which guests get a second address. Absent: they keep the one they have.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "dnsName": {
                    "type": "string",
                    "description": "Name under which guests reach the router's login page, as in login.cafe.example. The router answers for it itself.",
                    "minLength": 1,
                    "maxLength": 253,
                    "pattern": "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"
                  },
                  "loginBy": {
                    "type": "array",
                    "description": "Ways to log in. Default [http-pap], and mac when macAuth is there.",
                    "items": {
                      "type": "string",
                      "description": "A RouterOS word of login-by.",
                      "enum": [
                        "mac",
                        "cookie",
                        "http-chap",
                        "https",
                        "http-pap",
                        "mac-cookie",
                        "trial"
                      ],
                      "not": {
                        "enum": [
                          "trial"
                        ],
                        "description": "Not supported yet: trial"
                      }
                    },
                    "minItems": 1,
                    "uniqueItems": true
                  },
                  "addressesPerMac": {
                    "type": "integer",
                    "description": "Addresses one device may use; public hotspots want 25. Default: as on the router.",
                    "minimum": 1,
                    "maximum": 65535
                  },
                  "keepalive": {
                    "$ref": "#/$defs/seconds",
                    "description": "How long a silent guest is kept. Default: as on the router."
                  },
                  "idleTimeout": {
                    "$ref": "#/$defs/seconds",
                    "description": "How long a device that is not logged in is remembered without traffic. Default: as on the router."
                  },
                  "htmlDirectory": {
                    "type": "string",
                    "description": "Folder on the router for the pages guests see. Default lastmile/ and the name; flash/ is put before it where the board needs it.",
                    "minLength": 1,
                    "maxLength": 128,
                    "pattern": "^/?[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$"
                  },
                  "certificate": {
                    "type": "string",
                    "description": "Name of a certificate on the router, for https.",
                    "minLength": 1,
                    "maxLength": 63
                  },
                  "macAuth": {
                    "type": "object",
                    "description": "Lets devices in by their MAC address alone.",
                    "properties": {
                      "format": {
                        "type": "string",
                        "description": "How the router writes a MAC as username. Default XX:XX:XX:XX:XX:XX.",
                        "enum": [
                          "XX:XX:XX:XX:XX:XX",
                          "XX-XX-XX-XX-XX-XX",
                          "XX XX XX XX XX XX",
                          "XXXX:XXXX:XXXX",
                          "XXXXXX:XXXXXX",
                          "XXXXXX-XXXXXX",
                          "XXXXXXXXXXXX"
                        ]
                      },
                      "password": {
                        "$ref": "#/$defs/secret",
                        "description": "Password the router sends with it. Absent: none."
                      },
                      "sendMac": {
                        "type": "boolean",
                        "description": "The router sends the MAC as password, too. Instead of `password`."
                      }
                    },
                    "additionalProperties": false
                  }
                },
                "required": [
                  "name",
                  "interface",
                  "address"
                ],
                "additionalProperties": false
              },
              "maxItems": 1000
            },
            "system": {
              "type": "object",
              "description": "Settings of the router itself.",
              "properties": {
                "identity": {
                  "type": "string",
                  "description": "Name the router calls itself (System > Identity).",
                  "minLength": 1,
                  "maxLength": 63
                },
                "ntp": {
                  "type": "object",
                  "description": "Its clock (System > NTP Client).",
                  "properties": {
                    "servers": {
                      "type": "array",
                      "description": "Time servers, by address or name. An empty list switches the client off.",
                      "items": {
                        "type": "string",
                        "description": "A time server.",
                        "minLength": 1,
                        "maxLength": 253,
                        "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$"
                      },
                      "maxItems": 16
                    }
                  },
                  "required": [
                    "servers"
                  ],
                  "additionalProperties": false
                },
                "dns": {
                  "type": "object",
                  "description": "The router's own name servers (IP > DNS).",
                  "properties": {
                    "servers": {
                      "type": "array",
                      "description": "Name servers the router asks. Default: as on the router.",
                      "items": {
                        "$ref": "#/$defs/ip",
                        "description": "Address of a name server."
                      },
                      "maxItems": 16
                    },
                    "allowRemoteRequests": {
                      "type": "boolean",
                      "description": "Does the router answer its clients' questions? A hotspot needs it. Default: as on the router."
                    }
                  },
                  "additionalProperties": false
                },
                "apiAccess": {
                  "type": "object",
                  "description": "Who may reach its API (IP > Services, api and api-ssl). A change that would lock us out is refused.",
                  "properties": {
                    "addresses": {
                      "type": "array",
                      "description": "Addresses and prefixes that may reach the API; ours among them.",
                      "items": {
                        "$ref": "#/$defs/ipPrefix",
                        "description": "An address or a prefix."
                      },
                      "minItems": 1,
                      "maxItems": 256,
                      "uniqueItems": true
                    },
                    "certificate": {
                      "type": "string",
                      "description": "Name of the certificate on the router that api-ssl shows. Absent: as on the router.",
                      "minLength": 1,
                      "maxLength": 63
                    },
                    "plain": {
                      "type": "boolean",
                      "description": "false switches the plain API off, true on. Absent: as on the router."
                    }
                  },
                  "required": [
                    "addresses"
                  ],
                  "additionalProperties": false
                }
              },
              "additionalProperties": false
            },
            "config": {
              "type": "object",
              "description": "Any other menu of the router, by its path: rows as a list, settings as a map.",
              "propertyNames": {
                "description": "The path of a menu: /ip/firewall/filter.",
                "pattern": "^/[a-z0-9][a-z0-9-]*([/ ][a-z0-9][a-z0-9-]*)*/?$",
                "maxLength": 200
              },
              "additionalProperties": {
                "$ref": "#/$defs/configMenu",
                "description": "Rows or settings of this menu."
              },
              "maxProperties": 500
            },
            "reconcile": {
              "type": "object",
              "description": "What this router does otherwise than the Operator says.",
              "properties": {
                "deleteLimits": {
                  "$ref": "#/$defs/deleteLimits",
                  "description": "How many rows may be deleted in one apply without being asked. What is left out is as the Operator says."
                },
                "heal": {
                  "$ref": "#/$defs/heal",
                  "description": "What is done about drift."
                },
                "windows": {
                  "$ref": "#/$defs/timeWindows",
                  "description": "When changes are applied by themselves."
                },
                "ignore": {
                  "$ref": "#/$defs/ignoreRules",
                  "description": "What is left as it is on this router, besides what the Operator says."
                },
                "collect": {
                  "$ref": "#/$defs/seconds",
                  "description": "How often counters are read over the API, from 30s to 24h."
                }
              },
              "additionalProperties": false
            }
          },
          "required": [
            "address"
          ],
          "additionalProperties": false
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "Service": {
      "title": "Service",
      "type": "object",
      "description": "A tariff: what a subscriber buys.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Service",
          "description": "Always Service here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "The tariff.",
          "properties": {
            "title": {
              "type": "string",
              "description": "Name for people.",
              "maxLength": 253
            },
            "access": {
              "type": "array",
              "description": "How subscribers connect.",
              "items": {
                "type": "string",
                "description": "A way to connect.",
                "enum": [
                  "pppoe",
                  "hotspot",
                  "dhcp",
                  "wireless"
                ]
              },
              "minItems": 1,
              "uniqueItems": true
            },
            "auth": {
              "$ref": "#/$defs/auth",
              "description": "Who checks passwords of this service. Default: as the router says, else radius."
            },
            "routers": {
              "type": [
                "array",
                "object"
              ],
              "description": "Where it is offered, and where local rows go: names of routers, or {matchLabels: {…}}. Absent: not restricted.",
              "items": {
                "$ref": "#/$defs/name",
                "description": "Name of a Router."
              },
              "minItems": 1,
              "properties": {
                "matchLabels": {
                  "type": "object",
                  "description": "All these labels must be on the router.",
                  "additionalProperties": {
                    "type": "string",
                    "description": "The value of the label."
                  },
                  "minProperties": 1
                }
              },
              "required": [
                "matchLabels"
              ],
              "additionalProperties": false
            },
            "rate": {
              "$ref": "#/$defs/speed",
              "description": "Speed, named from the subscriber's side. Absent: not limited."
            },
            "windows": {
              "type": "array",
              "description": "Days and times of day, in the time zone of the Operator. While one with `rate` lasts, that is the speed (the first of several). Where there are some without `rate`, the service can be used only while one of these lasts.",
              "items": {
                "type": "object",
                "description": "One window.",
                "properties": {
                  "days": {
                    "type": "array",
                    "description": "Days on which it begins. Default: every day.",
                    "items": {
                      "type": "string",
                      "description": "A day.",
                      "enum": [
                        "mon",
                        "tue",
                        "wed",
                        "thu",
                        "fri",
                        "sat",
                        "sun"
                      ]
                    },
                    "minItems": 1,
                    "uniqueItems": true
                  },
                  "from": {
                    "$ref": "#/$defs/timeOfDay",
                    "description": "When it begins, as in 22:00."
                  },
                  "till": {
                    "$ref": "#/$defs/timeOfDay",
                    "description": "When it ends, as in 06:00: on the next day when that is not after `from`."
                  },
                  "rate": {
                    "$ref": "#/$defs/speed",
                    "description": "Speed while it lasts. Absent: it says when the service can be used."
                  }
                },
                "required": [
                  "from",
                  "till"
                ],
                "additionalProperties": false
              },
              "minItems": 1,
              "maxItems": 32
            },
            "quotas": {
              "type": "array",
              "description": "What one login of a subscriber, with its devices, may use in a period, counted by its sessions; of several the strictest step is in force. See docs/quotas.md.",
              "items": {
                "type": "object",
                "description": "One quota.",
                "properties": {
                  "name": {
                    "$ref": "#/$defs/name",
                    "description": "Name of the quota, unique for the service."
                  },
                  "octets": {
                    "type": "string",
                    "description": "Volume: a whole number with k, M, G or T (1000-based), or Ki, Mi, Gi, Ti, as in 50G.",
                    "pattern": "^[1-9][0-9]*([kMGT]|[KMGT]i)?$"
                  },
                  "time": {
                    "$ref": "#/$defs/seconds",
                    "description": "Time online, instead of octets."
                  },
                  "direction": {
                    "type": "string",
                    "description": "Which octets count. Default total.",
                    "enum": [
                      "down",
                      "up",
                      "total"
                    ]
                  },
                  "period": {
                    "type": "string",
                    "description": "How often it begins anew, in the time zone of the Operator; `validity`: never, it is for the whole `validity` of the service.",
                    "enum": [
                      "hour",
                      "day",
                      "week",
                      "month",
                      "validity"
                    ]
                  },
                  "anchor": {
                    "type": [
                      "integer",
                      "string"
                    ],
                    "description": "Day on which it begins anew: of the month 1 to 31 (the last day of a month that is shorter), of the week 1 (Monday) to 7; or `sign-up`, the day on which the subscriber signed up. Default 1.",
                    "minimum": 1,
                    "maximum": 31,
                    "pattern": "^sign-up$"
                  },
                  "then": {
                    "$ref": "#/$defs/quotaStep",
                    "description": "What becomes of somebody who has used it up. Default: blocked."
                  },
                  "carryOver": {
                    "type": [
                      "boolean",
                      "string"
                    ],
                    "description": "What is left of one period may be used in the next, after its own and not beyond it: all of it (`true`), or at most so much (`20G`; of time `5h`). Default false.",
                    "pattern": "^[1-9][0-9]*([kMGT]|[KMGT]i|[smhd])?$"
                  },
                  "freeHours": {
                    "type": "array",
                    "description": "Windows, at quarters of an hour, in which nothing is counted and no step is in force.",
                    "items": {
                      "type": "object",
                      "description": "One window.",
                      "properties": {
                        "days": {
                          "type": "array",
                          "description": "Days on which it begins. Default: every day.",
                          "items": {
                            "type": "string",
                            "description": "A day.",
                            "enum": [
                              "mon",
                              "tue",
                              "wed",
                              "thu",
                              "fri",
                              "sat",
                              "sun"
                            ]
                          },
                          "minItems": 1,
                          "uniqueItems": true
                        },
                        "from": {
                          "$ref": "#/$defs/timeOfDay",
                          "description": "When it begins, as in 22:00."
                        },
                        "till": {
                          "$ref": "#/$defs/timeOfDay",
                          "description": "When it ends, as in 06:00: on the next day when that is not after `from`."
                        }
                      },
                      "required": [
                        "from",
                        "till"
                      ],
                      "additionalProperties": false
                    },
                    "minItems": 1,
                    "maxItems": 32
                  },
                  "steps": {
                    "type": "array",
                    "description": "What becomes of somebody who goes on: further steps, each from more on than the one before.",
                    "items": {
                      "type": "object",
                      "description": "One step.",
                      "properties": {
                        "octets": {
                          "type": "string",
                          "description": "From so much on, used in the period altogether: 150G.",
                          "pattern": "^[1-9][0-9]*([kMGT]|[KMGT]i)?$"
                        },
                        "time": {
                          "$ref": "#/$defs/seconds",
                          "description": "From so long on, online in the period altogether."
                        },
                        "then": {
                          "$ref": "#/$defs/quotaStep",
                          "description": "What becomes of somebody who has used that."
                        }
                      },
                      "required": [
                        "then"
                      ],
                      "additionalProperties": false
                    },
                    "minItems": 1,
                    "maxItems": 8
                  }
                },
                "required": [
                  "name",
                  "period"
                ],
                "additionalProperties": false
              },
              "minItems": 1,
              "maxItems": 16
            },
            "sessions": {
              "type": "object",
              "description": "Limits of a session.",
              "properties": {
                "max": {
                  "type": "integer",
                  "description": "Sessions of one login at once, on all routers together. Absent: as the router has it, which at a hotspot is one from the factory.",
                  "minimum": 1,
                  "maximum": 10000
                },
                "whenExceeded": {
                  "type": "string",
                  "description": "What becomes of the login that would be one too many: `refuse` it, or let it in and end the oldest session (`replace-oldest`). Default refuse.",
                  "enum": [
                    "refuse",
                    "replace-oldest"
                  ]
                },
                "timeout": {
                  "$ref": "#/$defs/seconds",
                  "description": "A session is ended after this time."
                },
                "idleTimeout": {
                  "$ref": "#/$defs/seconds",
                  "description": "A session without traffic is ended after this time."
                },
                "interim": {
                  "$ref": "#/$defs/seconds",
                  "description": "How often a NAS reports on a session. Default: accounting.interim of the Operator."
                }
              },
              "additionalProperties": false
            },
            "address": {
              "type": "object",
              "description": "Where addresses come from.",
              "properties": {
                "pool": {
                  "type": "string",
                  "description": "Name of a pool on the routers.",
                  "minLength": 1,
                  "maxLength": 63
                },
                "ipv6": {
                  "type": "object",
                  "description": "IPv6 prefixes, from pools of the routers.",
                  "properties": {
                    "prefixPool": {
                      "type": "string",
                      "description": "Pool for the prefix of the link.",
                      "minLength": 1,
                      "maxLength": 63
                    },
                    "delegatedPool": {
                      "type": "string",
                      "description": "Pool for the prefix delegated to the subscriber's own router.",
                      "minLength": 1,
                      "maxLength": 63
                    }
                  },
                  "minProperties": 1,
                  "additionalProperties": false
                }
              },
              "additionalProperties": false
            },
            "devices": {
              "type": "object",
              "description": "Devices that one login may be used with, told apart by their MAC.",
              "properties": {
                "max": {
                  "type": "integer",
                  "description": "How many: at once, or at all with `lock`.",
                  "minimum": 1,
                  "maximum": 64
                },
                "lock": {
                  "type": "boolean",
                  "description": "The first so many devices are remembered, and every other is refused until one is forgotten (`lastmile devices forget`). Default false.",
                  "default": false
                }
              },
              "required": [
                "max"
              ],
              "additionalProperties": false
            },
            "connections": {
              "type": "integer",
              "description": "Most connections of one subscriber at once, by a firewall rule on the routers. Not the number of sessions: that is sessions.max.",
              "minimum": 1,
              "maximum": 1000000
            },
            "validity": {
              "type": "object",
              "description": "Prepaid time: how long a subscriber has the service, unless his own `expires` comes before.",
              "properties": {
                "from": {
                  "type": "string",
                  "description": "When it begins: with the first session, or when the subscriber is given the service (`since`, else when it was seen first).",
                  "enum": [
                    "first-login",
                    "assignment"
                  ]
                },
                "lasts": {
                  "$ref": "#/$defs/seconds",
                  "description": "How long: 30d."
                }
              },
              "required": [
                "from",
                "lasts"
              ],
              "additionalProperties": false
            },
            "grace": {
              "$ref": "#/$defs/seconds",
              "description": "Time after `expires` of a subscriber during which the service still works, and is told to be overdue."
            },
            "onSuspend": {
              "type": "object",
              "description": "What becomes of somebody suspended. Default: rejected.",
              "properties": {
                "reject": {
                  "const": true,
                  "description": "Rejected: no way in."
                },
                "redirect": {
                  "$ref": "#/$defs/redirect",
                  "description": "Stays online, slowly, and meets a page."
                }
              },
              "minProperties": 1,
              "maxProperties": 1,
              "additionalProperties": false
            },
            "profile": {
              "type": "string",
              "description": "Name of the profile on the routers (PPP and hotspot), for routers that had one before. Default: made from the name of the service.",
              "minLength": 1,
              "maxLength": 63
            },
            "attributes": {
              "$ref": "#/$defs/attributes",
              "description": "Extra attributes for everyone on this service."
            }
          },
          "required": [
            "access"
          ],
          "additionalProperties": false
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "Subscriber": {
      "title": "Subscriber",
      "type": "object",
      "description": "Someone with an account.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Subscriber",
          "description": "Always Subscriber here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "$ref": "#/$defs/subscriberSpec",
          "description": "The account."
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "SubscriberList": {
      "title": "SubscriberList",
      "type": "object",
      "description": "Many subscribers in one file. Equal to as many Subscriber documents.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "SubscriberList",
          "description": "Always SubscriberList here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels of the list."
        },
        "defaults": {
          "type": "object",
          "description": "Fields every item has unless it says otherwise.",
          "properties": {
            "labels": {
              "$ref": "#/$defs/labels",
              "description": "Words to select by."
            },
            "annotations": {
              "$ref": "#/$defs/annotations",
              "description": "Notes for people and tools."
            },
            "state": {
              "$ref": "#/$defs/subscriberSpec/properties/state",
              "description": "`active`, `suspended` (cut off, to return) or `disabled`. Default active."
            },
            "reason": {
              "$ref": "#/$defs/subscriberSpec/properties/reason",
              "description": "Why it is in this state, for people."
            },
            "expires": {
              "$ref": "#/$defs/subscriberSpec/properties/expires",
              "description": "When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00)."
            },
            "since": {
              "$ref": "#/$defs/subscriberSpec/properties/since",
              "description": "Since when a subscriber has this: the sign-up of quotas, and the assignment of `validity`."
            },
            "service": {
              "$ref": "#/$defs/subscriberSpec/properties/service",
              "description": "Name of the Service."
            },
            "username": {
              "$ref": "#/$defs/subscriberSpec/properties/username",
              "description": "What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough."
            },
            "password": {
              "$ref": "#/$defs/subscriberSpec/properties/password",
              "description": "What the subscriber types, at most 128 octets. Goes with `username`; for wireless devices without one it is their passphrase."
            },
            "ntHash": {
              "$ref": "#/$defs/secret",
              "description": "NT hash of the password (32 hexadecimal digits) instead of it: for PAP, MS-CHAP and PEAP, not for CHAP, and not on routers. It is as good as the password: keep it as secret."
            },
            "router": {
              "$ref": "#/$defs/subscriberSpec/properties/router",
              "description": "Name of the Router that holds the local row; needed for `auth: local` and `hybrid` unless the service names routers. Never restricts RADIUS."
            },
            "auth": {
              "$ref": "#/$defs/subscriberSpec/properties/auth",
              "description": "Who checks the password. Default: as the service says, else the router, else radius."
            },
            "address": {
              "$ref": "#/$defs/subscriberSpec/properties/address",
              "description": "Fixed address, from the `static` part of one of the router's pools."
            },
            "ipv6": {
              "$ref": "#/$defs/subscriberSpec/properties/ipv6",
              "description": "Fixed IPv6 prefixes."
            },
            "routes": {
              "$ref": "#/$defs/subscriberSpec/properties/routes",
              "description": "Networks behind the subscriber."
            },
            "mac": {
              "$ref": "#/$defs/subscriberSpec/properties/mac",
              "description": "Devices: for DHCP, for wireless, and for hotspots that let devices in by their MAC."
            },
            "lock": {
              "$ref": "#/$defs/lock",
              "description": "Where this login may be used from, and with what. RADIUS only."
            },
            "attributes": {
              "$ref": "#/$defs/subscriberSpec/properties/attributes",
              "description": "Extra attributes, after those of the service."
            },
            "services": {
              "$ref": "#/$defs/subscriberSpec/properties/services",
              "description": "Several services of one subscriber, each with its own login. Instead of `service`, `username` and so on."
            },
            "contact": {
              "$ref": "#/$defs/subscriberSpec/properties/contact",
              "description": "How to reach the subscriber. Informational."
            },
            "notes": {
              "$ref": "#/$defs/subscriberSpec/properties/notes",
              "description": "Notes for people."
            }
          },
          "additionalProperties": false
        },
        "items": {
          "type": "array",
          "description": "The subscribers.",
          "items": {
            "type": "object",
            "description": "One subscriber: name, labels and the fields of a Subscriber, flat.",
            "properties": {
              "name": {
                "$ref": "#/$defs/name",
                "description": "Name of the subscriber, unique among all subscribers."
              },
              "labels": {
                "$ref": "#/$defs/labels",
                "description": "Words to select by."
              },
              "annotations": {
                "$ref": "#/$defs/annotations",
                "description": "Notes for people and tools."
              },
              "previousNames": {
                "$ref": "#/$defs/previousNames",
                "description": "Former names, oldest first."
              },
              "state": {
                "$ref": "#/$defs/subscriberSpec/properties/state",
                "description": "`active`, `suspended` (cut off, to return) or `disabled`. Default active."
              },
              "reason": {
                "$ref": "#/$defs/subscriberSpec/properties/reason",
                "description": "Why it is in this state, for people."
              },
              "expires": {
                "$ref": "#/$defs/subscriberSpec/properties/expires",
                "description": "When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00)."
              },
              "since": {
                "$ref": "#/$defs/subscriberSpec/properties/since",
                "description": "Since when a subscriber has this: the sign-up of quotas, and the assignment of `validity`."
              },
              "service": {
                "$ref": "#/$defs/subscriberSpec/properties/service",
                "description": "Name of the Service."
              },
              "username": {
                "$ref": "#/$defs/subscriberSpec/properties/username",
                "description": "What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough."
              },
              "password": {
                "$ref": "#/$defs/subscriberSpec/properties/password",
                "description": "What the subscriber types, at most 128 octets. Goes with `username`; for wireless devices without one it is their passphrase."
              },
              "ntHash": {
                "$ref": "#/$defs/secret",
                "description": "NT hash of the password (32 hexadecimal digits) instead of it: for PAP, MS-CHAP and PEAP, not for CHAP, and not on routers. It is as good as the password: keep it as secret."
              },
              "router": {
                "$ref": "#/$defs/subscriberSpec/properties/router",
                "description": "Name of the Router that holds the local row; needed for `auth: local` and `hybrid` unless the service names routers. Never restricts RADIUS."
              },
              "auth": {
                "$ref": "#/$defs/subscriberSpec/properties/auth",
                "description": "Who checks the password. Default: as the service says, else the router, else radius."
              },
              "address": {
                "$ref": "#/$defs/subscriberSpec/properties/address",
                "description": "Fixed address, from the `static` part of one of the router's pools."
              },
              "ipv6": {
                "$ref": "#/$defs/subscriberSpec/properties/ipv6",
                "description": "Fixed IPv6 prefixes."
              },
              "routes": {
                "$ref": "#/$defs/subscriberSpec/properties/routes",
                "description": "Networks behind the subscriber."
              },
              "mac": {
                "$ref": "#/$defs/subscriberSpec/properties/mac",
                "description": "Devices: for DHCP, for wireless, and for hotspots that let devices in by their MAC."
              },
              "lock": {
                "$ref": "#/$defs/lock",
                "description": "Where this login may be used from, and with what. RADIUS only."
              },
              "attributes": {
                "$ref": "#/$defs/subscriberSpec/properties/attributes",
                "description": "Extra attributes, after those of the service."
              },
              "services": {
                "$ref": "#/$defs/subscriberSpec/properties/services",
                "description": "Several services of one subscriber, each with its own login. Instead of `service`, `username` and so on."
              },
              "contact": {
                "$ref": "#/$defs/subscriberSpec/properties/contact",
                "description": "How to reach the subscriber. Informational."
              },
              "notes": {
                "$ref": "#/$defs/subscriberSpec/properties/notes",
                "description": "Notes for people."
              }
            },
            "required": [
              "name"
            ],
            "additionalProperties": false
          }
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "items"
      ],
      "additionalProperties": false
    },
    "PortalSite": {
      "title": "PortalSite",
      "type": "object",
      "description": "A place where guests meet our pages.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "PortalSite",
          "description": "Always PortalSite here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "The site.",
          "properties": {
            "title": {
              "type": "string",
              "description": "Name for people. Default: the name.",
              "minLength": 1,
              "maxLength": 253
            },
            "languages": {
              "type": "array",
              "description": "Languages of the pages, the default first. Default [en].",
              "items": {
                "type": "string",
                "description": "A language.",
                "enum": [
                  "en",
                  "de",
                  "es",
                  "fr",
                  "pt",
                  "sw",
                  "ar"
                ]
              },
              "minItems": 1,
              "uniqueItems": true
            },
            "bridge": {
              "type": [
                "object",
                "array"
              ],
              "description": "Where guests come from: one or a list.",
              "properties": {
                "mikrotik": {
                  "type": "object",
                  "description": "Guests of a hotspot on a MikroTik router.",
                  "properties": {
                    "router": {
                      "$ref": "#/$defs/name",
                      "description": "Name of the Router."
                    },
                    "hotspot": {
                      "type": "string",
                      "description": "Name of the hotspot on it.",
                      "minLength": 1,
                      "maxLength": 63
                    },
                    "method": {
                      "type": "string",
                      "description": "How guests are handed back to the router. Default pap-redirect, or chap where the hotspot has http-chap only.",
                      "enum": [
                        "pap-redirect",
                        "pap-form",
                        "chap",
                        "api"
                      ],
                      "not": {
                        "enum": [
                          "api"
                        ],
                        "description": "Not supported yet: api"
                      }
                    },
                    "loginUrl": {
                      "type": "string",
                      "description": "Where guests reach the router's login page, when not at its dnsName or address: http://10.5.50.1:8081/login.",
                      "minLength": 1,
                      "maxLength": 512,
                      "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f]+$"
                    }
                  },
                  "required": [
                    "router",
                    "hotspot"
                  ],
                  "additionalProperties": false
                },
                "omada": {
                  "type": "object",
                  "description": "Guests of a site on an Omada controller.",
                  "properties": {
                    "controller": {
                      "$ref": "#/$defs/name",
                      "description": "Name of the OmadaController."
                    },
                    "site": {
                      "type": "string",
                      "description": "Name of the site there. When the controller lists `sites`, one of these.",
                      "minLength": 1,
                      "maxLength": 128,
                      "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                    },
                    "mode": {
                      "type": "string",
                      "description": "How the controller is told about guests. Default external-portal.",
                      "enum": [
                        "external-portal",
                        "radius"
                      ],
                      "not": {
                        "enum": [
                          "radius"
                        ],
                        "description": "Not supported yet: radius"
                      }
                    }
                  },
                  "required": [
                    "controller",
                    "site"
                  ],
                  "additionalProperties": false
                }
              },
              "additionalProperties": false,
              "minProperties": 1,
              "maxProperties": 1,
              "items": {
                "$ref": "#/$defs/portalBridge",
                "description": "One of several."
              },
              "minItems": 1,
              "maxItems": 256
            },
            "aliases": {
              "type": "object",
              "description": "What router pages made for other platforms send in place of the name of this site.",
              "properties": {
                "domain": {
                  "type": "string",
                  "description": "The tenant, as in example.net.",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                },
                "region": {
                  "type": "string",
                  "description": "The region or group of sites.",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                },
                "virtualId": {
                  "type": "string",
                  "description": "The id of the server.",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                }
              },
              "additionalProperties": false,
              "minProperties": 1
            },
            "methods": {
              "type": "array",
              "description": "Ways for guests to get in.",
              "items": {
                "type": "string",
                "description": "A way.",
                "enum": [
                  "voucher",
                  "login",
                  "click-through",
                  "sign-up",
                  "trial"
                ],
                "not": {
                  "enum": [
                    "voucher",
                    "sign-up",
                    "trial"
                  ],
                  "description": "Not supported yet: voucher, sign-up, trial"
                }
              },
              "minItems": 1,
              "uniqueItems": true
            },
            "services": {
              "type": "object",
              "description": "Services of guests without an account.",
              "properties": {
                "clickThrough": {
                  "$ref": "#/$defs/name",
                  "description": "Name of the Service of guests who only accept the terms."
                },
                "signUp": {
                  "not": {},
                  "description": "Not supported yet: guests who sign up."
                },
                "trial": {
                  "not": {},
                  "description": "Not supported yet: a free trial."
                }
              },
              "additionalProperties": false
            },
            "walledGarden": {
              "type": "array",
              "description": "Hosts that guests reach before they are let in: a name, *.example.net, an address or a prefix.",
              "items": {
                "type": "string",
                "description": "Hosts are names, *.example.net, IPv4 addresses and prefixes, without scheme, port and path.",
                "minLength": 1,
                "maxLength": 253,
                "pattern": "^[^\\u0000-\\u0020\\u007f]+$"
              },
              "maxItems": 256
            },
            "welcomeUrl": {
              "type": "string",
              "description": "Page shown afterwards when the guest asked for none.",
              "minLength": 1,
              "maxLength": 1024,
              "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f]+$"
            },
            "terms": {
              "type": "string",
              "description": "Terms of use, as plain text.",
              "minLength": 1,
              "maxLength": 65536
            },
            "key": {
              "$ref": "#/$defs/secret",
              "description": "Signs what guests carry and makes the one-time passwords of routers, at least 16 characters. Default {derive: 1}; a higher number makes a new key. Pages that are open then have to be opened anew."
            },
            "branding": {
              "type": "object",
              "description": "Looks of the pages.",
              "properties": {
                "color": {
                  "type": "string",
                  "description": "Colour of buttons and links, as in #0a6e5c.",
                  "pattern": "^#[0-9A-Fa-f]{6}$"
                },
                "contact": {
                  "type": "string",
                  "description": "Whom guests ask for help, as in +254 712 000001.",
                  "minLength": 1,
                  "maxLength": 253
                }
              },
              "additionalProperties": false
            },
            "retention": {
              "$ref": "#/$defs/seconds",
              "description": "How long sessions and usage of guests without an account are kept here, after their end: 30d. At least 1d. What `accounting.retention` of the Operator drops sooner goes sooner; what is under a legal hold stays."
            }
          },
          "required": [
            "bridge",
            "methods"
          ],
          "additionalProperties": false
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "OmadaController": {
      "title": "OmadaController",
      "type": "object",
      "description": "A TP-Link Omada controller whose guests meet our pages.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "OmadaController",
          "description": "Always OmadaController here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "The controller.",
          "properties": {
            "url": {
              "type": "string",
              "description": "Where it is reached, as in https://192.0.2.9:8043: scheme, host and port, nothing else.",
              "minLength": 1,
              "maxLength": 512,
              "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f]+$"
            },
            "id": {
              "type": "string",
              "description": "Its id (omadacId). Default: asked for.",
              "pattern": "^[0-9A-Za-z]{1,64}$"
            },
            "tls": {
              "$ref": "#/$defs/tls",
              "description": "How its certificate is checked. Default: by the authorities of the system."
            },
            "operator": {
              "type": "object",
              "description": "Account of a hotspot operator there (Hotspot Manager > Operators), not of an administrator.",
              "properties": {
                "username": {
                  "type": "string",
                  "description": "Name of the operator.",
                  "minLength": 1,
                  "maxLength": 128
                },
                "password": {
                  "$ref": "#/$defs/secret",
                  "description": "Password of the operator."
                }
              },
              "required": [
                "username",
                "password"
              ],
              "additionalProperties": false
            },
            "timeUnit": {
              "type": "string",
              "description": "Unit in which it takes the time a guest may stay. Default ms.",
              "enum": [
                "ms",
                "us",
                "s",
                "min"
              ]
            },
            "generation": {
              "type": "string",
              "description": "Generation of its interface. Default auto.",
              "enum": [
                "auto",
                "v4",
                "v5"
              ]
            },
            "openapi": {
              "type": "object",
              "description": "Its OpenAPI, by which portals, their walled garden and RADIUS are kept as declared. Needed for `portals`.",
              "properties": {
                "clientId": {
                  "type": "string",
                  "description": "Client ID of the application.",
                  "minLength": 1,
                  "maxLength": 256
                },
                "clientSecret": {
                  "$ref": "#/$defs/secret",
                  "description": "Client secret of the application."
                }
              },
              "required": [
                "clientId",
                "clientSecret"
              ],
              "additionalProperties": false
            },
            "sites": {
              "type": "array",
              "description": "Its sites, when bridges are to name only these, and portals kept on them.",
              "items": {
                "type": "object",
                "description": "One site.",
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Name of the site.",
                    "minLength": 1,
                    "maxLength": 128,
                    "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                  },
                  "id": {
                    "type": "string",
                    "description": "Id of the site, which newer controllers send in place of the name.",
                    "pattern": "^[0-9A-Za-z]{1,64}$"
                  },
                  "portals": {
                    "type": "array",
                    "description": "Portals of this site, kept as declared over the OpenAPI.",
                    "items": {
                      "type": "object",
                      "description": "One portal.",
                      "properties": {
                        "name": {
                          "type": "string",
                          "description": "Name of the portal on the controller.",
                          "minLength": 1,
                          "maxLength": 128,
                          "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
                        },
                        "ssids": {
                          "type": "array",
                          "description": "Names of the wireless networks it stands in front of.",
                          "items": {
                            "type": "string",
                            "description": "A wireless network.",
                            "minLength": 1,
                            "maxLength": 32
                          },
                          "minItems": 1,
                          "maxItems": 64,
                          "uniqueItems": true
                        },
                        "site": {
                          "$ref": "#/$defs/name",
                          "description": "Name of the PortalSite that guests meet."
                        },
                        "type": {
                          "type": "string",
                          "description": "`external-portal`: our page talks to the controller. `radius`: the controller asks us by RADIUS. Default external-portal.",
                          "enum": [
                            "external-portal",
                            "radius"
                          ]
                        },
                        "radiusSecret": {
                          "$ref": "#/$defs/secret",
                          "description": "Shared secret with the controller. Needed for type radius."
                        }
                      },
                      "required": [
                        "name",
                        "ssids",
                        "site"
                      ],
                      "additionalProperties": false
                    },
                    "maxItems": 64
                  }
                },
                "required": [
                  "name"
                ],
                "additionalProperties": false
              },
              "maxItems": 1000
            }
          },
          "required": [
            "url",
            "operator"
          ],
          "additionalProperties": false
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "Policy": {
      "title": "Policy",
      "type": "object",
      "description": "Rules of the operator's own over what is declared and what would be changed, in CEL, with the cases that show what they do. What a rule denies does not come into force.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Policy",
          "description": "Always Policy here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "What is not to be, or to be thought about, and cases of it.",
          "properties": {
            "description": {
              "type": "string",
              "description": "What it is there for, for people.",
              "minLength": 1,
              "maxLength": 2000
            },
            "rules": {
              "type": "array",
              "description": "Each is judged by itself.",
              "items": {
                "$ref": "#/$defs/policyRule"
              },
              "minItems": 1,
              "maxItems": 100
            },
            "tests": {
              "type": "array",
              "description": "Cases that the rules are tried on, by `lastmile policy test`, `validate` and whatever reads these declarations: one that does not come out as expected is an error.",
              "items": {
                "$ref": "#/$defs/policyCase"
              },
              "minItems": 1,
              "maxItems": 1000
            }
          },
          "required": [
            "rules"
          ],
          "additionalProperties": false
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "Scenario": {
      "title": "Scenario",
      "type": "object",
      "description": "A rehearsal: what happens on a network that is declared as here, and what must come of it. Run by `lastmile test` on simulated routers, in time of its own.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Scenario",
          "description": "Always Scenario here."
        },
        "metadata": {
          "$ref": "#/$defs/metadata",
          "description": "Name and labels."
        },
        "spec": {
          "type": "object",
          "description": "What happens, and what must come of it.",
          "properties": {
            "description": {
              "type": "string",
              "description": "What it shows, for people.",
              "minLength": 1,
              "maxLength": 2000
            },
            "start": {
              "type": "string",
              "description": "When it begins: RFC 3339, or local in the time zone of the Operator. Default 2026-03-10T12:00.",
              "minLength": 1,
              "maxLength": 40
            },
            "steps": {
              "type": "array",
              "description": "What happens, in order.",
              "items": {
                "$ref": "#/$defs/scenarioStep"
              },
              "minItems": 1,
              "maxItems": 1000
            }
          },
          "required": [
            "steps"
          ],
          "additionalProperties": false
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ],
      "additionalProperties": false
    },
    "name": {
      "type": "string",
      "description": "Lower-case letters, digits, dots, dashes and underscores; begins and ends with a letter or digit. Unique per kind.",
      "pattern": "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$",
      "maxLength": 63
    },
    "labels": {
      "type": "object",
      "description": "Words to select objects by, as in `routers: {matchLabels: {site: north}}`. Values are text.",
      "propertyNames": {
        "pattern": "^[a-z0-9]([a-z0-9._/-]*[a-z0-9])?$",
        "maxLength": 127
      },
      "additionalProperties": {
        "type": "string",
        "description": "The value of the label.",
        "maxLength": 253
      },
      "maxProperties": 64
    },
    "annotations": {
      "type": "object",
      "description": "Notes for people and tools. Those that begin with lastmile/ are ours: `lastmile/prevent-destroy: \"true\"` refuses every plan that would delete rows of this object.",
      "propertyNames": {
        "pattern": "^[a-z0-9]([a-z0-9._/-]*[a-z0-9])?$",
        "maxLength": 127
      },
      "additionalProperties": {
        "type": "string",
        "description": "The text of the annotation."
      },
      "maxProperties": 64
    },
    "previousNames": {
      "type": "array",
      "description": "Names this object had before, oldest first. Derived secrets follow the oldest, so a rename changes no password.",
      "items": {
        "$ref": "#/$defs/name",
        "description": "A former name."
      },
      "maxItems": 32
    },
    "metadata": {
      "type": "object",
      "description": "Who this object is.",
      "properties": {
        "name": {
          "$ref": "#/$defs/name",
          "description": "Name of the object, unique per kind; other objects refer to it by this word."
        },
        "labels": {
          "$ref": "#/$defs/labels",
          "description": "Words to select this object by."
        },
        "annotations": {
          "$ref": "#/$defs/annotations",
          "description": "Notes for people and tools."
        },
        "previousNames": {
          "$ref": "#/$defs/previousNames",
          "description": "Former names, oldest first."
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    },
    "secret": {
      "type": [
        "string",
        "object"
      ],
      "description": "A secret: text (seen by everyone who can read the repository), `{env: LASTMILE_SECRET_NAME}`, `{file: PATH}` below the folder given by --secrets, `{derive: N}`: computed from the master key, changed by raising N; or text that SOPS encrypted in place (`lastmile secrets encrypt`).",
      "properties": {
        "env": {
          "type": "string",
          "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
          "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
        },
        "file": {
          "type": "string",
          "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
          "minLength": 1,
          "maxLength": 1024
        },
        "derive": {
          "type": "integer",
          "description": "Generation of a secret computed from the master key. A higher number makes a new secret.",
          "minimum": 0,
          "maximum": 1000000000
        }
      },
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1
    },
    "password": {
      "type": [
        "string",
        "object"
      ],
      "description": "A secret, or `{hash: …}` where only a salted hash of it is known.",
      "properties": {
        "env": {
          "type": "string",
          "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
          "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
        },
        "file": {
          "type": "string",
          "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
          "minLength": 1,
          "maxLength": 1024
        },
        "derive": {
          "type": "integer",
          "description": "Generation of a secret computed from the master key. A higher number makes a new secret.",
          "minimum": 0,
          "maximum": 1000000000
        },
        "hash": {
          "type": [
            "string",
            "object"
          ],
          "description": "`{SSHA}`, `{SSHA256}` or `{SSHA512}` with Base64, `$scrypt$ln=14,r=8,p=1$SALT$DIGEST`, bcrypt (`$2b$10$…`) or Argon2 (`$argon2id$v=19$…`), or where it is: `{env: LASTMILE_SECRET_NAME}` or `{file: PATH}`. For PAP only, and not on routers.",
          "properties": {
            "env": {
              "type": "string",
              "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
              "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
            },
            "file": {
              "type": "string",
              "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the hash.",
              "minLength": 1,
              "maxLength": 1024
            }
          },
          "additionalProperties": false,
          "minProperties": 1,
          "maxProperties": 1,
          "minLength": 8,
          "maxLength": 512
        }
      },
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1
    },
    "rate": {
      "type": [
        "string",
        "integer"
      ],
      "description": "Bit/s: a whole number with k, M or G (1000-based), as in 20M or 512k; a bare number is bit/s.",
      "pattern": "^[1-9][0-9]*[kMG]?$",
      "minimum": 1,
      "maximum": 1000000000000
    },
    "duration": {
      "type": "string",
      "description": "A whole number with a unit: ms, s, m, h or d, as in 1500ms, 90s, 10m, 12h, 30d.",
      "pattern": "^[1-9][0-9]*(ms|s|m|h|d)$"
    },
    "seconds": {
      "type": "string",
      "description": "A whole number with a unit: s, m, h or d, as in 90s, 10m, 12h, 30d.",
      "pattern": "^[1-9][0-9]*(s|m|h|d)$"
    },
    "ipv4": {
      "type": "string",
      "description": "An IPv4 address, as in 192.0.2.1.",
      "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"
    },
    "ip": {
      "type": "string",
      "description": "An IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1.",
      "pattern": "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"
    },
    "ipv4Range": {
      "type": "string",
      "description": "One IPv4 address, a range with a dash, or a prefix: 10.0.0.2-10.0.0.254, 10.0.1.0/24.",
      "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}(-[0-9]{1,3}(\\.[0-9]{1,3}){3}|/[0-9]{1,2})?$"
    },
    "endpoint": {
      "type": "string",
      "description": "Host and port to listen on: 0.0.0.0:1812, [::]:1812, 127.0.0.1:0 (any free port).",
      "pattern": "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$"
    },
    "endpoints": {
      "type": [
        "string",
        "array"
      ],
      "description": "One host:port, or a list of them.",
      "pattern": "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$",
      "items": {
        "$ref": "#/$defs/endpoint",
        "description": "Host and port to listen on."
      },
      "minItems": 1,
      "maxItems": 16
    },
    "port": {
      "type": "integer",
      "description": "A UDP or TCP port.",
      "minimum": 1,
      "maximum": 65535
    },
    "auth": {
      "type": "string",
      "description": "Who checks the password: `radius` (this system), `local` (the router itself, from rows written into it), or `hybrid`: this system, and rows on the router that it enables by itself when it has not heard of us for a while.",
      "enum": [
        "radius",
        "local",
        "hybrid"
      ]
    },
    "mode": {
      "type": "string",
      "description": "`observe` reads only, `plan` computes what would change, `apply` changes it.",
      "enum": [
        "observe",
        "plan",
        "apply"
      ]
    },
    "messageAuthenticator": {
      "type": "string",
      "description": "`require` drops Access-Requests without a Message-Authenticator (RouterOS sends it from 7.15); `off` accepts them; `learn` finds out by the first request that proves the secret which of the two it is.",
      "enum": [
        "require",
        "off",
        "learn"
      ]
    },
    "attributes": {
      "type": "array",
      "description": "Extra attributes for the Access-Accept, checked against the RADIUS dictionary.",
      "items": {
        "type": "object",
        "description": "One attribute.",
        "properties": {
          "name": {
            "type": "string",
            "description": "Name in the dictionary, as in Mikrotik-Address-List; with a tag, as in Tunnel-Type:1; by number, as in Attr-26.2352.1.",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*(:[0-9]{1,2})?$"
          },
          "value": {
            "type": [
              "string",
              "integer",
              "object"
            ],
            "description": "Text, a number, an address or the name of a value, as the attribute takes it. A password or key may be `{env: …}`, `{file: …}` or `{derive: N}`.",
            "maxLength": 4000,
            "properties": {
              "env": {
                "type": "string",
                "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
                "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
              },
              "file": {
                "type": "string",
                "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
                "minLength": 1,
                "maxLength": 1024
              },
              "derive": {
                "type": "integer",
                "description": "Generation of a secret computed from the master key. A higher number makes a new secret.",
                "minimum": 0,
                "maximum": 1000000000
              }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1
          }
        },
        "required": [
          "name",
          "value"
        ],
        "additionalProperties": false
      },
      "maxItems": 64
    },
    "subscriberService": {
      "type": "object",
      "description": "One service of a subscriber who has several.",
      "properties": {
        "name": {
          "$ref": "#/$defs/name",
          "description": "Name of this entry, unique for the subscriber."
        },
        "service": {
          "$ref": "#/$defs/name",
          "description": "Name of the Service."
        },
        "since": {
          "type": "string",
          "description": "Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.",
          "minLength": 1,
          "maxLength": 40,
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$"
        },
        "username": {
          "type": "string",
          "description": "What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.",
          "minLength": 1,
          "maxLength": 253,
          "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
        },
        "password": {
          "$ref": "#/$defs/password",
          "description": "What the subscriber types, at most 128 octets. Goes with `username`; for wireless devices without one it is their passphrase."
        },
        "ntHash": {
          "$ref": "#/$defs/secret",
          "description": "NT hash of the password (32 hexadecimal digits) instead of it: for PAP, MS-CHAP and PEAP, not for CHAP, and not on routers. It is as good as the password: keep it as secret."
        },
        "router": {
          "$ref": "#/$defs/name",
          "description": "Name of the Router that holds the local row; needed for `auth: local` and `hybrid` unless the service names routers. Never restricts RADIUS."
        },
        "auth": {
          "$ref": "#/$defs/auth",
          "description": "Who checks the password. Default: as the service says, else the router, else radius."
        },
        "address": {
          "$ref": "#/$defs/ipv4",
          "description": "Fixed address, from the `static` part of one of the router's pools."
        },
        "ipv6": {
          "type": "object",
          "description": "Fixed IPv6 prefixes.",
          "properties": {
            "prefix": {
              "$ref": "#/$defs/ipv6Prefix",
              "description": "Of the link, as in 2001:db8:1:2::/64."
            },
            "delegated": {
              "$ref": "#/$defs/ipv6Prefix",
              "description": "Delegated to the subscriber's own router, as in 2001:db8:ff00::/56."
            }
          },
          "minProperties": 1,
          "additionalProperties": false
        },
        "routes": {
          "type": "array",
          "description": "Networks behind the subscriber: prefixes, or maps with `destination`.",
          "items": {
            "type": [
              "string",
              "object"
            ],
            "description": "A prefix, reached by way of the subscriber's address; or more of it.",
            "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
            "properties": {
              "destination": {
                "$ref": "#/$defs/ipv4Prefix",
                "description": "The network, as in 10.9.0.0/24."
              },
              "gateway": {
                "$ref": "#/$defs/ipv4",
                "description": "By way of this address. Default: the subscriber's own."
              },
              "metric": {
                "type": "integer",
                "description": "Distance of the route. Default: as on the router.",
                "minimum": 1,
                "maximum": 255
              }
            },
            "required": [
              "destination"
            ],
            "additionalProperties": false
          },
          "minItems": 1,
          "maxItems": 64
        },
        "mac": {
          "$ref": "#/$defs/macs",
          "description": "Devices: for DHCP, for wireless, and for hotspots that let devices in by their MAC."
        },
        "lock": {
          "$ref": "#/$defs/lock",
          "description": "Where this login may be used from, and with what. RADIUS only."
        },
        "attributes": {
          "$ref": "#/$defs/attributes",
          "description": "Extra attributes, after those of the service."
        }
      },
      "required": [
        "name",
        "service"
      ],
      "additionalProperties": false
    },
    "subscriberSpec": {
      "type": "object",
      "description": "The subscriber: one service inline, or a list of `services`.",
      "properties": {
        "state": {
          "type": "string",
          "description": "`active`, `suspended` (cut off, to return) or `disabled`. Default active.",
          "enum": [
            "active",
            "suspended",
            "disabled"
          ]
        },
        "reason": {
          "type": "string",
          "description": "Why it is in this state, for people.",
          "maxLength": 1024
        },
        "expires": {
          "type": "string",
          "description": "When access ends: RFC 3339 (2027-01-31T18:00:00Z), or without offset in the time zone of the Operator (2027-01-31T18:00).",
          "minLength": 1,
          "maxLength": 40,
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?$"
        },
        "since": {
          "type": "string",
          "description": "Since when a subscriber has this: a day (2026-05-17) or a time, as `expires`. The day on which quotas with `anchor: sign-up` begin anew, and when a `validity` from assignment begins. Default: when it was seen first.",
          "minLength": 1,
          "maxLength": 40,
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$"
        },
        "service": {
          "$ref": "#/$defs/name",
          "description": "Name of the Service."
        },
        "username": {
          "type": "string",
          "description": "What the subscriber logs in with: exact, upper and lower case differ. None where `mac` is enough.",
          "minLength": 1,
          "maxLength": 253,
          "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
        },
        "password": {
          "$ref": "#/$defs/password",
          "description": "What the subscriber types, at most 128 octets. Goes with `username`; for wireless devices without one it is their passphrase."
        },
        "ntHash": {
          "$ref": "#/$defs/secret",
          "description": "NT hash of the password (32 hexadecimal digits) instead of it: for PAP, MS-CHAP and PEAP, not for CHAP, and not on routers. It is as good as the password: keep it as secret."
        },
        "router": {
          "$ref": "#/$defs/name",
          "description": "Name of the Router that holds the local row; needed for `auth: local` and `hybrid` unless the service names routers. Never restricts RADIUS."
        },
        "auth": {
          "$ref": "#/$defs/auth",
          "description": "Who checks the password. Default: as the service says, else the router, else radius."
        },
        "address": {
          "$ref": "#/$defs/ipv4",
          "description": "Fixed address, from the `static` part of one of the router's pools."
        },
        "ipv6": {
          "type": "object",
          "description": "Fixed IPv6 prefixes.",
          "properties": {
            "prefix": {
              "$ref": "#/$defs/ipv6Prefix",
              "description": "Of the link, as in 2001:db8:1:2::/64."
            },
            "delegated": {
              "$ref": "#/$defs/ipv6Prefix",
              "description": "Delegated to the subscriber's own router, as in 2001:db8:ff00::/56."
            }
          },
          "minProperties": 1,
          "additionalProperties": false
        },
        "routes": {
          "type": "array",
          "description": "Networks behind the subscriber: prefixes, or maps with `destination`.",
          "items": {
            "type": [
              "string",
              "object"
            ],
            "description": "A prefix, reached by way of the subscriber's address; or more of it.",
            "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
            "properties": {
              "destination": {
                "$ref": "#/$defs/ipv4Prefix",
                "description": "The network, as in 10.9.0.0/24."
              },
              "gateway": {
                "$ref": "#/$defs/ipv4",
                "description": "By way of this address. Default: the subscriber's own."
              },
              "metric": {
                "type": "integer",
                "description": "Distance of the route. Default: as on the router.",
                "minimum": 1,
                "maximum": 255
              }
            },
            "required": [
              "destination"
            ],
            "additionalProperties": false
          },
          "minItems": 1,
          "maxItems": 64
        },
        "mac": {
          "$ref": "#/$defs/macs",
          "description": "Devices: for DHCP, for wireless, and for hotspots that let devices in by their MAC."
        },
        "lock": {
          "$ref": "#/$defs/lock",
          "description": "Where this login may be used from, and with what. RADIUS only."
        },
        "attributes": {
          "$ref": "#/$defs/attributes",
          "description": "Extra attributes, after those of the service."
        },
        "services": {
          "type": "array",
          "description": "Several services of one subscriber, each with its own login. Instead of `service`, `username` and so on.",
          "items": {
            "$ref": "#/$defs/subscriberService",
            "description": "One service."
          },
          "minItems": 1,
          "maxItems": 64
        },
        "contact": {
          "type": "object",
          "description": "How to reach the subscriber. Informational.",
          "properties": {
            "name": {
              "type": "string",
              "description": "Name of the person or company.",
              "maxLength": 253
            },
            "email": {
              "type": "string",
              "description": "E-mail address.",
              "maxLength": 320
            },
            "phone": {
              "type": "string",
              "description": "Telephone number, in quotes.",
              "maxLength": 64
            },
            "language": {
              "type": "string",
              "description": "Language tag, as in en or sw.",
              "maxLength": 35
            }
          },
          "additionalProperties": false
        },
        "notes": {
          "type": "string",
          "description": "Notes for people."
        }
      },
      "additionalProperties": false,
      "if": {
        "required": [
          "services"
        ]
      },
      "else": {
        "required": [
          "service"
        ]
      }
    },
    "pem": {
      "type": [
        "string",
        "object"
      ],
      "description": "PEM text, `{env: LASTMILE_SECRET_NAME}`, or `{file: PATH}` below the folder given by --secrets.",
      "properties": {
        "env": {
          "type": "string",
          "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
          "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
        },
        "file": {
          "type": "string",
          "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
          "minLength": 1,
          "maxLength": 1024
        }
      },
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1
    },
    "ipv4Prefix": {
      "type": "string",
      "description": "An IPv4 prefix without host bits, as in 10.30.0.0/24.",
      "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$"
    },
    "mac": {
      "type": "string",
      "description": "A MAC address, as in AA:BB:CC:DD:EE:FF; other separators and lower case are read as well.",
      "minLength": 1,
      "maxLength": 40
    },
    "lock": {
      "type": "object",
      "description": "Where a login may be used from, and with what: all that is said must hold.",
      "properties": {
        "mac": {
          "type": [
            "string",
            "array"
          ],
          "description": "Of the device (Calling-Station-Id): one, or any of several.",
          "minLength": 1,
          "maxLength": 40,
          "items": {
            "$ref": "#/$defs/mac",
            "description": "One device."
          },
          "minItems": 1,
          "maxItems": 64
        },
        "nas": {
          "type": [
            "string",
            "array"
          ],
          "description": "Name of the Router or RADIUS client: one, or any of several.",
          "minLength": 1,
          "maxLength": 63,
          "items": {
            "$ref": "#/$defs/name",
            "description": "Name of a Router or RADIUS client."
          },
          "minItems": 1,
          "maxItems": 64
        },
        "port": {
          "type": "string",
          "description": "Port of the NAS, as it sends it: NAS-Port-Id, or the number of NAS-Port in quotes.",
          "minLength": 1,
          "maxLength": 253
        },
        "circuitId": {
          "type": "string",
          "description": "Agent-Circuit-Id (DSL Forum), as an access node puts it in.",
          "minLength": 1,
          "maxLength": 247
        }
      },
      "minProperties": 1,
      "additionalProperties": false
    },
    "macs": {
      "type": "array",
      "description": "MAC addresses. Each belongs to one subscriber only.",
      "items": {
        "$ref": "#/$defs/mac",
        "description": "One device."
      },
      "minItems": 1,
      "maxItems": 64
    },
    "portalBridge": {
      "type": "object",
      "description": "Where guests come from: one of `mikrotik` and `omada`.",
      "properties": {
        "mikrotik": {
          "type": "object",
          "description": "Guests of a hotspot on a MikroTik router.",
          "properties": {
            "router": {
              "$ref": "#/$defs/name",
              "description": "Name of the Router."
            },
            "hotspot": {
              "type": "string",
              "description": "Name of the hotspot on it.",
              "minLength": 1,
              "maxLength": 63
            },
            "method": {
              "type": "string",
              "description": "How guests are handed back to the router. Default pap-redirect, or chap where the hotspot has http-chap only.",
              "enum": [
                "pap-redirect",
                "pap-form",
                "chap",
                "api"
              ],
              "not": {
                "enum": [
                  "api"
                ],
                "description": "Not supported yet: api"
              }
            },
            "loginUrl": {
              "type": "string",
              "description": "Where guests reach the router's login page, when not at its dnsName or address: http://10.5.50.1:8081/login.",
              "minLength": 1,
              "maxLength": 512,
              "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f]+$"
            }
          },
          "required": [
            "router",
            "hotspot"
          ],
          "additionalProperties": false
        },
        "omada": {
          "type": "object",
          "description": "Guests of a site on an Omada controller.",
          "properties": {
            "controller": {
              "$ref": "#/$defs/name",
              "description": "Name of the OmadaController."
            },
            "site": {
              "type": "string",
              "description": "Name of the site there. When the controller lists `sites`, one of these.",
              "minLength": 1,
              "maxLength": 128,
              "pattern": "^[^\\u0000-\\u001f\\u007f]+$"
            },
            "mode": {
              "type": "string",
              "description": "How the controller is told about guests. Default external-portal.",
              "enum": [
                "external-portal",
                "radius"
              ],
              "not": {
                "enum": [
                  "radius"
                ],
                "description": "Not supported yet: radius"
              }
            }
          },
          "required": [
            "controller",
            "site"
          ],
          "additionalProperties": false
        }
      },
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1
    },
    "tls": {
      "type": "object",
      "description": "How its certificate is checked. Default: by the authorities of the system.",
      "properties": {
        "mode": {
          "type": "string",
          "description": "`pinned`: exactly the certificate with `fingerprint`; `ca`: signed by an authority; `insecure`: not at all. Default pinned when there is a fingerprint, else ca.",
          "enum": [
            "ca",
            "pinned",
            "insecure"
          ]
        },
        "fingerprint": {
          "type": "string",
          "description": "SHA-256 of the certificate: 64 hexadecimal digits, with or without colons.",
          "pattern": "^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"
        },
        "ca": {
          "type": "string",
          "description": "Certificate of the authority, as PEM.",
          "minLength": 1,
          "maxLength": 65536
        }
      },
      "additionalProperties": false
    },
    "ipv6Prefix": {
      "type": "string",
      "description": "An IPv6 prefix without host bits, as in 2001:db8:1000::/36.",
      "pattern": "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}$"
    },
    "ipPrefix": {
      "type": "string",
      "description": "An address or a prefix without host bits, IPv4 or IPv6, as in 192.0.2.0/24.",
      "pattern": "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(/[0-9]{1,3})?$"
    },
    "timeOfDay": {
      "type": "string",
      "description": "A time of day, hours and minutes: 22:00. 24:00 is the end of the day.",
      "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
    },
    "speed": {
      "type": "object",
      "description": "Speed, named from the subscriber's side.",
      "properties": {
        "down": {
          "$ref": "#/$defs/rate",
          "description": "Towards the subscriber."
        },
        "up": {
          "$ref": "#/$defs/rate",
          "description": "From the subscriber."
        },
        "burst": {
          "type": "object",
          "description": "Higher speed for a short time.",
          "properties": {
            "down": {
              "$ref": "#/$defs/rate",
              "description": "Burst speed towards the subscriber."
            },
            "up": {
              "$ref": "#/$defs/rate",
              "description": "Burst speed from the subscriber."
            },
            "thresholdDown": {
              "$ref": "#/$defs/rate",
              "description": "Burst ends when the average towards the subscriber passes this. Default: the rate."
            },
            "thresholdUp": {
              "$ref": "#/$defs/rate",
              "description": "Burst ends when the average from the subscriber passes this. Default: the rate."
            },
            "seconds": {
              "type": "integer",
              "description": "Seconds over which the average is taken.",
              "minimum": 1,
              "maximum": 86400
            }
          },
          "required": [
            "down",
            "up",
            "seconds"
          ],
          "additionalProperties": false
        },
        "guaranteed": {
          "type": "object",
          "description": "Speed that is kept free (limit-at).",
          "properties": {
            "down": {
              "$ref": "#/$defs/rate",
              "description": "Towards the subscriber."
            },
            "up": {
              "$ref": "#/$defs/rate",
              "description": "From the subscriber."
            }
          },
          "required": [
            "down",
            "up"
          ],
          "additionalProperties": false
        },
        "priority": {
          "type": "integer",
          "description": "Priority of the queue, 1 (first) to 8 (last).",
          "minimum": 1,
          "maximum": 8
        }
      },
      "required": [
        "down",
        "up"
      ],
      "additionalProperties": false
    },
    "closedTimes": {
      "type": "array",
      "description": "Times from one moment to another.",
      "items": {
        "type": "object",
        "description": "One of them.",
        "properties": {
          "from": {
            "type": "string",
            "description": "When it begins: RFC 3339, or local in the time zone of the Operator, as in 2026-12-20T00:00.",
            "maxLength": 40
          },
          "till": {
            "type": "string",
            "description": "When it is over, likewise.",
            "maxLength": 40
          },
          "reason": {
            "type": "string",
            "description": "Why, for people.",
            "minLength": 1,
            "maxLength": 200
          }
        },
        "required": [
          "from",
          "till"
        ],
        "additionalProperties": false
      },
      "minItems": 1,
      "maxItems": 100
    },
    "timeWindows": {
      "type": "array",
      "description": "Days and times of day, in the time zone of the Operator, or their own.",
      "items": {
        "type": "object",
        "description": "One window.",
        "properties": {
          "days": {
            "type": "array",
            "description": "Days on which it begins. Default: every day.",
            "items": {
              "type": "string",
              "description": "A day.",
              "enum": [
                "mon",
                "tue",
                "wed",
                "thu",
                "fri",
                "sat",
                "sun"
              ]
            },
            "minItems": 1,
            "uniqueItems": true
          },
          "from": {
            "$ref": "#/$defs/timeOfDay",
            "description": "When it begins, as in 22:00."
          },
          "till": {
            "$ref": "#/$defs/timeOfDay",
            "description": "When it ends, as in 04:00: on the next day when that is not after `from`."
          },
          "timezone": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "Time zone of the window, as in Africa/Kampala: that of a site elsewhere. Default: the Operator's."
          }
        },
        "required": [
          "from",
          "till"
        ],
        "additionalProperties": false
      },
      "minItems": 1,
      "maxItems": 100
    },
    "heal": {
      "type": "string",
      "description": "What is done about drift, which is a difference that no commit made: `always` mended, mended in `windows` only, or `never`.",
      "enum": [
        "always",
        "windowed",
        "never"
      ]
    },
    "routerMenu": {
      "type": "string",
      "description": "A menu of RouterOS: /ip/firewall/filter.",
      "pattern": "^/?[a-z0-9][a-z0-9-]*([/ ][a-z0-9][a-z0-9-]*)*/?$",
      "maxLength": 200
    },
    "routerWord": {
      "type": [
        "string",
        "integer",
        "boolean"
      ],
      "description": "A value as the router shows it. true and false are yes and no.",
      "maxLength": 65536
    },
    "ignoreRules": {
      "type": "array",
      "description": "Rows, or fields of them, that are left as they are on the router: neither compared nor written nor called drift.",
      "items": {
        "type": "object",
        "description": "One rule.",
        "properties": {
          "menu": {
            "$ref": "#/$defs/routerMenu",
            "description": "The menu, as in /ip/firewall/filter."
          },
          "match": {
            "type": "object",
            "description": "Rows with these values; each may have * for any text. Absent: every row.",
            "propertyNames": {
              "pattern": "^[a-z0-9][a-z0-9.-]*$",
              "maxLength": 63
            },
            "additionalProperties": {
              "$ref": "#/$defs/routerWord",
              "description": "The value, as in dynamic-*."
            },
            "minProperties": 1,
            "maxProperties": 32
          },
          "fields": {
            "type": "array",
            "description": "Fields left alone. Absent: the whole row.",
            "items": {
              "type": "string",
              "description": "A field, as in rate-limit.",
              "pattern": "^[a-z0-9][a-z0-9.-]*$",
              "maxLength": 63
            },
            "minItems": 1,
            "maxItems": 64,
            "uniqueItems": true
          }
        },
        "required": [
          "menu"
        ],
        "additionalProperties": false
      },
      "maxItems": 1000
    },
    "deleteLimits": {
      "type": "object",
      "description": "How many rows may be deleted in one apply without being asked.",
      "properties": {
        "always": {
          "type": "integer",
          "description": "Deletes of one kind on one target that are always allowed. Default 3.",
          "minimum": 0,
          "maximum": 1000000
        },
        "share": {
          "type": "number",
          "description": "Above `always`: at most this share of the rows of the kind, from 0 to 1. Default 0.05.",
          "minimum": 0,
          "maximum": 1
        },
        "most": {
          "type": "integer",
          "description": "And at most this many. Default 25.",
          "minimum": 0,
          "maximum": 1000000
        },
        "kinds": {
          "type": "object",
          "description": "Other limits for rows of one menu (/ppp/secret), or made from one kind of object (Subscriber). What is left out is as above.",
          "propertyNames": {
            "description": "A menu as in /ppp/secret, or a kind as in Subscriber.",
            "pattern": "^(/?[a-z0-9][a-z0-9-]*([/ ][a-z0-9][a-z0-9-]*)*/?|[A-Z][A-Za-z]*)$",
            "maxLength": 200
          },
          "additionalProperties": {
            "type": "object",
            "description": "Limits of this menu or kind.",
            "properties": {
              "always": {
                "type": "integer",
                "description": "Deletes of one kind on one target that are always allowed. Default 3.",
                "minimum": 0,
                "maximum": 1000000
              },
              "share": {
                "type": "number",
                "description": "Above `always`: at most this share of the rows of the kind, from 0 to 1. Default 0.05.",
                "minimum": 0,
                "maximum": 1
              },
              "most": {
                "type": "integer",
                "description": "And at most this many. Default 25.",
                "minimum": 0,
                "maximum": 1000000
              }
            },
            "minProperties": 1,
            "additionalProperties": false
          },
          "maxProperties": 200
        }
      },
      "additionalProperties": false
    },
    "configValue": {
      "type": [
        "string",
        "integer",
        "boolean",
        "object"
      ],
      "description": "A value as the router shows it: text or a number; true and false are yes and no; or a secret as `{env: LASTMILE_SECRET_NAME}`, `{file: PATH}` or `{derive: N}`.",
      "maxLength": 65536,
      "properties": {
        "env": {
          "type": "string",
          "description": "Name of an environment variable that begins with LASTMILE_SECRET_.",
          "pattern": "^LASTMILE_SECRET_[A-Za-z0-9_]+$"
        },
        "file": {
          "type": "string",
          "description": "Path below the folder given by --secrets. A newline at the end of the file is not part of the secret.",
          "minLength": 1,
          "maxLength": 1024
        },
        "derive": {
          "type": "integer",
          "description": "Generation of a secret computed from the master key. A higher number makes a new secret.",
          "minimum": 0,
          "maximum": 1000000000
        }
      },
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1
    },
    "configMenu": {
      "type": [
        "array",
        "object"
      ],
      "description": "A list: rows, which are ours, in this order where the menu has one; an empty list removes every row of ours. A map: settings, of which only those declared are touched.",
      "items": {
        "type": "object",
        "description": "One row: properties by RouterOS's names. `comment` is for people; `key` tells the row from its neighbours where its properties do not.",
        "additionalProperties": {
          "$ref": "#/$defs/configValue",
          "description": "The value of the property."
        },
        "minProperties": 1,
        "maxProperties": 200
      },
      "maxItems": 20000,
      "additionalProperties": {
        "$ref": "#/$defs/configValue",
        "description": "The value of the setting."
      },
      "minProperties": 1,
      "maxProperties": 200
    },
    "redirect": {
      "type": "object",
      "description": "Stays online, slowly, and meets a page.",
      "properties": {
        "addressList": {
          "type": "string",
          "description": "Address list on the routers that holds who is suspended. Default suspended.",
          "minLength": 1,
          "maxLength": 63,
          "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
        },
        "rate": {
          "type": "object",
          "description": "Speed while suspended. Absent: that of the service.",
          "properties": {
            "down": {
              "$ref": "#/$defs/rate",
              "description": "Towards the subscriber."
            },
            "up": {
              "$ref": "#/$defs/rate",
              "description": "From the subscriber."
            }
          },
          "required": [
            "down",
            "up"
          ],
          "additionalProperties": false
        },
        "site": {
          "$ref": "#/$defs/name",
          "description": "Name of the PortalSite whose page they meet. Absent: no page, only the list and the speed."
        }
      },
      "additionalProperties": false
    },
    "quotaStep": {
      "type": "object",
      "description": "What becomes of somebody. `block` and `redirect` stand alone; `rate`, `pool` and `addressList` may stand together.",
      "properties": {
        "rate": {
          "$ref": "#/$defs/speed",
          "description": "Another speed, told to running sessions by CoA."
        },
        "pool": {
          "type": "string",
          "description": "Addresses from another pool of the routers: sessions are ended, so that they get one.",
          "minLength": 1,
          "maxLength": 63
        },
        "addressList": {
          "type": "string",
          "description": "On this address list of the routers as well: sessions are ended, so that new ones are on it.",
          "minLength": 1,
          "maxLength": 63,
          "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
        },
        "redirect": {
          "$ref": "#/$defs/redirect",
          "description": "Stays online, slowly, and meets a page, as somebody suspended does."
        },
        "block": {
          "const": true,
          "description": "Blocked: no way in until the next period."
        }
      },
      "minProperties": 1,
      "additionalProperties": false
    },
    "scenarioStep": {
      "type": "object",
      "description": "One thing that happens, and what must hold after it.",
      "properties": {
        "title": {
          "type": "string",
          "description": "What this step is about, for people.",
          "minLength": 1,
          "maxLength": 200
        },
        "dial": {
          "type": "object",
          "description": "A subscriber dials in by PPPoE.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Name of the subscriber, or `anna/tv` for one of several services.",
              "minLength": 1,
              "maxLength": 512
            },
            "username": {
              "type": "string",
              "description": "What is typed as the username instead.",
              "minLength": 1,
              "maxLength": 253
            },
            "password": {
              "type": "string",
              "description": "Default: that of the subscriber.",
              "minLength": 1,
              "maxLength": 512
            },
            "router": {
              "$ref": "#/$defs/name",
              "description": "The router. Default: the first by name that has such a server."
            },
            "interface": {
              "type": "string",
              "description": "Its interface. Default: the first that has such a server.",
              "minLength": 1,
              "maxLength": 63
            },
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "His device. Default: the first that is declared, else one made up from his name."
            },
            "method": {
              "type": "string",
              "description": "How the password is shown. Default: the strongest that is allowed.",
              "enum": [
                "pap",
                "chap",
                "mschap1",
                "mschap2"
              ]
            }
          },
          "additionalProperties": false
        },
        "lease": {
          "type": "object",
          "description": "A device asks for an address by DHCP.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Whose device.",
              "minLength": 1,
              "maxLength": 512
            },
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the first of the subscriber."
            },
            "router": {
              "$ref": "#/$defs/name",
              "description": "The router. Default: the first by name that has such a server."
            },
            "interface": {
              "type": "string",
              "description": "Its interface. Default: the first that has such a server.",
              "minLength": 1,
              "maxLength": 63
            }
          },
          "additionalProperties": false
        },
        "join": {
          "type": "object",
          "description": "A device comes into reach of a hotspot.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Whose device.",
              "minLength": 1,
              "maxLength": 512
            },
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the first of the subscriber."
            },
            "router": {
              "$ref": "#/$defs/name",
              "description": "The router. Default: the first by name that has such a server."
            },
            "interface": {
              "type": "string",
              "description": "Its interface. Default: the first that has such a server.",
              "minLength": 1,
              "maxLength": 63
            }
          },
          "additionalProperties": false
        },
        "open": {
          "type": "object",
          "description": "The browser of a device opens a page.",
          "properties": {
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the one that joined last."
            },
            "url": {
              "type": "string",
              "description": "The page, as in http://example.com/.",
              "minLength": 1,
              "maxLength": 2048
            }
          },
          "required": [
            "url"
          ],
          "additionalProperties": false
        },
        "submit": {
          "type": "object",
          "description": "A form on the page is filled in and sent.",
          "properties": {
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the one that joined last."
            },
            "fields": {
              "type": "object",
              "description": "What is filled in, by the name of the field.",
              "additionalProperties": {
                "type": "string",
                "maxLength": 4096
              }
            },
            "subscriber": {
              "type": "string",
              "description": "Fill in username and password of this subscriber.",
              "minLength": 1,
              "maxLength": 512
            }
          },
          "additionalProperties": false
        },
        "press": {
          "type": "object",
          "description": "A link on the page is pressed.",
          "properties": {
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the one that joined last."
            },
            "link": {
              "type": "string",
              "description": "Its words, or part of its address.",
              "minLength": 1,
              "maxLength": 512
            }
          },
          "required": [
            "link"
          ],
          "additionalProperties": false
        },
        "leave": {
          "type": "object",
          "description": "A device goes out of reach.",
          "properties": {
            "mac": {
              "$ref": "#/$defs/mac",
              "description": "The device. Default: the one that joined last."
            }
          },
          "additionalProperties": false
        },
        "hangUp": {
          "type": "object",
          "description": "A subscriber ends his sessions.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Name of the subscriber, or `anna/tv` for one of several services.",
              "minLength": 1,
              "maxLength": 512
            },
            "username": {
              "type": "string",
              "description": "What is typed as the username instead.",
              "minLength": 1,
              "maxLength": 253
            }
          },
          "additionalProperties": false
        },
        "consume": {
          "type": "object",
          "description": "A subscriber uses octets on the session he has, and the router reports them.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Name of the subscriber, or `anna/tv` for one of several services.",
              "minLength": 1,
              "maxLength": 512
            },
            "username": {
              "type": "string",
              "description": "What is typed as the username instead.",
              "minLength": 1,
              "maxLength": 253
            },
            "down": {
              "type": "string",
              "description": "Towards him.",
              "pattern": "^(0|[1-9][0-9]*([kMGT]|[KMGT]i)?)$"
            },
            "up": {
              "type": "string",
              "description": "From him.",
              "pattern": "^(0|[1-9][0-9]*([kMGT]|[KMGT]i)?)$"
            },
            "over": {
              "$ref": "#/$defs/duration",
              "description": "How long it takes. Default: until the next report of the router."
            }
          },
          "additionalProperties": false
        },
        "wait": {
          "$ref": "#/$defs/duration",
          "description": "Time goes by, and what is due meanwhile happens when it is due."
        },
        "until": {
          "type": "string",
          "description": "Time goes by until then: a time of day (06:00: the next), a date, or RFC 3339.",
          "minLength": 1,
          "maxLength": 40
        },
        "suspend": {
          "type": "object",
          "description": "A commit suspends a subscriber.",
          "properties": {
            "subscriber": {
              "$ref": "#/$defs/name",
              "description": "The subscriber."
            },
            "reason": {
              "type": "string",
              "description": "Why he is suspended.",
              "minLength": 1,
              "maxLength": 200
            }
          },
          "required": [
            "subscriber"
          ],
          "additionalProperties": false
        },
        "resume": {
          "type": "object",
          "description": "A commit makes a subscriber active.",
          "properties": {
            "subscriber": {
              "$ref": "#/$defs/name",
              "description": "The subscriber."
            }
          },
          "required": [
            "subscriber"
          ],
          "additionalProperties": false
        },
        "edit": {
          "type": "object",
          "description": "A commit changes, adds or removes an object.",
          "properties": {
            "object": {
              "type": "string",
              "description": "Which: Service/home-50.",
              "minLength": 1,
              "maxLength": 512,
              "pattern": "^[A-Za-z]+/[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"
            },
            "set": {
              "type": "object",
              "description": "Fields of its spec and their new values, by the way to them: `rate.down`. null takes a field away."
            },
            "remove": {
              "const": true,
              "description": "It is declared no more."
            },
            "add": {
              "type": "object",
              "description": "A whole document that is declared from now on."
            }
          },
          "additionalProperties": false,
          "minProperties": 1
        },
        "topUp": {
          "type": "object",
          "description": "More is sold to a subscriber.",
          "properties": {
            "subscriber": {
              "type": "string",
              "description": "Name of the subscriber.",
              "minLength": 1,
              "maxLength": 512
            },
            "amount": {
              "type": "string",
              "description": "10G of octets, or 5h of time online.",
              "minLength": 1,
              "maxLength": 40
            },
            "quota": {
              "$ref": "#/$defs/name",
              "description": "Only for this quota."
            },
            "valid": {
              "$ref": "#/$defs/duration",
              "description": "How long it lasts. Default: until the period ends."
            },
            "extend": {
              "$ref": "#/$defs/duration",
              "description": "By how much his validity is longer."
            }
          },
          "required": [
            "subscriber"
          ],
          "additionalProperties": false
        },
        "cut": {
          "type": "object",
          "description": "Something cannot be reached any more.",
          "properties": {
            "router": {
              "$ref": "#/$defs/name",
              "description": "The API of this router. It goes on serving subscribers."
            },
            "radius": {
              "const": true,
              "description": "RADIUS: nobody answers."
            },
            "coa": {
              "$ref": "#/$defs/name",
              "description": "CoA and Disconnect do not reach this router."
            },
            "accounting": {
              "$ref": "#/$defs/name",
              "description": "Accounting of this router gets lost."
            }
          },
          "additionalProperties": false,
          "minProperties": 1,
          "maxProperties": 1
        },
        "restore": {
          "type": "object",
          "description": "It can be reached again.",
          "properties": {
            "router": {
              "$ref": "#/$defs/name",
              "description": "The API of this router. It goes on serving subscribers."
            },
            "radius": {
              "const": true,
              "description": "RADIUS: nobody answers."
            },
            "coa": {
              "$ref": "#/$defs/name",
              "description": "CoA and Disconnect do not reach this router."
            },
            "accounting": {
              "$ref": "#/$defs/name",
              "description": "Accounting of this router gets lost."
            }
          },
          "additionalProperties": false,
          "minProperties": 1,
          "maxProperties": 1
        },
        "reboot": {
          "type": "object",
          "description": "A router is switched off and on.",
          "properties": {
            "router": {
              "$ref": "#/$defs/name",
              "description": "The router."
            }
          },
          "required": [
            "router"
          ],
          "additionalProperties": false
        },
        "expect": {
          "$ref": "#/$defs/scenarioExpect",
          "description": "What must hold now."
        }
      },
      "additionalProperties": false,
      "minProperties": 1
    },
    "scenarioExpect": {
      "type": "object",
      "description": "What must hold now. All of it is looked at, and everything else is told together.",
      "properties": {
        "accept": {
          "type": "boolean",
          "description": "Was the login of this step let in?"
        },
        "reason": {
          "type": "string",
          "description": "Why it was not, in the word that `lastmile why` shows: suspended, expired, quota-used, wrong-password.",
          "minLength": 1,
          "maxLength": 100
        },
        "reply": {
          "type": "object",
          "description": "Attributes of the answer of RADIUS by their name, each with its value as `lastmile why` shows it; an empty text: it is not there.",
          "additionalProperties": {
            "type": "string",
            "maxLength": 4096
          }
        },
        "address": {
          "type": "string",
          "description": "Address that the login of this step was given.",
          "minLength": 1,
          "maxLength": 64
        },
        "rate": {
          "type": "string",
          "description": "Limit as the router shows it, upload first: 10M/50M.",
          "minLength": 1,
          "maxLength": 200
        },
        "sessions": {
          "type": "array",
          "description": "Who is online.",
          "items": {
            "type": "object",
            "description": "Sessions of one login.",
            "properties": {
              "subscriber": {
                "type": "string",
                "description": "Name of the subscriber, or `anna/tv` for one of several services.",
                "minLength": 1,
                "maxLength": 512
              },
              "username": {
                "type": "string",
                "description": "What is typed as the username instead.",
                "minLength": 1,
                "maxLength": 253
              },
              "router": {
                "$ref": "#/$defs/name",
                "description": "Only there."
              },
              "count": {
                "type": "integer",
                "description": "How many. Default: one or more.",
                "minimum": 0,
                "maximum": 10000
              },
              "rate": {
                "type": "string",
                "description": "Limit of each of them, as the router shows it: 10M/50M.",
                "minLength": 1,
                "maxLength": 200
              },
              "address": {
                "type": "string",
                "description": "Address of each of them.",
                "minLength": 1,
                "maxLength": 64
              },
              "radius": {
                "type": "boolean",
                "description": "Did RADIUS let them in, or a row of the router?"
              }
            },
            "additionalProperties": false
          },
          "minItems": 1,
          "maxItems": 10000
        },
        "rows": {
          "type": "array",
          "description": "What is on routers.",
          "items": {
            "type": "object",
            "description": "Rows of one menu.",
            "properties": {
              "router": {
                "$ref": "#/$defs/name",
                "description": "The router. Default: the only one."
              },
              "menu": {
                "$ref": "#/$defs/routerMenu",
                "description": "The menu: /ppp/secret."
              },
              "where": {
                "type": "object",
                "description": "Only rows that have these values.",
                "additionalProperties": {
                  "type": "string",
                  "maxLength": 4096
                }
              },
              "have": {
                "type": "object",
                "description": "Values that each of them has; an empty text: none.",
                "additionalProperties": {
                  "type": "string",
                  "maxLength": 4096
                }
              },
              "count": {
                "type": "integer",
                "description": "How many there are. Default: one or more.",
                "minimum": 0,
                "maximum": 100000
              }
            },
            "required": [
              "menu"
            ],
            "additionalProperties": false
          },
          "minItems": 1,
          "maxItems": 10000
        },
        "usage": {
          "type": "array",
          "description": "What was used.",
          "items": {
            "type": "object",
            "description": "Of one subscriber.",
            "properties": {
              "subscriber": {
                "type": "string",
                "description": "Name of the subscriber, or `anna/tv` for one of several services.",
                "minLength": 1,
                "maxLength": 512
              },
              "username": {
                "type": "string",
                "description": "What is typed as the username instead.",
                "minLength": 1,
                "maxLength": 253
              },
              "quota": {
                "$ref": "#/$defs/name",
                "description": "One of its quotas. Default: the only one."
              },
              "used": {
                "type": "string",
                "description": "What is used of the period that runs now.",
                "pattern": "^(0|[1-9][0-9]*([kMGT]|[KMGT]i)?)$"
              },
              "left": {
                "type": "string",
                "description": "What is left of it, with top-ups.",
                "pattern": "^(0|[1-9][0-9]*([kMGT]|[KMGT]i)?)$"
              },
              "step": {
                "type": "integer",
                "description": "The step in force; 0 while none is.",
                "minimum": 0,
                "maximum": 100
              }
            },
            "additionalProperties": false
          },
          "minItems": 1,
          "maxItems": 10000
        },
        "page": {
          "type": "object",
          "description": "The page the last device has before it.",
          "properties": {
            "status": {
              "type": "integer",
              "description": "Its HTTP status.",
              "minimum": 100,
              "maximum": 599
            },
            "heading": {
              "type": "string",
              "description": "Its heading, whole.",
              "minLength": 1,
              "maxLength": 512
            },
            "text": {
              "type": "array",
              "description": "Words that are on it.",
              "items": {
                "type": "string",
                "description": "Some words.",
                "minLength": 1,
                "maxLength": 512
              },
              "minItems": 1,
              "maxItems": 10000
            },
            "lacks": {
              "type": "array",
              "description": "Words that are not on it.",
              "items": {
                "type": "string",
                "description": "Some words.",
                "minLength": 1,
                "maxLength": 512
              },
              "minItems": 1,
              "maxItems": 10000
            },
            "url": {
              "type": "string",
              "description": "Part of its address.",
              "minLength": 1,
              "maxLength": 512
            }
          },
          "additionalProperties": false
        },
        "result": {
          "type": "string",
          "description": "What became of the change of this step: applied; in-sync: nothing was to be done; partial: some target was away or took less; refused by the guard, a policy or the target; invalid.",
          "enum": [
            "applied",
            "in-sync",
            "partial",
            "refused",
            "invalid"
          ]
        },
        "code": {
          "type": "string",
          "description": "Code of the refusal or the finding: LM_TOO_MANY_DELETES.",
          "minLength": 1,
          "maxLength": 64,
          "pattern": "^LM_[A-Z0-9_]+$"
        },
        "now": {
          "type": "string",
          "description": "The time, in the time zone of the Operator: 2026-03-10T12:00.",
          "minLength": 1,
          "maxLength": 40
        }
      },
      "additionalProperties": false,
      "minProperties": 1
    },
    "policyRule": {
      "type": "object",
      "description": "One rule: an expression in CEL, and what it means when it is true.",
      "properties": {
        "name": {
          "$ref": "#/$defs/name",
          "description": "What it is called where it has its say. Unique in the policy."
        },
        "over": {
          "type": "string",
          "description": "What it is asked of: `object`, each declared object (default); `change`, each row that would be written or deleted, with its target; `target`, what would be done to one router or the directory, in numbers; `plan`, the same of all of them.",
          "enum": [
            "object",
            "change",
            "target",
            "plan"
          ]
        },
        "match": {
          "type": "object",
          "description": "Of which of these. Absent: of all.",
          "properties": {
            "kinds": {
              "type": "array",
              "description": "Kinds of objects, or of the objects that the rows of changes belong to. Over `object`, the expression is checked against the fields of these kinds.",
              "items": {
                "type": "string",
                "description": "A kind.",
                "enum": [
                  "Operator",
                  "Router",
                  "Service",
                  "Subscriber",
                  "PortalSite",
                  "OmadaController"
                ]
              },
              "minItems": 1,
              "maxItems": 6
            },
            "labels": {
              "$ref": "#/$defs/labels",
              "description": "Labels that the object has; over `change` and `target`, that the router or controller has."
            },
            "actions": {
              "type": "array",
              "description": "Over `change`: what is done to the row.",
              "items": {
                "type": "string",
                "description": "What is done to a row.",
                "enum": [
                  "create",
                  "update",
                  "delete",
                  "move"
                ]
              },
              "minItems": 1,
              "maxItems": 4
            }
          },
          "additionalProperties": false,
          "minProperties": 1
        },
        "deny": {
          "type": "string",
          "description": "CEL. Where it is true, what it is asked of is refused. Of a rule, either this or `warn`.",
          "minLength": 1,
          "maxLength": 4000
        },
        "warn": {
          "type": "string",
          "description": "CEL. Where it is true, that is told, and nothing is refused.",
          "minLength": 1,
          "maxLength": 4000
        },
        "message": {
          "type": "string",
          "description": "What is said then, with what to do about it. `{{ … }}` embeds a value, in CEL.",
          "minLength": 1,
          "maxLength": 1000
        }
      },
      "required": [
        "name",
        "message"
      ],
      "additionalProperties": false
    },
    "policyCase": {
      "type": "object",
      "description": "A case: what the rules are asked of, and what they must say.",
      "properties": {
        "name": {
          "type": "string",
          "description": "What it shows, for people.",
          "minLength": 1,
          "maxLength": 200
        },
        "rule": {
          "type": "string",
          "description": "The one rule that is asked. Absent: all that concern it.",
          "minLength": 1,
          "maxLength": 63
        },
        "object": {
          "type": "object",
          "description": "A declared object, as far as the rules look at it.",
          "properties": {
            "kind": {
              "type": "string",
              "description": "Its kind.",
              "enum": [
                "Operator",
                "Router",
                "Service",
                "Subscriber",
                "PortalSite",
                "OmadaController"
              ]
            },
            "metadata": {
              "type": "object",
              "description": "`name`, `labels`, `annotations`.",
              "additionalProperties": {
                "description": "As the rules see it."
              }
            },
            "spec": {
              "type": "object",
              "description": "Fields of the kind.",
              "additionalProperties": {
                "description": "As the rules see it."
              }
            },
            "file": {
              "type": "string",
              "description": "Where it is declared.",
              "minLength": 1,
              "maxLength": 1000
            }
          },
          "required": [
            "kind"
          ],
          "additionalProperties": false
        },
        "change": {
          "type": "object",
          "description": "A change of a row, with the fields that rules over `change` see. What is left out has a value that says nothing: an empty text, no rows.",
          "additionalProperties": {
            "description": "As the rules see it."
          }
        },
        "target": {
          "type": "object",
          "description": "What would be done to one target, with the fields that rules over `change` and `target` see.",
          "additionalProperties": {
            "description": "As the rules see it."
          }
        },
        "plan": {
          "type": "object",
          "description": "A whole plan, with the fields that rules over `plan` see.",
          "additionalProperties": {
            "description": "As the rules see it."
          }
        },
        "expect": {
          "type": "string",
          "description": "What must come of it.",
          "enum": [
            "denied",
            "warned",
            "allowed"
          ]
        },
        "message": {
          "type": "string",
          "description": "What one of the rules must say then, word for word.",
          "minLength": 1,
          "maxLength": 2000
        }
      },
      "required": [
        "name",
        "expect"
      ],
      "additionalProperties": false
    },
    "Defaults": {
      "title": "Defaults",
      "type": "object",
      "description": "What is declared in a folder and those below it unless it says otherwise: the only document of a file called _defaults.yaml.",
      "properties": {
        "apiVersion": {
          "const": "lastmile/v1",
          "description": "Version of the document format: lastmile/v1."
        },
        "kind": {
          "const": "Defaults",
          "description": "Always Defaults here."
        },
        "spec": {
          "type": "object",
          "description": "By kind, the fields its objects have unless they say otherwise. A nearer folder wins over one above it, the `defaults` of a list over both, and the object itself over all.",
          "properties": {
            "subscriber": {
              "$ref": "#/$defs/SubscriberList/properties/defaults",
              "description": "Fields of subscribers, those in lists too."
            },
            "router": {
              "type": "object",
              "description": "Fields of routers.",
              "properties": {
                "labels": {
                  "$ref": "#/$defs/labels",
                  "description": "Words to select by, beside those of the object."
                },
                "annotations": {
                  "$ref": "#/$defs/annotations",
                  "description": "Notes for people and tools, beside those of the object."
                },
                "address": {
                  "$ref": "#/$defs/Router/properties/spec/properties/address",
                  "description": "Host name or address the API is dialled at."
                },
                "api": {
                  "$ref": "#/$defs/Router/properties/spec/properties/api",
                  "description": "Access to the RouterOS API. Absent: nothing is written to this router, it is only a NAS."
                },
                "mode": {
                  "$ref": "#/$defs/Router/properties/spec/properties/mode",
                  "description": "What is done about differences on this router. Default apply."
                },
                "radius": {
                  "$ref": "#/$defs/Router/properties/spec/properties/radius",
                  "description": "This router as a RADIUS client (NAS). Absent: it does not use RADIUS."
                },
                "auth": {
                  "$ref": "#/$defs/Router/properties/spec/properties/auth",
                  "description": "Default for services and subscribers on this router. Default radius."
                },
                "hybrid": {
                  "$ref": "#/$defs/Router/properties/spec/properties/hybrid",
                  "description": "How `auth: hybrid` behaves on this router."
                },
                "nat": {
                  "$ref": "#/$defs/Router/properties/spec/properties/nat",
                  "description": "Addresses that many subscribers share (carrier-grade NAT). Each inside address has one outside address and a block of its ports, so that whohad can tell who had a port without a log of connections (RFC 7422)."
                },
                "pools": {
                  "$ref": "#/$defs/Router/properties/spec/properties/pools",
                  "description": "Address pools for subscribers (IP > Pool)."
                },
                "ipv6Pools": {
                  "$ref": "#/$defs/Router/properties/spec/properties/ipv6Pools",
                  "description": "IPv6 pools for subscribers (IPv6 > Pool)."
                },
                "ppp": {
                  "$ref": "#/$defs/Router/properties/spec/properties/ppp",
                  "description": "PPPoE on this router."
                },
                "dhcp": {
                  "$ref": "#/$defs/Router/properties/spec/properties/dhcp",
                  "description": "DHCP servers, one per interface (IP > DHCP Server)."
                },
                "certificates": {
                  "$ref": "#/$defs/Router/properties/spec/properties/certificates",
                  "description": "Certificates with their keys, which are put on the router and renewed there: hotspots, services and `config` name them. The account needs the policy `policy`; RouterOS before 7.15 takes no files over the API, there a person puts them on."
                },
                "hotspots": {
                  "$ref": "#/$defs/Router/properties/spec/properties/hotspots",
                  "description": "Hotspots, one per interface (IP > Hotspot)."
                },
                "system": {
                  "$ref": "#/$defs/Router/properties/spec/properties/system",
                  "description": "Settings of the router itself."
                },
                "config": {
                  "$ref": "#/$defs/Router/properties/spec/properties/config",
                  "description": "Any other menu of the router, by its path: rows as a list, settings as a map."
                },
                "reconcile": {
                  "$ref": "#/$defs/Router/properties/spec/properties/reconcile",
                  "description": "What this router does otherwise than the Operator says."
                }
              },
              "additionalProperties": false
            },
            "service": {
              "type": "object",
              "description": "Fields of services.",
              "properties": {
                "labels": {
                  "$ref": "#/$defs/labels",
                  "description": "Words to select by, beside those of the object."
                },
                "annotations": {
                  "$ref": "#/$defs/annotations",
                  "description": "Notes for people and tools, beside those of the object."
                },
                "title": {
                  "$ref": "#/$defs/Service/properties/spec/properties/title",
                  "description": "Name for people."
                },
                "access": {
                  "$ref": "#/$defs/Service/properties/spec/properties/access",
                  "description": "How subscribers connect."
                },
                "auth": {
                  "$ref": "#/$defs/Service/properties/spec/properties/auth",
                  "description": "Who checks passwords of this service. Default: as the router says, else radius."
                },
                "routers": {
                  "$ref": "#/$defs/Service/properties/spec/properties/routers",
                  "description": "Where it is offered, and where local rows go: names of routers, or {matchLabels: {…}}. Absent: not restricted."
                },
                "rate": {
                  "$ref": "#/$defs/Service/properties/spec/properties/rate",
                  "description": "Speed, named from the subscriber's side. Absent: not limited."
                },
                "windows": {
                  "$ref": "#/$defs/Service/properties/spec/properties/windows",
                  "description": "Days and times of day, in the time zone of the Operator. While one with `rate` lasts, that is the speed (the first of several). Where there are some without `rate`, the service can be used only while one of these lasts."
                },
                "quotas": {
                  "$ref": "#/$defs/Service/properties/spec/properties/quotas",
                  "description": "What one login of a subscriber, with its devices, may use in a period, counted by its sessions; of several the strictest step is in force. See docs/quotas.md."
                },
                "sessions": {
                  "$ref": "#/$defs/Service/properties/spec/properties/sessions",
                  "description": "Limits of a session."
                },
                "address": {
                  "$ref": "#/$defs/Service/properties/spec/properties/address",
                  "description": "Where addresses come from."
                },
                "devices": {
                  "$ref": "#/$defs/Service/properties/spec/properties/devices",
                  "description": "Devices that one login may be used with, told apart by their MAC."
                },
                "connections": {
                  "$ref": "#/$defs/Service/properties/spec/properties/connections",
                  "description": "Most connections of one subscriber at once, by a firewall rule on the routers. Not the number of sessions: that is sessions.max."
                },
                "validity": {
                  "$ref": "#/$defs/Service/properties/spec/properties/validity",
                  "description": "Prepaid time: how long a subscriber has the service, unless his own `expires` comes before."
                },
                "grace": {
                  "$ref": "#/$defs/Service/properties/spec/properties/grace",
                  "description": "Time after `expires` of a subscriber during which the service still works, and is told to be overdue."
                },
                "onSuspend": {
                  "$ref": "#/$defs/Service/properties/spec/properties/onSuspend",
                  "description": "What becomes of somebody suspended. Default: rejected."
                },
                "profile": {
                  "$ref": "#/$defs/Service/properties/spec/properties/profile",
                  "description": "Name of the profile on the routers (PPP and hotspot), for routers that had one before. Default: made from the name of the service."
                },
                "attributes": {
                  "$ref": "#/$defs/Service/properties/spec/properties/attributes",
                  "description": "Extra attributes for everyone on this service."
                }
              },
              "additionalProperties": false
            },
            "portalSite": {
              "type": "object",
              "description": "Fields of portal sites.",
              "properties": {
                "labels": {
                  "$ref": "#/$defs/labels",
                  "description": "Words to select by, beside those of the object."
                },
                "annotations": {
                  "$ref": "#/$defs/annotations",
                  "description": "Notes for people and tools, beside those of the object."
                },
                "title": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/title",
                  "description": "Name for people. Default: the name."
                },
                "languages": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/languages",
                  "description": "Languages of the pages, the default first. Default [en]."
                },
                "bridge": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/bridge",
                  "description": "Where guests come from: one or a list."
                },
                "aliases": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/aliases",
                  "description": "What router pages made for other platforms send in place of the name of this site."
                },
                "methods": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/methods",
                  "description": "Ways for guests to get in."
                },
                "services": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/services",
                  "description": "Services of guests without an account."
                },
                "walledGarden": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/walledGarden",
                  "description": "Hosts that guests reach before they are let in: a name, *.example.net, an address or a prefix."
                },
                "welcomeUrl": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/welcomeUrl",
                  "description": "Page shown afterwards when the guest asked for none."
                },
                "terms": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/terms",
                  "description": "Terms of use, as plain text."
                },
                "key": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/key",
                  "description": "Signs what guests carry and makes the one-time passwords of routers, at least 16 characters. Default {derive: 1}; a higher number makes a new key. Pages that are open then have to be opened anew."
                },
                "branding": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/branding",
                  "description": "Looks of the pages."
                },
                "retention": {
                  "$ref": "#/$defs/PortalSite/properties/spec/properties/retention",
                  "description": "How long sessions and usage of guests without an account are kept here, after their end: 30d. At least 1d. What `accounting.retention` of the Operator drops sooner goes sooner; what is under a legal hold stays."
                }
              },
              "additionalProperties": false
            },
            "omadaController": {
              "type": "object",
              "description": "Fields of Omada controllers.",
              "properties": {
                "labels": {
                  "$ref": "#/$defs/labels",
                  "description": "Words to select by, beside those of the object."
                },
                "annotations": {
                  "$ref": "#/$defs/annotations",
                  "description": "Notes for people and tools, beside those of the object."
                },
                "url": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/url",
                  "description": "Where it is reached, as in https://192.0.2.9:8043: scheme, host and port, nothing else."
                },
                "id": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/id",
                  "description": "Its id (omadacId). Default: asked for."
                },
                "tls": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/tls",
                  "description": "How its certificate is checked. Default: by the authorities of the system."
                },
                "operator": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/operator",
                  "description": "Account of a hotspot operator there (Hotspot Manager > Operators), not of an administrator."
                },
                "timeUnit": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/timeUnit",
                  "description": "Unit in which it takes the time a guest may stay. Default ms."
                },
                "generation": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/generation",
                  "description": "Generation of its interface. Default auto."
                },
                "openapi": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/openapi",
                  "description": "Its OpenAPI, by which portals, their walled garden and RADIUS are kept as declared. Needed for `portals`."
                },
                "sites": {
                  "$ref": "#/$defs/OmadaController/properties/spec/properties/sites",
                  "description": "Its sites, when bridges are to name only these, and portals kept on them."
                }
              },
              "additionalProperties": false
            }
          },
          "additionalProperties": false,
          "minProperties": 1
        },
        "sops": {
          "type": "object",
          "description": "What SOPS keeps of a file with encrypted values: keys, rule and MAC. Written by sops or lastmile secrets, never by hand."
        }
      },
      "required": [
        "apiVersion",
        "kind",
        "spec"
      ],
      "additionalProperties": false
    }
  }
};
