// The programs as their users run them: what they write, and one clear line with exit code 1 for everything
// that is not what it should be.
#include "examples/training_folder.hpp"
#include "support/torch_writer.hpp"
#include <guise/core/random.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

TEST_CASE("a training writes weights, log and pictures; its generator translates pictures of any size") {
  const TrainingFolder place;
  const Result trained =
      shell(place.training("--n_epochs 1 --n_epochs_decay 1 --print_freq 2 --save_epoch_freq 1"));
  INFO(trained.text);
  REQUIRE(trained.code == 0);
  CHECK(trained.text.find("done after step 6") != std::string::npos);
  for (const char* name : {"G_A", "G_B", "D_A", "D_B"})
    for (const char* which : {"latest", "1"})
      CHECK(fs::exists(place.made() / (std::string(which) + "_net_" + name + ".safetensors")));
  const std::string log = bytes_of(place.made() / "loss_log.csv");
  CHECK(log.starts_with("step,epoch,rate,D_A,G_A,cycle_A,idt_A,D_B,G_B,cycle_B,idt_B\n2,1,0.0002,"));
  CHECK(std::count(log.begin(), log.end(), '\n') == 4);
  const Result events =
      shell("if command -v python3 > /dev/null; then python3 " + std::string(GUISE_SOURCE_DIR) +
            "/tests/support/read_events.py " + place.made().string() + "/events.*; fi");
  CHECK(events.code == 0);
  if (!events.text.empty()) {  // three rows of ten scalars and a grid, after the version
    CHECK(events.text.starts_with("brain.Event:2\n2 loss/D_A "));
    CHECK(events.text.ends_with("6 pictures 134 66 True\n"));
    CHECK(std::count(events.text.begin(), events.text.end(), '\n') == 32);
  }
  const Picture grid = read_picture(place.made() / "web" / "images" / "step_000006.png");
  CHECK(grid.width == 4 * 32 + 3 * 2);
  CHECK(grid.height == 2 * 32 + 2);
  const std::string page = bytes_of(place.made() / "web" / "index.html");
  CHECK(page.find("\"last_step\":6,") != page.npos);
  CHECK(page.find("\"file\":\"step_000006.png\"") != page.npos);
  CHECK(page.find("[6.0,2.0,") != page.npos);  // the log's last row

  for (auto [width, height] : {std::pair{1, 1}, {40, 36}, {33, 50}}) {
    write_picture(place / "in.png", striped(width, height, 3));
    CHECK(shell(place.translation(place / "in.png", place / "out.png")).code == 0);
    const Picture out = read_picture(place / "out.png");
    CHECK(out.width == width);
    CHECK(out.height == height);
  }
  CHECK(shell(place.translation(place.data() / "testA", place / "all")).code == 0);
  fs::create_directories(place / "one");
  CHECK(shell(place.translation(place / "in.png", place / "one")).code == 0);
  CHECK(bytes_of(place / "one" / "in.png") == bytes_of(place / "out.png"));
  CHECK(shell(place.translation(place / "in.png", place / "banded.png") + " --memory 80MiB").code == 0);
  CHECK(bytes_of(place / "banded.png") == bytes_of(place / "out.png"));
  check_refused(shell(place.translation(place / "in.png", place / "banded.png") + " --memory 40MiB"),
                "translate", "a picture of 33x50 within 40 MiB of memory: expected at least ");
  check_refused(
      shell(place.translation(place / "in.png", place / "banded.png") + " --memory 1GiB --device eigen"),
      "translate", "--memory: expected --device cpu");
  CHECK(shell(place.translation(place / "in.png", place / "detail.png") + " --detail 33").code == 0);
  CHECK(bytes_of(place / "detail.png") == bytes_of(place / "out.png"));  // no smaller than it is
  CHECK(shell(place.translation(place / "in.png", place / "detail.png") + " --detail 16").code == 0);
  CHECK(read_picture(place / "detail.png").height == 50);
  CHECK(bytes_of(place / "detail.png") != bytes_of(place / "out.png"));
  check_refused(
      shell(place.translation(place / "in.png", place / "detail.png") + " --detail 16 --memory 1GiB"),
      "translate", "--memory excludes --detail");
  check_refused(shell(place.translation(place / "in.png", place.path())), "translate",
                "expected another folder than that of the picture");
  std::map<std::string, std::string> notes = read_safetensors(place.weights()).metadata;
  CHECK(notes.erase("network_fingerprint") == 1);
  CHECK(notes == std::map<std::string, std::string>{{"crop_size", "32"}});
  CHECK(fs::exists(place / "all" / "2.png"));

  const std::string pairs =
      " --input " + (place.data() / "testA").string() + " --target " + (place.data() / "trainB").string();
  const Result scored = shell(program("evaluate") + " --json --pairs --weights " + place.weights() + pairs);
  CHECK(scored.code == 0);
  CHECK(scored.text.starts_with("{\"pairs\":3,\"translated\":{\"mae\":"));
  const Result table = shell(program("inspect") + " --size 64 --weights " + place.weights());
  CHECK(table.code == 0);
  CHECK(table.text.find("6 blocks, 16 wide") != std::string::npos);
}

