#pragma once

#include "actors/node.hpp"
#include "apps/tern/page/cluster_events.hpp"
#include "apps/tern/page/status_book.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/serial_thread.hpp"
#include "dataflow/runtime/service.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tern {

/// Tells the others how this node does, and watches the cluster for the readers
/// of this node's page.
///
/// One thread samples for all readers, once a second, and only while there are
/// some. It reads counters; the tasks of plans, which may be millions, it looks
/// at so seldom that this takes at most a hundredth of its time. Any thread may
/// call.
class cluster_watch {
public:
  struct listeners {
    std::function<void(std::string snapshot)> on_snapshot;
    std::function<void(std::string events)> on_events;
  };

  /// Before the node joins others. The listeners are called on a thread of this
  /// object, until its end.
  cluster_watch(node& self, dataflow_service& service, listeners to);
  ~cluster_watch();
  cluster_watch(const cluster_watch&) = delete;
  cluster_watch& operator=(const cluster_watch&) = delete;

  /// The page has so many readers now.
  void set_readers(std::size_t count);

private:
  using clock = std::chrono::steady_clock;

  void listen();
  void happened(std::function<void()> f);
  void answer(node_id asker);
  void tick();
  void publish();
  const std::vector<std::byte>& own_status();

  node& self_;
  dataflow_service& service_;
  const listeners to_;

  // of the thread alone
  status_book book_;
  cluster_events events_;
  std::size_t readers_ = 0;
  bool ticks_ = false;
  std::vector<std::byte> own_; ///< encoded
  clock::time_point own_until_{};
  dataflow_service::status counted_; ///< with actors
  clock::time_point count_again_{};

  gate gate_;
  serial_thread thread_;
};

} // namespace tern
