#include "trainings.hpp"
#include <guise/net/orthogonal.hpp>

guise::Initialization initialization_named(const std::string& type, double gain) {
  using namespace guise;
  if (type == "normal") return initial::normal(gain);
  if (type == "xavier") return initial::xavier_normal(gain);
  if (type == "kaiming") return initial::kaiming_normal(gain);
  if (type == "orthogonal") return initial::orthogonal(gain);
  throw Error("--init_type " + type + ": expected normal, xavier, kaiming or orthogonal");
}
