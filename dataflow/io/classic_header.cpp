#include "dataflow/io/classic_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

// The classic formats say at their front where every variable's values lie,
// so a file whose end is missing can be told from its header alone. libnetcdf
// does not: it reads zeros behind the end. The grammar (NetCDF User's Guide,
// appendix "File Format Specifications"), all numbers big-endian:
//
//   header   = "CDF" version records dims attributes variables
//   dims     = tag count { name length }
//   attributes = tag count { name type count values... padded to 4 }
//   variables  = tag count { name rank { dim } attributes type size begin }
//
// Counts and lengths take 4 bytes, in version 5 eight; `begin` takes 4 bytes in
// version 1, else 8. A dimension of length 0 is the record dimension: values
// of variables along it come one record of all such variables after another,
// each padded to 4 bytes unless there is only one such variable.
//
// Nothing here is a reader of values: that is libnetcdf's work.

namespace tern {
namespace {

constexpr std::uint32_t dimension_tag = 10;
constexpr std::uint32_t variable_tag = 11;
constexpr std::uint32_t attribute_tag = 12;

/// An offset or length no file has; more would overflow in sums.
constexpr std::uint64_t too_long = std::uint64_t{1} << 60;

/// How a variable lies in the file.
struct placed {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0; ///< of one record, or of all
  bool record = false;
};

class header_reader {
public:
  explicit header_reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  result<classic_layout> run() {
    if (magic() && records() && dimensions() && attributes() && variables())
      return layout();
    return tl::make_unexpected(error_);
  }

private:
  bool magic() {
    if (!has(4))
      return false;
    if (bytes_[0] != std::byte{'C'} || bytes_[1] != std::byte{'D'}
        || bytes_[2] != std::byte{'F'})
      return bad("no magic number CDF");
    version_ = static_cast<unsigned>(bytes_[3]);
    if (version_ != 1 && version_ != 2 && version_ != 5)
      return bad(fmt::format("unknown version {}", version_));
    at_ = 4;
    return true;
  }

  bool records() {
    if (!count(records_))
      return false;
    const auto streaming = version_ == 5
                               ? std::numeric_limits<std::uint64_t>::max()
                               : std::numeric_limits<std::uint32_t>::max();
    if (records_ == streaming)
      records_ = 0; // not known to the writer
    return records_ < too_long || bad("impossible number of records");
  }

  bool dimensions() {
    std::uint64_t n = 0;
    if (!list(dimension_tag, n))
      return false;
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint64_t length = 0;
      if (!name() || !count(length))
        return false;
      if (length >= too_long)
        return bad("impossible length of a dimension");
      lengths_.push_back(length);
    }
    return true;
  }

  bool attributes() {
    std::uint64_t n = 0;
    if (!list(attribute_tag, n))
      return false;
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint64_t width = 0;
      std::uint64_t values = 0;
      if (!name() || !type(width) || !count(values))
        return false;
      if (values >= too_long || !skip(padded(values * width)))
        return bad_or_short("impossible length of an attribute");
    }
    return true;
  }

  bool variables() {
    std::uint64_t n = 0;
    if (!list(variable_tag, n))
      return false;
    for (std::uint64_t i = 0; i < n; ++i)
      if (!variable())
        return false;
    return true;
  }

  bool variable() {
    std::uint64_t rank = 0;
    if (!name() || !count(rank))
      return false;
    placed p;
    std::uint64_t elements = 1;
    for (std::uint64_t axis = 0; axis < rank; ++axis)
      if (!dimension_of(axis, p, elements))
        return false;
    std::uint64_t width = 0;
    std::uint64_t size = 0; // as written; clipped in large files, so unused
    if (!attributes() || !type(width) || !count(size) || !offset(p.begin))
      return false;
    p.bytes = elements * width;
    if (p.begin >= too_long || p.bytes >= too_long)
      return bad("impossible place of a variable");
    variables_.push_back(p);
    return true;
  }

