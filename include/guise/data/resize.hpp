// `resized` is a picture in another size, by stb_image_resize on the numbers as they are stored, of a Raster with its
// channels and its depth. ResizeFilter::cubic interpolates with Catmull-Rom's cubic, which is widened where the picture
// shrinks so that it covers every pixel; ResizeFilter::box makes each pixel of a smaller picture the mean of the pixels
// that it covers, which is softer and takes little more than half the time. The border is continued outwards. What the
// cubic overshoots ends at the smallest and the largest number: of the depth, or of the picture where it is float32.
// stb is compiled into a namespace with internal linkage, so that a program may use stb itself. Throws Error for a size
// below 1x1, for more than 64 channels, and for a picture that is none (check).
#pragma once
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/raster.hpp>

namespace guise {

enum class ResizeFilter { box, cubic };

Picture resized(const Picture& picture, int width, int height, ResizeFilter filter = ResizeFilter::cubic);
Raster resized(const Raster& picture, int width, int height, ResizeFilter filter = ResizeFilter::cubic);

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/data/detail/stb_resize.hpp>
#endif
