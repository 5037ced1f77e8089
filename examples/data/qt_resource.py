"""Qt's binary resource files (.rcc): a tree of nodes, their names and their data, each at an offset in the header."""
import struct
import zlib

FOLDER, ZSTANDARD, ZLIB = 2, 4, 1  # flags of a node


def files_of(path):
    """Yields (path in the resource, bytes) of each file; those compressed by Zstandard are passed over."""
    with open(path, 'rb') as file:
        content = file.read()
    if content[:4] != b'qres':
        raise SystemExit(f'{path}: expected a resource file of Qt')
    version, tree, data, names = struct.unpack_from('>4I', content, 4)
    node_size = 14 if version < 2 else 22

    def walk(index, at):
        node = tree + index * node_size
        name, flags = struct.unpack_from('>IH', content, node)
        if index:
            length, = struct.unpack_from('>H', content, names + name)
            start = names + name + 6  # behind the length and a hash
            at += '/' + content[start:start + 2 * length].decode('utf-16-be')
        if flags & FOLDER:
            count, first = struct.unpack_from('>2I', content, node + 6)
            for child in range(first, first + count):
                yield from walk(child, at)
        elif not flags & ZSTANDARD:
            offset, = struct.unpack_from('>I', content, node + 10)
            size, = struct.unpack_from('>I', content, data + offset)
            body = content[data + offset + 4:data + offset + 4 + size]
            yield at, zlib.decompress(body[4:]) if flags & ZLIB else body  # behind the size before compression
    return walk(0, '')