TEST_CASE("the same seed trains to the same file, whatever the number of threads") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 2 --seed 3")).code == 0);
  const std::string first = bytes_of(place.weights());
  REQUIRE(shell(place.training("--max_steps 2 --seed 3 --threads 3")).code == 0);
  CHECK(bytes_of(place.weights()) == first);
  REQUIRE(shell(place.training("--max_steps 2 --seed 4")).code == 0);
  CHECK(bytes_of(place.weights()) != first);
}

TEST_CASE("the backend in Eigen's expressions trains, and translates to pictures that nobody tells apart") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 2 --device eigen")).code == 0);
  write_picture(place / "in.png", striped(40, 36, 3));
  CHECK(shell(place.translation(place / "in.png", place / "eigen.png") + " --device eigen").code == 0);
  CHECK(shell(place.translation(place / "in.png", place / "cpu.png")).code == 0);
  const Picture one = read_picture(place / "eigen.png"), other = read_picture(place / "cpu.png");
  REQUIRE(one.rgb.size() == other.rgb.size());
  for (std::size_t k = 0; k < one.rgb.size(); ++k) CHECK(std::abs(one.rgb[k] - other.rgb[k]) <= 1);
}

TEST_CASE("an interrupted training saves what it has") {
  const TrainingFolder place;
  for (const std::string signal : {"INT", "HUP"}) {  // Ctrl-C, and a terminal that is closed
    const Result result =
        shell("timeout --preserve-status --signal=" + signal + " 2 " + place.training("--n_epochs 100000"));
    INFO(result.text);
    CHECK(result.code == 130);
    CHECK(result.text.find("interrupted after step") != std::string::npos);
    CHECK(read_safetensors(place.weights()).tensors.size() == 36);
    fs::remove_all(place.made());
  }
}

TEST_CASE("a training goes on when nobody reads what it says") {
  const TrainingFolder place;
  const std::string code = (place / "code").string();
  shell("{ " + place.training("--max_steps 3 --print_freq 1") + "; echo $? > " + code + "; } | true");
  CHECK(bytes_of(code) == "0\n");
}

