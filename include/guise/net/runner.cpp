// The networks of Cpu, for guise::compiled.
#include <guise/net/detail/forms.hpp>
#include <guise/net/runner.hpp>

namespace guise {
template class Runner<Cpu>;
}
