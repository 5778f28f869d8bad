#pragma once

#include "actors/balance.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tern {

/// The body of a `message_kind::balance_report`.
std::vector<std::byte> encode(const balance_report& r);

/// Takes any bytes. What it gives is sound: it has a number, and what it says
/// of load, actors and workers is within reason, so that sums of it are.
/// `malformed` otherwise.
result<balance_report> decode_balance_report(std::span<const std::byte> bytes);

} // namespace tern
