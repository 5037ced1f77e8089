// The networks of BlazeFace (Bazarevsky et al. 2019) in guise's layers. The front form sees 128x128 pixels,
// the back form 256x256. A trunk computes features of 16x16 cells, of which one head reads two faces a cell;
// a deeper part computes features of 8x8 cells, of which another head reads six:
//
//   (N, side, side, 3) --Trunk--> (N, 16, 16, features) --Fine-->   (N, 16, 16, 2 x 17)
//                                                       --Coarse--> (N, 8, 8, 6 x 17)
//
// The outputs of a cell are first all scores, then 16 numbers for each face: centre, size and six keypoints.
#pragma once
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/repeat.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>

namespace guise::blazeface {

inline constexpr int numbers = 16, fine_cells = 16, fine_faces = 2, coarse_cells = 8, coarse_faces = 6;

template <int In, int Out, class... Options>
using Separable = Sequential<Depthwise<In, 3, Same, NoBias, Options...>, Conv<In, Out, 1>>;

template <int C> struct Block : Sequential<Residual<Depthwise<C, 3, Same, NoBias>, Conv<C, C, 1>>, Relu> {};
template <int In, int Out>
struct Wider : Sequential<Shortcut<Sequential<PadChannels<In, Out>>, Separable<In, Out>>, Relu> {};
template <int In, int Out>
struct Halved : Sequential<Shortcut<Sequential<MaxPool<2>, PadChannels<In, Out>>,  //
                                    Separable<In, Out, Stride<2>>>,
                           Relu> {};

template <int Features, int Faces> using Head = Conv<Features, Faces*(1 + numbers), 1>;

// clang-format off
struct Front {
  static constexpr int side = 128;
  struct Trunk : Sequential<
    Conv<3, 24, 5, Stride<2>, Same>, Relu,                                                        // 64x64
    Block<24>, Wider<24, 28>, Halved<28, 32>,                                                     // 32x32
    Wider<32, 36>, Wider<36, 42>, Halved<42, 48>,                                                 // 16x16
    Wider<48, 56>, Wider<56, 64>, Wider<64, 72>, Wider<72, 80>, Wider<80, 88>> {};
  struct Fine : Sequential<Head<88, fine_faces>> {};
  struct Coarse : Sequential<Halved<88, 96>, Repeat<4, Block<96>>, Head<96, coarse_faces>> {};    // 8x8
};

struct Back {
  static constexpr int side = 256;
  struct Trunk : Sequential<
    Conv<3, 24, 5, Stride<2>, Same>, Relu,                                                        // 128x128
    Repeat<7, Block<24>>, Halved<24, 24>,                                                         // 64x64
    Repeat<7, Block<24>>, Halved<24, 48>,                                                         // 32x32
    Repeat<7, Block<48>>, Halved<48, 96>,                                                         // 16x16
    Repeat<7, Block<96>>> {};
  struct Fine : Sequential<Head<96, fine_faces>> {};
  struct Coarse : Sequential<Separable<96, 96, Stride<2>>, Relu, Head<96, coarse_faces>> {};      // 8x8
};
// clang-format on

}  // namespace guise::blazeface
