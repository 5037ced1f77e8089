// Which parameters of a network are kept as they are, by words between commas: "encoder" is all up to the last layer that
// halves the picture, with its norm; "decoder" all from the first layer that enlarges it; else a part of this name, such as
// "model.1,model.10.conv_block". For Trained::freeze. Throws Error for a word that names nothing, and where a network
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
inline std::vector<std::string> names_of_encoder(const Graph& g) {
  const Value end = g.output() + 1;
  Value last = 0;
  for (Value v = 1; v < end; ++v)
    if (halves(g[v])) last = v;
  if (last == 0)
    throw Error("a network without a layer that halves the picture: expected one, to have an encoder");
  if (last + 1 < end && g[last + 1].op == Op::norm) ++last;  // its own
  return names_between(g, 1, last + 1);
}
inline std::vector<std::string> names_of_decoder(const Graph& g) {
  const Value end = g.output() + 1;
  Value first = 1;
  while (first < end && !enlarges(g[first])) ++first;
  if (first == end)
    throw Error("a network without a layer that enlarges the picture: expected one, to have a decoder");
  return names_between(g, first, end);
}
inline std::vector<std::string> names_of_layers(const Graph& g, std::string_view part) {
  const std::vector<std::string> all = names_between(g, 1, g.output() + 1);
  std::vector<std::string> names;
  for (const std::string& name : all)
    if (!part.empty() && name.starts_with(part) && (name.size() == part.size() || name[part.size()] == '.'))
      names.push_back(name);
  if (!names.empty()) return names;
  std::string message = "no layer is called \"";
  message.append(part).append("\": expected encoder, decoder, or names such as ");
  throw Error(message.append(all.front(), 0, all.front().rfind('.')));
}

}  // namespace detail

inline std::vector<std::string> parameters_of_part(const Graph& g, std::string_view what) {
  std::vector<std::string> names;
  for (bool more = true; more;) {
    const auto comma = what.find(',');
    const std::string_view part = what.substr(0, comma);
    more = comma != what.npos;
    what.remove_prefix(more ? comma + 1 : what.size());
    const auto some = part == "encoder"   ? detail::names_of_encoder(g)
                      : part == "decoder" ? detail::names_of_decoder(g)
                                          : detail::names_of_layers(g, part);
    names.insert(names.end(), some.begin(), some.end());
  }
  return names;
}

}  // namespace guise
