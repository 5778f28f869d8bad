// Functions out of a library that is loaded when the program runs: this one
// knows nothing of them but their names. Results are shown as they come.
// Usage: loaded_functions LIBRARY [synchronous|threads|processes]

#include <tern/tern.hpp>

#include <iostream>
#include <vector>

int main(int argc, char** argv) {
  // with `processes` this program is started again, as a node
  if (auto status = tern::node_main(argc, argv, {}))
    return *status;
  const auto where = tern::scheduler_named(argc > 2 ? argv[2] : "threads");
  if (argc < 2 || !where) {
    std::cerr << "usage: loaded_functions LIBRARY "
                 "[synchronous|threads|processes]\n";
    return 2;
  }
  tern::session s{{.scheduler = *where, .nodes = 2, .libraries = {argv[1]}}};

  std::vector<int> begins;
  std::vector<int> ends;
  for (int begin = 0; begin < 100'000; begin += 10'000) {
    begins.push_back(begin);
    ends.push_back(begin + 10'000);
  }
  std::int64_t primes = 0;
  for (const auto& part : s.as_completed(s.map("count_primes", begins, ends))) {
    primes += part.result().item<std::int64_t>();
    std::cerr << part.call().expression() << '\n'; // in any order
  }
  std::cout << "primes below 100000: " << primes << '\n';
}
