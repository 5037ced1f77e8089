// Folders as their users have them: with files that are no pictures, with a bad one among the good, with outputs that
// are there already; and command lines with what is missing or foreign in them.
#include "examples/training_folder.hpp"

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a folder is translated whatever is in it: each picture under its name, the rest counted") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const fs::path in = place / "in";
  fs::create_directories(in / "more");
  const std::string long_name = std::string(246, 'a') + ".png";
  for (const std::string& name : {std::string("a.png"), std::string("b.JPG"), long_name})
    write_picture(in / name, striped(40, 36, 7));
  write_picture(in / "more" / "c.webp.png", striped(40, 36, 8));
  put(in / "bad.png", "");
  put(in / "b\x1b[2J.png", "RIFFxxxxWEBP");
  put(in / "._a.png", "shadow");
  put(in / "x.gif", "x");
  const Result result = shell(place.translation(in.string(), place / "out"));
  INFO(result.text);
  CHECK(result.code == 1);
  for (const std::string& name :
       {std::string("a.png"), std::string("b.JPG"), std::string("more/c.webp.png"), long_name})
    CHECK(fs::exists(place / "out" / name));
  CHECK(has(result, "bad.png: empty file"));
  const std::string webp = image_file::lacking(image_file::Kind::webp);
  CHECK(has(result,
            "b\\x1b[2J.png: " + (webp.empty() ? "truncated or corrupt (a WebP header that is none)" : webp)));
  CHECK(result.text.find('\x1b') == std::string::npos);
  CHECK(has(result, "6 pictures: 4 translated, 2 failed; passed over: 1 .gif file, 1 shadow file\n"));

  put(place / "out" / "a.png", "as it is");
  const Result again = shell(place.translation(in.string(), place / "out") + " --skip_existing");
  CHECK(has(again, "6 pictures: 0 translated, 4 were there, 2 failed"));
  CHECK(bytes_of(place / "out" / "a.png") == "as it is");
}

TEST_CASE("outputs make their folders, links stay links, and what a killed run left is removed") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const std::string picture = (place.data() / "testA" / "0.png").string();
  for (const std::string output : {"new/", "other", "deep/er/her.png"})
    CHECK(shell(place.translation(picture, place / output)).code == 0);
  CHECK(fs::exists(place / "new/0.png"));
  CHECK(fs::exists(place / "other/0.png"));
  CHECK(fs::exists(place / "deep/er/her.png"));
  fs::create_symlink("target.png", place / "link.png");
  CHECK(shell(place.translation(picture, place / "link.png")).code == 0);
  CHECK(fs::is_symlink(place / "link.png"));
  CHECK(fs::exists(place / "target.png"));
  put(place / "new/0.png.part-1-0", "left behind by what had this number once");
  CHECK(shell(place.translation(picture, place / "new/")).code == 0);
  CHECK(!fs::exists(place / "new/0.png.part-1-0"));
  // The folder of a training stands for its generator.
  const std::string folder = program("translate") + " --threads 1 --weights " + place.made().string();
  CHECK(shell(folder + " --input " + picture + " --output " + (place / "g.png").string()).code == 0);
  CHECK(bytes_of(place / "g.png") == bytes_of(place / "target.png"));
  CHECK(shell(folder + " --direction BtoA --input " + picture + " --output " + (place / "b.png").string())
            .code == 0);
  CHECK(bytes_of(place / "b.png") != bytes_of(place / "g.png"));
}

TEST_CASE("a bad picture ends neither an evaluation nor a sheet") {
  const TrainingFolder place;
  place.hold_out();
  REQUIRE(shell(place.training("--max_steps 1 --score_freq 0")).code == 0);
  put(place.data() / "testA" / "1.png", "no picture");
  put(place.data() / "testB" / "2.png", "no picture");
  const std::string folders = (place.data() / "testA").string() + " " + (place.data() / "testB").string();
  const Result scored =
      shell(program("evaluate") + " --threads 1 --pairs --weights " + place.weights() + " --dataroot " +
            place.data().string() + " --json 2> " + (place / "errors").string());
  INFO(scored.text);
  CHECK(scored.code == 1);
  CHECK(has(scored, "\"failed\":3"));  // the picture, the partner of another, that partner in its set
  CHECK(has(scored, "\"pairs\":2"));
  CHECK(bytes_of(place / "errors").find("testA/1.png: not a picture but a text") != std::string::npos);
  const fs::path of_sheet = place.data() / "testB/0.png";
  const std::string before_sheet = bytes_of(of_sheet);
  check_refused(shell(program("contact_sheet") + " --folders " + folders + " --output " + of_sheet.string()),
                "contact_sheet", "testB/0.png: expected another file than one of the pictures");
  CHECK(bytes_of(of_sheet) == before_sheet);
  const Result sheet = shell(program("contact_sheet") + " --folders " + folders + " --output " +
                             (place / "sheet.png").string());
  CHECK(sheet.code == 1);
  CHECK(read_picture(place / "sheet.png").width == 4 * 42 - 2);
}

