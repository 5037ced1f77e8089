// `--device cpu`, `eigen`, `cuda` or `cuda:N`, `--precision` and `--threads`: the backend that a program computes
// with, chosen when it runs. What is made on it is compiled once for all programs, in the folder networks.
#pragma once
#include "command_line/command_line.hpp"

#include <memory>
#include <string>

struct DeviceOptions {
  std::string name = "cpu", precision = "float32";
  int threads = 0;

  void add_to(CommandLine& app) {
    app.add_option("--device", name, "cpu, eigen (the readable backend, one thread), cuda or cuda:N")
        .show_default();
    app.add_option("--precision", precision, "of convolutions on a cuda device: float32, tf32 or bf16")
        .check(one_of({"float32", "tf32", "bf16"}))
        .show_default();
    app.add_option("--threads", threads, "of the cpu; 0: one for every core")
        .check(whole_in(0, 1024))
        .show_default();
  }
};

struct Device;  // one of the backends, which networks/with_device.hpp knows
using ChosenDevice = std::shared_ptr<const Device>;

// Throws guise::Error for what is no device's name and for what a device does not have.
ChosenDevice device_of(const DeviceOptions& options);
