// Hostile files of torch.save: cut off anywhere, with bytes changed, with claims that overflow, nest, form
// cycles or multiply. Each is an Error of one line or a valid result; they run under the sanitizers as well.
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/torch_file.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <support/torch_writer.hpp>

#include <random>

using namespace guise;
using namespace guise::testing;

namespace {

#ifndef GUISE_GOLDEN_DIR
#define GUISE_GOLDEN_DIR "tests/golden"
#endif
std::string golden(const std::string& name) {
  return bytes_of(std::filesystem::path(GUISE_GOLDEN_DIR) / "torch" / (name + ".pth"));
}
Safetensors decoded(const std::string& bytes) {
  return decode_torch_file({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, "x.pth");
}
std::string refused(const std::string& bytes) {
  return message<Error>([&] { decoded(bytes); });
}
std::string refused_object(const std::string& object) {
  return refused(torch_stream(object, {{"k", {1, 2}}}));
}
std::string refused_alone(const std::string& object) { return refused(torch_stream(object, {})); }
std::string refused_view(std::int64_t offset, const std::vector<std::int64_t>& sizes,
                         const std::vector<std::int64_t>& strides, std::int64_t count = 2,
                         const std::string& part = "N") {
  const std::string storage = pickled::storage("k", count, part);
  return refused_object(pickled::dict({{"w", pickled::tensor(storage, offset, sizes, strides)}}));
}
std::string times(std::size_t n, const std::string& text) {
  std::string all;
  for (; n > 0; --n) all += text;
  return all;
}

constexpr const char* good_files[] = {"mixed_zip",   "mixed_legacy",   "protocol_4_zip", "protocol_4_legacy",
                                      "wrapped_zip", "wrapped_legacy", "generator_2018", "generator"};

}  // namespace

TEST_CASE("a file cut off anywhere is refused in one line") {
  for (const char* name : good_files) {
    CAPTURE(name);
    const std::string bytes = golden(name);
    REQUIRE(refused(bytes) == "nothing was thrown");
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      CHECK(holds(refused(bytes.substr(0, length)), "x.pth: "));
    }
  }
}

TEST_CASE("a file with bytes changed is refused in one line, or holds what its shapes say") {
  std::mt19937 random(1);
  int valid = 0, refusals = 0;
  for (const char* name : good_files) {
    const std::string bytes = golden(name);
    for (int attempt = 0; attempt < 1500; ++attempt) {
      std::string changed = bytes;
      for (int k = attempt % 3; k >= 0; --k)
        changed[random() % bytes.size()] = static_cast<char>(random() % 3 ? random() : 255);
      CAPTURE(name);
      CAPTURE(attempt);
      try {
        std::size_t all = 0;
        for (const auto& [key, tensor] : decoded(changed).tensors) {
          CHECK(safetensors::numbers(tensor.shape) == tensor.data.size());
          all += tensor.data.size();
        }
        CHECK(all <= changed.size());
        ++valid;
      } catch (const Error& error) {
        CHECK(holds(error.what(), "x.pth: "));
        ++refusals;
      }
    }
  }
  CHECK(valid > 1000);  // both happen
  CHECK(refusals > 1000);
}

TEST_CASE("a view outside of its storage is refused, whatever overflows") {
  const std::int64_t vast = std::int64_t{1} << 62, half = std::int64_t{1} << 32;
  const std::string within = "expected a shape, strides and an offset within its storage";
  CHECK(refused_view(0, {2}, {1}) == "nothing was thrown");
  CHECK(refused_view(2, {0, vast}, {vast, 1}) == "nothing was thrown");
  CHECK(refused_view(1, {1}, {vast}) == "nothing was thrown");
  CHECK(holds(refused_view(1, {2}, {1}), "x.pth: tensor \"w\": " + within));
  CHECK(holds(refused_view(2, {1}, {1}), within));
  CHECK(holds(refused_view(2, {}, {}), within));
  CHECK(holds(refused_view(3, {0}, {1}), within));
  CHECK(holds(refused_view(0, {2}, {2}), within));
  CHECK(holds(refused_view(0, {2}, {}), within));
  CHECK(holds(refused_view(0, {3, 3}, {vast, vast}), within));           // 4 times 2^62 is 0 mod 2^64
  CHECK(holds(refused_view(0, {3, 3, 3}, {vast, vast, vast}), within));  // 6 times 2^62 is 2^63 mod 2^64
  CHECK(holds(refused_view(0, {5, 1}, {vast, 1}), within));              // 4 times 2^62 is 0 mod 2^64
  CHECK(holds(refused_view(vast, {2, 2, 2}, {vast, vast, vast}), within));
  CHECK(holds(refused_view(0, {1000}, {0}), "no more numbers in all tensors than the file has bytes"));
  CHECK(holds(refused_view(0, {half, half}, {0, 0}), "no more numbers"));  // 2^64 in all
  CHECK(holds(refused_view(0, {vast, 4}, {0, 0}), "no more numbers"));
  CHECK(holds(refused_view(-1, {1}, {1}), "expected a storage and an offset"));
  CHECK(holds(refused_view(1, {2}, {-1}), "tensor \"w\", strides: expected whole numbers"));
  CHECK(holds(refused_view(1, {-1}, {1}), "tensor \"w\", shape: expected whole numbers"));
  CHECK(
      holds(refused_view(0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)), "up to 16"));
}

