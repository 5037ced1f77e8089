// The options of a training's networks, with the names, values and defaults of the PyTorch reference: what --netG and --netD
// are made of. A U-Net's or a ResNet's norm is that of the discriminators too.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/arch/choice.hpp>
#include <guise/core/error.hpp>

#include <charconv>
#include <string>
#include <string_view>

inline constexpr int most_blocks = 32;

// The blocks of resnet_Nblocks or student_Nblocks, whichever stands `before`; 0: another name.
inline int blocks_of(std::string_view name, std::string_view before = "resnet_") {
  constexpr std::string_view behind = "blocks";
  if (name.size() <= before.size() + behind.size() || !name.starts_with(before) || !name.ends_with(behind))
    return 0;
  name.remove_prefix(before.size()), name.remove_suffix(behind.size());
  int blocks = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), blocks);
  const bool whole = error == std::errc() && rest == name.data() + name.size() && name.front() != '0';
  return whole && blocks >= 1 && blocks <= most_blocks ? blocks : 0;
}
inline int student_blocks_of(std::string_view name) { return blocks_of(name, "student_"); }
// How often unet_128 and unet_256 halve a picture; 0: another name.
inline int downs_of(std::string_view name) { return name == "unet_128" ? 7 : name == "unet_256" ? 8 : 0; }

inline Check generator_name() {
  return {"resnet_Nblocks, student_Nblocks, unet_128 or unet_256", [](std::string& name) -> std::string {
            return blocks_of(name) || student_blocks_of(name) || downs_of(name)
                       ? ""
                       : name +
                             ": expected resnet_Nblocks, N of 1 to 32, such as resnet_9blocks, "
                             "student_Nblocks, unet_128 or unet_256";
          }};
}
inline Check width() {
  return {"4, 8, ... 256", [](std::string& text) -> std::string {
            int wide = 0;
            const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), wide);
            const bool whole = error == std::errc() && rest == text.data() + text.size();
            return whole && wide >= 4 && wide <= 256 && wide % 4 == 0
                       ? ""
                       : text.substr(0, 40) + ": expected a multiple of 4 from 4 to 256";
          }};
}

struct NetworkOptions {
  std::string generator = "resnet_9blocks", discriminator = "basic", norm = "instance";
  int ngf = 64, ndf = 64, layers = 3;
  bool dropout = false, no_dropout = false;
  bool antialias = false;  // of CUT

  void add_to(CommandLine& app) {
    const auto add = [&](const char* flag, auto& value, const char* what) {
      return app.add_option(flag, value, what).show_default();
    };
    add("--netG", generator,
        "generator: ResNet of N blocks, a small student of N blocks (--ngf 16), or U-Net for sides that are "
        "multiples of 128 or 256")
        .check(generator_name());
    add("--netD", discriminator, "discriminator: of 70x70 patches, of --n_layers_D, or of single pixels")
        .check(one_of({"basic", "n_layers", "pixel"}));
    add("--n_layers_D", layers, "layers of --netD n_layers").check(whole_in(1, guise::most_patch_layers));
    add("--ngf", ngf, "width of the generators").check(width());
    add("--ndf", ndf, "width of the discriminators").check(width());
    add("--norm", norm, "of all networks").check(one_of({"instance", "batch", "none"}));
    app.add_flag("--dropout", dropout, "drop values by half in the generators");
    app.add_flag("--no_dropout", no_dropout, "do not, which is so without it too");
  }

  // What cannot be together, in one line.
  void check() const {
    if (dropout && no_dropout) throw guise::Error("--dropout: expected no --no_dropout beside it");
    if (discriminator != "n_layers" && layers != 3)
      throw guise::Error("--n_layers_D " + std::to_string(layers) +
                         ": expected --netD n_layers, found --netD " + discriminator);
    if (student_blocks_of(generator) && norm != "instance")
      throw guise::Error("--netG " + generator + ": expected --norm instance, found --norm " + norm);
    if (student_blocks_of(generator) && dropout)
      throw guise::Error("--netG " + generator + ": expected no --dropout beside it");
  }
  guise::GeneratorChoice generator_between(int taken, int made) const {
    if (const int downs = downs_of(generator))
      return guise::Unet{downs, ngf, taken, made, chosen_norm(), dropout};
    if (const int blocks = student_blocks_of(generator)) return guise::Student{blocks, ngf, taken, made};
    return guise::Resnet{blocks_of(generator), ngf, taken, made, chosen_norm(), dropout, antialias};
  }
  guise::DiscriminatorChoice discriminator_of(int channels) const {
    if (discriminator == "pixel") return guise::Pixels{ndf, channels, chosen_norm()};
    return guise::Patches{ndf, channels, layers, chosen_norm(), antialias};
  }

 private:
  guise::Norm chosen_norm() const {
    return norm == "batch" ? guise::Norm::batch : norm == "none" ? guise::Norm::none : guise::Norm::instance;
  }
};
