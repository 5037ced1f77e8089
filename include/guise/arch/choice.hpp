// A network of the PyTorch reference as a value: what --netG, --netD and the options beside them choose.
//
//   Graph g = generator(Resnet{.blocks = 6});     GeneratorChoice: a Resnet, a Unet or a Student
//   Graph d = discriminator(Pixels{.width = 32}); DiscriminatorChoice: Patches or Pixels
//   to_text(choice)                               "ResNet, 6 blocks, 64 wide, 3 channels, instance norm"
#pragma once
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/pixel_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/arch/student_generator.hpp>
#include <guise/arch/unet_generator.hpp>

#include <string>
#include <variant>

namespace guise {

using GeneratorChoice = std::variant<Resnet, Unet, Student>;
using DiscriminatorChoice = std::variant<Patches, Pixels>;

namespace detail {

struct ChosenGraph {
  Graph operator()(const Resnet& r) const { return resnet_generator(r); }
  Graph operator()(const Unet& u) const { return unet_generator(u); }
  Graph operator()(const Student& s) const { return student_generator(s); }
  Graph operator()(const Patches& p) const { return patch_discriminator(p); }
  Graph operator()(const Pixels& p) const { return pixel_discriminator(p); }
};

inline std::string norm_text(Norm norm) {
  return norm == Norm::instance ? ", instance norm" : norm == Norm::batch ? ", batch norm" : ", no norm";
}
inline std::string wide_text(int width, int channels, int out) {
  return ", " + std::to_string(width) + " wide, " + std::to_string(channels) +
         (out == channels ? "" : " to " + std::to_string(out)) +
         (channels == 1 && out == 1 ? " channel" : " channels");
}
inline std::string blocks_text(int blocks) {
  return std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
}
struct ChosenText {
  std::string operator()(const Resnet& r) const {
    return "ResNet, " + blocks_text(r.blocks) + wide_text(r.width, r.channels, r.out) + norm_text(r.norm) +
           (r.dropout ? ", dropout" : "") + (r.antialias ? ", antialiased" : "");
  }
  std::string operator()(const Unet& u) const {
    return "U-Net of " + std::to_string(1 << u.downs) + wide_text(u.width, u.channels, u.out) +
           norm_text(u.norm) + (u.dropout ? ", dropout" : "");
  }
  std::string operator()(const Student& s) const {
    return "student, " + blocks_text(s.blocks) + wide_text(s.width, s.channels, s.out) +
           norm_text(Norm::instance);
  }
  std::string operator()(const Patches& p) const {
    return "of patches, " + std::to_string(p.layers) + (p.layers == 1 ? " layer" : " layers") +
           wide_text(p.width, p.channels, p.channels) + norm_text(p.norm) +
           (p.antialias ? ", antialiased" : "");
  }
  std::string operator()(const Pixels& p) const {
    return "of pixels" + wide_text(p.width, p.channels, p.channels) + norm_text(p.norm);
  }
};

}  // namespace detail

inline Graph generator(const GeneratorChoice& choice) { return std::visit(detail::ChosenGraph{}, choice); }
inline Graph discriminator(const DiscriminatorChoice& choice) {
  return std::visit(detail::ChosenGraph{}, choice);
}
inline std::string to_text(const GeneratorChoice& choice) { return std::visit(detail::ChosenText{}, choice); }
inline std::string to_text(const DiscriminatorChoice& choice) {
  return std::visit(detail::ChosenText{}, choice);
}

}  // namespace guise
