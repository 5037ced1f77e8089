// The page of a training: what is in it, and, where Chromium is installed, what a browser draws of it.
#include "support/scratch_folder.hpp"
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>
#include <guise/train/log/training_page.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Training : ScratchFolder {
  Training() { fs::create_directories(path() / "web" / "images"); }
  fs::path page() const { return path() / "web" / "index.html"; }
  std::string written(const std::string& name = "t", long step = 400) const {
    write_training_page(path(), {name, step, 1000, {}, 2.5, 10, 20});
    return bytes_of(page());
  }
  void log(int rows) const {
    std::string text = "step,epoch,rate,D_A,G_A,D_B,G_B\n";
    for (int k = 1; k <= rows; ++k)
      text +=
          std::to_string(k) + ",1,0.0002," + std::to_string(1.0 / k) + ",0.5,nan," + std::to_string(k) + "\n";
    put(path() / "loss_log.csv", text);
  }
  void grid(long step, unsigned char red) const {
    Picture cell = blank(40, 24);
    for (std::size_t k = 0; k < cell.rgb.size(); k += 3)
      cell.rgb[k] = red, cell.rgb[k + 1] = 0, cell.rgb[k + 2] = 255;
    char name[32];
    std::snprintf(name, sizeof name, "step_%06ld.png", step);
    write_picture(path() / "web" / "images" / name, mosaic(std::vector<Picture>(8, cell), 4));
  }
};

json data_of(const std::string& page) {
  const std::string_view open = "id=\"data\">";
  const auto from = page.find(open) + open.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from));
}
long count(const std::string& text, const std::string& part) {
  long found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a page holds the log, the scores and the grids up to its step, under any name") {
  const Training training;
  training.log(3);
  put(training / "loss_log.csv",
      bytes_of(training / "loss_log.csv") + "4,1,0.0002,0.25,0.5,0.2");  // killed here
  put(training / "score_log.csv", "step,epoch,direction,swd\n2,1,AtoB,7.5\n");
  training.grid(400, 255);
  training.grid(20, 255);
  training.grid(500, 255);
  put(training / "web/images/step_12.png.part-1-0", "");
  const std::string name = "</script><!-- \"\\ & \xff";
  const std::string page = training.written(name);
  CHECK(count(page, "</script>") == 2);
  CHECK(count(page, "<!--") == 0);
  const json data = data_of(page);
  CHECK(data["name"] == "</script><!-- \"\\ & \ufffd");
  CHECK(data["step"] == 400);
  CHECK(data["scores"] == "step,epoch,direction,swd\n2,1,AtoB,7.5\n");
  CHECK(data["losses"]["columns"] == json{"step", "epoch", "rate", "D_A", "G_A", "D_B", "G_B"});
  CHECK(data["losses"]["rows"].size() == 3);
  CHECK(data["losses"]["rows"][1] == json{2, 1, 0.0002, 0.5, 0.5, nullptr, 2});
  CHECK(data["pictures"] ==
        json{{{"step", 20}, {"file", "step_000020.png"}}, {{"step", 400}, {"file", "step_000400.png"}}});
  CHECK(data_of(Training().written())["losses"]["rows"].empty());  // nothing is there yet
}

TEST_CASE("a long log is thinned to means") {
  const Training training;
  training.log(2 * int(training_page::most_points) + 1);
  const json losses = data_of(training.written())["losses"];
  CHECK(losses["rows_a_point"] == 3);
  CHECK(losses["rows"].size() == 1334);
  CHECK(losses["rows"][0] == json{3, 1, 0.0002, 0.611111, 0.5, nullptr, 2});
  CHECK(losses["rows"][1333][0] == 4001);
}

TEST_CASE("a browser draws the curves and the pictures without an error") {
  if (std::system("command -v chromium > /dev/null") != 0) {
    MESSAGE("skipped: no chromium");
    return;
  }
  const Training training;
  training.log(50);
  put(training / "score_log.csv",
      "step,epoch,direction,swd,kid,kid_error,share\n10,1,AtoB,7.5,0.1,0.02,0.5\n10,1,BtoA,8.5,0.2,0.02,0.5\n"
      "20,1,AtoB,6.5,0.05,0.01,0.7\n20,1,BtoA,5.5,0.1,0.01,0.6\n");
  training.grid(40, 255);
  training.written("a </script> name");
  const auto browse = [&](const std::string& output) {
    return std::system(("timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
                        "--disable-background-networking --virtual-time-budget=5000 --window-size=1000,2000 "
                        "--user-data-dir=" +
                        (training / "profile").string() + " " + output + " file://" +
                        training.page().string() + " 2> " + (training / "messages").string())
                           .c_str());
  };
  REQUIRE(browse("--dump-dom > " + (training / "dom").string()) == 0);
  const std::string dom = bytes_of(training / "dom");
  INFO(dom.substr(std::min(dom.size(), dom.find("<h1"))));
  CHECK(count(dom, "<p id=\"error\"></p>") == 1);
  CHECK(count(dom, "<h1 id=\"name\">a &lt;/script&gt; name</h1>") == 1);
  CHECK(count(dom, "data-cell=\"40x24\"") == 2);  // the grid was read, and cut
  CHECK(count(dom, "<path class=\"curve\" stroke=\"var(--a)\" d=\"M") == 2 + 3);  // two losses, three scores
  CHECK(count(dom, "<path class=\"curve\" stroke=\"var(--b)\" d=\"M") == 1 + 3);  // one is never a number
  CHECK(count(dom, "<path class=\"band\" style=\"fill: var(--a)\" d=\"M") == 1);  // KID's errors
  CHECK(count(dom, "<line class=\"mark\"") == 2 * 3);                             // in each chart of scores
  CHECK(count(dom, ", 2.5 steps/s, 00:04:00 left; written") == 1);
  CHECK(count(dom, "Best after step 10: best_net. Flat after step 20") == 1);

  REQUIRE(browse("--screenshot=" + (training / "page.png").string()) == 0);
  const Picture page = read_picture(training / "page.png");
  long blue = 0, violet = 0;
  for (auto at = page.rgb.begin(); at != page.rgb.end(); at += 3) {
    blue += at[0] < 20 && at[1] > 90 && at[1] < 140 && at[2] > 150 && at[2] < 200;  // a curve of A
    violet += at[0] == 255 && at[1] == 0 && at[2] == 255;
  }
  CHECK(blue > 1000);
  CHECK(violet > 100000);
}
