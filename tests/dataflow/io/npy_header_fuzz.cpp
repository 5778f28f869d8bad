#include "dataflow/io/npy_header.hpp"
#include "tests/fuzz_check.hpp"

// Any bytes are a header, the beginning of one, or none; a header is sound.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tern;
  const auto bytes = fuzz::as_bytes(data, size);
  const auto header = decode_npy_header(bytes);
  if (header) {
    fuzz::check(header->data_begin <= size, "a header ends in its bytes");
    fuzz::check(header->extents.size() <= max_axes, "axes are few");
    fuzz::check(
        header->data_end - header->data_begin
            == static_cast<std::uint64_t>(element_count(header->extents))
                   * size_of(header->type),
        "the elements fill the data");
    const auto again = decode_npy_header(bytes.first(header->data_begin));
    fuzz::check(again && *again == *header,
                "what follows the header makes no difference");
  } else {
    fuzz::check(header.error().kind == failure_kind::malformed
                    || header.error().kind == failure_kind::not_found,
                "a header is bad or short");
  }
  return 0;
}
