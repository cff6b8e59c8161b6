// JumpCloud Directory Insights as a Source: POST /insights/directory/v1/events, read in windows of
// event time. https://docs.jumpcloud.com/api/insights/directory/1.0/
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cce/api/kinds.h"
#include "cce/api/source.h"
#include "parsers/jumpcloud/configuration.h"
#include "parsers/jumpcloud/page.h"
#include "parsers/jumpcloud/position.h"

namespace cce::jumpcloud {

class JumpCloudSource final : public Source {
 public:
  // `overlap` is how far a window reaches back behind the end of the one before. REQUIRES: >= 0.
  // `reading` is how its pages are read.
  JumpCloudSource(Configuration configuration, absl::Duration overlap, Reading reading = {});

  const std::string& organisation() const override { return configuration_.org_id; }
  absl::Duration poll_interval() const override { return configuration_.poll_interval; }
  int page_size() const override { return configuration_.page_size; }

  Position Start(absl::Time now) const override;
  Position StartAt(absl::Time from) const override;

  // Asks for one event of the last minutes. A `now` that is ahead gets a 400, whose Date sets it
  // right.
  HttpRequest Probe(absl::Time now) const override;
  absl::Status ReadProbe(const HttpResponse& response) const override;

  absl::StatusOr<std::optional<Ask>> Next(const Position& position, absl::Time tick,
                                          int limit) const override;
  absl::StatusOr<Answer> Read(const Position& from, int limit,
                              HttpResponse response) const override;
  absl::StatusOr<PassedOver> Pass(const Position& from,
                                  const HttpResponse& response) const override;

 private:
  HttpRequest Question(const Paging& paging, int limit) const;

  // The places behind a page, with more to come in the window and without.
  absl::StatusOr<Answer> AfterFullPage(const Paging& from, const HttpResponse& response,
                                       ParsedPage page) const;
  Answer AfterLastPage(const Paging& from, ParsedPage page) const;

  const Configuration configuration_;
  const OrganisationKey key_;
  const absl::Duration overlap_;
  const Reading reading_;
};

// What main builds JumpCloud devices with.
SourceKind JumpCloudKind();

}  // namespace cce::jumpcloud
