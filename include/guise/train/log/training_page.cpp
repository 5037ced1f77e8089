// The page of a training, for guise::compiled.
#include <guise/train/log/detail/training_page_file.hpp>
