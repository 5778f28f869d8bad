# What tern is built on, in one place: the build reads this file, and so does
# the installed ternConfig.cmake. Everything comes from Debian. Where Debian
# ships no CMake file for a library, a Find module beside this file looks for
# it.

# What the libraries link; a program that uses tern needs these as well.
set(TERN_LIBRARY_DEPENDENCIES
  "Threads"
  "CAF 0.17.6 COMPONENTS core io"
  "LZ4"
  "XXHash"
  "CapnProto"
  "tl-expected"
  "fmt"
  "Boost 1.74"
  "NetCDF"
  "OpenBLAS_pthread"
  "hwy"
  "Random123"
  "nlohmann_json")

# What only tern's own programs link.
set(TERN_TOOL_DEPENDENCIES
  "CLI11"
  "ChartJs"
  "PNG"
  "tomlplusplus"
  "pegtl")
