// Which parameters of a network are kept as they are, by a word: "encoder" is all up to the last layer that halves the
// picture, with its norm; "decoder" all from the first layer that enlarges it; else the parts of these names, between commas,
// such as "model.1,model.10.conv_block". For Trained::freeze. Throws Error for a word that names nothing, and where a network
// has no encoder or decoder.
#pragma once
#include <guise/graph/table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace guise {

namespace detail {

inline bool halves(const Node& node) {
  return (node.op == Op::conv && !node.window.transposed && node.window.stride > 1) ||
         (node.op == Op::resample &&
          (node.filter == Filter::blur_down || node.filter == Filter::average_pool));
}
inline bool enlarges(const Node& node) {
  return (node.op == Op::conv && node.window.transposed && node.window.stride > 1) ||
         (node.op == Op::resample && node.filter != Filter::blur_down && node.filter != Filter::average_pool);
}
inline std::vector<std::string> names_between(const Graph& g, Value first, Value end) {
  std::vector<std::string> names;
  for (Value v = first; v < end; ++v)
    for (const TensorSpec& tensor : tensors(g[v])) names.emplace_back(path(g, g[v].scope) + tensor.name);
  return names;
}

}  // namespace detail

inline std::vector<std::string> parameters_of_part(const Graph& g, std::string_view what) {
  const Value end = g.output() + 1;
  if (what == "encoder") {
    Value last = 0;
    for (Value v = 1; v < end; ++v)
      if (detail::halves(g[v])) last = v;
    if (last == 0)
      throw Error("a network without a layer that halves the picture: expected one, to have an encoder");
    if (last + 1 < end && g[last + 1].op == Op::norm) ++last;  // its own
    return detail::names_between(g, 1, last + 1);
  }
  if (what == "decoder") {
    Value first = 1;
    while (first < end && !detail::enlarges(g[first])) ++first;
    if (first == end)
      throw Error("a network without a layer that enlarges the picture: expected one, to have a decoder");
    return detail::names_between(g, first, end);
  }
  std::vector<std::string> names;
  const std::vector<std::string> all = detail::names_between(g, 1, end);
  while (!what.empty()) {
    const std::string_view part = what.substr(0, what.find(','));
    what.remove_prefix(std::min(part.size() + 1, what.size()));
    bool found = false;
    for (const std::string& name : all) {
      if (part.empty() || !name.starts_with(part)) continue;
      if (name.size() != part.size() && name[part.size()] != '.') continue;
      names.push_back(name);
      found = true;
    }
    if (!found) {
      std::string message = "no layer is called ";
      message.append(part).append(": expected encoder, decoder, or names such as ");
      throw Error(message.append(all.front(), 0, all.front().rfind('.')));
    }
  }
  return names;
}

}  // namespace guise
