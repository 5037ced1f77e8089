// guise: unpaired image-to-image translation with CycleGAN and CUT, composed from types. Here are networks,
// losses, optimisers, the objectives and the CPU backend; see docs/architecture.md for all. What takes as long to compile as
// all of these is included where it is used: pictures (guise/io/picture/image_file.hpp, guise/data/unpaired.hpp),
// weights (guise/io/weights/weights.hpp, guise/deploy/pretrained.hpp), guise/eigen.hpp and guise/xtensor.hpp; so
// are the other backends (guise/backend/reference/reference.hpp is for tests).
#pragma once
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/cut_generator.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/arch/student_generator.hpp>
#include <guise/arch/unet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/graph/summary.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/dropout.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/repeat.hpp>
#include <guise/layer/resample.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/layer/spectral_norm.hpp>
#include <guise/layer/unit_length.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/patch_nce.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>
#include <guise/net/network.hpp>
#include <guise/objective/cut.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/optim/sgd.hpp>
#include <guise/version.hpp>
