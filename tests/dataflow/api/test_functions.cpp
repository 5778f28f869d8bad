// A node that knows the functions of the tests: what a program is to the
// scheduler `processes` when it calls `node_main`.

#include "tests/dataflow/api/functions.hpp"

#include <tern/tern.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (auto status = tern::node_main(argc, argv, tern::testing::functions()))
    return *status;
  std::cerr << "usage: test_functions node ...\n";
  return 2;
}
