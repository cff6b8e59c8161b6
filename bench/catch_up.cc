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
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
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
      std::cerr << "catch_up: curl failed: " << curl_easy_strerror(code) << ", HTTP " << status
                << "\n";
      std::exit(1);
    }
  }
  const Seconds took = std::chrono::steady_clock::now() - begin;
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return took.count();
}

long ResidentKib(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4;
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
  while (engine->WaitFor(100) == -1) run.resident_kib.push_back(ResidentKib(engine->pid()));
  run.seconds = Seconds(std::chrono::steady_clock::now() - begin).count();
  run.peak_kib = engine->peak_rss_kib();
  if (engine->Wait() != 0) {
    std::cerr << site.Log();
    std::exit(1);
  }
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
      if (written <= 0) {
        std::perror("catch_up: write");
        std::exit(1);
      }
      done += static_cast<size_t>(written);
    }
    if (::fdatasync(file) != 0) {
      std::perror("catch_up: fdatasync");
      std::exit(1);
    }
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
};

Best Measure(Site& site, int rounds) {
  Best best;
  size_t known_requests = 0;
  for (int round = 0; round < rounds; ++round) {
    const EngineRun run = CatchUp(site);
    if (round == 0) {
      if (site.Check().exit_code != 0) {
        std::cerr << "catch_up: events are lost or doubled\n" << site.Log();
        std::exit(1);
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
    const size_t written = BytesWritten(site);
    const double writing = WriteAlone(site, written, bodies.size());
    std::printf(
        "round %d in %s: engine %.2f s; curl %.2f s for %zu requests, %.1f MB; disk %.2f s for "
        "%.1f MB\n",
        round + 1, site.folder().c_str(), run.seconds, fetching, bodies.size(),
        static_cast<double>(fetched) / 1e6, writing, static_cast<double>(written) / 1e6);
    best.engine = std::min(best.engine, run.seconds);
    best.curl = std::min(best.curl, fetching);
    best.disk = std::min(best.disk, writing);
    best.peak_kib = std::max(best.peak_kib, run.peak_kib);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string events = argc > 1 ? argv[1] : "2000000";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  curl_global_init(CURL_GLOBAL_DEFAULT);
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
  const Best in_memory = measure_in("/dev/shm");
  std::printf("catch_up_events_per_second %.0f events/s\n", std::stod(events) / on_disk.engine);
  std::printf("catch_up_over_curl %.3f ratio\n", on_disk.engine / on_disk.curl);
  std::printf("catch_up_disk_alone_over_curl %.3f ratio\n", on_disk.disk / on_disk.curl);
  std::printf("catch_up_in_memory_over_curl %.3f ratio\n", in_memory.engine / in_memory.curl);
  std::printf("catch_up_rss_mib %ld MiB\n", std::max(on_disk.peak_kib, in_memory.peak_kib) / 1024);
  return 0;
}
