#include "actors/simulation/view_cluster.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace tern;
using namespace tern::simulation;

namespace {

struct fault {
  const char* name;
  bool agreement_faults::*planted;
  bool suspicions = true; // more go wrong then, but no end is asked for
  std::size_t leaves = 0;
};

std::ostream& operator<<(std::ostream& out, const fault& f) {
  return out << f.name;
}

const fault faults[] = {
    {"a voter forgets its promise", &agreement_faults::forget_promise},
    {"a proposer ignores what was accepted",
     &agreement_faults::ignore_accepted},
    {"half of the voters are enough", &agreement_faults::minority},
    {"members vote that are no voters", &agreement_faults::any_voter},
    {"who missed a view is never told", &agreement_faults::no_reannounce,
     false},
    {"nodes leave their lineage alone", &agreement_faults::leave_alone},
    {"nodes come from whatever view they hold",
     &agreement_faults::forget_origin},
    {"a lineage is taken over node by node", &agreement_faults::forget_mates},
    {"who leaves does not wait until the others know",
     &agreement_faults::leave_untold, false, 3},
};

view_simulation_result run(const view_simulation_options& options) {
  auto r = view_simulation(options);
  BOOST_TEST_INFO(r.why);
  BOOST_TEST(r.failed == 0u);
  return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(view_clusters)

BOOST_AUTO_TEST_CASE(two_thousand_seeds_end_in_one_view) {
  view_simulation_options options;
  options.last_seed = 2000;
  const auto r = run(options);
  BOOST_TEST(r.seeds == 2000u);
  BOOST_TEST(r.judged > 1500u); // in the others a majority died
  BOOST_TEST(r.kills > 1000u);
  BOOST_TEST(r.merges > 5000u);
  BOOST_TEST(r.expelled == 0u);
}

BOOST_AUTO_TEST_CASE(without_deaths_every_run_ends_in_one_view) {
  view_simulation_options options;
  options.last_seed = 2000;
  options.kills = 0;
  BOOST_TEST(run(options).judged == 2000u);
  options.bad_network = false;
  BOOST_TEST(run(options).judged == 2000u);
}

BOOST_AUTO_TEST_CASE(deaths_beyond_the_majority_do_no_harm) {
  view_simulation_options options;
  options.last_seed = 1000;
  options.kills = 7;
  const auto r = run(options);
  BOOST_TEST(r.judged < 900u);
}

BOOST_AUTO_TEST_CASE(wrong_suspicions_expel_but_do_not_divide) {
  view_simulation_options options;
  options.last_seed = 2000;
  options.suspicions = true;
  BOOST_TEST(run(options).expelled > 500u);
}

BOOST_AUTO_TEST_CASE(nodes_that_leave_are_gone_at_once_and_leave_one_view) {
  view_simulation_options options;
  options.last_seed = 2000;
  options.leaves = 4;
  const auto r = run(options);
  BOOST_TEST(r.left > 2000u);
  BOOST_TEST(r.judged > 1500u);
  BOOST_TEST(r.expelled == 0u);
  options.kills = 0;
  BOOST_TEST(run(options).left > 2000u);
  options.suspicions = true;
  run(options);
}

BOOST_AUTO_TEST_CASE(sixteen_nodes_agree) {
  view_simulation_options options;
  options.last_seed = 300;
  options.nodes = 16;
  run(options);
}

BOOST_AUTO_TEST_CASE(the_codec_changes_nothing) {
  view_simulation_options options;
  options.last_seed = 200;
  options.suspicions = true;
  const auto plain = run(options);
  options.through_codec = true;
  BOOST_TEST(run(options).hash == plain.hash);
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_run) {
  view_simulation_options options;
  options.last_seed = 20;
  const auto once = run(options);
  BOOST_TEST(run(options).hash == once.hash);
  options.first_seed = 2;
  options.last_seed = 21;
  BOOST_TEST(run(options).hash != once.hash);
}

BOOST_DATA_TEST_CASE(a_planted_fault_is_found_within_two_thousand_seeds,
                     boost::unit_test::data::make(faults), fault) {
  view_simulation_options options;
  options.last_seed = 2000;
  options.nodes = 16;
  options.suspicions = fault.suspicions;
  options.leaves = fault.leaves;
  options.stop_at_first = true;
  options.planted.*fault.planted = true;
  const auto r = view_simulation(options);
  BOOST_TEST(r.failed == 1u);
  BOOST_TEST_MESSAGE(r.why);
  // It is the fault that was found: without it the seed passes.
  options.planted = {};
  options.first_seed = options.last_seed = r.first_failing;
  run(options);
}

BOOST_AUTO_TEST_SUITE_END()