TEST_CASE("a training that begins anew is not mixed with the one before it") {
  const TrainingFolder place;
  const fs::path images = place.made() / "web" / "images";
  REQUIRE(shell(place.training("--max_steps 5 --display_freq 1")).code == 0);
  CHECK(fs::exists(images / "step_000005.png"));
  REQUIRE(shell(place.training("--max_steps 2 --seed 9")).code == 0);
  CHECK(!fs::exists(images / "step_000005.png"));
  CHECK(fs::exists(images / "step_000002.png"));
  check_refused(shell("ulimit -f 8192; " + place.training("--max_steps 8 --seed 4")), "train",
                "checkpoint.safetensors: cannot be written: File too large");  // nothing is lost
  CHECK(fs::exists(images / "step_000002.png"));
  CHECK(shell(place.training("--continue_train --max_steps 8 --seed 9"))
            .text.starts_with("going on after step 2"));
  for (const char* name : {"0.png", "1.png", "2.png"}) put(place.data() / "trainA" / name, "no picture");
  REQUIRE(shell(place.training("--max_steps 1 --seed 7")).code == 1);  // in its first step
  for (const char* name : {"0.png", "1.png", "2.png"})
    write_picture(place.data() / "trainA" / name, striped(40, 36, 7));
  const Result resumed = shell(place.training("--max_steps 1 --continue_train --seed 7"));
  INFO(resumed.text);
  CHECK(resumed.text.find("going on after step 0") != std::string::npos);
}

TEST_CASE("a training that was stopped, or killed at any moment, goes on to the same files") {
  const TrainingFolder place;
  const std::string all =
      "--max_steps 24 --pool_size 4 --print_freq 5 --display_freq 7 --save_latest_freq 2 ";
  const fs::path straight = place / "straight";
  const auto same = [&] {
    for (const std::string file :
         {"checkpoint.safetensors", "latest_net_G_A.safetensors", "latest_net_D_B.safetensors",
          "loss_log.csv", "web/images/step_000021.png"}) {
      CAPTURE(file);
      CHECK(bytes_of(place.made() / file) == bytes_of(straight / file));
    }
  };
  REQUIRE(shell(place.training(all)).code == 0);
  fs::rename(place.made(), straight);

  REQUIRE(shell(place.training(all + "--max_steps 11")).code == 0);
  const Result resumed = shell(place.training(all + "--continue_train"));
  INFO(resumed.text);
  CHECK(resumed.code == 0);
  CHECK(resumed.text.find("going on after step 11") != std::string::npos);
  same();
  check_refused(shell(place.training(all + "--continue_train --seed 9")), "train",
                "--continue_train: --seed 9: it began with 0");

  fs::remove_all(place.made());
  Random random(8);
  int kills = 0;
  for (bool ended = false; !ended && kills < 200;) {
    const double seconds = (0.05 + 0.2 * random.uniform()) * (1 + kills / 10.0);  // slow builds get on, too
    const Result result = shell(place.training(all + "--continue_train") + " & sleep " +
                                std::to_string(seconds) + "; kill -9 $!; wait $!");
    INFO(result.text);
    ended = result.code == 0;
    kills += !ended;
    CHECK((ended || result.code == 137));  // killed, and never refused what a kill left
  }
  CHECK(kills > 0);
  same();
  for (const auto& entry : fs::recursive_directory_iterator(place.made()))
    CHECK(entry.path().filename().string().find(".part-") == std::string::npos);

  put(place.made() / "checkpoint.safetensors", "half");
  const Result previous = shell(place.training(all + "--continue_train"));
  INFO(previous.text);
  CHECK(previous.code == 0);
  CHECK(previous.text.find("checkpoint.safetensors: truncated") != std::string::npos);
  same();
}

