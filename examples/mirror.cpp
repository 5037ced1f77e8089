// mirror: the faces of a video file or a camera, swapped frame by frame, box and keypoints smoothed over
// time. Shown in a window, or with --output written to a video file, which needs no screen. Built where
// OpenCV is installed. Ctrl-C, Escape or q end it; what was written until then is a whole video.
#include "interrupt.hpp"
#include "lens.hpp"
#include "program.hpp"
#include <guise/face/smooth.hpp>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/highgui.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iomanip>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  LensOptions lens;
  std::string input, output;
  int camera = 0;
};

Picture to_picture(const cv::Mat& bgr) {
  Picture picture = blank(bgr.cols, bgr.rows);
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, picture.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return picture;
}
void to_frame(Picture& picture, cv::Mat& bgr) {
  cv::cvtColor(cv::Mat(picture.height, picture.width, CV_8UC3, picture.rgb.data()), bgr, cv::COLOR_RGB2BGR);
}

class Video {
 public:
  explicit Video(const Options& options) : is_file_(!options.input.empty()) {
    if (is_file_ && !fs::is_regular_file(options.input))
      throw Error(options.input + ": no such file: expected a video");
    const bool opened = is_file_ ? capture_.open(options.input) : capture_.open(options.camera);
    cv::Mat first;
    if (!opened || !capture_.read(first) || first.type() != CV_8UC3)
      throw Error(is_file_ ? options.input + ": cannot be read: expected a video that OpenCV can decode"
                           : "camera " + std::to_string(options.camera) +
                                 ": cannot be opened: expected one that is there and free, or --input FILE");
    waiting_ = first;
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    rate_ = rate >= 1 && rate <= 1000 ? rate : 30;
  }
  double rate() const { return rate_; }  // frames a second
  bool next(cv::Mat& frame) {
    if (waiting_.empty()) return capture_.read(frame);
    cv::swap(frame, waiting_);
    waiting_.release();
    return true;
  }
  // Since the frame before: of a file by its rate, of a camera by the clock.
  double seconds() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - std::exchange(last_, now);
    return is_file_ ? 1 / rate_ : std::clamp(passed.count(), 0.001, 1.);
  }

 private:
  bool is_file_;
  cv::VideoCapture capture_;
  cv::Mat waiting_;
  double rate_ = 30;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// A video that has its name when it is whole: until then it lies beside it under another.
class Recording {
 public:
  Recording(const fs::path& path, double rate, cv::Size size) : path_(path), size_(size) {
    const std::string kind = image_file::lower_extension(path);
    if (kind != ".avi" && kind != ".mp4" && kind != ".mkv")
      throw Error(path.string() + ": cannot be written: expected a name ending in .avi, .mp4 or .mkv");
    if (fs::exists(path) && !fs::is_regular_file(path))
      throw Error(path.string() + ": cannot be written: expected a regular file or a free name");
    part_ = path.parent_path() / (path.stem().string() + ".part-" + std::to_string(getpid()) + kind);
    const int code = kind == ".avi" ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G')
                                    : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
    if (!writer_.open(part_.string(), code, rate, size)) fail("expected a folder that can be written to");
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    writer_.release();
    std::error_code ignored;
    fs::remove(part_, ignored);
  }
  void add(const cv::Mat& frame) {
    if (frame.size() != size_) fail("the frames of the video change their size");
    writer_.write(frame);
    ++frames_;
  }
  void finish() {  // a writer that runs out of space says nothing
    const int reader = writer_.getBackendName() == "FFMPEG" ? cv::CAP_FFMPEG : cv::CAP_ANY;
    writer_.release();
    cv::VideoCapture written(part_.string(), reader);
    if (!written.isOpened() || std::lround(written.get(cv::CAP_PROP_FRAME_COUNT)) < frames_)
      fail("not all frames arrived: is there space?");
    fs::rename(part_, path_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(path_.string() + ": cannot be written: " + why);
  }
  fs::path path_, part_;
  cv::Size size_;
  cv::VideoWriter writer_;
  long frames_ = 0;
};

bool ended_by_key() {
  const int key = cv::waitKey(1);
  return key == 27 || key == 'q' || cv::getWindowProperty("mirror", cv::WND_PROP_VISIBLE) < 1;
}

int run(const Options& options) {
  const Lens lens(options.lens);
  Video video(options);
  std::optional<Recording> recording;
  FaceSmoother smooth;
  long frames = 0, with_face = 0;
  std::chrono::duration<double, std::milli> busy{};
  for (cv::Mat frame; !interrupted && video.next(frame); ++frames) {
    if (!options.output.empty() && !recording) recording.emplace(options.output, video.rate(), frame.size());
    const auto begun = std::chrono::steady_clock::now();
    Picture picture = to_picture(frame);
    if (const auto face = smooth(lens.dominant(picture), video.seconds())) {
      lens(picture, *face);
      ++with_face;
    }
    to_frame(picture, frame);
    busy += std::chrono::steady_clock::now() - begun;
    if (recording) {
      recording->add(frame);
      continue;
    }
    cv::imshow("mirror", frame);
    if (ended_by_key()) break;
  }
  if (recording) recording->finish();
  std::cout << frames << " frames, " << with_face << " with a face, " << std::fixed << std::setprecision(1)
            << busy.count() / std::max(1., double(frames)) << " ms each\n";
  return interrupted && !options.input.empty() ? 130 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Swap the face in a video or before a camera", "mirror");
  Options options;
  const auto input = app.add_option("--input", options.input, "a video file; without: a camera");
  app.add_option("--camera", options.camera, "its number")->check(CLI::Range(0, 99))->excludes(input);
  app.add_option("--output", options.output, "a video to write (.avi, .mp4, .mkv); without: a window");
  options.lens.swap.side = 128;
  options.lens.add_to(app);

  return run_program(app, argc, argv, [&] {
    if (options.output.empty() && !std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY"))
      throw Error("no screen to show it on: expected --output FILE");
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    finish_on_interrupt();
    return run(options);
  });
}