TEST_CASE("a storage that claims what is not there is refused") {
  const std::int64_t vast = std::int64_t{1} << 62;
  CHECK(holds(refused_view(0, {1}, {1}, 3),
              "storage \"k\": expected 3 numbers of torch.FloatStorage, found 8 bytes"));
  CHECK(holds(refused_view(0, {1}, {1}, vast + 2), "expected 4611686018427387906 numbers"));  // times 4 is 8
  CHECK(holds(refused_view(0, {1}, {1}, -1), "expected the description of a storage"));
  const auto part = [](std::int64_t first, std::int64_t count) {
    return "(" + pickled::text("v") + pickled::number(first) + pickled::number(count) + "t";
  };
  CHECK(refused_view(0, {1}, {1}, 2, part(1, 1)) == "nothing was thrown");
  CHECK(holds(refused_view(1, {1}, {1}, 2, part(1, 1)), "within its storage"));
  CHECK(holds(refused_view(0, {1}, {1}, 2, part(1, 2)), "description of a storage"));
  CHECK(holds(refused_view(0, {1}, {1}, 2, part(3, 0)), "description of a storage"));
  CHECK(holds(refused_view(0, {1}, {1}, 2, part(-1, 1)), "description of a storage"));
  CHECK(holds(refused_view(0, {1}, {1}, 2, part(1, INT64_MAX)), "description of a storage"));
  std::string bytes = torch_stream(pickled::dict({}), {{"k", {1, 2}}});
  CHECK(holds(refused(bytes), "a key of no storage"));
  const std::string object = pickled::dict({{"w", pickled::tensor(pickled::storage("k", 2), 0, {2}, {1})}});
  bytes = torch_stream(object, {{"k", {1, 2}}});
  bytes.replace(bytes.size() - 16, 8, raw_bytes(std::int64_t{1} << 62));  // times 4 is 0
  CHECK(holds(refused(bytes), "truncated: expected 18446744073709551615 bytes"));
}

TEST_CASE("tensors that multiply one storage are refused before memory is taken") {
  std::vector<std::pair<std::string, std::string>> entries;
  const std::vector<float> numbers(10000);
  for (int k = 0; k < 1000; ++k)
    entries.emplace_back(std::to_string(k), pickled::tensor(pickled::storage("k", 10000), 0, {10000}, {1}));
  CHECK(holds(refused(torch_stream(pickled::dict(entries), {{"k", numbers}})),
              "no more numbers in all tensors than the file has bytes"));
}

TEST_CASE("pickles that nest, circle, underflow or claim too much are refused") {
  CHECK(holds(refused_alone(times(2000000, "]")), "more than a million parts"));
  CHECK(holds(refused_alone(times(2000000, "(")), "more than a million parts"));
  CHECK(holds(refused_alone("]q\x01" + times(2000000, "h\x01")), "more than a million parts"));
  CHECK(
      holds(refused_alone(times(300000, "\x85\x85").insert(0, "N")), "holds no dict"));  // deep, and no harm
  CHECK(holds(refused_alone("]q\x01h\x01"
                            "a"),
              "holds no dict"));  // holds itself
  CHECK(holds(refused_alone("}q\x01" + pickled::text("w") + "h\x01s"), "entry \"w\" is no tensor"));
  CHECK(
      holds(refused_alone("}q\x01" + pickled::text("state_dict") + "h\x01s"), "entry \"state_dict\" is no"));
  const std::string pairs = "](" + times(1000, "NN\x86") + "eq\x01";
  CHECK(
      holds(refused_alone(pairs + times(2000, pickled::global("collections", "OrderedDict") + "h\x01\x85R")),
            "more than a million parts"));
  for (const char* wrong :
       {"a",    "]a",    "N(a",   "e",  "u",   "t",    "\x85", "N\x87", "R",   "Q",      "b",     "Nb",
        "\x93", "q\x01", "h\x07", "Ns", "}Ns", "}(Nu", "NNa",  "N(NR",  "NNR", "NN\x93", "I1x\n", "I\n"}) {
    CAPTURE(wrong);
    CHECK(holds(refused_alone(wrong), "x.pth: "));
  }
  CHECK(
      holds(refused_alone("\x8d" + raw_bytes(UINT64_MAX)), "truncated: expected 18446744073709551615 bytes"));
  CHECK(holds(refused_alone("X" + raw_bytes(UINT32_MAX)), "truncated: expected 4294967295 bytes"));
  CHECK(holds(refused_alone("i"), "the pickle has an instruction 105 at byte"));  // INST, which would call
  CHECK(holds(refused_alone("N\x81"), "an instruction 129"));                     // NEWOBJ
  CHECK(
      holds(refused_alone(pickled::text("os") + pickled::text("system") + "\x93"), "asks for \"os.system\""));
  CHECK(holds(refused_alone("c" + times(5000, "x") + "\ny\n"), "xxx...\", which is not executed"));
  const std::string call = pickled::global("torch._utils", "_rebuild_tensor");
  for (const std::string& arguments : {")"s, "N\x85"s, "(NNNNt"s}) {
    CAPTURE(arguments);
    CHECK(holds(refused_alone(pickled::dict({{"w", call + arguments + "R"}})),
                "expected a storage and an offset"));
  }
  CHECK(holds(refused_object(pickled::dict({{"w", "NQ"}})), "expected the description of a storage"));
  CHECK(holds(
      refused_alone(pickled::dict({{"w", pickled::global("torch._utils", "_rebuild_parameter") + ")R"}})),
      "entry \"w\" is no tensor"));
}
