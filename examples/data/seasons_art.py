"""The art of a landscape in each season: names of Wesnoth's terrain pictures, without .png."""
import os

from PIL import Image


def series(stem, count):
    return [stem] + [f'{stem}{i}' for i in range(2, count + 1)]


EVERY_SEASON = dict(
    dirt=series('flat/dirt', 7), pine=series('forest/pine', 4), pine_few=series('forest/pine-sparse', 3),
    shore='flat/bank', town=series('village/human', 4), city=series('village/human-city', 3), cabin=series('village/log-cabin', 4))
# A landscape's own draws pick from a list, so those of one row need not be equally long.
SEASONS = {
    'summer': EVERY_SEASON | dict(
        ground=series('grass/green', 8), edge='grass/green-medium',
        leafy=series('forest/deciduous-summer', 4), leafy_few=series('forest/deciduous-summer-sparse', 3),
        mixed=series('forest/mixed-summer', 2), hills=series('hills/regular', 3), hills_edge='hills/regular',
        mountain=series('mountains/basic', 3), oak=series('forest/great-tree', 3), flowers=series('embellishments/flowers-mixed', 4)),
    'autumn': EVERY_SEASON | dict(
        ground=series('grass/leaf-litter', 6), edge='grass/leaf-litter',
        leafy=series('forest/deciduous-fall', 3), leafy_few=series('forest/deciduous-fall-sparse', 3),
        mixed=series('forest/mixed-fall', 2), hills=series('hills/dry', 3), hills_edge='hills/dry',
        mountain=series('mountains/dry', 3), oak=series('forest/great-tree-dead', 4), flowers=[]),
    'winter': EVERY_SEASON | dict(
        ground=series('frozen/snow', 3), edge='frozen/snow', shore='frozen/snow-to-water',
        leafy=series('forest/deciduous-winter-snow', 2), leafy_few=series('forest/deciduous-winter-snow-sparse', 3),
        mixed=series('forest/mixed-winter-snow', 2), pine=series('forest/snow-forest', 4), pine_few=series('forest/snow-forest-sparse', 3),
        hills=series('hills/snow', 3), hills_edge='hills/snow', mountain=series('mountains/snow', 3),
        town=series('village/human-snow', 4), city=series('village/human-city-snow', 3), cabin=['village/log-cabin-snow'],
        oak=['forest/great-tree-snowy'], flowers=[]),
}


class Art:
    """Reads each picture once."""

    def __init__(self, folder):
        self.folder, self.read = folder, {}

    def __call__(self, name):
        if name not in self.read:
            self.read[name] = Image.open(os.path.join(self.folder, name + '.png')).convert('RGBA')
        return self.read[name]
