// From a file to a file: the yearly mean of the sea surface temperature, read
// block by block from a NetCDF file and written to another one.
// Usage: climatology [INPUT.nc [OUTPUT.nc]]

#include <tern/tern.hpp>

#include <iomanip>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  const std::string input =
      argc > 1 ? argv[1] : "/usr/share/ferret-vis/data/coads_climatology.cdf";
  const std::string output = argc > 2 ? argv[2] : "sst_mean.nc";
  try {
    // (month, latitude, longitude); land is a missing value, and so NaN
    const auto sst = tern::open_nc(input, "SST", {{3, 30, 30}});
    const auto year = sst.nanmean(0);
    const auto tropics = year(tern::slice(33, 57), tern::every);

    tern::session s;
    s.write(year, output);
    const auto [warmest, coldest, mean, sea] =
        s.compute(year.nanmax(), year.nanmin(), tropics.nanmean(),
                  (~tern::isnan(year)).sum());
    std::cout << std::fixed << std::setprecision(2)
              << "cells of sea: " << sea.item<std::int64_t>()
              << "\nwarmest: " << warmest.item<float>()
              << " C\ncoldest: " << coldest.item<float>()
              << " C\ntropics: " << mean.item<float>() << " C\n";
  } catch (const tern::expression_error& e) {
    std::cerr << "a mistake: " << e.what() << '\n'; // no such file, variable...
    return 2;
  } catch (const tern::run_error& e) {
    std::cerr << "the run failed: " << e.what() << '\n';
    return 1;
  }
}
