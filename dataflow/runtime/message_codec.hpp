#pragma once

#include "actors/envelope.hpp"
#include "dataflow/runtime/message.hpp"
#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tern {

/// A message as the link takes it: Cap'n Proto (schema/dataflow.capnp) and,
/// for blocks above `inline_limit`, their elements beside it.
struct encoded_task_message {
  envelope head;
  std::vector<std::byte> payload;
  buffer bulk;
};

/// `plan` goes into the envelope.
encoded_task_message encode(const dataflow_message& m, std::uint64_t plan);

/// Total: any bytes give a message or a `malformed` failure.
result<dataflow_message> decode(message_kind kind, const envelope& head,
                                std::span<const std::byte> payload,
                                buffer bulk);

} // namespace tern
