// Files of torch.save, written by PyTorch itself (tests/golden/make_torch_files.py), against the formulas
// that made their values, and every kind of file that is no state dict.
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/torch_file.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <support/torch_writer.hpp>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

#ifndef GUISE_GOLDEN_DIR
#define GUISE_GOLDEN_DIR "tests/golden"
#endif
Safetensors golden(const std::string& name) {
  return read_torch_file(std::filesystem::path(GUISE_GOLDEN_DIR) / "torch" / (name + ".pth"));
}
std::string refused(const std::string& name) {
  return message<Error>([&] { golden(name); });
}
Safetensors decoded(const std::string& bytes) {
  return decode_torch_file({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, "x.pth");
}
std::string refused_bytes(const std::string& bytes) {
  return message<Error>([&] { decoded(bytes); });
}

// first, first + 1/4, ...: what make_torch_files.py calls `counted`
Tensor counted(float first, std::vector<std::size_t> shape) {
  Tensor tensor{shape, std::vector<float>(safetensors::numbers(shape))};
  for (std::size_t k = 0; k < tensor.data.size(); ++k) tensor.data[k] = first + static_cast<float>(k) / 4;
  return tensor;
}
void check(const Safetensors& file, const std::vector<std::pair<std::string, Tensor>>& expected) {
  REQUIRE(file.tensors.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CAPTURE(expected[k].first);
    CHECK(file.tensors[k].first == expected[k].first);
    CHECK(file.tensors[k].second.shape == expected[k].second.shape);
    CHECK(file.tensors[k].second.data == expected[k].second.data);
  }
}

}  // namespace

TEST_CASE("every precision, stride, offset and shared storage, from both containers") {
  Tensor expanded{{2, 3}, std::vector<float>(6, 8)}, block{{2, 3}, {}};
  for (int row : {1, 2})
    for (int column : {2, 3, 4}) block.data.push_back(9 + static_cast<float>(6 * row + column) / 4);
  for (const char* form : {"zip", "legacy"}) {
    CAPTURE(form);
    check(golden(std::string("mixed_") + form), {{"float", counted(1, {2, 3, 2})},
                                                 {"half", counted(2, {5})},
                                                 {"brain", counted(3, {2, 2})},
                                                 {"double", counted(4, {3})},
                                                 {"parameter", counted(5, {4})},
                                                 {"scalar", counted(6, {})},
                                                 {"empty", counted(7, {0, 4})},
                                                 {"transposed", counted(8, {3, 2, 2})},
                                                 {"every_other", counted(8, {6})},
                                                 {"whole", counted(9, {24})},
                                                 {"end", counted(14, {4})},
                                                 {"block", block},
                                                 {"expanded", expanded}});
  }
}

TEST_CASE("protocol 4, and state dicts within checkpoints") {
  for (const char* form : {"zip", "legacy"}) {
    CAPTURE(form);
    check(golden(std::string("protocol_4_") + form),
          {{"weight", counted(1, {2, 2})}, {"half", counted(2, {3})}});
    check(golden(std::string("wrapped_") + form), {{"weight", counted(1, {2, 2})}});
  }
  check(golden("wrapped_model"), {{"weight", counted(1, {2, 2})}});
}

TEST_CASE("the spelling of Python 2: byte strings, a list of pairs, parts of one storage") {
  const Safetensors content{
      {{"a", counted(3, {2, 3})}, {"none", counted(1, {0})}, {"b", counted(-7, {4, 1, 2})}}, {}};
  check(decoded(torch_stream(content)), content.tensors);
  const std::string one = pickled::tensor(pickled::storage("k", 2), 0, {2}, {1});
  check(decoded(torch_stream(pickled::dict({{"w", one}}) + "}" + pickled::text("_metadata") + "Nsb",
                             {{"k", {1, 1.25f}}}, "}" + pickled::text("little_endian") + "\x88s")),
        {{"w", counted(1, {2})}});
}

TEST_CASE("nothing of a pickle is executed, and the file and what it asked for are named") {
  for (const char* form : {"zip", "legacy"}) {
    const std::string name = std::string("malicious_") + form, text = refused(name);
    CHECK(text.starts_with(GUISE_GOLDEN_DIR));
    CHECK(holds(text, name + ".pth: the pickle asks for \"posix.system\", which is not executed: expected a "
                             "state dict, as torch.save(net.state_dict(), ...) writes it"));
    CHECK(!std::filesystem::exists("malicious-pickle-was-executed"));
  }
  CHECK(holds(refused("whole_network"), "asks for \"torch.nn.modules.conv.Conv2d\""));
  CHECK(holds(refused("complex"), "asks for \"torch.ComplexFloatStorage\""));
}

