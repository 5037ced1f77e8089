// The backend's value: each operation of the list, by its kernels. GUISE_CUDNN is 1 where a library does the
// convolutions (see library_product.hpp), else 0.
#include <guise/backend/cuda/channelwise.cuh>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/cuda/formulas.cuh>
#include <guise/backend/cuda/graph.hpp>
#include <guise/backend/cuda/matmul.cuh>
#include <guise/backend/cuda/primitives.cuh>
#include <guise/backend/cuda/product.cuh>
#include <guise/backend/cuda/rows.cuh>

namespace guise {

void cuda::Release::operator()(float* at) const noexcept { arena ? arena->give(at) : context->give(at); }

namespace {
void require_kernels(int device) {
  cudaFuncAttributes attributes{};
  const cudaError_t error =
      cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(&cuda::each_kernel<cuda::Blend>));
  if (error != cudaErrorNoKernelImageForDevice && error != cudaErrorInvalidDeviceFunction)
    return cuda::check(error, "the kernels");
  cudaGetLastError();  // as in check
  int major = 0, minor = 0;
  cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "a device's kind");
  cuda::check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "a device's kind");
  throw Error("CUDA device " + std::to_string(device) + ", of compute capability " + std::to_string(major) +
              "." + std::to_string(minor) +
              ": expected one that the build has kernels for (GUISE_CUDA_ARCHITECTURES)");
}
}  // namespace

Cuda::Cuda(int device, cuda::Precision precision)
    : context_(cuda::Context::of(device)), precision_(precision) {
  if (context_.use_count() == 1) require_kernels(device);  // it is new
  if (precision != cuda::Precision::float32 && !cuda::has_library)
    throw Error("a CUDA precision other than float32: expected a build with cuDNN");
}

// ---- memory ----
Cuda::Buffer Cuda::uninitialized(Size n) const {
  Buffer buffer;
  buffer.at_ = {context_->take(n), cuda::Release{context_, context_->arena()}};
  buffer.size_ = n;
  return buffer;
}
Cuda::Buffer Cuda::zeros(Size n) const {
  Buffer buffer = uninitialized(n);
  if (n) cuda::check(cudaMemsetAsync(buffer.data(), 0, n * sizeof(float), context_->stream()), "zeros");
  return buffer;
}
void Cuda::upload(Size n, const float* host, float* y) const { context_->upload(n * sizeof(float), host, y); }
void Cuda::download(Size n, const float* x, float* host) const {
  context_->download(n * sizeof(float), x, host);
}
void Cuda::random_crops(int n, int load, int crop, const unsigned char* rgb, const Crop* crops,
                        float* y) const {
  const Size bytes = Size(n) * Size(load) * Size(load) * 3, of_crops = Size(n) * sizeof(Crop);
  const cuda::Scratch pictures(*context_, cuda::divided_up(bytes, sizeof(float)));
  const cuda::Scratch chosen(*context_, cuda::divided_up(of_crops, sizeof(float)));
  context_->upload(bytes, rgb, pictures);
  context_->upload(of_crops, crops, chosen);
  cuda::each(*context_, Size(n) * Size(crop) * Size(crop) * 3,
             cuda::RandomCrop{Size(load), Size(crop), pictures.as<unsigned char>(), chosen.as<Crop>(), y});
}
void Cuda::copy(Size n, const float* x, float* y) const {
  if (n == 0) return;
  cuda::check(cudaMemcpyAsync(y, x, n * sizeof(float), cudaMemcpyDeviceToDevice, context_->stream()),
              "a copy");
}
void Cuda::axpby(Size n, double a, const float* x, double b, float* y) const {
  cuda::each(*context_, n, cuda::Blend{float(a), float(b), x, y});
}

