#!/usr/bin/python3
"""Writes the generator of an inference case for ONNX Runtime: export_onnx.py CASE FILE, for example infer-32-6-64-1."""
import sys

import torch
from torch_peer import generator, prepared


def main(case, file):
    width, blocks, size, batch = map(int, case.split("-")[1:])
    torch.manual_seed(0)
    torch.onnx.export(prepared(generator(blocks, width)).eval(), torch.randn(batch, 3, size, size), file, opset_version=13,
                      input_names=["x"], output_names=["y"])


if __name__ == "__main__":
    main(*sys.argv[1:])
