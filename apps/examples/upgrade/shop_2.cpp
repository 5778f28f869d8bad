// Version 2 of the program, as a node of the shop. Usage: example_shop_2 HOST
// PORT

#include "apps/examples/node_process.hpp"
#include "apps/examples/upgrade/v2/account.hpp"

int main(int argc, char** argv) {
  return argc == 3 ? example::be_node<shop::v2::account>(argv[1], argv[2]) : 2;
}
