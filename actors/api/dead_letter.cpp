#include "actors/api/dead_letter.hpp"

namespace tern {

std::string to_string(dead_letter::reason why) {
  switch (why) {
  case dead_letter::reason::dropped:
    return "dropped";
  case dead_letter::reason::refused:
    return "refused";
  case dead_letter::reason::gone:
    return "gone";
  case dead_letter::reason::unreadable:
    return "unreadable";
  }
  return "?";
}

} // namespace tern
