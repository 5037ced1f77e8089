#include "fuzz_picture_stb.cpp"
