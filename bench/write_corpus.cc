// Writes the benchmarks' corpus as NDJSON, one event a line, and says on stdout what is in it.
//
//   bench_write_corpus FILE [START]
//
// START, in seconds since 1970 UTC, is the first event's time instead of the corpus's own: for
// collectors that ask for what happened lately.
#include <sodium.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "bench/corpus.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || sodium_init() < 0) {
    std::cerr << "usage: bench_write_corpus FILE [START]\n";
    return 2;
  }
  using cce::bench::Corpus;
  Corpus corpus(argc > 2 ? std::atoll(argv[2]) * 1'000'000'000 : Corpus::kStart);
  std::ofstream file(argv[1], std::ios::binary | std::ios::trunc);
  for (std::size_t page = 0; page < Corpus::kPages; ++page) {
    corpus.ForEach(page, [&](std::string_view event) {
      if (event.find('\n') != std::string_view::npos) file.setstate(std::ios::failbit);
      file << event << '\n';
    });
  }
  file.close();
  if (!file) {
    std::cerr << "bench_write_corpus: cannot write the events as lines to " << argv[1] << "\n";
    return 1;
  }
  if (const absl::Status status = corpus.Check(); !status.ok()) {
    std::cerr << "bench_write_corpus: " << status.message() << "\n";
    return 1;
  }
  std::cout << corpus.Describe();
  return 0;
}
