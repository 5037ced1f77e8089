// stages: the result of each stage of a face swap, as one picture. It has a row for each generator: one that
// changes nothing, one that shifts colours, and the one of --weights. Each row shows, from the left: the face
// that was found, the crop, the translation, the mask, the result. The last row is drawn without a generator:
// no overlay, eyeliner, beard, hair, all three.
#include "face_swap_options.hpp"
#include <guise/face/marks.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>

using namespace guise;

namespace {

struct Shown;
using Swapper = FaceSwapper<Source, Target>;

Images<Target> shifted(const Images<Source>& x) {  // warmer, and darker
  auto y = as<Target>(x);
  for (std::size_t k = 0; k < y.data.size(); ++k)
    y.data[k] = 0.85f * y.data[k] + (k % 3 == 0 ? 0.25f : -0.15f);
  return y;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Show the result of each stage of a face swap", "stages");
  FaceSwapOptions options;
  std::string input, output;
  int side = 192;
  app.add_option("--input", input, "a photograph with a face").required();
  app.add_option("--output", output, "a picture to write (.png, .jpg)").required();
  app.add_option("--cell", side, "side of each of its pictures").check(whole_in(16, 1024));
  options.add_to(app);

  return run_program(app, argc, argv, [&] {
    const Swapper swapper = face_swapper(options);
    const Picture photograph = read_picture(input);
    const auto face = swapper.dominant(photograph);
    if (!face) throw Error(input + ": no face found");
    const Frame frame = frame_of(*face, swapper.options.margin);
    const auto whole = [&](const Picture& p) {
      const Frame middle{{p.width / 2., p.height / 2.}, double(std::min(p.width, p.height)), 0};
      return to_picture(crop<Shown>(p, middle, side));
    };
    const auto near = [&](const Picture& p) {
      return to_picture(crop<Shown>(p, {frame.centre, 1.4 * frame.side, 0}, side));
    };
    Picture marked = photograph;
    mark_frame(marked, frame, 3, {255, 196, 0});
    mark_face(marked, *face, 3, {0, 220, 255});

    std::vector<Picture> cells;
    std::vector<Swapper::Translate> generators{[](const auto& x) { return as<Target>(x); }, shifted};
    if (!options.weights.weights.empty()) generators.push_back(swapper.translate);
    for (const auto& generator : generators) {
      Picture picture = photograph;
      const auto swap = swap_face<Source>(picture, *face, generator, swapper.options);
      cells.insert(cells.end(), {whole(marked), resized(to_picture(swap.crop), side, side),
                                 resized(to_picture(swap.translation), side, side),
                                 mask_picture(side, swapper.options.blend), near(picture)});
    }
    cells.push_back(near(photograph));
    Picture drawn_all = photograph;
    for (const char* name : {"eyeliner", "beard", "hair"}) {
      const Overlay overlay = named_overlay(name, options.rgb());
      Picture drawn = photograph;
      for (Picture* picture : {&drawn, &drawn_all}) draw(*picture, *face, overlay, options.strength);
      cells.push_back(near(drawn));
    }
    cells.push_back(near(drawn_all));
    write_picture(output, mosaic(cells, 5));
    return 0;
  });
}
