#!/usr/bin/python3
"""Makes the data set `emoji3d`: A holds Fluent emoji drawn flat, B the same drawn in three dimensions.

    emoji3d.py OUT --packages FOLDER [--size 64] [--pairs 150] [--seed 1]

A source is an emoji with all its skin tones and genders: these are recolourings of each other. Half of the sources that
train give their pictures to A and the others to B; a source of val or test gives one pair. A file is named after the
emoji's code points. Boxed signs, arrows and flags are left out.
"""
import collections
import json
import os
import random
import subprocess

from PIL import Image

from options import options, save

TONES = {'1f3fb', '1f3fc', '1f3fd', '1f3fe', '1f3ff'}
# The 3-D package 1.1.0 has two of the five tones exchanged.
EXCHANGED = {'1f3fc': '1f3fd', '1f3fd': '1f3fc'}
PERSON = {'1f468': '1f9d1', '1f469': '1f9d1'}  # a man and a woman are drawn as the person is
GENDER_SIGNS = {'2640', '2642'}


def parts(code):
    return [c for c in code.split('-') if c != 'fe0f']


def source_of(code):
    """The code without tones and genders."""
    kept = [PERSON.get(c, c) for c in parts(code) if c not in TONES | GENDER_SIGNS]
    return '-'.join(kept[:-1] if kept[-1] == '200d' else kept)


def solid_files(folder):
    """The 3-D pictures by their code."""
    files = sorted(f for f in os.listdir(folder) if f.endswith('.webp'))
    return {'-'.join(EXCHANGED.get(c, c) for c in parts(f[:-5])): os.path.join(folder, f) for f in files}


def flat_drawings(folder):
    """SVG by code, without signs and flags."""
    read = {name: json.load(open(os.path.join(folder, name + '.json'))) for name in ('icons', 'chars', 'metadata')}
    left_out = {name for kind in ('Symbols', 'Flags') for name in read['metadata']['categories'][kind]}
    icons, aliases = read['icons']['icons'], read['icons'].get('aliases', {})
    side = read['icons'].get('width', 32)
    drawings = {}
    for code, name in sorted(read['chars'].items()):
        icon = icons.get(name) or icons.get(aliases.get(name, {}).get('parent'))
        if icon and name not in left_out:
            drawings['-'.join(parts(code))] = (
                '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="32" height="32" '
                f'viewBox="0 0 {icon.get("width", side)} {icon.get("height", side)}">{icon["body"]}</svg>')
    return drawings


def split(codes, pairs, seed):
    """The codes of each folder."""
    sources = collections.defaultdict(list)
    for code in sorted(codes):
        sources[source_of(code)].append(code)
    draw = random.Random(seed)
    shuffled = sorted(sources)
    draw.shuffle(shuffled)
    if len(shuffled) < 2 * pairs + 2:
        raise SystemExit(f'emoji3d.py: --pairs {pairs}: expected at most {len(shuffled) // 2 - 1}')
    folders = collections.defaultdict(list)
    for k, part in enumerate(('val', 'test')):
        chosen = [draw.choice(sources[s]) for s in shuffled[k * pairs:(k + 1) * pairs]]
        folders[part + 'A'] = folders[part + 'B'] = chosen
    for k, source in enumerate(shuffled[2 * pairs:]):
        folders['trainA' if k % 2 == 0 else 'trainB'] += sources[source]
    return folders


def on_white(picture, size):
    picture = picture.convert('RGBA').resize((size, size), Image.LANCZOS)
    white = Image.new('RGBA', picture.size, 'white')
    white.alpha_composite(picture)
    return white.convert('RGB')


def main():
    given = options(__doc__, 64, 150).parse_args()
    modules = os.path.join(given.packages, 'node_modules')
    flat = flat_drawings(os.path.join(modules, '@iconify-json/fluent-emoji-flat'))
    solid = solid_files(os.path.join(modules, '@lobehub/fluent-emoji-3d/assets'))
    lines = []
    for folder, codes in split(flat.keys() & solid.keys(), given.pairs, given.seed).items():
        os.makedirs(os.path.join(given.out, folder), exist_ok=True)
        for code in codes:
            if folder.endswith('B'):
                save(on_white(Image.open(solid[code]), given.size), given.out, folder, code)
            else:
                lines.append(json.dumps({'file': os.path.join(given.out, folder, code + '.png'), 'svg': flat[code]}))
    draw = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'draw_svg.mjs')
    subprocess.run(['node', draw, given.packages, str(given.size)], input='\n'.join(lines).encode(), check=True)


if __name__ == '__main__':
    main()
