#include "trainings_on.hpp"

TRAININGS_ON(, guise::Cuda)
