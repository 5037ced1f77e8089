// own_detector: a detector of the user's own. Anything that takes a Picture and returns Faces is a
// FaceDetector, and nothing else depends on which one it is. Here it is OpenCV's FaceDetectorYN, where OpenCV
// is installed and --detector names its weights (face_detection_yunet.onnx of OpenCV's zoo); without weights
// the middle of the picture is taken for a face.
#include "program.hpp"
#include <guise/face/face.hpp>
#include <guise/face/frame.hpp>
#include <guise/io/picture/image_file.hpp>

#ifdef GUISE_OPENCV
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#endif

using namespace guise;

namespace {

struct Anyone;

#ifdef GUISE_OPENCV
// A row of FaceDetectorYN: its points are right eye, left eye, nose, and the corners of the mouth.
Face guise_face(const float* row) {
  Face face{{row[0], row[1], row[0] + row[2], row[1] + row[3]}, {}, row[14]};
  for (std::size_t k = 0; k < 3; ++k) face.points[k] = {row[4 + 2 * k], row[5 + 2 * k]};
  face.points[mouth] = {(row[10] + row[12]) / 2, (row[11] + row[13]) / 2};
  face.points[right_ear] = {row[0], row[5]};  // it finds no ears: beside the eyes
  face.points[left_ear] = {row[0] + row[2], row[7]};
  return face;
}

class YuNet {
 public:
  explicit YuNet(const std::string& file) try : net_(cv::FaceDetectorYN::create(file, "", {320, 320})) {
  } catch (const cv::Exception&) {
    throw Error(file + ": cannot be read: expected the weights of FaceDetectorYN");
  }
  std::vector<Face> operator()(const Picture& picture) const try {
    const cv::Mat rgb(picture.height, picture.width, CV_8UC3, const_cast<unsigned char*>(picture.rgb.data()));
    cv::Mat bgr, rows;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    net_->setInputSize(bgr.size());
    net_->detect(bgr, rows);  // x, y, width, height, five points, score
    std::vector<Face> faces;
    for (int k = 0; k < rows.rows; ++k) faces.push_back(guise_face(rows.ptr<float>(k)));
    return faces;
  } catch (const cv::Exception& error) { throw Error("FaceDetectorYN: " + error.err); }

 private:
  cv::Ptr<cv::FaceDetectorYN> net_;
};
static_assert(FaceDetector<YuNet>);
#endif

template <FaceDetector Find> Images<Anyone> framed(const Picture& picture, Find find, int side) {
  const auto face = dominant_face(find(picture), picture.width, picture.height);
  if (!face) throw Error("no face found");
  return crop<Anyone>(picture, frame_of(*face), side);
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Frame a face that another detector found", "own_detector");
  std::string input, output;
#ifdef GUISE_OPENCV
  std::string detector;
  app.add_option("--detector", detector, "weights of OpenCV's FaceDetectorYN");
#endif
  app.add_option("--input", input, "a portrait").required();
  app.add_option("--output", output, "its face, upright and square").required();
  return run_program(app, argc, argv, [&] {
#ifdef GUISE_OPENCV
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    if (!detector.empty()) {
      write_image(output, framed(read_picture(input), YuNet(detector), 256));
      return 0;
    }
#endif
    const auto middle = [](const Picture& p) -> std::vector<Face> {
      const Point c{p.width / 2., p.height / 2.};
      const double d = std::min(p.width, p.height) / 4.;  // half a side of the box
      return {{{c.x - d, c.y - d, c.x + d, c.y + d},
               {c - Point{0.4 * d, 0}, c + Point{0.4 * d, 0}, c + Point{0, 0.2 * d}, c + Point{0, 0.5 * d},
                c - Point{d, 0}, c + Point{d, 0}},
               1}};
    };
    write_image(output, framed(read_picture(input), middle, 256));
    return 0;
  });
}
