// A described network held against a golden file: what it infers, and its pass forward and back.
#pragma once
#include "support/golden.hpp"
#include <guise/testing/gradient_check.hpp>

#include <string>
#include <vector>

namespace guise::testing {

// Tensors are called CASE.NAME, gradients CASE.dNAME.
struct NetworkCase {
  const Golden& golden;
  std::string name;
  Graph graph;
  bool back = true;       // else only what is inferred is compared
  std::size_t every = 1;  // the file has one value of so many of each picture,
  int side = 0;           // and these are squares of this side by the formula of make_unet.py, if it is not 0
};
template <class On> void check_network(const NetworkCase& of);  // compiled once, for all of GUISE_EVERYWHERE

// Names of a case's state dict, in its order: of parameters, or of running statistics.
inline std::vector<std::string> state_dict_names(const std::string& file, const std::string& of,
                                                 bool running) {
  std::vector<std::string> all;
  const auto path = std::filesystem::path(GUISE_GOLDEN_DIR) / (file + ".safetensors");
  for (const auto& [name, tensor] : read_safetensors(path).tensors)
    if ((name.starts_with(of + ".model.") || name.starts_with(of + ".net.")) &&
        (name.find(".running_") != name.npos) == running)
      all.push_back(name.substr(of.size() + 1));
  return all;
}
inline std::vector<std::string> table_names(std::span<const Parameter> table) {
  std::vector<std::string> all;
  for (const Parameter& p : table) all.emplace_back(p.name);
  return all;
}

}  // namespace guise::testing
