#include "dataflow/io/npy.hpp"
#include "dataflow/io/npy_file.hpp"
#include "dataflow/io/storage_cut.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace tern {
namespace {

/// Blocks that lie together in the file.
chunks automatic_cut(const npy_header& header) {
  auto s = header.extents;
  if (header.fortran_order)
    std::reverse(s.begin(), s.end());
  auto cut = storage_cut(s, size_of(header.type), {});
  if (header.fortran_order)
    std::reverse(cut.begin(), cut.end());
  chunks result;
  for (std::size_t axis = 0; axis < cut.size(); ++axis)
    result.push_back(axis_chunks::regular(header.extents[axis], cut[axis]));
  return result;
}

} // namespace

array open_npy(const std::string& path, const chunk_spec& cut) {
  std::error_code error;
  op_read_npy op;
  op.path = std::filesystem::absolute(path, error).string();
  if (error || path.empty() || path.find('\0') != std::string::npos)
    throw expression_error(fmt::format("open_npy: no file '{}'", path));
  const auto file = npy_file::open(op.path);
  if (!file)
    throw expression_error("open_npy: " + file.error().what);
  const auto& header = file->header();
  auto blocks = cut.sizes.empty() ? automatic_cut(header)
                                  : cut_shape(header.extents, header.type, cut);
  auto words = fmt::format("open_npy(\"{}\")",
                           std::filesystem::path(path).filename().string());
  return from_layer(std::move(op), header.type, std::move(blocks),
                    std::move(words));
}

} // namespace tern
