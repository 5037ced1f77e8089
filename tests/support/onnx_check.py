"""onnx_check.py FOLDER HEIGHT WIDTH: whether ONNX's own checker, with shape inference, accepts FOLDER/net.onnx."""
import sys

try:
    import onnx
except ImportError:
    print("not installed")
    sys.exit()
model = onnx.load(sys.argv[1] + "/net.onnx")
onnx.checker.check_model(model, full_check=True)
shape = [d.dim_param or d.dim_value for d in model.graph.output[0].type.tensor_type.shape.dim]
assert shape == ["batch", 3, "height", "width"] and model.opset_import[0].version == 13, (shape, model.opset_import)
print("difference 0")