// ---- between products ----
void Cuda::moments(Prologue g, const float* x, float* stats) const {
  cuda::moments(*context_, g.n, g.h * g.w, g.c, g.epsilon, x, stats);
}
void Cuda::prologue(Prologue g, const float* x, const float* stats, const float* skip, float* y) const {
  cuda::prologue(*context_, g, x, stats, skip, y);
}
void Cuda::prologue_dx(Prologue g, const float* x, const float* stats, const float* dy, float* dx) const {
  cuda::prologue_dx(*context_, g, x, stats, dy, dx);
}
void Cuda::pointwise(const Activation& a, Size n, const float* x, float* y) const {
  if (!a.formula) return cuda::each(*context_, n, cuda::ActivationValue{a, x, y});
  cuda::find(cuda::Activations{}, "activation", *a.formula, [&]<class F>(std::type_identity<F>) {
    cuda::each(*context_, n, cuda::FormulaValue<F>{x, y});
  });
}
void Cuda::pointwise_dx(const Activation& a, Size n, const float* x, const float* y, const float* dy,
                        float* dx) const {
  if (!a.formula) return cuda::each(*context_, n, cuda::ActivationGradient{a, y, dy, dx});
  cuda::find(cuda::Activations{}, "activation", *a.formula, [&]<class F>(std::type_identity<F>) {
    cuda::each(*context_, n, cuda::FormulaGradient<F>{x, y, dy, dx});
  });
}
void Cuda::affine(Size rows, int c, const float* x, const float* scale, const float* shift, float* y) const {
  cuda::each(*context_, rows * Size(c), cuda::Affine{c, x, scale, shift, y});
}
void Cuda::affine_dw(Size rows, int c, const float* x, const float* dy, float* dscale, float* dshift) const {
  cuda::reduce_columns(*context_, 1, int(rows), c, cuda::AffineGradient{c, x, dy, dscale, dshift});
}
void Cuda::column_sums(Size rows, int c, const float* dy, float* db) const {
  cuda::reduce_columns(*context_, 1, int(rows), c, cuda::ColumnSums{c, dy, db});
}
void Cuda::track(Size count, int c, double momentum, double epsilon, const float* stats, float* mean,
                 float* variance) const {
  const double to_unbiased = double(count) / double(std::max<Size>(count - 1, 1));
  cuda::each(*context_, Size(c), cuda::Track{to_unbiased, epsilon, float(momentum), stats, mean, variance});
}
void Cuda::restore(int c, double epsilon, const float* mean, const float* variance, float* stats) const {
  cuda::each(*context_, Size(c), cuda::Restore{epsilon, mean, variance, stats});
}

// ---- products ----
namespace {
// What a library leaves to be done.
void finish(const cuda::Context& context, int n, int area, int c, Epilogue<float> e, float* y) {
  if (e.bias || e.activation != Activation::none)
    cuda::each(context, std::size_t(n) * std::size_t(area) * std::size_t(c),
               cuda::Finish{c, e.bias, e.activation, y});
  if (e.stats) cuda::moments(context, n, area, c, e.epsilon, y, e.stats);
}
}  // namespace
bool Cuda::product(cuda::Role role, const ConvGeometry& p, const float* a, const float* b, float* out) const {
  return cuda::library_product(role, p, precision_, *context_, a, b, out);
}
void Cuda::conv(ConvGeometry p, const float* x, const float* w, Epilogue<float> e, float* y) const {
  if (product(cuda::Role::y, p, x, w, y)) return finish(*context_, p.n, p.out_h * p.out_w, p.out_c, e, y);
  cuda::convolve(*context_, p, false, cuda::input_of(p, x), w, e, y);
}
void Cuda::conv_dx(ConvGeometry p, const float* dy, const float* w, Epilogue<float> e, float* dx) const {
  if (product(cuda::Role::dx, p, dy, w, dx)) return finish(*context_, p.n, p.h * p.w, p.c, e, dx);
  cuda::convolve(*context_, p, true, cuda::output_of(p, dy), w, e, dx);
}
void Cuda::conv_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
  if (product(cuda::Role::dw, p, x, dy, dw)) return;
  cuda::weight_gradient(*context_, p, cuda::input_of(p, x), cuda::output_of(p, dy), dw);
}

// ---- a prologue and a product at once ----
bool Cuda::fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                      const float* w, Epilogue<float> e, float* y) const {
  if (GUISE_CUDNN || g.empty()) return false;
  cuda::convolve(*context_, p, transposed, cuda::through(g, x, stats), w, e, y);
  return true;
}
bool Cuda::fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                         const float* dy, float* dw) const {
  if (GUISE_CUDNN || g.empty()) return false;
  if (transposed)
    cuda::weight_gradient(*context_, p, cuda::input_of(p, dy), cuda::through(g, x, stats), dw);
  else
    cuda::weight_gradient(*context_, p, cuda::through(g, x, stats), cuda::output_of(p, dy), dw);
  return true;
}

// ---- each channel by itself ----
namespace {
std::size_t inputs(ConvGeometry p) {
  return std::size_t(p.n) * std::size_t(p.h) * std::size_t(p.w) * std::size_t(p.c);
}
std::size_t outputs(ConvGeometry p) {
  return std::size_t(p.n) * std::size_t(p.out_h) * std::size_t(p.out_w) * std::size_t(p.c);
}
}  // namespace
void Cuda::depthwise(ConvGeometry p, const float* x, const float* w, const float* bias, float* y) const {
  cuda::each(*context_, outputs(p), cuda::Depthwise{p, x, w, bias, y});
}
void Cuda::depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const {
  cuda::each(*context_, inputs(p), cuda::DepthwiseInput{p, dy, w, dx});
}
void Cuda::depthwise_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
  cuda::depthwise_dw(*context_, p, x, dy, dw);
}
void Cuda::max_pool(ConvGeometry p, const float* x, float* y) const {
  cuda::each(*context_, outputs(p), cuda::MaxPool{p, x, y});
}
void Cuda::max_pool_dx(ConvGeometry p, const float* x, const float* dy, float* dx) const {
  cuda::each(*context_, inputs(p), cuda::MaxPoolGradient{p, x, dy, dx});
}
void Cuda::columns(Size rows, int from, const float* x, int to, float* y) const {
  cuda::each(*context_, rows * Size(to), cuda::Columns{from, to, x, y});
}

