#include "reports/statistics/quantiles.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

// Boost computes in long double and rounds once: last bits do not depend on which variant of
// exp() and log() the C library chose for this processor.

namespace firesweep::reports::statistics {

double normal_cdf(double z) {
  return boost::math::cdf(boost::math::normal(), z);
}

double normal_quantile(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}

double student_t_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

}  // namespace firesweep::reports::statistics
