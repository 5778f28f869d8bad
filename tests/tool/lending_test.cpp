// Task actors seen from another process: this one has no part in the plan but
// its name. It asks about tasks by their ids, sends them messages, watches
// them and has them moved, in each of their states.

#include "actors/node.hpp"
#include "dataflow/runtime/service.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>

using namespace tern;
using tern::test::eventually;
using tern::test::test_node;

namespace {

const std::string node_program = std::string{TERN_BINARY_DIR} + "/test_node";

layer call_layer(const std::string& name, const std::string& argument,
                 std::vector<layer_id> inputs) {
  layer l;
  op_call call{name, {}};
  const auto* bytes = reinterpret_cast<const std::byte*>(argument.data());
  call.arguments.assign(bytes, bytes + argument.size());
  l.op = std::move(call);
  l.out = {axis_chunks::ones(3)};
  l.expression = name;
  for (auto from : inputs) {
    layer_input in;
    in.from = from;
    in.axes.push_back({});
    l.inputs.push_back(in);
  }
  return l;
}

/// Three nodes with a compute thread each, a plan of three tasks a layer (so
/// that node i owns task i of each), and this process as its submitter.
///
/// layer 0 `gate` A, layer 1 `gate` B, layer 2 their sum, layer 3 `fail`
/// after A, roots: 2 and 3.
class watched_plan final : public plan_client {
public:
  watched_plan() {
    auto started = node::start({.threads = 0});
    BOOST_TEST_REQUIRE(started.has_value());
    self_ = std::move(*started);
    service_ = std::make_unique<dataflow_service>(*self_, kernel_registry{});
    BOOST_TEST_REQUIRE(
        self_->join("127.0.0.1", static_cast<std::uint16_t>(a_.port()))
            .has_value());
    std::filesystem::create_directories(folder_);
    plan_.id = 77;
    plan_.view.submitter = self_->id();
    eventually("three nodes", [&] { return self_->members().size() == 4u; });
    for (const auto& m : self_->members())
      if (m.threads > 0)
        plan_.view.places.push_back({m.id, m.threads});
    plan_.work.layers = {
        call_layer("gate", gate_a(), {}), call_layer("gate", gate_b(), {}),
        call_layer("sum", "", {0, 1}), call_layer("fail", "", {0})};
    plan_.work.roots = {2, 3};
    service_->connect(plan_.id, self_->id(), *this);
    service_->submit(plan_);
    eventually("the plan is accepted", [&] { return accepted_ == 3; });
  }

