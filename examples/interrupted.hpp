// What ends a program's work where it was told to end (guise/core/interrupt.hpp): no failure, and nothing is written.
#pragma once
#include <guise/core/error.hpp>

struct Interrupted : guise::Error {
  Interrupted() : Error("interrupted") {}
};
