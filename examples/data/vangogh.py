#!/usr/bin/python3
"""Makes the data set `vangogh`: A holds photographs of animals and buildings, B paintings by Van Gogh.

    vangogh.py OUT --packages FOLDER [--size 384] [--seed 1]

They come out of the resource files of GCompris, whose READMEs give each picture's licence: only what is in the public
domain or under CC0 is taken. Pictures keep their frame; --size is the shorter side. Nothing here is paired, so val and
test serve scores of sets alone.
"""
import io
import os
import random
import re

from PIL import Image

from options import options, save
from qt_resource import files_of

PARTS = ('details', 'erase', 'explore_monuments', 'explore_world_animals')
PAINTINGS = ('Eglise_dAuvers', 'Gogh', 'PortraitOfPereTanguy')
LEAST = 300  # smaller ones are parts of a puzzle


def free_files(readme):
    """The names that a README gives to the public domain or CC0, and to no other licence."""
    free, others = set(), set()
    for entry in re.split(r'\n\s*\n', readme):
        licence = re.search(r'^License:\s*(.*)$', entry, re.MULTILINE)
        is_free = licence and re.fullmatch(r'public domain|cc0-1\.0', licence[1].strip(), re.IGNORECASE)
        (free if is_free else others).update(re.findall(r'\S+\.webp', entry))
    return free - others


def pictures(resource):
    files = dict(files_of(resource))
    readme = next(body for path, body in files.items() if path.endswith('/README'))
    free = free_files(readme.decode())
    for path, body in sorted(files.items()):
        if any(path.endswith('/' + name) for name in free):
            picture = Image.open(io.BytesIO(body)).convert('RGB')
            if min(picture.size) >= LEAST and not re.search(r'_\d+\.webp$', path):
                yield os.path.basename(path)[:-5], picture


def main():
    given = options(__doc__, 384).parse_args()
    sides = {'A': [], 'B': []}
    for part in PARTS:
        for name, picture in pictures(os.path.join(given.packages, 'gcompris-qt-data/usr/share/gcompris-qt/rcc', part + '.rcc')):
            side = 'B' if any(p in name for p in PAINTINGS) else 'A'
            scale = given.size / min(picture.size)
            picture = picture.resize([round(v * scale) for v in picture.size], Image.LANCZOS)
            sides[side].append((f'{part}-{name}', picture))
    for side, found in sides.items():
        random.Random(given.seed).shuffle(found)
        held_out = max(1, len(found) // 10)
        for k, (name, picture) in enumerate(found):
            part = ('val', 'test', 'train')[min(2, k // held_out)]
            save(picture, given.out, part + side, name)


if __name__ == '__main__':
    main()
