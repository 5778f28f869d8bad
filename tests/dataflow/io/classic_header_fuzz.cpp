#include "dataflow/io/classic_header.hpp"
#include "tests/fuzz_check.hpp"

// Any bytes are a header, the beginning of one, or none; a layout is sound.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tern;
  const auto bytes = fuzz::as_bytes(data, size);
  const auto layout = decode_classic_header(bytes);
  if (layout) {
    fuzz::check(layout->header_bytes <= size, "a header ends in its bytes");
    fuzz::check(layout->data_end >= layout->header_bytes,
                "data ends after the header");
    const auto again = decode_classic_header(bytes.first(layout->header_bytes));
    fuzz::check(again && again->data_end == layout->data_end,
                "what follows the header makes no difference");
  } else {
    fuzz::check(layout.error().kind == failure_kind::malformed
                    || layout.error().kind == failure_kind::not_found,
                "a header is bad or short");
  }
  return 0;
}