TEST_CASE(
    "held-out folders are scored as a training goes: nothing else changes, and a stop changes nothing") {
  const TrainingFolder place;
  place.hold_out();
  const std::string all =
      "--max_steps 12 --pool_size 4 --print_freq 5 --display_freq 1000 --save_latest_freq 2 --score_freq 6 ";
  const fs::path straight = place / "straight";
  const Result trained = shell(place.training(all));
  INFO(trained.text);
  REQUIRE(trained.code == 0);
  CHECK(trained.text.find("step 12, BtoA: swd 0.") != std::string::npos);
  const std::string log = bytes_of(place.made() / "score_log.csv");
  CHECK(log.starts_with("step,epoch,direction,swd,swd_error,swd_classifier,"));
  CHECK(std::count(log.begin(), log.end(), '\n') == 5);
  CHECK(log.find("\n6,2,AtoB,0.") != std::string::npos);
  CHECK(log.find("\n12,4,BtoA,0.") != std::string::npos);
  CHECK(log.find("nan") == std::string::npos);
  const Result events =
      shell("if command -v python3 > /dev/null; then python3 " + std::string(GUISE_SOURCE_DIR) +
            "/tests/support/read_events.py " + place.made().string() + "/events.*; fi");
  CHECK((events.text.empty() || events.text.find("\n6 score/swd_AtoB 0.") != std::string::npos));
  fs::rename(place.made(), straight);

  REQUIRE(shell(place.training(all + "--max_steps 7")).code == 0);
  put(place.made() / "score_log.csv",
      bytes_of(place.made() / "score_log.csv") + "12,4,AtoB,after the checkpoint");
  REQUIRE(shell(place.training(all + "--continue_train")).code == 0);
  for (const std::string file :
       {"checkpoint.safetensors", "latest_net_G_A.safetensors", "loss_log.csv", "score_log.csv"}) {
    CAPTURE(file);
    CHECK(bytes_of(place.made() / file) == bytes_of(straight / file));
  }

  fs::remove_all(place.made());
  REQUIRE(shell(place.training(all + "--score_freq 0")).code == 0);
  CHECK(!fs::exists(place.made() / "score_log.csv"));
  CHECK(bytes_of(place.weights()) == bytes_of(straight / "latest_net_G_A.safetensors"));
  put(place.data() / "testB" / "0.png", "this is a text");
  const Result left_out = shell(place.training("--max_steps 1"));
  CHECK(left_out.code == 0);
  CHECK(left_out.text.find("0.png: not a picture but a text") != std::string::npos);
  for (int k = 1; k < 4; ++k) put(place.data() / "testB" / (std::to_string(k) + ".png"), "this is a text");
  const Result none = shell(place.training("--max_steps 1"));
  CHECK(none.code == 1);
  CHECK(none.text.find("testB: none of its pictures can be read") != std::string::npos);
}

TEST_CASE("pictures without partners are scored as sets, with a classifier where there is data to train it") {
  const TrainingFolder place;
  place.hold_out();
  REQUIRE(shell(place.training("--max_steps 1 --score_freq 0")).code == 0);
  for (int k = 0; k < 4; ++k)
    fs::rename(place.data() / "testB" / (std::to_string(k) + ".png"),
               place.data() / "testB" / ("other" + std::to_string(k) + ".png"));
  const std::string evaluate = program("evaluate") + " --threads 1 --weights " + place.weights(),
                    folders = " --input " + (place.data() / "testA").string() + " --target " +
                              (place.data() / "testB").string(),
                    dataroot = " --dataroot " + place.data().string();
  const Result sets = shell(evaluate + folders + " --json");
  INFO(sets.text);
  CHECK(sets.code == 0);
  CHECK(sets.text.starts_with("{\"pairs\":0,\"translated\":{\"swd\":"));
  CHECK(sets.text.find("share") == std::string::npos);

  const Result taught = shell(evaluate + dataroot + " --json");
  INFO(taught.text);
  CHECK(taught.code == 0);
  CHECK(taught.text.starts_with("{\"classifier_accuracy\":"));
  for (const char* name : {"\"kid\":", "\"kid_error\":", "\"share\":", "\"swd_levels\":["})
    CHECK(taught.text.find(name) != std::string::npos);
  CHECK(shell(evaluate + dataroot + " --json --threads 2").text == taught.text);
  const Result back = shell(evaluate + dataroot + " --direction BtoA");
  INFO(back.text);
  CHECK(back.code == 0);
  CHECK(back.text.find("taken for target\nuntouched ") != std::string::npos);

  check_refused(shell(evaluate), "evaluate", "expected --input and --target, or --dataroot");
  check_refused(shell(evaluate + folders + " --direction up"), "evaluate", "--direction");
  check_refused(shell(evaluate + folders + " --crop_size 4"), "evaluate", "at least 7x7");
  check_refused(shell(evaluate + dataroot + " --crop_size 32 --load_size 16"), "evaluate",
                "--load_size 16 and --crop_size 32: expected");
  fs::remove_all(place.data() / "trainB");
  check_refused(shell(evaluate + dataroot), "evaluate", "trainB: no such folder");
}

