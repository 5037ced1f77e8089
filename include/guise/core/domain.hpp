// A domain is only a name: `struct Man; struct Woman;`. From it come the two names that keep gradients and
// a discriminator's output apart from pictures.
#pragma once

namespace guise {

template <class Domain> struct Tangent;  // where the gradients of a domain's batches live
template <class Domain> struct Verdict;  // what a discriminator says of a domain's batches

}  // namespace guise
