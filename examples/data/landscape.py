"""A map of hexagons drawn at random, as all seasons share it."""
import numpy

HEX, STEP, ROW = 72, 54, 72  # pixels of the art: a hexagon's side, and from one column and row to the next


def noise(draw, rows, columns, cell):
    """Smooth values in [0, 1]: random ones, `cell` apart, and what lies between them."""
    corner = draw.random((int(rows / cell) + 3, int(columns / cell) + 3))
    y, x = (numpy.arange(rows) / cell)[:, None], (numpy.arange(columns) / cell)[None, :]
    i, j = y.astype(int), x.astype(int)
    down, right = (f * f * (3 - 2 * f) for f in (y - i, x - j))
    upper = corner[i, j] * (1 - right) + corner[i, j + 1] * right
    lower = corner[i + 1, j] * (1 - right) + corner[i + 1, j + 1] * right
    return upper * (1 - down) + lower * down


def leveled(values):
    """Between a value and its rank, so that each landscape has some of everything."""
    return 0.7 * values.ravel().argsort().argsort().reshape(values.shape) / (values.size - 1) + 0.3 * values


class Landscape:
    """What the seasons share of a map."""

    def __init__(self, draw, pixels):
        rows, columns = pixels // ROW + 4, pixels // STEP + 4
        shape = rows, columns
        height, wet = leveled(noise(draw, *shape, 2.5)), leveled(noise(draw, *shape, 2))
        sea, high = draw.uniform(0.08, 0.32), draw.uniform(0.72, 0.95)
        kind = numpy.full(shape, 'grass', object)
        kind[wet > draw.uniform(0.5, 0.75)] = 'wood'
        kind[height > high - 0.12] = 'hills'
        kind[height > high] = 'mountain'
        kind[height < sea] = 'water'
        on_grass = numpy.where(kind == 'grass', draw.random(shape), numpy.nan)
        for thing, low, end in (('village', 0, 0.12), ('dirt', 0.12, 0.24), ('flowers', 0.72, 0.84), ('few', 0.84, 0.94), ('oak', 0.94, 1)):
            kind[(on_grass >= low) & (on_grass < end)] = thing
        self.kind, self.pixels = kind, pixels
        self.of_ground, self.of_thing = draw.random(shape), draw.random(shape)
        self.trees = noise(draw, *shape, 3)  # leafy, mixed or pine
        self.water = int(draw.integers(1, 16))
        self.shift = int(draw.integers(0, STEP)), int(draw.integers(0, ROW))
        self.mirrored = bool(draw.random() < 0.5)

    def cells(self):
        rows, columns = self.kind.shape
        return [(c, r) for r in range(rows) for c in range(columns)]

    def around(self, c, r):
        """Each neighbour on the map, by its direction."""
        low = c % 2  # odd columns lie half a hexagon lower
        near = {'n': (c, r - 1), 'ne': (c + 1, r - 1 + low), 'se': (c + 1, r + low), 's': (c, r + 1),
                'sw': (c - 1, r + low), 'nw': (c - 1, r - 1 + low)}
        rows, columns = self.kind.shape
        return {side: (x, y) for side, (x, y) in near.items() if 0 <= x < columns and 0 <= y < rows}

    def ground(self, c, r):
        kind = self.kind[r, c]
        return 'hills' if kind == 'mountain' else kind if kind in ('water', 'dirt', 'hills') else 'ground'
