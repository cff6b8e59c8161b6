// JumpCloud's source against the suite: with the model its own tests use, and with the simulator.
#include "parsers/jumpcloud/model_service.h"
#include "parsers/jumpcloud/source.h"
#include "tests/conformance/source_conformance.h"
#include "tests/simulator/simulator.h"

namespace cce {
namespace {

const absl::Time kTick =
    absl::FromCivil(absl::CivilSecond(2026, 7, 6, 12, 0, 0), absl::UTCTimeZone());
constexpr char kKey[] = "jca_conformance";

class JumpCloudUnderTest : public SourceUnderTest {
 public:
  std::unique_ptr<Source> Make() const override {
    DeviceSettings settings;
    settings.configuration = absl::StrCat(R"({"org_id": ")", jumpcloud::kModelOrganisation, "\"}");
    settings.overlap = absl::Minutes(10);
    return jumpcloud::JumpCloudKind().make(settings).value();
  }

  absl::Time tick() const override { return kTick; }
};

class WithModel final : public JumpCloudUnderTest {
 public:
  WithModel() {
    const std::int64_t first = absl::ToUnixMillis(kTick - absl::Hours(2));
    for (int i = 0; i < 20; ++i) {
      const std::int64_t ms = first + i / 4;  // four in a millisecond
      service_.Add(jumpcloud::MakeModelEvent(ms, absl::StrCat("tie", 100 + i),
                                             i % 4 < 2 ? absl::StrCat("id", i) : "", 0));
    }
    // The probe finds one too.
    service_.Add(jumpcloud::MakeModelEvent(absl::ToUnixMillis(kTick) - 1, "tie", "id", 0));
  }

  HttpResponse Answer(const HttpRequest& request) const override {
    return service_.Answer(request, kTick);
  }

  std::size_t events() const override { return service_.events.size(); }

 private:
  mutable jumpcloud::ModelService service_;  // counts what it is asked
};

class WithSimulator final : public JumpCloudUnderTest {
 public:
  WithSimulator() : simulator_(simulator::SimulatorOptions()) {
    simulator::OrganisationOptions organisation;
    organisation.id = jumpcloud::kModelOrganisation;
    organisation.events = 300;
    organisation.burst = 40;
    organisation.mix.delays = simulator::DelayProfile::kNone;
    organisation.mix.twin_rate = 0.2;
    EXPECT_TRUE(simulator_.AddOrganisation(organisation, kTick).ok());
    simulator_.credentials().AddKey({.key = kKey, .organisation = jumpcloud::kModelOrganisation});
  }

  HttpResponse Answer(const HttpRequest& request) const override {
    simulator::Request asked;
    asked.method = request.method;
    asked.target = request.url.substr(request.url.find('/', std::string("https://").size()));
    for (const HttpHeader& header : request.headers) {
      asked.headers.emplace_back(header.name, header.value);
    }
    asked.headers.emplace_back(request.secret_header, kKey);
    asked.body = request.body;
    const simulator::Response response = simulator_.Answer(asked, kTick);

    HttpResponse answer;
    answer.status = response.status;
    for (const auto& [name, value] : response.headers) answer.headers.push_back({name, value});
    answer.body.Append(response.body.Text());
    return answer;
  }

  std::size_t events() const override {
    const std::string truth = simulator_.Truth(jumpcloud::kModelOrganisation, kTick);
    return static_cast<std::size_t>(std::count(truth.begin(), truth.end(), '\n'));
  }

 private:
  mutable simulator::Simulator simulator_;  // logs what it is asked
};

template <class UnderTest>
std::unique_ptr<SourceUnderTest> MakeUnderTest() {
  return std::make_unique<UnderTest>();
}

INSTANTIATE_TEST_SUITE_P(JumpCloudWithModel, SourceConformance,
                         testing::Values(&MakeUnderTest<WithModel>));
INSTANTIATE_TEST_SUITE_P(JumpCloudWithSimulator, SourceConformance,
                         testing::Values(&MakeUnderTest<WithSimulator>));

}  // namespace
}  // namespace cce
