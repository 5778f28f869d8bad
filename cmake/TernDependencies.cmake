# Everything comes from Debian. CAF, LZ4 and xxHash ship no CMake files there,
# so cmake/Find*.cmake look for them.
find_package(Threads REQUIRED)
find_package(CAF 0.17.6 REQUIRED COMPONENTS core io)
find_package(LZ4 REQUIRED)
find_package(XXHash REQUIRED)
find_package(CapnProto REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(NetCDF REQUIRED)
find_package(OpenBLAS_serial REQUIRED)
