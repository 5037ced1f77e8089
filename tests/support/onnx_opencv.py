"""onnx_opencv.py FOLDER HEIGHT WIDTH: how far OpenCV's output of FOLDER/net.onnx for FOLDER/x is from FOLDER/y."""
import sys

try:
    import cv2
    import numpy
except ImportError:
    print("not installed")
    sys.exit()
folder, height, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
planes = lambda name: numpy.fromfile(f"{folder}/{name}", numpy.float32).reshape(1, 3, height, width)
net = cv2.dnn.readNetFromONNX(folder + "/net.onnx")
net.setInput(planes("x"))
print("difference", abs(net.forward() - planes("y")).max())
