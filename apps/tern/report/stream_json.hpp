#pragma once

#include "apps/tern/report/task_stream.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace tern {

/// What the tasks of a layer are called.
struct layer_words {
  std::string kernel;
  std::string expression;
};

/// A stream as the page and the report draw it (page/assets/stream.js): times
/// are ns since its begin. Rows, to be short:
/// `tasks` [lane, begin, time, layer, index, failed],
/// `bars` [lane, begin, width, busy, tasks, failed, layer],
/// `arrows` [kind, actor, from node, sent, to node, received].
nlohmann::ordered_json
json_of(const task_stream& stream, const trace_content& trace,
        const std::function<layer_words(const stream_layer&)>& words);

} // namespace tern