TEST_CASE("a bad held-out picture is left out of a training's scores, and exports spare their weights") {
  const TrainingFolder place;
  place.hold_out();
  put(place.data() / "testA" / "1.png", "no picture");
  const Result trained = shell(place.training("--max_steps 2 --score_freq 2"));
  INFO(trained.text);
  CHECK(trained.code == 0);
  CHECK(has(trained, "testA/1.png: not a picture but a text"));
  CHECK(has(trained, "; left out of the scores\n"));
  const std::string weights = bytes_of(place.weights());
  check_refused(
      shell(program("export_onnx") + " --weights " + place.weights() + " --output " + place.weights()),
      "export_onnx", "expected another file than the weights");
  CHECK(bytes_of(place.weights()) == weights);
  for (const char* size : {"-1", "99999999999999999999", "1e3", "nan", "'5 parsecs'"})
    check_refused(shell(place.training("--cache disk --cache_size=" + std::string(size))), "train",
                  "expected a size such as 800MiB or 2GiB");
}

TEST_CASE("an older training keeps its place, and a command line of the reference trains") {
  const TrainingFolder place;
  const std::string plain =
      program("train") + " --dataroot " + place.data().string() + " --checkpoints_dir " +
      (place / "checkpoints").string() +
      " --name t --netG resnet_6blocks --ngf 16 --ndf 16 --load_size 36 --crop_size 32 --threads 1 ";
  const Result first =
      shell(plain + "--model cycle_gan --gpu_ids -1 --no_dropout --display_id -1 --max_steps 2");
  INFO(first.text);
  CHECK(first.code == 0);
  CHECK(has(first, "train: --display_id: no visdom here; web/index.html and TensorBoard's events"));
  check_refused(shell(plain + "--model pix2pix"), "train", "--model: pix2pix: expected cycle_gan");
  const Result none = shell(plain + "--gpu_ids 99");  // no machine has so many
  check_refused(none, "train", "CUDA");
  check_refused(none, "train", "; --gpu_ids -1 trains on the CPU");
  const std::string before = bytes_of(place.weights());
  check_refused(shell(plain + "--max_steps 1"), "train",
                "t: holds a training of 2 steps, which this one would replace: expected --continue_train to "
                "go on with it, "
                "or --overwrite");
  CHECK(bytes_of(place.weights()) == before);
  check_refused(shell(plain + "--max_steps 1 --overwrite --continue_train"), "train", "--overwrite");
  CHECK(shell(plain + "--max_steps 1 --overwrite").code == 0);

  put(place.data() / "trainA" / "._0.png", "shadow");
  write_picture(place.data() / "trainA" / "new.png", striped(40, 36, 50));
  const Result more = shell(plain + "--max_steps 3 --continue_train --batch_size 2");
  INFO(more.text);
  CHECK(more.code == 0);
  CHECK(has(more, "trainA: 4 pictures; passed over: 1 shadow file\n"));
  CHECK(has(more, "train: other pictures than before: 4 pictures ("));
  CHECK(has(more, "train: another batch than before: 2 pictures a step, it was 1\n"));
  fs::rename(place.data() / "trainA", place / "x");
  fs::rename(place.data() / "trainB", place.data() / "trainA");
  fs::rename(place / "x", place.data() / "trainB");
  check_refused(shell("rm " + (place.data() / "trainB" / "._0.png").string() + "; " + plain +
                      "--continue_train --batch_size 2"),
                "train", "the folders of the domains are exchanged");
}

TEST_CASE("a value that is forgotten and an option that is not there are named") {
  check_refused(shell(program("train") + " --dataroot x --name --continue_train"), "train",
                "--name: expected a value, found --continue_train");
  check_refused(shell(program("translate") + " --input x --output y --weights"), "translate",
                "--weights: expected a value, found none");
  check_refused(shell(program("translate") + " --weight a --input x --output y"), "translate",
                "--weight: no such option: expected perhaps --weights");
}

TEST_CASE("a program that was started without standard output damages no file") {
  const TrainingFolder place;
  CHECK(shell(place.training("--max_steps 2 --print_freq 1") + " >&-").code == 0);
  for (const auto& entry : fs::recursive_directory_iterator(place.made()))
    if (entry.is_regular_file()) CHECK(bytes_of(entry.path()).find("step 1/2") == std::string::npos);
  CHECK(shell("TERM=dumb " + place.training("--max_steps 1")).text.find('\x1b') == std::string::npos);
}
