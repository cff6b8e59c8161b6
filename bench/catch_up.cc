// The whole engine catching up with a day's events over loopback TLS into durable files, next to
// curl alone fetching the same pages and keeping nothing; and the engine's memory while it does.
//
// One round runs the engine on a fresh state, takes the requests it has sent from the simulator's
// record, and sends the same ones again through one reused libcurl handle, without compression;
// then it writes as many bytes as the engine did, with one fdatasync a page: what the disk alone
// takes. The ratios are those of the fastest round of each, because everything else on the machine
// only ever adds time. All of it is done on the disk of the temporary folder and once more in
// /dev/shm, which shows the engine without a disk.
#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "tests/e2e/site.h"

namespace {

namespace fs = std::filesystem;
using cce::e2e::Child;
using cce::e2e::Site;
using Seconds = std::chrono::duration<double>;

std::vector<std::string> RecordedBodies(const std::string& requests) {
  std::vector<std::string> bodies;
  std::istringstream lines(requests);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json request = nlohmann::json::parse(line);
    if (request["status"] != 200 || request["limit"] == 1) continue;  // the probe asks for one
    nlohmann::json body = {{"service", request["services"]},
                           {"start_time", request["start"]},
                           {"end_time", request["end"]},
                           {"limit", request["limit"]},
                           {"sort", "ASC"}};
    if (!request["search_after"].is_null()) body["search_after"] = request["search_after"];
    bodies.push_back(body.dump());
  }
  return bodies;
}

size_t Discard(char*, size_t size, size_t count, void* total) {
  *static_cast<size_t*>(total) += size * count;
  return size * count;
}

// Seconds for all `bodies`, one after the other on one connection.
double FetchWithCurl(const Site& site, const std::vector<std::string>& bodies, size_t* bytes) {
  CURL* curl = curl_easy_init();
  const std::string url = site.url() + "/insights/directory/v1/events";
  curl_slist* headers = curl_slist_append(nullptr, ("x-api-key: " + site.key()).c_str());
  headers = curl_slist_append(headers, "Content-Type: application/json");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_CAINFO, site.ca_file().c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Discard);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, bytes);
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& body : bodies) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200) {
      throw std::runtime_error(std::string("curl failed: ") + curl_easy_strerror(code) + ", HTTP " +
                               std::to_string(status));
    }
  }
  const Seconds took = std::chrono::steady_clock::now() - begin;
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return took.count();
}

struct Memory {
  long resident_kib = 0;
  long peak_kib = 0;  // since the program began
};

// Not wait4's ru_maxrss, which begins with what this process held when it forked.
Memory MemoryOf(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  Memory memory;
  for (std::string name; status >> name;) {
    if (name == "VmRSS:") status >> memory.resident_kib;
    if (name == "VmHWM:") status >> memory.peak_kib;
  }
  return memory;
}

struct EngineRun {
  double seconds = 0;
  long peak_kib = 0;
  std::vector<long> resident_kib;  // sampled every 100 ms
};

EngineRun CatchUp(Site& site) {
  fs::remove_all(site.folder() + "/state");
  fs::remove_all(site.OutputFolder("archive"));
  EngineRun run;
  const auto begin = std::chrono::steady_clock::now();
  const auto engine = site.StartEngine(true);
  while (engine->WaitFor(100) == -1) {
    const Memory memory = MemoryOf(engine->pid());
    run.resident_kib.push_back(memory.resident_kib);
    run.peak_kib = std::max(run.peak_kib, memory.peak_kib);
  }
  run.seconds = Seconds(std::chrono::steady_clock::now() - begin).count();
  if (engine->Wait() != 0) throw std::runtime_error(site.Log());
  return run;
}

// Bytes of the files that the engine has written.
size_t BytesWritten(const Site& site) {
  size_t bytes = 0;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(site.OutputFolder("archive"))) {
    if (entry.is_regular_file() &&
        entry.path().filename().string().find(".ndjson") != std::string::npos &&
        entry.path().extension() != ".json") {
      bytes += entry.file_size();
    }
  }
  return bytes;
}

