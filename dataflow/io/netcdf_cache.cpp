#include "dataflow/io/netcdf_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>

#include <sys/stat.h>

namespace tern {
namespace {

constexpr std::size_t most_files = 16;

/// What tells one state of a file from another.
struct file_identity {
  dev_t device;
  ino_t inode;
  off_t size;
  std::int64_t seconds;
  std::int64_t nanoseconds;

  friend bool operator==(const file_identity&, const file_identity&) = default;
};

struct entry {
  std::string path;
  file_identity identity;
  std::shared_ptr<netcdf_file> file;
};

/// Most recently used first. Never destroyed: at exit libhdf5 may have closed
/// itself before.
std::list<entry>& entries() {
  static auto* list = new std::list<entry>;
  return *list;
}

} // namespace

result<std::shared_ptr<netcdf_file>> cached_netcdf(const std::string& path) {
  auto& list = entries();
  const auto known = std::find_if(list.begin(), list.end(),
                                  [&](auto& e) { return e.path == path; });
  struct stat now {};
  if (stat(path.c_str(), &now) != 0) {
    if (known != list.end())
      list.erase(known);
    return fail(failure_kind::not_found,
                fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  const file_identity identity{now.st_dev, now.st_ino, now.st_size,
                               now.st_mtim.tv_sec, now.st_mtim.tv_nsec};
  if (known != list.end()) {
    if (known->identity == identity) {
      list.splice(list.begin(), list, known);
      return list.front().file;
    }
    list.erase(known);
  }
  auto file = netcdf_file::open(path);
  if (!file)
    return file;
  list.push_front({path, identity, *file});
  if (list.size() > most_files)
    list.pop_back();
  return file;
}

std::size_t cached_netcdf_files() {
  return entries().size();
}

} // namespace tern
