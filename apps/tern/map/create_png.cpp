#include "apps/tern/map/create_png.hpp"

#include "apps/tern/map/draw_map.hpp"
#include "dataflow/io/pending_file.hpp"
#include "dataflow/io/written_blocks.hpp"

#include <fmt/format.h>
#include <png.h>

#include <type_traits>

namespace tern {

namespace {

/// libpng's message; empty if all went well.
std::string save(const picture& p, const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(p.width());
  image.height = static_cast<png_uint_32>(p.height());
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, path.c_str(), 0, p.bytes().data(), 0,
                              nullptr)
      != 0)
    return {};
  return image.message;
}

bool is_real(dtype type) {
  return dispatch(type, []<class T>(T) { return std::is_arithmetic_v<T>; });
}

class png_writer final : public array_writer {
public:
  png_writer(pending_file file, const array& a)
    : file_(std::move(file)), blocks_(a.type(), a.shape()), grid_(a.shape()) {}

  result<void> write(const shape& start, const block& data) override {
    if (auto ok = blocks_.check(start, data); !ok)
      return ok;
    if (blocks_.add(start, data))
      grid_.add(start, data);
    return {};
  }

  result<void> commit() override {
    if (auto whole = blocks_.complete(file_.target()); !whole)
      return whole;
    const auto error = save(draw_map(grid_).image, file_.path().string());
    if (!error.empty())
      return fail(
          failure_kind::io,
          fmt::format("cannot write {}: {}", file_.target().string(), error));
    return file_.commit();
  }

private:
  pending_file file_;
  written_blocks blocks_;
  map_grid grid_;
};

} // namespace

result<std::unique_ptr<array_writer>>
create_png(const std::filesystem::path& path, const array& a) {
  if (a.ndim() != 2)
    return fail(failure_kind::refused,
                fmt::format("{}: a map needs two axes, and this array has the "
                            "shape {}{}",
                            path.string(), to_string(a.shape()),
                            a.ndim() > 2 ? ": take one plane of it (x[0]) or "
                                           "reduce it (x.mean(axis=0))"
                                         : ""));
  if (a.size() == 0)
    return fail(failure_kind::refused,
                fmt::format("{}: an array of shape {} has nothing to be drawn",
                            path.string(), to_string(a.shape())));
  if (!is_real(a.type()))
    return fail(failure_kind::refused,
                fmt::format("{}: numbers of {} have no order: draw their "
                            "absolute value (abs) or one part",
                            path.string(), name_of(a.type())));
  auto file = pending_file::beside(path);
  if (!file)
    return tl::make_unexpected(file.error());
  return std::make_unique<png_writer>(*std::move(file), a);
}

} // namespace tern
