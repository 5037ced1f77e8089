// What a user would write, in this one file and by public names alone: composites of a few lines, a formula, layers,
// a recipe and an algorithm. The tests of this folder and of deploy/ hold it to all that the library promises.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/layer/activated.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/custom.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/layer/spectral_norm.hpp>
#include <guise/objective/cyclegan.hpp>

namespace guise::composed {

// The U-Net of pix2pix (Isola et al. 2016) with batch norm and dropout, from its outermost block inwards. The leaky relu
// of the reference works in place, so that what a block hands on has been through it.
template <int Downs, int Width> struct BatchNormUnet {
  constexpr Value operator()(Graph& g, Value x) const { return block(g, x, 0); }

 private:
  static constexpr int wide(int depth) { return depth < 0 ? 3 : Width << std::min(depth, 3); }
  static constexpr Value block(Graph& g, Value x, int depth) {
    const bool outermost = depth == 0, innermost = depth == Downs - 1;
    const int outer = wide(depth - 1), inner = wide(depth);
    const Inside part(g, "model", "unet block");
    Sequence net(g, x);
    if (!outermost) net << LeakyRelu{};
    const Value skip = net.value();
    net << conv({.in = outer, .out = inner, .kernel = 4, .stride = 2, .pad = 1, .bias = false});
    if (!outermost && !innermost) net << batch_norm(inner);
    if (!innermost) net << [depth](Graph& in, Value y) { return block(in, y, depth + 1); };
    net << Relu{}
        << conv({.in = innermost ? inner : 2 * inner,
                 .out = outer,
                 .kernel = 4,
                 .stride = 2,
                 .pad = 1,
                 .transposed = true,
                 .bias = outermost});
    if (outermost) return (net << Tanh{}).value();
    net << batch_norm(outer);
    if (!innermost && depth > 3) net << dropout(0.5);
    return g.concat(skip, net.value());
  }
};

// A dense block (Huang et al. 2017): each layer reads all that were before it and adds `growth` channels.
constexpr auto dense(int layers, int channels, int growth) {
  return named("dense", [=](Graph& g, Value x) {
    Sequence block(g, x);
    for (int k = 0; k < layers; ++k)
      block << concat(activation(Activation::relu),
                      conv({.in = channels + k * growth, .out = growth, .kernel = 3, .pad = 1}));
    return block.value();
  });
}
constexpr Graph dense_network(int layers, int channels, int growth) {
  return graph_of(sequential(conv({.in = 2, .out = channels}), dense(layers, channels, growth),
                             conv({.in = channels + layers * growth, .out = 2})));
}
template <int Layers, int C, int Growth> struct DenseBlock {
  constexpr Value operator()(Graph& g, Value x) const { return dense(Layers, C, Growth)(g, x); }
};
struct Dense : Sequential<Conv<2, 4, 1>, DenseBlock<3, 4, 3>, Conv<13, 2, 1>> {};

// Squeeze and excitation (Hu et al. 2018): every channel is weighted by what the means of all say.
constexpr auto squeeze_excite(int channels, int reduction) {
  return [=](Graph& g, Value x) {
    const auto excite =
        sequential(conv({.in = channels, .out = channels / reduction}), activation(Activation::relu),
                   conv({.in = channels / reduction, .out = channels}), activation(Activation::sigmoid));
    return g.multiply(x, named("squeeze", excite)(g, g.reduce(x, true, false, true)));
  };
}
template <int C, int Reduction> struct SqueezeExcite {
  constexpr Value operator()(Graph& g, Value x) const { return squeeze_excite(C, Reduction)(g, x); }
};
struct Squeezed : Sequential<Conv<2, 6, 3, Pad<1>>, SqueezeExcite<6, 2>, Conv<6, 2, 1>> {};

// An attention gate (Oktay et al. 2018) of x by itself: one number a pixel.
template <int C, int Inner> struct AttentionGate {
  constexpr Value operator()(Graph& g, Value x) const {
    const Value gate = named("gate", Conv<C, Inner, 1>{})(g, x);
    const Value signal = named("signal", Conv<C, Inner, 1>{})(g, x);
    const Value psi = named("psi", Conv<Inner, 1, 1>{})(g, Relu{}(g, g.add(gate, signal)));
    return g.multiply(x, Sigmoid{}(g, psi));
  }
};
struct Gated : Sequential<Conv<2, 4, 3, Pad<1>>, AttentionGate<4, 3>> {};

// A patch discriminator whose convolutions all have a spectral norm (Miyato et al. 2018).
template <int In, int Out, int Step = 2> using Bounded = SpectralNorm<Conv<In, Out, 4, Stride<Step>, Pad<1>>>;
template <int Width, int Channels = 3>
struct SpectralDiscriminator
    : Sequential<Bounded<Channels, Width>, LeakyRelu,                                   //
                 Bounded<Width, 2 * Width>, InstanceNorm<2 * Width>, LeakyRelu,         //
                 Bounded<2 * Width, 4 * Width>, InstanceNorm<4 * Width>, LeakyRelu,     //
                 Bounded<4 * Width, 8 * Width, 1>, InstanceNorm<8 * Width>, LeakyRelu,  //
                 Bounded<8 * Width, 1, 1>> {};
struct Divided : Sequential<Bounded<2, 4>, LeakyRelu, Bounded<4, 6, 1>, InstanceNorm<6>, Relu,
                            SpectralNorm<Conv<6, 2, 1, NoBias>>> {};

// Mish (Misra 2019), by its formula.
struct Mish {
  static constexpr const char* name = "mish";
  template <class T> GUISE_FORMULA static T value(T x) { return x * math::tanh(math::softplus(x)); }
  template <class T> GUISE_FORMULA static T slope(T x, T) {
    const T t = math::tanh(math::softplus(x));
    return t + x * (T(1) - t * t) * math::sigmoid(x);
  }
};
struct Formulated : Sequential<Conv<2, 4, 3, Pad<1>>, Activated<Mish>, Conv<4, 4, 1>, InstanceNorm<4>,
                               Activated<Mish>, Conv<4, 2, 1>> {};

// Every pixel's channels by a learnt matrix, as rows of one product: y = x m.
struct MixingLayer : CustomDefaults {
  static constexpr const char* name = "mixing";
  static constexpr int channels = 4;
  static constexpr std::array<TensorSpec, 1> tensors{{{"mixing", {4, 4, 1, 1}, 2, Initializer::normal}}};
  static constexpr std::size_t scratch(Shape, Shape) { return 16; }
  template <class T> static int rows(const CustomCall<T>& c) { return c.n * c.a.h * c.a.w; }
  template <class T> static void forward(const CustomCall<T>& c) {
    c.operations.matmul({.m = rows(c), .n = 4, .k = 4}, c.xa, c.parameters, c.y);
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    if (c.da)
      c.operations.matmul({.m = rows(c), .n = 4, .k = 4, .transpose_b = true}, c.dy, c.parameters, c.da);
    if (!c.gradients) return;
    c.operations.matmul({.m = 4, .n = 4, .k = rows(c), .transpose_a = true}, c.xa, c.dy, c.scratch);
    c.operations.axpby(16, 1, c.scratch, 1, c.gradients);
  }
};
struct Mixed : Sequential<Conv<2, 4, 3, Pad<1>>, Custom<MixingLayer>, Conv<4, 2, 1>> {};

// PReLU (He et al. 2015) with one slope for each of four channels, in plain loops.
struct PReluLayer : CustomDefaults {
  static constexpr const char* name = "prelu";
  static constexpr int channels = 4;
  static constexpr std::array<TensorSpec, 1> tensors{{{"weight", {4, 1, 1, 1}, 3, Initializer::one}}};
  static constexpr bool reads_memory = true;
  static constexpr const char* onnx = "PRelu";
  template <class T> static std::size_t floats(const CustomCall<T>& c) {
    return static_cast<std::size_t>(c.n) * c.a.floats();
  }
  template <class T> static void forward(const CustomCall<T>& c) {
    for (std::size_t k = 0; k < floats(c); ++k) c.y[k] = c.xa[k] * (c.xa[k] > 0 ? 1 : c.parameters[k % 4]);
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    for (std::size_t k = 0; k < floats(c); ++k) {
      if (c.da) c.da[k] = c.dy[k] * (c.xa[k] > 0 ? 1 : c.parameters[k % 4]);
      if (c.gradients && c.xa[k] <= 0) c.gradients[k % 4] += c.dy[k] * c.xa[k];
    }
  }
};
struct Sloped : Sequential<Conv<2, 4, 3, Pad<1>>, Custom<PReluLayer>, Conv<4, 2, 1>> {};

// CycleGAN with a hinge loss and AdamW, and generators with squeeze and excitation. Its learning rate is an option:
// warm_up(cosine(rate, steps), some).
struct Restyled : Sequential<Conv<3, 8, 3, Pad<1>>, InstanceNorm<8>, Relu, SqueezeExcite<8, 2>,
                             Conv<8, 3, 3, Pad<1>>, Tanh> {};
struct HingeRecipe : Paper<Restyled, PatchDiscriminator<4>> {
  using Adversarial = Hinge;
  using Optimizer = AdamW;
};

// A denoising autoencoder (Vincent et al. 2008): an algorithm of its own, which learns to give back what was there
// before noise was added.
struct Noisy;
struct Clean;
struct Autoencoder : Sequential<Conv<3, 8, 4, Stride<2>, Pad<1>>, BatchNorm<8>, Activated<Mish>, Dropout<10>,
                                ConvTranspose<8, 3, 4, Stride<2>, Pad<1>>, Tanh> {};

template <class Device = Cpu> class DenoisingAutoencoder {
  using Net = Network<Noisy, Clean, Autoencoder, Device>;

 public:
  static constexpr long all_steps = 200;

  explicit DenoisingAutoencoder(Device device = {})
      : net_(Net(7, 0, device)), noisy_(device), clean_(device), step_({"restoration"}, device) {}

  Losses step(const Images<Clean>& pictures) {
    Random noise = noise_;  // which a step that throws does not use up
    auto disturbed = as<Noisy>(pictures);
    for (float& value : disturbed.data) value += static_cast<float>(0.2 * noise.normal());
    const auto& x = noisy_(disturbed);
    const auto& target = clean_(pictures);
    const Losses losses = step_(rate(), {&net_}, addresses_of(x, target), [&](StepWork<Device>& now) {
      auto [restored, tape] = net_.forward(x);
      auto loss = reconstruction_loss<L2>(restored, target);
      net_.learn(std::move(tape), loss.gradient);
      now.loss("restoration", loss);
      now.update(net_);
    });
    noise_ = noise;
    return losses;
  }
  long steps() const { return step_.steps(); }
  double rate() const { return warm_up(cosine(1e-2, all_steps), 10)(steps()); }
  State state() {
    State all;
    step_.add_to(all);
    net_.add_to(all, "autoencoder");
    all.add("noise", noise_);
    return all;
  }

 private:
  Trained<Net, AdamW> net_;
  StepInput<Noisy, Device> noisy_;
  StepInput<Clean, Device> clean_;
  TrainingStep<Device> step_;
  Random noise_{7, 1};
};

}  // namespace guise::composed
