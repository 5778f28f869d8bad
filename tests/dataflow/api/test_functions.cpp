// A node that knows the functions of the tests: what a program is to the
// scheduler `processes` when it calls `node_main`.

#include "tests/dataflow/api/functions.hpp"
#include "tests/dataflow/api/submitting_functions.hpp"

#include <tern/tern.hpp>

#include <iostream>

int main(int argc, char** argv) {
  auto known = tern::testing::functions();
  tern::testing::add_submitting_functions(known);
  if (auto status = tern::node_main(argc, argv, known))
    return *status;
  std::cerr << "usage: test_functions node ...\n";
  return 2;
}
