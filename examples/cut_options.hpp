// The options of CUT alone, with the names and the defaults of its published code; of --model fastcut where it says so.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/core/error.hpp>
#include <guise/objective/cut_options.hpp>

#include <string>
#include <vector>

struct CutProgramOptions {
  static constexpr const char* names[] = {"--lambda_GAN",
                                          "--lambda_NCE",
                                          "--nce_idt",
                                          "--flip_equivariance",
                                          "--nce_layers",
                                          "--nce_T",
                                          "--num_patches",
                                          "--netF",
                                          "--netF_nc",
                                          "--no_antialias",
                                          "--nce_includes_all_negatives_from_minibatch"};
  double lambda_GAN = 1, lambda_NCE = 1, temperature = 0.07;
  std::string identity = "True", flip = "False", of_batch = "False", head = "mlp_sample";
  std::vector<int> layers{0, 4, 8, 12, 16};
  int places = 256, width = 256;
  bool no_antialias = false;

  void add_to(CommandLine& app) {
    const Check yes_or_no = one_of({"True", "False", "true", "false"});
    app.add_option("--lambda_GAN", lambda_GAN, "cut: weight of the adversarial loss; without: 1")
        .check(real_in(0));
    app.add_option("--lambda_NCE", lambda_NCE, "cut: weight of PatchNCE; without: 1, of fastcut 10")
        .check(real_in(0));
    app.add_option("--nce_idt", identity,
                   "cut: PatchNCE of pictures of B too; without: True, of fastcut False")
        .check(yes_or_no);
    app.add_option("--flip_equivariance", flip,
                   "cut: flip what the generator is given; without: False, of fastcut True")
        .check(yes_or_no);
    app.add_option("--nce_layers", layers,
                   "cut: layers of the generator that are looked at; without: 0,4,8,12,16")
        .separated_by_commas()
        .check(whole_in(0, 1000));
    app.add_option("--nce_T", temperature, "cut: temperature of PatchNCE; without: 0.07")
        .check(real_in(1e-6, 1e6));
    app.add_option("--num_patches", places, "cut: places of a picture and layer; without: 256")
        .check(whole_in(1, 1 << 16));
    app.add_option("--netF", head, "cut: projection head, mlp_sample").check(one_of({"mlp_sample"})).hidden();
    app.add_option("--netF_nc", width, "cut: width of the projection heads; without: 256")
        .check(whole_in(1, 4096));
    app.add_option("--nce_includes_all_negatives_from_minibatch", of_batch,
                   "cut: negatives of the whole batch; without: False")
        .check(yes_or_no);
    app.add_flag("--no_antialias", no_antialias, "cut: networks that halve by strides, not by blurs");
  }
  // `fast`: of FastCUT where an option was not given.
  template <class Options> Options options(const CommandLine& app, bool fast) const {
    Options all = fast ? guise::fast_cut<typename std::decay_t<decltype(Options{}.optimizer)>,
                                         std::decay_t<decltype(Options{}.adversarial)>>()
                       : Options{};
    const auto yes = [](const std::string& word) { return word == "True" || word == "true"; };
    all.lambda_GAN = lambda_GAN;
    if (app.given("--lambda_NCE")) all.lambda_NCE = lambda_NCE;
    if (app.given("--nce_idt")) all.identity = yes(identity);
    if (app.given("--flip_equivariance")) all.flip_equivariance = yes(flip);
    all.layers = layers;
    all.places = places, all.width = width;
    all.contrast = {temperature, yes(of_batch)};
    return all;
  }
};
