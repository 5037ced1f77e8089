// A domain is a type that is only a name, such as `struct Man;` and `struct Woman;`. Two more domains are
// derived from each, so that gradients and a discriminator's output cannot be taken for pictures.
#pragma once
#include <guise/core/compiler.hpp>

namespace guise {

template <class Domain> struct Tangent;  // the domain of the gradients of a domain's batches
template <class Domain> struct Verdict;  // the domain of what a discriminator returns for a domain's batches

}  // namespace guise
