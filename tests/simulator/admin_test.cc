#include "tests/simulator/admin.h"

#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"
#include "tests/simulator/simulator.h"

namespace cce::simulator {
namespace {

using nlohmann::json;

const absl::Time kCreated = absl::FromUnixSeconds(1'790'000'000);
constexpr std::string_view kOrganisation = "5f1d0c0de000000000000001";

class Admin : public ::testing::Test {
 protected:
  Admin() : simulator_(SimulatorOptions{}) {
    OrganisationOptions options;
    options.events = 5;
    options.mix.delays = DelayProfile::kNone;
    EXPECT_TRUE(simulator_.AddOrganisation(options, kCreated).ok());
    simulator_.credentials().AddKey({"key", std::string(kOrganisation)});
  }

  Response Get(std::string_view path) {
    Request request;
    request.method = "GET";
    request.target = Concat("/_simulator", path);
    return simulator_.Answer(request, kCreated);
  }

  Response Post(std::string_view path, std::string_view body) {
    Request request;
    request.target = Concat("/_simulator", path);
    request.body = std::string(body);
    return simulator_.Answer(request, kCreated);
  }

  int Search(std::string_view key) {
    Request request;
    request.target = "/insights/directory/v1/events";
    request.headers = {{"x-api-key", std::string(key)}};
    request.body = R"({"service":["all"],"start_time":"2026-09-01T00:00:00Z"})";
    return simulator_.Answer(request, kCreated).status;
  }

  Simulator simulator_;
};

TEST_F(Admin, TellsTheTruthToWhoeverAsks) {
  const std::string truth = Get("/truth").body.Text();
  EXPECT_EQ(std::count(truth.begin(), truth.end(), '\n'), 5);
  EXPECT_EQ(Get(Concat("/truth?organisation=", kOrganisation)).body.Text(), truth);
  EXPECT_EQ(Get("/truth?organisation=ffffffffffffffffffffffff").body.Text(), "");
  EXPECT_EQ(Get("/truth?since=1").status, 400);
}

TEST_F(Admin, KeepsALogOfRequestsButNotOfItsOwn) {
  Get("/stats");
  EXPECT_EQ(Search("key"), 200);
  EXPECT_EQ(Search("wrong"), 401);
  const std::string log = Get("/requests").body.Text();
  ASSERT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
  const json first = json::parse(log.substr(0, log.find('\n')));
  EXPECT_EQ(first["start"], "2026-09-01T00:00:00Z");
  EXPECT_EQ(first["count"], 5);
  EXPECT_TRUE(first["search_after"].is_null());
  EXPECT_TRUE(first["fault"].is_null());
  const std::string own = Get(Concat("/requests?organisation=", kOrganisation)).body.Text();
  EXPECT_EQ(std::count(own.begin(), own.end(), '\n'), 1);
}

TEST_F(Admin, RotatesKeys) {
  EXPECT_EQ(Post("/keys", R"({"revoke":"key"})").status, 200);
  EXPECT_EQ(Search("key"), 401);
  EXPECT_EQ(
      Post("/keys", Concat(R"({"add":"fresh","organisation":")", kOrganisation, R"("})")).status,
      200);
  EXPECT_EQ(Search("fresh"), 200);
  EXPECT_EQ(Post("/keys", R"({"add":"x","organisation":"nobody"})").status, 400);
  EXPECT_EQ(Post("/keys", R"({"revoke":"unheard of"})").status, 400);
  EXPECT_EQ(Post("/keys", R"({"add":"x","role":"emperor"})").status, 400);
  EXPECT_EQ(Post("/keys", R"({})").status, 400);
  EXPECT_NE(Get("/organisations").body.Text().find("\"fresh\""), std::string::npos);
}

TEST_F(Admin, MakesThingsGoWrongAndRightAgain) {
  EXPECT_EQ(Post("/faults", R"({"fault":"unavailable","count":2})").status, 200);
  EXPECT_EQ(Search("key"), 503);
  EXPECT_EQ(Post("/faults", R"({"clear":true})").status, 200);
  EXPECT_EQ(Search("key"), 200);
  EXPECT_EQ(Post("/faults", R"({"fault":"gremlins"})").status, 400);
  EXPECT_EQ(Post("/faults", "nonsense").status, 400);
}

TEST_F(Admin, InjectsAnEvent) {
  const auto inject = [&](std::string_view more) {
    return Post("/events", Concat(R"({"organisation":")", kOrganisation,
                                  R"(","record":"{\"id\":\"late\"}",)", more, "}"))
        .status;
  };
  EXPECT_EQ(inject(R"("time":"2026-09-20T00:00:00Z")"), 200);
  EXPECT_EQ(inject(R"("time":"2026-09-20T00:00:00Z","visible_at":"2026-10-01T00:00:00Z")"), 200);
  EXPECT_EQ(inject(R"("time":"whenever")"), 400);
  EXPECT_EQ(inject(R"("time":"2026-09-20T00:00:00Z","visible_at":3)"), 400);
  EXPECT_EQ(Post("/events", R"({"organisation":"nobody"})").status, 400);
  const json stats = json::parse(Get("/stats").body.Text());
  EXPECT_EQ(stats["events"], 7);
  EXPECT_EQ(stats["events_visible"], 6);
}

TEST_F(Admin, CountsWhatItServed) {
  Search("key");
  Search("wrong");
  const json stats = json::parse(Get("/stats").body.Text());
  EXPECT_EQ(stats["requests"], 2);
  EXPECT_EQ(stats["pages_served"], 1);
  EXPECT_EQ(stats["events_served"], 5);
  EXPECT_GT(stats["body_bytes_served"], 1000);
}

TEST_F(Admin, KnowsNoOtherDoor) {
  EXPECT_EQ(Get("/nothing").status, 404);
  EXPECT_EQ(Post("/truth", "{}").status, 404);
}

}  // namespace
}  // namespace cce::simulator
