// One line, anywhere: the same expression on this thread, on all cores, on node
// processes of this host, or on nodes that run already. The bits are the same.
// Usage: scaling_out [HOST PORT]   (of any node of a running cluster)

#include <tern/tern.hpp>

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  // with `processes` this program is started again, as a node
  if (auto status = tern::node_main(argc, argv, {}))
    return *status;

  const auto x =
      tern::random_uniform({2000, 2000}, 1, tern::dtype::float64, {{250}});
  const auto slide = ((x + x.T()) - x.mean(0)).std();

  std::vector<tern::session_options> places{
      {.scheduler = tern::scheduler::synchronous},
      {.scheduler = tern::scheduler::threads},
      {.scheduler = tern::scheduler::processes, .threads = 1, .nodes = 3}};
  if (argc == 3)
    places.push_back(
        {.scheduler = tern::scheduler::cluster,
         .join_host = argv[1],
         .join_port = static_cast<std::uint16_t>(std::stoi(argv[2]))});

  double first = 0;
  for (const auto& place : places) {
    tern::session s{place};
    const auto value = s.compute(slide).item<double>();
    first = first == 0 ? value : first;
    std::cout << "nodes: " << s.last_run().nodes
              << ", same bits: " << (value == first) << '\n';
  }
}
