"""pyrad as a codec: one JSON request on each line of stdin, one JSON answer on each line of stdout."""

import json
import sys

from pyrad import packet, tools
from pyrad.dictionary import Dictionary

SECRET = b"a shared secret of thirty-two ch"
known = Dictionary(sys.argv[1])


def decode(text):
    """[vendor, number, hex of the value, value as its type says, or null] of every attribute."""
    read = packet.Packet(packet=bytes.fromhex(text), dict=known, secret=SECRET)
    found = []
    for key, values in dict.items(read):
        vendor, number = key if isinstance(key, tuple) else (None, key)
        attribute = known.attributes.get(read._DecodeKey(key))
        for value in values:
            typed = None
            if attribute is not None and not attribute.has_tag and attribute.type != "octets":
                typed = tools.DecodeAttr(attribute.type, value)
            found.append([vendor, number, value.hex(), typed])
    return found


def encode(attributes):
    """A packet with these, in hex."""
    made = packet.Packet(code=2, id=7, secret=SECRET, authenticator=bytes(16), dict=known)
    for name, value in attributes:
        kind = known.attributes[name.split(":")[0]].type
        made.AddAttribute(name, value.encode() if kind == "octets" else value)
    return made.ReplyPacket().hex()


for line in sys.stdin:
    request = json.loads(line)
    work = decode if "decode" in request else encode
    print(json.dumps([work(each) for each in request.get("decode") or request["encode"]]), flush=True)
