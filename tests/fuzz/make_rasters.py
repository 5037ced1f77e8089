#!/usr/bin/env python3
"""make_rasters.py FOLDER: small pictures of formulas as other programs write them, which tests/io/raster_test.cpp
reads and which are the seeds of fuzz_raster. Needs Debian's python3-pil, libtiff-tools and webp."""
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 19, 13


def content(kind, channels):
    """What tests/io/raster_test.cpp expects at each pixel."""
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(channels), indexing="ij")
    if kind == "f4":
        return ((x + 2 * y + c) / 64).astype("<f4")
    if kind == "u2":
        return ((2711 * x + 5003 * y + 9001 * c) % 65536).astype("<u2")
    return ((29 * x + 7 * y * y + 50 * c) % 256).astype("u1")


def flat(array):
    return array[:, :, 0] if array.shape[2] == 1 else array


def png16(path, array):
    """Pillow writes no RGB of 16 bits."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    kind = {1: 0, 2: 4, 3: 2, 4: 6}[array.shape[2]]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, kind, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def raw_tiff(path, array, orientation=1, photometric=1, extra=0):
    """Uncompressed, any number of channels, which Pillow does not write; tiffcp makes the other layouts of it."""
    height, width, channels = array.shape
    data = array.tobytes()
    colours = 3 if photometric == 2 else 1
    bits = struct.pack("<%dH" % channels, *[8 * array.itemsize] * channels)
    formats = struct.pack("<%dH" % channels, *[3 if array.dtype.kind == "f" else 1] * channels)
    extras = struct.pack("<%dH" % (channels - colours), *[extra] * (channels - colours))
    tags = [(256, 4, 1, struct.pack("<I", width)), (257, 4, 1, struct.pack("<I", height)), (258, 3, channels, bits),
            (259, 3, 1, struct.pack("<H", 1)), (262, 3, 1, struct.pack("<H", photometric)), (273, 4, 1, None),
            (274, 3, 1, struct.pack("<H", orientation)), (277, 3, 1, struct.pack("<H", channels)),
            (278, 4, 1, struct.pack("<I", height)), (279, 4, 1, struct.pack("<I", len(data))),
            (284, 3, 1, struct.pack("<H", 1))]
    if channels > colours:
        tags.append((338, 3, channels - colours, extras))
    tags.append((339, 3, channels, formats))
    outside, at = b"", 8 + 2 + 12 * len(tags) + 4
    directory = struct.pack("<H", len(tags))
    for tag, kind, count, value in tags:
        if value is not None and len(value) > 4:
            offset = at + len(outside)
            outside += value + b"\0" * (len(value) % 2)
            value = struct.pack("<I", offset)
        directory += struct.pack("<HHI", tag, kind, count) + (value or b"DATA").ljust(4, b"\0")
    directory = directory.replace(b"DATA", struct.pack("<I", at + len(outside)))
    with open(path, "wb") as file:
        file.write(b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0) + outside + data)


def from_top(path, to):
    """A BMP of 24 bits whose rows are from the top, which Pillow does not write."""
    with open(path, "rb") as file:
        data = file.read()
    start, row = struct.unpack("<I", data[10:14])[0], (3 * WIDTH + 3) // 4 * 4
    rows = [data[at:at + row] for at in range(start, start + row * HEIGHT, row)]
    with open(to, "wb") as file:
        file.write(data[:22] + struct.pack("<i", -HEIGHT) + data[26:start] + b"".join(reversed(rows)))


def main(folder):
    def at(name):
        return folder + "/" + name

    def run(*command):
        subprocess.run(command, check=True, capture_output=True)

    for channels, mode in ((1, "grey"), (3, "rgb"), (4, "rgba")):
        picture = Image.fromarray(flat(content("u1", channels)))
        picture.save(at(mode + "8.tif"))
        picture.save(at(mode + "8_deflate.tif"), compression="tiff_deflate")
        if channels == 3:
            picture.save(at("rgb8_jpeg.tif"), compression="jpeg", quality=95)
            picture.save(at("rgb8_lossy.webp"), quality=95)
            picture.save(at("rgb8.ppm"))
            picture.save(at("rgb8.bmp"))
            from_top(at("rgb8.bmp"), at("rgb8_from_top.bmp"))
            exif = Image.Exif()
            exif[0x112] = 6
            picture.save(at("rgb8_turned.webp"), lossless=True, exif=exif)
        if channels == 1:
            picture.save(at("grey8.pgm"))
        if channels == 4:
            picture.save(at("rgba8.webp"), lossless=True, exact=True)
            picture.save(at("rgba8.bmp"))
        png16(at(mode + "16.png"), content("u2", channels))
        for kind, name in (("u1", "8"), ("u2", "16"), ("f4", "32")):
            np.save(at(mode + name + ".npy"), flat(content(kind, channels)))
    np.save(at("rgb16_big.npy"), content("u2", 3).astype(">u2"))
    np.save(at("five32.npy"), content("f4", 5))
    Image.fromarray(content("u1", 3)).save(at("cwebp.png"))
    run("cwebp", "-lossless", "-exact", at("cwebp.png"), "-o", at("rgb8.webp"))
    run("rm", at("cwebp.png"))
    with open(at("rgb16.ppm"), "wb") as file:
        file.write(b"P6 # of 16 bits\n%d %d\n65535\n" % (WIDTH, HEIGHT) + content("u2", 3).astype(">u2").tobytes())
    Image.fromarray(content("f4", 1)[:, :, 0]).save(at("grey32.tif"))
    raw_tiff(at("grey16.tif"), content("u2", 1))
    raw_tiff(at("rgb16.tif"), content("u2", 3), photometric=2)
    raw_tiff(at("rgb32.tif"), content("f4", 3), photometric=2)
    raw_tiff(at("five16.tif"), content("u2", 5))
    raw_tiff(at("rgba16.tif"), content("u2", 4), photometric=2, extra=2)
    raw_tiff(at("rgb8_turned.tif"), content("u1", 3), photometric=2, orientation=6)
    raw_tiff(at("grey8_white.tif"), 255 - content("u1", 1), photometric=0)
    run("tiffcp", "-t", "-w", "16", "-l", "16", "-c", "lzw:2", at("rgb16.tif"), at("rgb16_tiles_lzw.tif"))
    run("tiffcp", "-t", "-w", "16", "-l", "16", "-c", "zip", at("five16.tif"), at("five16_tiles.tif"))
    raw_tiff(at("five8.tif"), content("u1", 5))
    run("tiffcp", "-t", "-w", "16", "-l", "16", "-p", "separate", at("five8.tif"), at("five8_tiles_apart.tif"))
    run("rm", at("five8.tif"))
    run("tiffcp", "-p", "separate", "-c", "packbits", at("rgb8.tif"), at("rgb8_apart_packbits.tif"))
    run("tiffcp", "-B", "-r", "4", at("rgb16.tif"), at("rgb16_big_endian.tif"))
    run("tiffcp", "-8", "-c", "zip:3", at("rgb32.tif"), at("rgb32_bigtiff.tif"))
    palette = Image.fromarray(content("u1", 1)[:, :, 0], "P")
    palette.putpalette([v for k in range(256) for v in (k, (k + 50) % 256, (k + 100) % 256)])
    palette.save(at("rgb8_palette.tif"))
    palette.save(at("rgb8_palette.bmp"))


main(sys.argv[1])