TEST_CASE("a picture that turns out bad costs no step: with a good one the training goes on after the last") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 4")).code == 0);
  const std::string straight = bytes_of(place.weights());
  int steps = 0;
  for (const std::string name : {"0.png", "1.png", "2.png"}) {  // one of each epoch's steps takes it
    const fs::path picture = place.data() / "trainA" / name;
    const std::string good = bytes_of(picture);
    put(picture, "this is a text");
    check_refused(shell(place.training("--max_steps 4")), "train", name + ": not a picture");
    const std::string kept = read_safetensors(place.made() / "checkpoint.safetensors").metadata.at("steps");
    steps += std::stoi(kept);
    put(picture, good);
    const Result resumed = shell(place.training("--max_steps 4 --continue_train"));
    INFO(resumed.text);
    CHECK(resumed.text.starts_with("going on after step " + kept + "\n"));
    CHECK(bytes_of(place.weights()) == straight);
  }
  CHECK(steps == 0 + 1 + 2);
}

TEST_CASE("folders and pictures that are not what train expects") {
  const TrainingFolder place;
  const auto refused = [&](const std::string& part) {
    const Result result = shell(place.training("--max_steps 8"));
    INFO(result.text);
    CHECK(result.code == 1);
    CHECK(result.text.find("train: ") != std::string::npos);
    CHECK(result.text.find(part) != std::string::npos);
  };
  const fs::path a = place.data() / "trainA";
  put(a / "0.png", "this is a text");
  refused("0.png: not a picture");
  const std::string whole = bytes_of(a / "1.png");
  put(a / "0.png", whole.substr(0, whole.size() / 2));
  refused("0.png: truncated or corrupt");
  fs::remove_all(a);
  check_refused(shell(place.training("")), "train",
                a.string() + ": no such folder: expected one with pictures (PNG, JPEG");
  fs::create_directories(a);
  check_refused(shell(place.training("")), "train", a.string() + ": no picture in it: expected PNG, JPEG");
  write_picture(a / "small.png", striped(1, 1, 3));  // smaller than the crop: resized up
  CHECK(shell(place.training("--max_steps 1")).code == 0);
  check_refused(shell(place.training("--load_size 32 --crop_size 36")), "train",
                "--load_size 32 and --crop_size 36: expected a --load_size that is not smaller");
  check_refused(shell(place.training("--crop_size 34")), "train",
                "a crop_size of 34: expected a multiple of 4");
}

TEST_CASE("a list of emoji that is damaged") {
  const TrainingFolder place;
  const std::string list = place / "emoji.json";
  for (const char* text : {"", "[{\"unified\":", "{\"unified\":1}", "[{}]"}) {
    put(list, text);
    check_refused(shell(program("emoji_faces") + " --google " + place.path().string() + " --twitter " +
                        place.path().string() + " --out " + (place / "faces").string()),
                  "emoji_faces", list + ": damaged: expected the list of emoji as JSON");
  }
}

