#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/service.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// What a node tells about itself to whoever asks (`tern status`, a page), as
/// JSON: the members it knows and the links to them, its memory, its actors by
/// state, its plans.
std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service::status& now);
std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service& service);

/// The JSON of `encode_status`, nothing in which is not of its kind; what a
/// node of another version does not tell is there as 0 or empty. Any bytes give
/// a value, or `malformed` in the name of `from`.
result<nlohmann::ordered_json> decode_status(std::span<const std::byte> bytes,
                                             const std::string& from);

} // namespace tern