  ~watched_plan() override {
    open(gate_a());
    open(gate_b());
    service_->disconnect(plan_.id);
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  void receive(dataflow_message m) override {
    std::lock_guard guard{mutex_};
    inbox_.push_back(std::move(m));
  }
  void receive_reply(node_id, message_kind, const plan_reply&) override {
    ++accepted_;
  }

  std::string gate_a() const {
    return folder_ + "/a";
  }
  std::string gate_b() const {
    return folder_ + "/b";
  }
  static void open(const std::string& gate) {
    std::ofstream{gate};
  }

  /// Sends `m` to the task `layer`/`index`; to any node, it finds its way.
  void tell(layer_id layer, std::int64_t index, dataflow_message m) {
    m.to = pack({layer, index});
    m.asker = self_->id();
    service_->send(plan_.id, plan_.view.places[0].node, m);
    service_->flush();
  }

  /// Waits for a message of `kind` from the task.
  dataflow_message answer(message_kind kind, layer_id layer,
                          std::int64_t index) {
    dataflow_message found;
    eventually("an answer", [&] {
      std::lock_guard guard{mutex_};
      for (auto i = inbox_.begin(); i != inbox_.end(); ++i)
        if (i->kind == kind && i->from == pack({layer, index})) {
          found = std::move(*i);
          inbox_.erase(i);
          return true;
        }
      return false;
    });
    return found;
  }

  dataflow_message inspect(layer_id layer, std::int64_t index) {
    tell(layer, index, message_of(message_kind::inspect, 0));
    return answer(message_kind::inspected, layer, index);
  }

  void expect_phase(layer_id layer, std::int64_t index, node_index where,
                    const std::string& phase) {
    dataflow_message seen;
    eventually(phase + " on node " + std::to_string(where), [&] {
      seen = inspect(layer, index);
      return seen.text == phase && seen.ordinal == where;
    });
  }

  dataflow_message order(layer_id layer, std::int64_t index,
                         node_index target) {
    auto m = message_of(message_kind::order_move, 0);
    m.ordinal = target;
    tell(layer, index, m);
    return answer(message_kind::order_moved, layer, index);
  }

  void watch(layer_id layer, std::int64_t index) {
    tell(layer, index, message_of(message_kind::monitor, 0));
  }

  /// Fills a slot by hand, with what the gate would give.
  void fill(std::int64_t index, std::uint32_t slot) {
    auto m = message_of(message_kind::have, 0, pack({slot, index}));
    m.slot = slot;
    m.node = plan_.view.places[static_cast<std::size_t>(index)].node;
    block_builder b{dtype::float64, {1}};
    b.values<double>()[0] = 1;
    m.data = b.finish();
    tell(2, index, m);
  }

private:
  static std::vector<std::string> joining(const test_node& n) {
    return {"--stay", "--join", n.address()};
  }

  std::string folder_ =
      std::string{TERN_BINARY_DIR} + "/lending-" + std::to_string(::getpid());
  test_node a_{{"--stay"}, node_program};
  test_node b_{joining(a_), node_program};
  test_node c_{joining(a_), node_program};
  std::unique_ptr<node> self_;
  std::unique_ptr<dataflow_service> service_;
  plan plan_;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::deque<dataflow_message> inbox_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(lending)

BOOST_AUTO_TEST_CASE(a_task_is_asked_watched_and_moved_in_each_of_its_states) {
  watched_plan p;
  // running: moves once it is done
  p.expect_phase(0, 0, 0, "running");
  BOOST_TEST(p.inspect(0, 0).slot == 1u); // on the only thread
  BOOST_TEST(p.inspect(0, 0).bytes > 0u); // since then
  BOOST_TEST(p.order(0, 0, 1).epoch == 1u);
  // waiting, with one input filled
  p.fill(0, 0);
  p.expect_phase(2, 0, 0, "waiting");
  BOOST_TEST(p.order(2, 0, 2).epoch == 1u);
  p.expect_phase(2, 0, 2, "waiting");
  BOOST_TEST(p.inspect(2, 0).slot == 1u);
  BOOST_TEST(p.inspect(2, 0).bytes == pack({1, 0})); // what is missing
  BOOST_TEST(!p.inspect(2, 0).asker);                // nobody has it
  // ready: both inputs are there, the node's only thread is at its gate
  p.fill(1, 0);
  p.fill(1, 1);
  p.expect_phase(2, 1, 1, "ready");
  BOOST_TEST(p.order(2, 1, 0).epoch == 1u);
  p.expect_phase(2, 1, 0, "ready");
  // a source that waits for a thread
  p.expect_phase(1, 2, 2, "waiting");
  p.watch(2, 0);
  p.watch(3, 1);
  p.watch(0, 0);

  watched_plan::open(p.gate_a());
  watched_plan::open(p.gate_b());
  // released: the watcher that came before the move is told after it
  BOOST_TEST(p.answer(message_kind::down, 0, 0).text == "released");
  const auto late = p.order(0, 0, 2);
  BOOST_TEST(late.epoch == 0u);
  BOOST_TEST(late.text == "released");
  // held
  p.expect_phase(2, 0, 2, "held");
  BOOST_TEST(p.order(2, 0, 1).epoch == 1u);
  p.expect_phase(2, 0, 1, "held");
  p.tell(2, 0, message_of(message_kind::want, 0));
  BOOST_TEST(p.answer(message_kind::block_data, 2, 0).data.item() == 2.0);
  auto done = message_of(message_kind::release, 0);
  done.ordinal = 0;
  p.tell(2, 0, done);
  BOOST_TEST(p.answer(message_kind::down, 2, 0).text == "released");
  // erred
  p.expect_phase(3, 1, 1, "erred");
  BOOST_TEST(p.order(3, 1, 0).epoch == 0u);
  BOOST_TEST(p.answer(message_kind::down, 3, 1).text == "erred");
}

BOOST_AUTO_TEST_CASE(a_watcher_of_a_task_that_is_over_is_told_at_once) {
  watched_plan p;
  watched_plan::open(p.gate_a());
  watched_plan::open(p.gate_b());
  p.expect_phase(3, 2, 2, "erred");
  p.watch(3, 2);
  BOOST_TEST(p.answer(message_kind::down, 3, 2).text == "erred");
}

BOOST_AUTO_TEST_SUITE_END()
