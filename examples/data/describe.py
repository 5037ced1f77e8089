#!/usr/bin/python3
"""Prints what a data set holds: pictures, pairs, and the identity error of each part that has pairs, which is the mean
absolute error, of [0, 1], of leaving the pictures of A as they are.

    describe.py DATA
"""
import os
import sys

import numpy
from PIL import Image


def pixels(file):
    return numpy.asarray(Image.open(file).convert('RGB'), float) / 255


def main(data):
    for part in ('train', 'val', 'test'):
        a, b = (os.path.join(data, part + side) for side in 'AB')
        text = f'{part}: {len(os.listdir(a))} pictures of A, {len(os.listdir(b))} of B'
        pairs = sorted(set(os.listdir(a)) & set(os.listdir(b)))
        if pairs:
            errors = [numpy.abs(pixels(os.path.join(a, n)) - pixels(os.path.join(b, n))).mean() for n in pairs]
            text += f', {len(pairs)} pairs, identity error {numpy.mean(errors):.4f}'
        print(text)


if __name__ == '__main__':
    main(*sys.argv[1:])
