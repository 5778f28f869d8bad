#include "bench/contract_ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include <sys/mman.h>

namespace tern::bench {

namespace {

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(std::string{"no memory to share: "} + what);
}

} // namespace

// Pages that nobody touches take no memory.
std::unique_ptr<contract_ledger> contract_ledger::make() {
  const int file = ::memfd_create("tern-contract", 0);
  if (file < 0 || ::ftruncate(file, sizeof(memory)) != 0)
    give_up("memfd_create");
  const auto path =
      "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file);
  return std::unique_ptr<contract_ledger>{new contract_ledger{file, path}};
}

std::unique_ptr<contract_ledger>
contract_ledger::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0)
    give_up(path.c_str());
  return std::unique_ptr<contract_ledger>{new contract_ledger{file, path}};
}

contract_ledger::contract_ledger(int file, std::string path)
  : file_(file), path_(std::move(path)) {
  void* const at = ::mmap(nullptr, sizeof(memory), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_NORESERVE, file_, 0);
  if (at == MAP_FAILED)
    give_up("mmap");
  pages_ = static_cast<memory*>(at);
}

contract_ledger::~contract_ledger() {
  ::munmap(pages_, sizeof(memory));
  ::close(file_);
}

void contract_ledger::name(std::size_t slot, const actor_id& actor) noexcept {
  pages_->names[slot][0] = actor.high;
  pages_->names[slot][1] = actor.low;
}

std::size_t contract_ledger::slot_of(const actor_id& actor) const noexcept {
  std::size_t slot = 0;
  while (slot < slots
         && (pages_->names[slot][0] != actor.high
             || pages_->names[slot][1] != actor.low))
    ++slot;
  return slot;
}

} // namespace tern::bench
