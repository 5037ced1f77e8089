"""read_events.py FILE: every event of a TensorBoard file as a line, by a reader of its own that checks both checksums."""
import struct
import sys


def crc(data):
    table = [0] * 256
    for k in range(256):
        c = k
        for _ in range(8):
            c = (c >> 1) ^ (0x82F63B78 if c & 1 else 0)
        table[k] = c
    c = 0xFFFFFFFF
    for byte in data:
        c = table[(c ^ byte) & 0xFF] ^ (c >> 8)
    c ^= 0xFFFFFFFF
    return (((c >> 15) | (c << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value, at = data[at:at + size], at + size
            value = struct.unpack("<d", value)[0] if kind == 1 else struct.unpack("<f", value)[0] if kind == 5 else value
        yield key >> 3, value


data = open(sys.argv[1], "rb").read()
while data:
    length, check = struct.unpack("<QI", data[:12])
    assert check == crc(data[:8]), "the length's checksum"
    message, (check,) = data[12:12 + length], struct.unpack("<I", data[12 + length:16 + length])
    assert len(message) == length and check == crc(message), "the message's checksum"
    event, data = dict(fields(message)), data[16 + length:]
    if 3 in event:
        print(event[3].decode())
    else:
        value = dict(fields(dict(fields(event[5]))[1]))
        name = value[1].decode()
        if 2 in value:
            print(event.get(2, 0), name, f"{value[2]:.9g}")
        else:
            picture = dict(fields(value[4]))
            print(event.get(2, 0), name, picture[2], picture[1], picture[4][:4] == b"\x89PNG")