TEST_CASE("what is no tensor of fractions is refused by name") {
  CHECK(holds(refused("whole_numbers"), "tensor \"steps\" of torch.LongStorage: expected float, half"));
  CHECK(holds(refused("not_a_tensor"), "entry \"epoch\" is no tensor: expected a state dict"));
  CHECK(holds(message<Error>([] { read_torch_file("none.pth"); }), "none.pth: no such file"));
  const std::string one = pickled::tensor(pickled::storage("k", 1), 0, {1}, {1});
  const auto stream = [&](const std::string& object) {
    return refused_bytes(torch_stream(object, {{"k", {1}}}));
  };
  CHECK(stream(pickled::dict({{"w", one}})) == "nothing was thrown");
  CHECK(holds(stream(pickled::dict({{"w", one}, {"w", one}})), "x.pth: tensor \"w\" is there twice"));
  CHECK(holds(stream("](" + one + "e"), "holds no dict"));
  CHECK(holds(stream("}" + pickled::number(3) + one + "s"), "a key that is no text"));
  CHECK(holds(stream(pickled::dict({{"w", one}, {"x", "}"}})), "entry \"x\" is no tensor"));
  CHECK(holds(stream(pickled::dict({{"w\n\xff", "N"}, {"x", one}})), "entry \"w??\" is no tensor"));
}

TEST_CASE("several networks in one file stand behind their names") {
  const std::string one = pickled::tensor(pickled::storage("k", 1), 0, {1}, {1});
  const std::string net = pickled::dict({{"model.1.weight", one}, {"model.2.num_batches_tracked", one}});
  const Safetensors file = decoded(torch_stream(pickled::dict({{"netG_A", net},
                                                               {"epoch", pickled::number(3)},
                                                               {"optimizer", "}"},
                                                               {"scale", one},
                                                               {"netG_B", net}}),
                                                {{"k", {1}}}));
  std::string names;
  for (const auto& named : file.tensors) names += named.first + " ";
  CHECK(names == "netG_A.model.1.weight scale netG_B.model.1.weight ");
}

TEST_CASE("streams that are not what they should be") {
  const std::string object = pickled::dict({{"w", pickled::tensor(pickled::storage("k", 2), 0, {2}, {1})}});
  const std::string good = torch_stream(object, {{"k", {1, 2}}});
  CHECK(refused_bytes(good) == "nothing was thrown");
  std::string bad = good;
  bad[5] ^= 1;
  CHECK(holds(refused_bytes(bad), "expected a file of torch.save, which starts with its magic number"));
  bad = good;
  bad[18] ^= 1;
  CHECK(holds(refused_bytes(bad), "which starts with protocol 1001"));
  CHECK(holds(refused_bytes(good + "x"), "too long: 1 bytes behind the last storage"));
  CHECK(holds(
      refused_bytes(torch_stream(object, {{"k", {1, 2}}}, "}" + pickled::text("little_endian") + "\x89s")),
      "of a big endian machine"));
  CHECK(holds(refused_bytes(torch_stream(object, {{"k", {1, 2, 3}}})),
              "storage \"k\": expected 2 numbers of torch.FloatStorage, found 12 bytes"));
  CHECK(holds(refused_bytes(torch_stream(object, {})),
              "storage \"k\": expected 2 numbers of torch.FloatStorage, found none"));
  CHECK(holds(refused_bytes(torch_stream(object, {{"k", {1, 2}}, {"z", {}}})), "a key of no storage"));
}

TEST_CASE("zip archives: with and without zip64 and a comment, and what is refused in words") {
  const std::string pickle =
      "\x80\x02" + pickled::dict({{"w", pickled::tensor(pickled::storage("0", 2), 0, {2}, {1})}}) + ".";
  const std::string numbers = raw_bytes(1.f) + raw_bytes(1.25f);
  const ZipEntry object{"a/data.pkl", pickle}, data{"a/data/0", numbers};
  for (const char* comment : {"", "PK\x05\x06 a comment that looks like an end of an archive"})
    check(decoded(zip_archive({object, data, {"a/byteorder", "little"}, {"a/version", "3\n"}}, comment)),
          {{"w", counted(1, {2})}});
  check(decoded(zip_archive({object, {"a/data/0", numbers, 0, 0, "a/data/0", true}})),
        {{"w", counted(1, {2})}});
  const auto archive = [](const std::vector<ZipEntry>& entries) {
    return refused_bytes(zip_archive(entries));
  };
  CHECK(holds(archive({object, data, {"a/byteorder", "big"}}), "byte order \"big\": expected little"));
  CHECK(holds(archive({object, {"a/data/0", numbers, 8}}),
              "entry \"a/data/0\" is compressed: expected entries stored"));
  CHECK(holds(archive({object, {"a/data/0", numbers, 0, 1}}), "entry \"a/data/0\" is encrypted"));
  CHECK(holds(archive({object, {"a/data/0", numbers, 0, 0, "a/data/1"}}), "under another name"));
  CHECK(holds(archive({object, data, data}), "entry \"a/data/0\" twice"));
  CHECK(holds(archive({object}), "storage \"0\": expected 2 numbers of torch.FloatStorage, found none"));
  CHECK(holds(archive({object, {"a/data/0", "123"}}), "found 3 bytes"));
  CHECK(holds(archive({data}), "without data.pkl"));
  CHECK(holds(archive({}), "expected a file of torch.save"));
}
