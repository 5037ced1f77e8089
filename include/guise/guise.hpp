// guise: unpaired image-to-image translation with CycleGAN, composed from types. What most programs need; see
// docs/architecture.md for all. Weights files bring a JSON parser with them, and Reference is for tests:
// include guise/io/weights/weights.hpp, guise/deploy/pretrained.hpp or guise/backend/reference/reference.hpp where
// they are used.
#pragma once
#include <guise/arch/batch_norm_variant.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/data/image_folder.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/max_pool.hpp>
#include <guise/layer/pad.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>
#include <guise/net/network.hpp>
#include <guise/layer/residual.hpp>
#include <guise/graph/summary.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/optim/sgd.hpp>
#include <guise/version.hpp>
