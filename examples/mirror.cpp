// mirror: swaps the face in a video file or before a camera, frame by frame, with box and keypoints smoothed
// over time. The result is shown in a window, or with --output written to a video file, which needs no
// screen. It is built where OpenCV is installed. Ctrl-C, Escape or q end it; what was written until then is a
// whole video.
#include "face_swap_options.hpp"
#include "program.hpp"
#include "video.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/face/smooth.hpp>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/highgui.hpp>
#include <opencv2/imgproc.hpp>

#include <chrono>
#include <cstdlib>
#include <iomanip>

using namespace guise;

namespace {

struct Options {
  FaceSwapOptions swap;
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

bool ended_by_key() {
  const int key = cv::waitKey(1);
  return key == 27 || key == 'q' || cv::getWindowProperty("mirror", cv::WND_PROP_VISIBLE) < 1;
}

int run(const Options& options) {
  const FaceSwapper<Source, Target> swapper = face_swapper(options.swap);
  Video video(options.input, options.camera);
  std::optional<Recording> recording;
  FaceSmoother smooth;
  long frames = 0, with_face = 0;
  bool ended = false;
  std::chrono::duration<double, std::milli> busy{};
  for (cv::Mat frame; !Interrupt::came() && video.next(frame); ++frames) {
    if (!options.output.empty() && !recording) recording.emplace(options.output, video.rate(), frame.size());
    const auto begun = std::chrono::steady_clock::now();
    Picture picture = to_picture(frame);
    if (const auto face = smooth(swapper.detect(picture), picture.width, picture.height, video.seconds())) {
      swapper.swap(picture, *face);
      swapper.draw(picture, *face);
      ++with_face;
    }
    to_frame(picture, frame);
    busy += std::chrono::steady_clock::now() - begun;
    if (recording) {
      recording->add(frame);
      continue;
    }
    cv::imshow("mirror", frame);
    if (ended_by_key()) {
      ended = true;
      break;
    }
  }
  if (recording) recording->finish();
  std::cout << frames << " frames, " << with_face << " with a face, " << std::fixed << std::setprecision(1)
            << busy.count() / std::max(1., double(frames)) << " ms each\n";
  if (Interrupt::came() && !options.input.empty()) return 130;
  if (ended || Interrupt::came() || !video.ends_early(frames)) return 0;
  throw Error(options.input + ": ends early: " + std::to_string(frames) + " frames, expected " +
              std::to_string(video.claimed()));
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Swap the face in a video or before a camera", "mirror");
  Options options;
  const auto input = app.add_option("--input", options.input, "a video file; without: a camera");
  app.add_option("--camera", options.camera, "its number").check(whole_in(0, 99)).excludes(input);
  app.add_option("--output", options.output, "a video to write (.avi, .mp4, .mkv); without: a window");
  options.swap.add_to(app);

  return run_program(app, argc, argv, [&] {
    if (options.output.empty() && !std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY"))
      throw Error("no screen to show it on: expected --output FILE");
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    const Interrupt interrupt;
    return run(options);
  });
}
