"""What the scripts of the data sets share: their options and the folders of a part."""
import argparse
import os


def whole(low, high):
    def read(text):
        if text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(f'{text}: expected a whole number from {low} to {high}')
    return read


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(1, f'{self.prog}: {message}\n')


def options(text, size, pairs=None):
    """A parser with OUT, --packages, --size, --seed and, where there are pairs, --pairs."""
    parser = Parser(description=text.strip().split('\n')[0])
    parser.add_argument('out')
    parser.add_argument('--packages', required=True, help='the folder that make.sh fetches into')
    parser.add_argument('--size', type=whole(16, 2048), default=size)
    parser.add_argument('--seed', type=whole(0, 1000), default=1)
    if pairs:
        parser.add_argument('--pairs', type=whole(1, 10**6), default=pairs, help='of val and of test, each')
    return parser


def save(picture, out, folder, name):
    os.makedirs(os.path.join(out, folder), exist_ok=True)
    picture.save(os.path.join(out, folder, name + '.png'))
