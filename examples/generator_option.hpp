// `--netG` as every program takes it: resnet_9blocks, or any other number of blocks.
#pragma once
#include "command_line/command_line.hpp"

#include <charconv>
#include <string>
#include <string_view>

inline constexpr int most_blocks = 32;

// The blocks of resnet_Nblocks; 0: another name.
inline int blocks_of(std::string_view name) {
  constexpr std::string_view before = "resnet_", behind = "blocks";
  if (name.size() <= before.size() + behind.size() || !name.starts_with(before) || !name.ends_with(behind))
    return 0;
  name.remove_prefix(before.size()), name.remove_suffix(behind.size());
  int blocks = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), blocks);
  const bool whole = error == std::errc() && rest == name.data() + name.size() && name.front() != '0';
  return whole && blocks >= 1 && blocks <= most_blocks ? blocks : 0;
}
inline Check resnet_name() {
  return {"resnet_Nblocks", [](std::string& name) -> std::string {
            return blocks_of(name) ? ""
                                   : name + ": expected resnet_Nblocks, N of 1 to 32, such as resnet_9blocks";
          }};
}
