#!/usr/bin/python3
"""Writes the generator of an inference case for ONNX Runtime: export_onnx.py CASE FILE, for example infer-32-6-64-1."""
import sys

import torch
from torch_peer import Case


def main(case, file):
    of = Case(case)
    torch.manual_seed(0)
    torch.onnx.export(of.generator().eval(), torch.randn(of.batch, 3, of.size, of.size), file, opset_version=13,
                      input_names=["x"], output_names=["y"])


if __name__ == "__main__":
    main(*sys.argv[1:])
