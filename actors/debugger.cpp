#include "actors/debugger.hpp"

#include <fstream>
#include <string>

namespace tern {

// Linux says whose process traces this one.
bool is_debugged() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word == "TracerPid:")
      return status >> word && word != "0";
  return false;
}

} // namespace tern
