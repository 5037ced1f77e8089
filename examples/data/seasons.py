#!/usr/bin/python3
"""Makes the data set `seasons`: A holds landscapes in summer, B in autumn or winter, out of Wesnoth's terrain art.

    seasons.py OUT --packages FOLDER [--to autumn] [--size 64] [--zoom 2] [--train 1000] [--pairs 200] [--seed 1]

A source is a map of hexagons drawn at random: lakes, woods, hills, mountains, villages, flowers. It is drawn in the
season of its folder, --zoom pixels of the art to one of the picture, and a file is named after it. A map of trainA is in
no other folder, and one of valA only in valB.
"""
import os

import numpy
from PIL import Image

from landscape import HEX, ROW, STEP, Landscape
from options import options, save, whole
from seasons_art import SEASONS, Art


def pick(names, share):
    return names[int(share * len(names))] if names else None


def edges(land, look, c, r):
    """What comes over the hexagon from it and its neighbours."""
    here = land.ground(c, r)
    for side, (x, y) in land.around(c, r).items():
        there = land.ground(x, y)
        if here == 'water' and there != 'water':
            yield f"{look['shore']}-{side}"
        elif here == 'dirt' and there == 'ground':
            yield f"{look['edge']}-{side}"
        elif here in ('ground', 'dirt') and there == 'hills':
            yield f"{look['hills_edge']}-{side}"


def standing(land, look, c, r):
    """What stands on the hexagon, or None."""
    kind, trees = land.kind[r, c], land.trees[r, c]
    if kind == 'wood':
        kind = 'leafy' if trees < 0.42 else 'mixed' if trees < 0.55 else 'pine'
    elif kind == 'few':
        kind = 'leafy_few' if trees < 0.5 else 'pine_few'
    elif kind == 'village':
        kind = ('town', 'city', 'cabin')[int(3 * land.of_ground[r, c])]
    elif kind not in ('mountain', 'oak', 'flowers'):
        return None
    return pick(look[kind], land.of_thing[r, c])


def draw_landscape(land, look, art, size):
    picture = Image.new('RGBA', (land.pixels, land.pixels))

    def put(name, c, r, centred=False):
        tile = art(name)
        x, y = STEP * (c - 1) - land.shift[0], ROW * (r - 1) + ROW // 2 * (c % 2) - land.shift[1]
        if centred:
            x, y = x + (HEX - tile.width) // 2, y + (HEX - tile.height) // 2
        if -tile.width < x < land.pixels and -tile.height < y < land.pixels:
            picture.alpha_composite(tile.crop((max(0, -x), max(0, -y), *tile.size)), (max(0, x), max(0, y)))

    for c, r in land.cells():
        ground = land.ground(c, r)
        put(f'water/coast-tropical-A{land.water:02d}' if ground == 'water' else pick(look[ground], land.of_ground[r, c]), c, r)
    for c, r in land.cells():
        for name in edges(land, look, c, r):
            put(name, c, r)
    for c, r in sorted(land.cells(), key=lambda cell: (cell[1], cell[0] % 2)):  # from the back to the front
        if name := standing(land, look, c, r):
            put(name, c, r, centred=True)
    picture = picture.convert('RGB').resize((size, size), Image.LANCZOS)
    return picture.transpose(Image.FLIP_LEFT_RIGHT) if land.mirrored else picture


def main():
    parser = options(__doc__, 64, 200)
    parser.add_argument('--to', default='autumn', choices=['autumn', 'winter'])
    parser.add_argument('--zoom', type=whole(1, 8), default=2)
    parser.add_argument('--train', type=whole(1, 10**6), default=1000)
    given = parser.parse_args()
    art = Art(os.path.join(given.packages, 'wesnoth-1.16-data/usr/share/games/wesnoth/1.16/data/core/images/terrain'))

    def write(folder, number):
        land = Landscape(numpy.random.default_rng([given.seed, number]), given.size * given.zoom)
        look = SEASONS['summer' if folder.endswith('A') else given.to]
        save(draw_landscape(land, look, art, given.size), given.out, folder, f'{number:07d}')

    for i in range(given.train):
        write('trainA', i)
        write('trainB', 10**6 + i)
    for part, first in (('val', 2 * 10**6), ('test', 3 * 10**6)):
        for i in range(given.pairs):
            for side in 'AB':
                write(part + side, first + i)


if __name__ == '__main__':
    main()
