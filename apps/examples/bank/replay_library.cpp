// The classes of the bank as a library, for `tern replay --load`.

#include "apps/examples/bank/actors.hpp"

#include <tern/replay.hpp>

namespace {

void add_classes(tern::actor_types& known) {
  known.add<bank::account>();
  known.add<bank::teller>();
}

} // namespace

extern "C" const tern::actor_library* tern_actors() {
  static const tern::actor_library mine{.add_to = add_classes};
  return &mine;
}