TEST_CASE("outputs that cannot be written") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const std::string picture = (place.data() / "testA" / "0.png").string();
  check_refused(shell(place.translation(picture, "/proc/nowhere.png")), "translate", "/proc/nowhere.png");
  check_refused(shell(place.translation(picture, place / "out.gif")), "translate",
                "out.gif: cannot be written: expected a name ending in .png");
  check_refused(shell("ulimit -f 8; " + place.translation(place / "huge.png", place / "out.png")),
                "translate", "huge.png");
  put(place / "file", "");
  check_refused(shell(place.translation((place.data() / "testA").string(), place / "file")), "translate",
                "file");
  check_refused(shell(place.training("--checkpoints_dir " + (place / "file").string())), "train",
                "file/t/web/images: cannot be made or written: Not a directory");
  const std::string pictures = (place.data() / "testA").string();
  check_refused(shell(place.translation(pictures, pictures)), "translate",
                "expected a folder for the translations, found that of the pictures");
  fs::copy_file(place.data() / "testA" / "0.png", place.data() / "testA" / "0.jpg");
  CHECK(shell(place.translation(pictures, place / "all")).code == 0);
  CHECK(fs::exists(place / "all" / "0.jpg"));  // every picture keeps its name

  const std::string before = bytes_of(place.weights());
  check_refused(shell("ulimit -f 64; " + place.training("--max_steps 2 --display_freq 1000")), "train",
                "checkpoint.safetensors: cannot be written: File too large");
  CHECK(bytes_of(place.weights()) == before);                     // the old file, whole
  for (const auto& entry : fs::directory_iterator(place.made()))  // and nothing half-written
    CHECK((entry.is_directory() || entry.path().extension() == ".safetensors" ||
           entry.path().extension() == ".csv" || entry.path().filename().string().starts_with("events.out")));
}

TEST_CASE("the same weights in a file of PyTorch give the same pictures, scores and table") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const std::string torch = place / "latest_net_G_A.pth", pictures = (place.data() / "testA").string();
  const std::string good = torch_stream(read_safetensors(place.weights()));
  put(torch, good);
  const auto same = [&](const std::string& command) {
    const Result ours = shell(command + " --weights " + place.weights()),
                 theirs = shell(command + " --weights " + torch);
    INFO(theirs.text);
    CHECK(theirs.code == 0);
    CHECK(theirs.text == ours.text);
  };
  const std::string picture = place.data() / "testA" / "0.png";
  REQUIRE(shell(place.translation(picture, place / "ours.png")).code == 0);
  const std::string translate = program("translate") + " --threads 1 --input " + picture + " --output " +
                                (place / "theirs.png").string();
  REQUIRE(shell(translate + " --weights " + torch).code == 0);
  CHECK(bytes_of(place / "theirs.png") == bytes_of(place / "ours.png"));
  same(program("evaluate") + " --threads 1 --json --input " + pictures + " --target " + pictures);
  same(program("inspect") + " --size 64");

  put(torch, good.substr(0, good.size() / 2));
  check_refused(shell(translate + " --weights " + torch), "translate", "latest_net_G_A.pth: truncated");
}

TEST_CASE("weights that are not what translate expects") {
  const TrainingFolder place;
  REQUIRE(shell(place.training("--max_steps 1")).code == 0);
  const std::string picture = (place.data() / "testA" / "0.png").string(), good = bytes_of(place.weights());
  const auto refused = [&](const std::string& part) {
    check_refused(shell(place.translation(picture, place / "out.png")), "translate", part);
    CHECK(!fs::exists(place / "out.png"));
  };
  put(place.weights(), good.substr(0, good.size() / 2));
  refused("latest_net_G_A.safetensors");
  put(place.weights(), std::string(7, '\0') + "\x10" + good.substr(8));  // a header that claims 2^60 bytes
  refused("latest_net_G_A.safetensors");
  put(place.weights(), "");
  refused("latest_net_G_A.safetensors");
  fs::copy_file(place.made() / "latest_net_D_A.safetensors", place.weights(),
                fs::copy_options::overwrite_existing);
  refused("expected the weights of a ResNet generator");
  put(place.weights(), good);
  auto file = read_safetensors(place.weights());
  file.tensors[2].second.data[1] = std::numeric_limits<float>::quiet_NaN();
  write_safetensors(place.weights(), file);
  refused("expected finite numbers");
  fs::remove(place.weights());
  refused("latest_net_G_A.safetensors");
}
