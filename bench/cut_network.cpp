#include "bench/cut_network.hpp"

#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace tern::bench {

namespace {

using words = std::vector<std::string>;

std::string ip_program() {
  for (const auto* path : {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"})
    if (std::filesystem::exists(path))
      return path;
  return {};
}

bool runs(const words& arguments) {
  return child_process(ip_program(), arguments).finish().status == 0;
}

void run(const words& arguments) {
  if (!runs(arguments))
    throw std::runtime_error(
        fmt::format("ip {}: failed (it needs root, and network namespaces)",
                    fmt::join(arguments, " ")));
}

} // namespace

bool cut_network::is_possible() {
  const auto probe = fmt::format("tern-{}-probe", ::getpid());
  if (ip_program().empty() || ::geteuid() != 0
      || !runs({"netns", "add", probe}))
    return false;
  const bool has_bridges =
      runs({"-n", probe, "link", "add", "hub", "type", "bridge"});
  runs({"netns", "delete", probe});
  return has_bridges;
}

cut_network::cut_network(std::size_t places) : places_(places) {
  if (ip_program().empty())
    throw std::runtime_error("no program `ip`: install iproute2");
  try {
    make();
    enter(0);
  } catch (...) {
    remove();
    throw;
  }
}

cut_network::~cut_network() {
  remove();
}

void cut_network::make() {
  run({"netns", "add", hub()});
  run({"-n", hub(), "link", "add", "hub", "type", "bridge"});
  run({"-n", hub(), "link", "set", "hub", "up"});
  for (std::size_t place = 0; place < places_; ++place)
    join(place);
}

void cut_network::join(std::size_t place) {
  const auto at_hub = fmt::format("to{}", place);
  const auto there = name(place);
  run({"netns", "add", there});
  run({"-n", hub(), "link", "add", at_hub, "type", "veth", "peer", "name",
       "eth0", "netns", there});
  run({"-n", hub(), "link", "set", at_hub, "master", "hub", "up"});
  run({"-n", there, "address", "add", address(place) + "/24", "dev", "eth0"});
  run({"-n", there, "link", "set", "eth0", "up"});
  run({"-n", there, "link", "set", "lo", "up"});
}

void cut_network::enter(std::size_t place) {
  const auto path = "/run/netns/" + name(place);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool entered = file >= 0 && ::setns(file, CLONE_NEWNET) == 0;
  if (file >= 0)
    ::close(file);
  if (!entered)
    throw std::runtime_error("cannot enter " + path);
}

// One that is not there is not missed.
void cut_network::remove() noexcept {
  for (std::size_t place = 0; place < places_; ++place)
    runs({"netns", "delete", name(place)});
  runs({"netns", "delete", hub()});
}

std::string cut_network::address(std::size_t place) {
  return fmt::format("10.77.0.{}", place + 1);
}

std::vector<std::string> cut_network::inside(std::size_t place) const {
  return {ip_program(), "netns", "exec", name(place)};
}

// The route of one address is preferred to that of all.
void cut_network::cut(std::size_t from, std::size_t to) {
  run({"-n", name(from), "route", "add", "blackhole", address(to) + "/32"});
}

void cut_network::mend(std::size_t from, std::size_t to) {
  run({"-n", name(from), "route", "delete", "blackhole", address(to) + "/32"});
}

std::string cut_network::name(std::size_t place) const {
  return fmt::format("tern-{}-{}", ::getpid(), place);
}

std::string cut_network::hub() const {
  return fmt::format("tern-{}-hub", ::getpid());
}

} // namespace tern::bench