// ---- general operations on tensors ----
void Cuda::copy_channels(Size rows, int count, const float* x, int x_channels, int x_first, float* y,
                         int y_channels, int y_first) const {
  cuda::each(*context_, rows * Size(count),
             cuda::CopyChannels{count, x_channels, y_channels, x + x_first, y + y_first});
}
void Cuda::dropout(Size n, double rate, std::uint64_t stream, const float* counter, const float* x,
                   float* y) const {
  cuda::dropout(*context_, n, rate, stream, counter, x, y);
}
void Cuda::resample(Resample g, const float* x, float* y) const {
  cuda::each(*context_, Size(g.n) * Size(g.out_h) * Size(g.out_w) * Size(g.c), cuda::ResampleOutput{g, x, y});
}
void Cuda::resample_dx(Resample g, const float* dy, float* dx) const {
  cuda::each(*context_, Size(g.n) * Size(g.h) * Size(g.w) * Size(g.c), cuda::ResampleInput{g, dy, dx});
}
void Cuda::multiply(Broadcast g, const float* x, const float* s, float* y) const {
  cuda::each(*context_, Size(g.n) * Size(g.area) * Size(g.c), cuda::Multiply{g, x, s, y});
}
void Cuda::multiply_ds(Broadcast g, const float* x, const float* dy, float* ds) const {
  cuda::reduce(*context_, {g.n, g.area, g.c, g.over_pixels, g.over_channels}, cuda::ProductAt{x, dy}, ds);
}
void Cuda::reduce(Reduce g, const float* x, float* y) const {
  cuda::reduce(*context_, g, cuda::ValueAt{x}, y);
}
void Cuda::reduce_dx(Reduce g, const float* dy, float* dx) const {
  cuda::each(*context_, Size(g.n) * Size(g.area) * Size(g.c),
             cuda::ReduceGradient{g, float(g.scale()), dy, dx});
}
void Cuda::matmul(Matmul g, const float* a, const float* b, float* y) const {
  cuda::matmul(*context_, g, a, b, y);
}
void Cuda::gather_rows(Size count, Size floats, const float* index, const float* x, float* y) const {
  cuda::each(*context_, count * floats, cuda::GatherRows{floats, index, x, y});
}
void Cuda::gather_rows_dx(Size count, Size floats, const float* index, const float* dy, float* dx) const {
  cuda::each(*context_, floats, cuda::GatherRowsGradient{count, floats, index, dy, dx});
}
void Cuda::normalize_rows(Size rows, int c, double epsilon, const float* x, float* y) const {
  cuda::normalize_rows(*context_, rows, c, epsilon, x, y);
}
void Cuda::normalize_rows_dx(Size rows, int c, double epsilon, const float* x, const float* dy,
                             float* dx) const {
  cuda::normalize_rows_dx(*context_, rows, c, epsilon, x, dy, dx);
}

// ---- losses ----
void Cuda::mean(const MeanFormula& formula, Size n, double weight, const float* x, const float* target,
                double constant, float* value, float* dx) const {
  const double scale = weight / double(n);
  cuda::find(cuda::Losses{}, "loss", formula, [&]<class F>(std::type_identity<F>) {
    cuda::reduce_loss(*context_, n, scale, cuda::MeanOf<F>{float(scale), float(constant), x, target, dx},
                      value);
  });
}
void Cuda::cross_entropy(Size rows, int c, double weight, const float* x, const float* index, float* value,
                         float* dx) const {
  cuda::cross_entropy(*context_, rows, c, weight, x, index, value, dx);
}

// ---- rows by a move each, and the optimiser ----
void Cuda::swap_rows(int count, Size floats, Guard<float> guard, const float* moves, float* x,
                     float* y) const {
  cuda::each(*context_, floats, cuda::SwapRows{count, floats, guard, moves, x, y});
}
void Cuda::update(const UpdateFormula& rule, Size n, Guard<float> guard, const float* scalars, float* g,
                  float* const* states, float* w) const {
  cuda::find(cuda::Optimizers{}, "optimiser", rule, [&]<class F>(std::type_identity<F>) {
    cuda::update<F>(*context_, n, guard, scalars, g, states, w);
  });
}

// ---- work that is asked for again and again ----
Cuda::Recording Cuda::record(const std::function<void()>& work) const {
  Recording recording;
  recording.graph_ = std::make_shared<const cuda::Graph>(context_, work);
  return recording;
}
void Cuda::replay(const Recording& recording) const { recording.graph_->launch(); }

}  // namespace guise
