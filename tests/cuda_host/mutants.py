#!/usr/bin/env python3
"""mutants.py COMPILER FOLDER [WORD...]: breaks one line of the CUDA kernels, or of what issues them, at a time; the tests must notice.

Each mutant is tried on fibers in three orders, then under AddressSanitizer with UndefinedBehaviorSanitizer, then
under ThreadSanitizer, until one of them fails. Only the kernels are compiled again, in FOLDER. Fails if a mutant
survives, if a line to break is not there, or if the kernels fail as they are. With words: only mutants that are called by one.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

from mutation import DEVICE, INCLUDE, KERNELS, TESTS, Build, broken_copy, run

# (what, file, old, new, test cases)
MUTANTS = [
    # barriers and shuffles
    ("columns: no barrier", "reduce.cuh", "tile[threadIdx.y][threadIdx.x] = sum;\n  __syncthreads();",
     "tile[threadIdx.y][threadIdx.x] = sum;", "column*"),
    ("losses: no barrier", "reduce.cuh", "warps[threadIdx.x / 32] = value;\n  __syncthreads();",
     "warps[threadIdx.x / 32] = value;", "losses"),
    ("moments: no barrier", "moments.cuh", "squares - sum * mean};\n  __syncthreads();", "squares - sum * mean};",
     "moments"),
    ("convolution: no first barrier", "product.cuh",
     "    __syncthreads();\n    T::multiply(left, right, sum);\n    __syncthreads();  // before the next part",
     "    T::multiply(left, right, sum);\n    __syncthreads();  // before the next part", "products*"),
    ("convolution: no second barrier", "product.cuh", "__syncthreads();  // before the next part", "// before the next",
     "products*"),
    ("weight gradient: no barrier after the spots", "product.cuh", "Spot{-1, 0, 0};\n  __syncthreads();",
     "Spot{-1, 0, 0};", "products*"),
    ("weight gradient: no first barrier", "product.cuh",
     "    __syncthreads();\n    T::multiply(left, right, sum);\n    __syncthreads();  // before the next pixels",
     "    T::multiply(left, right, sum);\n    __syncthreads();  // before the next pixels", "products*"),
    ("weight gradient: no second barrier", "product.cuh", "__syncthreads();  // before the next pixels", "//",
     "products*"),
    ("weight gradient: one row of spots", "product.cuh", "spots[turn ^ 1][me] =", "spots[turn][me] =", "products*"),
    ("columns: returns before the barrier", "reduce.cuh", "  tile[threadIdx.y][threadIdx.x] = sum;",
     "  if (channel >= c) return;\n  tile[threadIdx.y][threadIdx.x] = sum;", "column*"),
    ("moments: lanes leave before a shuffle", "moments.cuh", "if (column >= columns) return;",
     "if (column >= columns || lane >= 30) return;", "moments"),
    ("columns: shuffle of half a warp", "reduce.cuh", "reach = 16; reach > 0; reach /= 2)\n    sum",
     "reach = 8; reach > 0; reach /= 2)\n    sum", "column*"),
    ("rows: shuffle of half a warp", "rows.cuh", "reach = 16;", "reach = 8;", "primitives: rows by themselves,primitives: cross*"),
    ("rows: the first lane alone has the sum", "rows.cuh", "return __shfl_sync(~0u, value, 0);", "return value;",
     "primitives: rows by themselves"),
    ("rows: a direction at length 0", "rows.cuh", "length > 0 ? product / length * scale : 0", "product / length * scale",
     "primitives: rows by themselves"),
    ("cross-entropy: powers of what is too large", "rows.cuh", "expf(x[k] - most); }", "expf(x[k]); }", "primitives: cross*"),
    ("cross-entropy: every row of the first class", "rows.cuh", "int(row % Size(c))", "0", "primitives: cross*"),
    ("losses: shuffle of half a warp", "reduce.cuh", "reach = 16; reach > 0; reach /= 2) value",
     "reach = 8; reach > 0; reach /= 2) value", "losses"),
    ("moments: shuffle of half a warp", "moments.cuh", "reach = 16;", "reach = 8;", "moments"),
    ("blocks that all do everything", "pointwise.cuh",
     "Size k = Size(blockIdx.x) * threads_each + threadIdx.x; k < n; k += stride",
     "Size k = threadIdx.x; k < n; k += stride - (gridDim.x - 1) * threads_each", "random crops*"),  # a race, no other value
    # formulas
    ("activations: what is not a number goes", "pointwise.cuh", "!(v <= 0)) return v;", "v > 0) return v;", "pointwise"),
    ("slopes: what is not a number goes", "pointwise.cuh", "!(y <= 0)) return 1;", "y > 0) return 1;", "pointwise"),
    ("activation gradient: told by dy", "pointwise.cuh", "slope(activation, y[k]); }", "slope(activation, dy[k]); }", "pointwise"),
    ("axpby: reads what it only writes", "pointwise.cuh", "(b == 0 ? 0 : b * y[k])", "b * y[k]", "pointwise"),
    ("affine: no shift", "pointwise.cuh", "(shift ? shift[column] : 0)", "0", "column*"),
    ("tracked: variance with the epsilon", "pointwise.cuh", "(1 / (inverse * inverse) - epsilon)",
     "(1 / (inverse * inverse))", "column*"),
    ("tracked: the last variance alone", "pointwise.cuh", "variance[k] += momentum * (float(unbiased) - variance[k])",
     "variance[k] = float(unbiased)", "column*"),
    ("restored: no epsilon", "pointwise.cuh", "double(variance[k]) + epsilon", "double(variance[k])", "column*"),
    ("columns: in place of what was there", "reduce.cuh", "db[column] += sum.first", "db[column] = sum.first", "column*"),
    ("affine gradient: one sum twice", "reduce.cuh", "dshift[column] += sum.second", "dshift[column] += sum.first", "column*"),
    ("mean: towards the constant", "reduce.cuh", "target ? target[k] : constant", "constant", "losses"),
    ("mean: towards nothing", "reduce.cuh", "target ? target[k] : constant", "target ? target[k] : 0", "losses"),
    ("mean: a slope that is not weighted", "reduce.cuh", "each * F::slope", "F::slope", "losses"),
    ("mean: no slope", "reduce.cuh", "each * F::slope(x[k], t)", "0", "losses"),
    ("formulas: any is the first", "formulas.cuh", "if (table.identity != &formula_identity<One>) return false;\n", "", "losses"),
    ("moments: no epsilon", "moments.cuh", "all.squares / all.n + epsilon", "all.squares / all.n", "moments"),
    ("moments: joined without their distance", "moments.cuh", " + d * d * a.n * part", "", "moments"),
    ("prologue gradient: pixels of another row", "prologue.cuh", "int(k / c % area)", "int(k % area)", "prologue*"),
    ("prologue gradient: a sum for a mean", "prologue.cuh", "normal * (sum.second / float(area))", "normal * sum.second", "prologue*"),
    ("weight gradient: axes in another order", "product.cuh", "(o * Size(c) + channel) * Size(taps) + tap",
     "(o * Size(taps) + tap) * Size(c) + channel", "products*"),
    ("depthwise: no bias", "channelwise.cuh", "bias ? bias[to.c] : 0", "0", "each channel*"),
    ("max pooling: the first of all", "channelwise.cuh", "if (x[at] > most) most = x[at], best = at;", "(void)at;", "each channel*"),
    # guards
    ("pointwise: one past the end", "pointwise.cuh", "k < n; k += stride", "k <= n; k += stride", "pointwise"),
    ("columns: a row past the chunk", "reduce.cuh", "p < to; p += column_rows", "p <= to; p += column_rows", "column*"),
    ("columns: reads channels that are not there", "reduce.cuh", "  if (channel < c)\n", "", "column*"),
    ("columns: writes channels that are not there", "reduce.cuh", "if (threadIdx.y || channel >= c) return;",
     "if (threadIdx.y) return;", "column*"),
    ("moments: channels that are not there", "moments.cuh", "if (channel < c) {", "{", "moments"),
    ("prologue: past the end of a row", "prologue.cuh", "if (k >= in_row) return;", "if (k > in_row) return;", "prologue*"),
    ("prologue: mirror off by one", "prologue.cuh", "k >= n ? 2", "k > n ? 2", "prologue*"),
    ("prologue: 16 bytes where 8 are allowed", "prologue.cuh", "g.c % 4 == 0 &&", "g.c % 2 == 0 &&", "prologue*"),
    ("window: no zeros at the right", "window.cuh", "q < 0 || q >= width", "q < 0", "products*"),
    ("window: no zeros at the top", "window.cuh", "if (r < 0 || r >= height", "if (r >= height", "products*"),
    ("convolution: rows past the last pixel", "product.cuh", "if (first + T::row(i) >= pixels) break;", "", "products*"),
    ("convolution: columns past the last", "product.cuh", "      if (column < columns)\n", "", "products*"),
    ("convolution: weights past the depth", "product.cuh", "column < columns && row < depth ?", "column < columns ?",
     "products*"),
    ("weight gradient: channels past the last", "product.cuh", "s.sample >= 0 && row < p.out_c ?", "s.sample >= 0 ?",
     "products*"),
    # outputs
    ("pointwise: stride of a block", "pointwise.cuh", "const Size stride = Size(gridDim.x) * threads_each;",
     "const Size stride = Size(gridDim.x) * threads_each + 1;", "pointwise"),
    ("prologue: only the rows of one grid", "prologue.cuh", "row < g.n * height; row +=",
     "row < min(g.n * height, int(gridDim.y)); row +=", "prologue*"),
    ("prologue gradient: no mirrored rows", "prologue.cuh", "return k > 0 ? g.reflect - k : -1;", "return -1;", "prologue*"),
    ("weight gradient: parts unwritten", "product.cuh", "      if (to_row < p.out_c && to_column < columns)\n",
     "      if (blockIdx.z == 0 && to_row < p.out_c && to_column < columns)\n", "products*"),
    ("losses: two threads write", "reduce.cuh", "if (threadIdx.x == 0) *value = scale * sum;",
     "if (threadIdx.x < 2) *value = scale * sum;", "losses"),
    # indices
    ("columns: tile with its sides swapped", "reduce.cuh", "sum + tile[row][threadIdx.x]",
     "sum + tile[threadIdx.x % 8][row]", "column*"),
    ("columns: tile one row short", "reduce.cuh", "tile, [column_rows][column_lanes]", "tile, [column_rows - 1][column_lanes]",
     "column*"),
    ("moments: tile one column short", "moments.cuh", "tile, [column_rows][column_lanes]",
     "tile, [column_rows][column_lanes - 1]", "moments"),
    ("weight gradient: one row of spots is there", "product.cuh", "spots, [2][deep]", "spots, [1][deep]", "products*"),
    ("prologue: statistics of the first sample", "prologue.cuh", "Size(sample * g.c + c + i)", "Size(c + i)", "prologue*"),
    ("step: statistics of the first sample", "window.cuh", "Size(sample * g.c + channel)", "Size(channel)", "a prologue and*"),
    ("phases: taps of another phase", "window.cuh", "before(p, i) * p.kernel + taps(p, i) * before(p, j)",
     "before(p, j) * p.kernel + taps(p, j) * before(p, i)", "products*"),
    ("weights: packed in the other order", "window.cuh", "const int o = pair / p.c, c = pair % p.c",
     "const int o = pair % p.out_c, c = pair / p.out_c", "products*"),
    ("parts: added once too few", "product.cuh", "part < count; ++part", "part + 1 < count; ++part", "products*"),
    # each channel by itself
    ("depthwise: no zeros at the left", "channelwise.cuh", "if (r < 0 || r >= p.h || q < 0 || q >= p.w) continue;\n        sum +=",
     "if (r < 0 || r >= p.h || q >= p.w) continue;\n        sum +=", "each channel*"),
    ("depthwise gradient: between the strides", "channelwise.cuh", "if (r < 0 || r % p.stride || r", "if (r < 0 || r",
     "each channel*"),
    ("depthwise gradient: past the last output", "channelwise.cuh", "q % p.stride || q / p.stride >= p.out_w", "q % p.stride",
     "each channel*"),
    ("depthwise weights: shuffle of half a warp", "channelwise.cuh", "reach = 16;", "reach = 8;", "each channel*"),
    ("depthwise weights: channels that are not there", "channelwise.cuh", "  if (c >= p.c) return;\n", "", "each channel*"),
    ("max pooling: the last of the largest", "channelwise.cuh", "if (x[at] > most)", "if (x[at] >= most)", "each channel*"),
    ("max pooling gradient: one window too few", "channelwise.cuh", "(k - p.kernel) / p.stride + 1", "(k - p.kernel) / p.stride + 2",
     "each channel*"),
    ("max pooling gradient: windows that are not there", "channelwise.cuh", "q <= at.q / p.stride && q < p.out_w",
     "q <= at.q / p.stride", "each channel*"),
    ("columns: past the end of a row", "channelwise.cuh", "column < Size(from) ?", "column <= Size(from) ?", "each channel*"),
    # general operations on tensors
    ("copied channels: rows of the other tensor", "primitives.cuh", "x[row * Size(x_channels) + channel]",
     "x[row * Size(y_channels) + channel]", "primitives: ch*"),
    ("dropout: kept as they were", "primitives.cuh", "x[k] * scale; });", "x[k]; });", "primitives: dr*"),
    ("dropout: one counter twice", "primitives.cuh", "std::uint64_t(counter[1])", "std::uint64_t(counter[0])", "primitives: dr*"),
    ("resampling: taps of the other axis", "primitives.cuh", "filter_tap<float>(g.filter, g.factor, g.w, to.q, j)",
     "filter_tap<float>(g.filter, g.factor, g.h, to.q, j)", "primitives: re*"),
    ("resampling: a tap too few", "primitives.cuh", "for (int j = 0; j < taps; ++j)", "for (int j = 0; j + 1 < taps; ++j)",
     "primitives: re*"),
    ("resampling gradient: a reader too few", "primitives.cuh", "q < columns.last; ++q", "q + 1 < columns.last; ++q", "primitives: re*"),
    ("resampling gradient: weights of the other axis", "primitives.cuh", "filter_weight<float>(g.filter, g.factor, g.w, q, at.q)",
     "filter_weight<float>(g.filter, g.factor, g.h, q, at.q)", "primitives: re*"),
    ("multiply: never broadcast over channels", "primitives.cuh", "g.over_pixels, g.over_channels)];", "g.over_pixels, false)];",
     "primitives: br*"),
    ("sum gradient: no mean", "primitives.cuh", "dx[k] = scale * dy", "dx[k] = dy", "primitives: br*"),
    ("pixel sums: of the first sample", "primitives.cuh", "(Size(sample) * Size(area) + Size(pixel))", "(Size(pixel))",
     "primitives: br*"),
    ("pixel sums: no mean", "primitives.cuh", "y[column] = scale * sum.first", "y[column] = sum.first", "primitives: br*"),
    ("channel sums: shuffle of half a warp", "primitives.cuh", "reach = 16;", "reach = 8;", "primitives: br*"),
    ("channel sums: rows that are not there", "primitives.cuh", "  if (row >= rows) return;\n", "", "primitives: br*"),
    ("channel sums: a channel too many", "primitives.cuh", "k < c; k += 32", "k <= c; k += 32", "primitives: br*"),
    ("channel sums: all lanes write", "primitives.cuh", "if (lane == 0) y[row] = scale * sum;", "if (lane < 2) y[row] = scale * sum;",
     "primitives: br*"),
    ("gathered rows: of the first index", "primitives.cuh", "index[k / floats]", "index[0]", "primitives: ro*"),
    ("gathered rows' gradient: written", "primitives.cuh", "dx[Size(index[row]) * floats + k] += dy", "dx[Size(index[row]) * floats + k] = dy",
     "primitives: ro*"),
    ("gathered rows' gradient: a row too few", "primitives.cuh", "row < count; ++row", "row + 1 < count; ++row", "primitives: ro*"),
    ("matmul: no first barrier", "matmul.cuh", "    __syncthreads();\n    T::multiply", "    T::multiply", "primitives: ma*"),
    ("matmul: no second barrier", "matmul.cuh", "__syncthreads();  // before the next depths", "//", "primitives: ma*"),
    ("matmul: past the depth", "matmul.cuh", "inside = first + line < side && from + d < depth", "inside = first + line < side", "primitives: ma*"),
    ("matmul: lines past the last", "matmul.cuh", "inside = first + line < side && from", "inside = from", "primitives: ma*"),
    ("matmul: columns past the last", "matmul.cuh", "row < g.m && column < g.n", "row < g.m", "primitives: ma*"),
    ("matmul: of the first sample", "matmul.cuh", "b + sample * n * depth", "b", "primitives: ma*"),
    ("matmul: b never transposed", "matmul.cuh", "g.transpose_b, g.n", "false, g.n", "primitives: ma*"),
    # training pictures
    ("random crops: flipped one too far", "pointwise.cuh", "crop - 1 - column : column", "crop - column : column", "random crops*"),
    ("random crops: rows of the crop", "pointwise.cuh", "+ row) * load", "+ row) * crop", "random crops*"),
    ("random crops: of the first picture", "pointwise.cuh", "rgb[((n * load +", "rgb[((", "random crops*"),
    ("random crops: as the first picture's", "pointwise.cuh", "crops[n]", "crops[0]", "random crops*"),
    # recordings and pinned memory
    ("recording: memory from the pool of all", "context.hpp",
     "if (arena_) return static_cast<float*>(arena_->take(bytes));", "", "*record*"),
    ("recording: memory to the pool of all", "context.hpp", "if (arena_) return arena_->give(at);", "", "*record*"),
    ("recording: buffers that forget whose they are", "cuda.cu", "cuda::Release{context_, context_->arena()}}",
     "cuda::Release{context_, nullptr}}", "*record*"),
    ("recording: goes on after its end", "graph.hpp", "context_.take_from(nullptr);", "", "*record*"),
    ("recording: done at once as well", "graph.hpp", "    work();\n", "    work();\n    work();\n", "*record*"),
    ("recording: sees nothing unsafe", "graph.hpp", "cudaStreamCaptureModeThreadLocal", "cudaStreamCaptureModeRelaxed",
     "what cannot be recorded*"),
    ("recording: stays behind", "graph.hpp", "if (graph_) cudaGraphDestroy(graph_);", "", "*record*"),
    ("last error: of what was told", "launch.hpp", "  cudaGetLastError();  // is told here", "  // is told here", "what has failed*"),
    ("last error: of a broken recording", "graph.hpp", "if (end()) cudaGetLastError();", "end();", "what cannot be recorded*"),
    ("last error: of too little memory", "arena.hpp", "  cudaGetLastError();  // as in check\n", "", "what has failed*"),
    ("arena: what the recording may not see", "arena.hpp", "    const Unseen unseen;\n    check(", "    check(",
     "*record*"),
    ("arena: parts in use are taken", "arena.hpp", "part->second.free && part->second.bytes >= bytes",
     "part->second.bytes >= bytes", "what a recording uses*"),
    ("arena: the rest of a part is lost", "arena.hpp",
     "if (part.bytes > bytes) parts_[at + bytes] = {part.bytes - bytes, true, false};", "", "*record*,neighbours*"),
    ("arena: too large for the part", "arena.hpp", "part->second.bytes >= bytes &&", "part->second.bytes + 64 >= bytes / 2 &&",
     "what a recording uses*"),
    ("arena: neighbours stay apart", "arena.hpp", "    join(part, std::next(part));\n", "", "neighbours*"),
    ("arena: the one before stays apart", "arena.hpp", "if (part != parts_.begin()) join(std::prev(part), part);", "",
     "neighbours*"),
    ("arena: memory from elsewhere goes at once", "arena.hpp", "return kept_.push_back(given);",
     "return static_cast<void>((cudaFreeAsync(given, stream_)));", "*record*"),
    ("arena: memory from elsewhere never goes", "arena.hpp", "for (void* at : kept_) cudaFreeAsync(at, stream_);", "",
     "*record*"),
    ("staging: a slot is written too early", "staging.hpp",
     '    check(cudaEventSynchronize(slot.done), "waiting for an upload");\n', "", "an upload*"),
    ("staging: an end that nobody is told", "staging.hpp",
     'check(cudaEventRecord(slot.done, stream), "an upload\'s end");', "", "an upload*"),
    ("staging: a download that does not wait", "staging.hpp",
     '    check(cudaStreamSynchronize(stream), "waiting for the device");\n', "", "an upload*"),
    ("staging: one piece only", "staging.hpp", "from += slot_bytes", "from += bytes", "an upload*"),
    ("staging: never given back", "staging.hpp", "      cudaFreeHost(slot.at);\n", "", "an upload*"),
    # what the host decides of a step
    ("guard: all but the last", "pointwise.cuh", "k < guard.count", "k + 1 < guard.count", "what the host*"),
    ("guard: infinity passes", "pointwise.cuh", "if (!(fabsf(guard.values[k]) <= FLT_MAX))",
     "if (guard.values[k] != guard.values[k])", "what the host*"),
    ("swapped rows: whatever the guard says", "pointwise.cuh", "    if (!allows(guard)) return;\n", "", "what the host*"),
    ("swapped rows: the last picture first", "pointwise.cuh", "for (int n = 0; n < count; ++n)",
     "for (int n = count - 1; n >= 0; --n)", "what the host*"),
    ("swapped rows: a picture too few", "pointwise.cuh", "n < count; ++n", "n + 1 < count; ++n", "what the host*"),
    ("swapped rows: of the first picture", "pointwise.cuh", "x[Size(n) * floats + k]", "x[k]", "what the host*"),
    ("swapped rows: one place further", "pointwise.cuh", "(Size(fabsf(move)) - 1) * floats", "Size(fabsf(move)) * floats",
     "what the host*"),
    ("swapped rows: one way", "pointwise.cuh", "      if (move > 0) mine = held;\n", "", "what the host*"),
    ("swapped rows: copies come back", "pointwise.cuh", "if (move > 0) mine = held;", "mine = held;", "what the host*"),
    ("update: whatever the guard says", "pointwise.cuh", "if (allowed) update", "update", "what the host*"),
    ("update: keeps the gradient", "pointwise.cuh", "    update.g[k] = 0;\n", "", "what the host*"),
    ("update: keeps the gradient of a step that is none", "pointwise.cuh", "    update.g[k] = 0;",
     "    if (allowed) update.g[k] = 0;", "what the host*"),
    ("update: scalars of their neighbours", "pointwise.cuh", "s[i] = scalars[i]", "s[i] = scalars[i ^ 1]", "what the host*"),
    ("update: one state for all", "pointwise.cuh", "update.state[k] = states[k]", "update.state[k] = states[0]", "what the host*"),
]

BUILDS = {
    "plain": ["-DGUISE_ORDERS=3"],
    "asan": ["-DGUISE_ORDERS=1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
    "tsan": ["-DGUISE_ORDERS=1", "-g1", "-fsanitize=thread"],
}
COMPILER, FOLDER, WORDS = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
MUTANTS = [mutant for mutant in MUTANTS if not WORDS or any(word in mutant[0] for word in WORDS)]
ENVIRONMENT = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}


def prepare(name):  # a build, and the objects of all but the kernels
    build = Build(COMPILER, FOLDER / name, ["-DGUISE_CUDNN=0", *BUILDS[name]])
    # ThreadSanitizer must not see the fibers' scheduler.
    unseen = ["-DGUISE_TSAN", "-fno-sanitize=thread"] if name == "tsan" else []
    objects = []
    for source in [TESTS / "main.cpp", TESTS / "cuda_host/kernels_test.cpp", TESTS / "cuda_host/primitives_test.cpp", TESTS / "cuda_host/recording_test.cpp",
                   INCLUDE / KERNELS / "no_library.cu", *DEVICE]:
        flags = ["-O1", *(unseen if source in DEVICE else [])]
        objects.append(build.compiled(source, build.folder / f"{source.stem}.o", flags))
    return build, objects


def passes(name, folder, includes, cases):
    build, objects = BUILT[name]
    program = build.program("cuda.cu", includes, objects, folder / name)
    command = [program, f"--test-case={cases}", "--test-suite-exclude=training,long", "--abort-after=1"]
    try:
        return run(command, env=ENVIRONMENT, timeout=300).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def caught_by(k):
    what, file, old, new, cases = MUTANTS[k]

    def broken(text):
        if text.count(old) != 1:
            sys.exit(f"{what}: expected the line once in {file}, found it {text.count(old)} times: {old}")
        return text.replace(old, new)

    folder = broken_copy(FOLDER / f"mutant_{k}", file, broken)
    caught = next((name for name in BUILDS if not passes(name, folder, folder, cases)), None)
    shutil.rmtree(folder)
    return caught


shutil.rmtree(FOLDER, ignore_errors=True)
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    BUILT = dict(zip(BUILDS, pool.map(prepare, BUILDS)))
    whole = FOLDER / "unbroken"
    whole.mkdir()
    whole_builds = ["plain", "asan"]  # under ThreadSanitizer they are a test of their own
    for name, good in zip(whole_builds, pool.map(lambda n: passes(n, whole, INCLUDE, "*"), whole_builds)):
        if not good:
            sys.exit(f"the kernels fail as they are ({name})")
    survivors = []
    for (what, *_), caught in zip(MUTANTS, pool.map(caught_by, range(len(MUTANTS)))):
        print(f"{what:45} {caught or 'SURVIVES'}", flush=True)
        if not caught:
            survivors.append(what)
print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} mutants caught")
sys.exit(bool(survivors))