  bool dimension_of(std::uint64_t axis, placed& p, std::uint64_t& elements) {
    std::uint64_t id = 0;
    if (!count(id))
      return false;
    if (id >= lengths_.size())
      return bad("a dimension that is not there");
    if (lengths_[id] == 0) {
      if (axis != 0)
        return bad("a record dimension that is not the first");
      p.record = true;
      return true;
    }
    if (__builtin_mul_overflow(elements, lengths_[id], &elements)
        || elements >= too_long)
      return bad("impossible size of a variable");
    return true;
  }

  result<classic_layout> layout() const {
    classic_layout result{at_, at_};
    const auto [record_bytes, record_variables] = record();
    for (const auto& p : variables_) {
      auto end = p.begin + p.bytes;
      if (p.record) {
        if (records_ == 0)
          continue;
        const auto stride = record_variables == 1 ? p.bytes : record_bytes;
        std::uint64_t before = 0;
        if (__builtin_mul_overflow(records_ - 1, stride, &before)
            || before >= too_long)
          return fail(failure_kind::malformed,
                      "records that do not fit into any file");
        end += before;
      }
      result.data_end = std::max(result.data_end, end);
    }
    return result;
  }

  std::pair<std::uint64_t, std::size_t> record() const {
    std::uint64_t bytes = 0;
    std::size_t n = 0;
    for (const auto& p : variables_)
      if (p.record) {
        bytes = std::min(bytes + padded(p.bytes), too_long);
        ++n;
      }
    return {bytes, n};
  }

  /// A list's tag and count; an absent list is two zeros.
  bool list(std::uint32_t expected, std::uint64_t& n) {
    std::uint64_t tag = 0;
    if (!number(4, tag) || !count(n))
      return false;
    if (tag == expected || (tag == 0 && n == 0))
      return true;
    return bad(fmt::format("list tag {} where {} belongs", tag, expected));
  }

  bool name() {
    std::uint64_t length = 0;
    if (!count(length))
      return false;
    return (length < too_long && skip(padded(length)))
           || bad_or_short("impossible length of a name");
  }

  bool type(std::uint64_t& width) {
    static constexpr std::uint8_t widths[] = {0, 1, 1, 2, 4, 4,
                                              8, 1, 2, 4, 8, 8};
    std::uint64_t number_of = 0;
    if (!number(4, number_of))
      return false;
    if (number_of == 0 || number_of >= std::size(widths))
      return bad(fmt::format("unknown type {}", number_of));
    width = widths[number_of];
    return true;
  }

  bool count(std::uint64_t& value) {
    return number(version_ == 5 ? 8 : 4, value);
  }
  bool offset(std::uint64_t& value) {
    return number(version_ == 1 ? 4 : 8, value);
  }

  bool number(std::size_t width, std::uint64_t& value) {
    if (!has(width))
      return false;
    value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value = value << 8 | static_cast<std::uint64_t>(bytes_[at_ + i]);
    at_ += width;
    return true;
  }

  bool skip(std::uint64_t n) {
    if (!has(n))
      return false;
    at_ += n;
    return true;
  }

  bool has(std::uint64_t n) {
    if (n <= bytes_.size() - at_)
      return true;
    error_ = {failure_kind::not_found,
              fmt::format("the header goes on after byte {}", bytes_.size())};
    return false;
  }

  bool bad(std::string why) {
    error_ = {failure_kind::malformed,
              fmt::format("{} before byte {}", why, at_)};
    return false;
  }
  /// Keeps the error of a header that is only too short.
  bool bad_or_short(std::string why) {
    return error_.what.empty() ? bad(std::move(why)) : false;
  }

  static std::uint64_t padded(std::uint64_t n) {
    return (n + 3) / 4 * 4;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  unsigned version_ = 1;
  std::uint64_t records_ = 0;
  std::vector<std::uint64_t> lengths_;
  std::vector<placed> variables_;
  failure error_;
};

} // namespace

result<classic_layout> decode_classic_header(std::span<const std::byte> bytes) {
  return header_reader(bytes).run();
}

} // namespace tern
