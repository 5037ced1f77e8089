// Video and Recording are videos through OpenCV: the frames of a file or a camera one after another, and a
// file that frames are added to. They throw guise::Error for what cannot be opened, read or written.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/picture/image_file.hpp>

#include <fcntl.h>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>

// The library to open a video with, and no other where OpenCV has this one: the others that OpenCV would try
// next print messages of their own.
inline int alone(cv::VideoCaptureAPIs library) {
  return cv::videoio_registry::hasBackend(library) ? library : cv::CAP_ANY;
}

class Video {
 public:
  // Opens a file, or a camera where no file is named.
  Video(const std::string& file, int camera) : is_file_(!file.empty()) {
    if (is_file_ && !std::filesystem::is_regular_file(file))
      throw guise::Error(file + ": no such file: expected a video");
    const bool opened =
        is_file_ ? capture_.open(file, alone(cv::CAP_FFMPEG)) : capture_.open(camera, alone(cv::CAP_V4L2));
    cv::Mat first;
    if (!opened || !capture_.read(first) || first.type() != CV_8UC3)
      throw guise::Error(is_file_ ? file + ": cannot be read: expected a video that OpenCV can decode"
                                  : "camera " + std::to_string(camera) +
                                        ": cannot be opened: expected one that is there and free, or "
                                        "--input FILE");
    waiting_ = first;
    const double rate = capture_.get(cv::CAP_PROP_FPS), frames = capture_.get(cv::CAP_PROP_FRAME_COUNT);
    rate_ = rate >= 1 && rate <= 1000 ? rate : 30;
    if (is_file_ && frames >= 1 && frames < 1e9) claimed_ = std::lround(frames);
    // AVI stores the number of frames. In other formats it is computed from a duration, which may be the
    // sound's.
    tolerated_ = guise::image_file::lower_extension(file) == ".avi" ? 0 : std::lround(rate_);
  }
  double rate() const { return rate_; }      // frames a second
  long claimed() const { return claimed_; }  // frames that the file claims to have; 0 where it does not say
  bool ends_early(long frames) const { return frames < claimed_ - tolerated_; }
  bool next(cv::Mat& frame) {
    if (waiting_.empty()) return capture_.read(frame);
    cv::swap(frame, waiting_);
    waiting_.release();
    return true;
  }
  // Seconds since the frame before: of a file by its rate, of a camera by the clock.
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
  long claimed_ = 0, tolerated_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// A video that is written whole or not at all: until finish() it has another name in the same folder.
class Recording {
 public:
  Recording(const std::filesystem::path& path, double rate, cv::Size size)
      : path_(guise::followed(path)), size_(size) {
    const std::string kind = guise::image_file::lower_extension(path);
    if (kind != ".avi" && kind != ".mp4" && kind != ".mkv")
      throw guise::Error(path.string() + ": cannot be written: expected a name ending in .avi, .mp4 or .mkv");
    if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
      throw guise::Error(path.string() + ": cannot be written: expected a regular file or a free name");
    guise::remove_unfinished(path_.has_parent_path() ? path_.parent_path() : ".");
    const std::string end = ".part-" + std::to_string(getpid()) + "-0" + kind;
    part_.path = path_.parent_path() /
                 (guise::shortened_name(path_.stem().string(), guise::longest_name - end.size()) + end);
    part_.lock();
    const int code = kind == ".avi" ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G')
                                    : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
    if (!writer_.open(part_.path.string(), alone(cv::CAP_FFMPEG), code, rate, size))
      fail("expected a folder that can be written to");
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() { writer_.release(); }
  void add(const cv::Mat& frame) {
    if (frame.size() != size_) fail("the frames of the video change their size");
    writer_.write(frame);
    ++frames_;
  }
  void finish() {  // reads the file again, because a writer that runs out of space reports no error
    writer_.release();
    cv::VideoCapture written(part_.path.string(), alone(cv::CAP_FFMPEG));
    if (!written.isOpened() || std::lround(written.get(cv::CAP_PROP_FRAME_COUNT)) < frames_)
      fail("not all frames were stored: is there space?");
    std::filesystem::rename(part_.path, path_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw guise::Error(path_.string() + ": cannot be written: " + why);
  }
  // Locked, so that nobody takes it for what a killed program left; removed unless it was renamed.
  struct Part {
    std::filesystem::path path{};
    int file = -1;
    void lock() {
      file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
      if (file >= 0) flock(file, LOCK_EX);
    }
    ~Part() {
      if (file < 0) return;
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      close(file);
    }
  };

  std::filesystem::path path_;
  Part part_;
  cv::Size size_;
  cv::VideoWriter writer_;
  long frames_ = 0;
};
