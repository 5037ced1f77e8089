// Both forms of the detector against ONNX Runtime, which reads the published files by itself.
// GUISE_NODE_MODULES names the folder of onnxruntime-node.
#include "support/fetched.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct X;

void put_floats(const std::filesystem::path& path, std::span<const float> values) {
  put(path, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

template <class Form> void check(const std::filesystem::path& model, const Picture& picture) {
  const ScratchFolder folder;
  const BlazeFace<Form, Cpu> detector(blazeface::PublishedWeights(read_onnx_weights(model), model.string()));
  const Images<X> square = Letterbox(Form::side, picture).template apply<X>(picture);
  const auto heads = detector.heads(square);
  std::vector<float> all;  // as the files order them: scores, then boxes, fine before coarse
  for (bool boxes : {false, true})
    for (const auto& [head, faces] :
         {std::pair{&heads.fine, blazeface::fine_faces}, std::pair{&heads.coarse, blazeface::coarse_faces}}) {
      const auto scores = std::size_t(faces), cell = scores * (1 + blazeface::numbers);
      for (std::size_t at = 0; at < head->size(); at += cell) {
        const auto first = head->begin() + std::ptrdiff_t(at);
        all.insert(all.end(), first + (boxes ? faces : 0), first + std::ptrdiff_t(boxes ? cell : scores));
      }
    }
  put_floats(folder / "x", square.data);
  put_floats(folder / "y", all);
  const Result result = shell("if command -v node > /dev/null; then node '" GUISE_SOURCE_DIR
                              "/tests/support/onnx_heads.mjs' '" +
                              model.string() + "' '" + folder.path().string() + "' " +
                              std::to_string(Form::side) + "; else echo not installed; fi");
  INFO(result.text);
  if (!fetched(result.text != "not installed\n", "ONNX Runtime (onnxruntime-node)")) return;
  REQUIRE(result.text.starts_with("difference "));
  MESSAGE(model.filename().string(), ": ", result.text);
  CHECK(std::strtod(result.text.c_str() + 11, nullptr) < 1e-5);  // of an output's largest value
}

}  // namespace

TEST_SUITE("long") {
  TEST_CASE("both forms give the heads that ONNX Runtime gives, and each finds the portrait's face") {
    if (!faces_fetched()) return;
    const Picture portrait = read_picture(faces_folder / "pictures" / "astronaut.png");
    check<blazeface::Front>(faces_folder / "front.onnx", portrait);
    check<blazeface::Back>(faces_folder / "back.onnx", portrait);
    for (const char* form : {"front.onnx", "back.onnx"}) {
      INFO(form);
      const std::vector<Face> found = face_detector<Cpu>(faces_folder / form)(portrait);
      REQUIRE(found.size() == 1);
      const Point away = found[0].box.centre() - Point{216, 122};
      CHECK(std::hypot(away.x, away.y) < 0.3 * found[0].box.width());
    }
  }
}
