// The operations of the backend for CPUs, for guise::compiled.
#include <guise/backend/cpu/operations.hpp>