// Seconds for writing `bytes` in `pieces`, each durable before the next.
double WriteAlone(const Site& site, size_t bytes, size_t pieces) {
  const std::string path = site.folder() + "/written_alone";
  const std::string piece(bytes / pieces, 'x');
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < pieces; ++i) {
    for (size_t done = 0; done < piece.size();) {
      const ssize_t written = ::write(file, piece.data() + done, piece.size() - done);
      if (written <= 0) throw std::system_error(errno, std::generic_category(), path);
      done += static_cast<size_t>(written);
    }
    if (::fdatasync(file) != 0) throw std::system_error(errno, std::generic_category(), path);
  }
  const Seconds took = std::chrono::steady_clock::now() - begin;
  ::close(file);
  fs::remove(path);
  return took.count();
}

struct Best {
  double engine = std::numeric_limits<double>::max();
  double curl = engine;
  double disk = engine;
  long peak_kib = 0;
  size_t written = 0;  // bytes of a round
};

Best Measure(Site& site, int rounds) {
  Best best;
  size_t known_requests = 0;
  for (int round = 0; round < rounds; ++round) {
    const EngineRun run = CatchUp(site);
    if (round == 0) {
      if (site.Check().exit_code != 0) {
        throw std::runtime_error("events are lost or doubled\n" + site.Log());
      }
      if (run.resident_kib.size() >= 4) {
        std::printf("resident memory in MiB at 1/4, 2/4, 3/4 and the end:");
        for (size_t quarter = 1; quarter <= 4; ++quarter) {
          std::printf(" %ld", run.resident_kib[run.resident_kib.size() * quarter / 4 - 1] / 1024);
        }
        std::printf("\n");
      }
    }
    std::vector<std::string> bodies = RecordedBodies(site.Simulator("requests"));
    bodies.erase(bodies.begin(), bodies.begin() + static_cast<std::ptrdiff_t>(known_requests));
    size_t fetched = 0;
    const double fetching = FetchWithCurl(site, bodies, &fetched);
    known_requests = RecordedBodies(site.Simulator("requests")).size();
    best.written = BytesWritten(site);
    const double writing = WriteAlone(site, best.written, bodies.size());
    std::printf(
        "round %d in %s: engine %.2f s; curl %.2f s for %zu requests, %.1f MB; disk %.2f s for "
        "%.1f MB\n",
        round + 1, site.folder().c_str(), run.seconds, fetching, bodies.size(),
        static_cast<double>(fetched) / 1e6, writing, static_cast<double>(best.written) / 1e6);
    best.engine = std::min(best.engine, run.seconds);
    best.curl = std::min(best.curl, fetching);
    best.disk = std::min(best.disk, writing);
    best.peak_kib = std::max(best.peak_kib, run.peak_kib);
  }
  return best;
}

void Run(const std::string& events, int rounds) {
  const auto measure_in = [&](const std::string& parent) {
    Site site({.simulator = {"--events", events, "--span", "23h", "--delay-profile", "none"},
               .poll_interval = "100ms",
               .page_size = 10000,
               .rotate_size = "256MiB",
               .parent = parent,
               .tls = true});
    return Measure(site, rounds);
  };
  const Best on_disk = measure_in("");
  std::printf("catch_up_events_per_second %.0f events/s\n", std::stod(events) / on_disk.engine);
  std::printf("catch_up_over_curl %.3f ratio\n", on_disk.engine / on_disk.curl);
  std::printf("catch_up_disk_alone_over_curl %.3f ratio\n", on_disk.disk / on_disk.curl);
  long peak_kib = on_disk.peak_kib;
  // A round is there twice while it is written alone.
  constexpr size_t kRoom = 3;
  const std::string memory = "/dev/shm";
  if (fs::exists(memory) && fs::space(memory).available >= kRoom * on_disk.written) {
    const Best in_memory = measure_in(memory);
    std::printf("catch_up_in_memory_over_curl %.3f ratio\n", in_memory.engine / in_memory.curl);
    peak_kib = std::max(peak_kib, in_memory.peak_kib);
  } else {
    std::printf("%s is too small: nothing measured in memory\n", memory.c_str());
  }
  std::printf("catch_up_rss_mib %ld MiB\n", peak_kib / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  try {
    Run(argc > 1 ? argv[1] : "2000000", argc > 2 ? std::atoi(argv[2]) : 3);
  } catch (const std::exception& error) {
    std::cerr << "catch_up: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
