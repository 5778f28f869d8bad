// A shared library that is none of functions for tern.

extern "C" int an_answer() {
  return 42;
}
