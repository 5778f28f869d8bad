#pragma once

#include <complex>
#include <string>

namespace tern {

/// The shortest digits that read back as the same number, as Python's repr
/// writes them: 0.1, 3.0, 1e-05, 1e+16, nan, inf.
std::string shortest_digits(double x);
std::string shortest_digits(float x);

/// Likewise a complex number: 2j, (1+2j), (-0.1-1e-07j).
std::string complex_digits(std::complex<double> z);
std::string complex_digits(std::complex<float> z);

} // namespace tern
