#pragma once

#include "dataflow/runtime/node_process.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tern {

/// Where a node serves its page, and to whom.
struct page_place {
  std::string host;
  std::uint16_t port = 0; ///< 0 picks one
  std::string token;      ///< empty: to whoever reaches it
};

/// For `node_process::company`: nodes that tell the pages of others how they
/// do and, with a place, serve one themselves. A node that comes back serves it
/// at the same port.
std::function<result<node_company>(node&, dataflow_service&)>
page_company(std::optional<page_place> where);

} // namespace tern
