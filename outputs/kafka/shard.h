// A part of an output's feeds, that share a producer and commit together.
//
// Exactly once: shard k is partition k of the checkpoint topic, and whoever has its transactional
// id is the only one who writes there. A commit is one transaction of events and checkpoint
// records; after it the engine's own state takes the same in, as a cache that is tagged with the
// partition's offset. Whatever fails, the producer is destroyed; before anything else is done the
// id is claimed anew, which ends what was left open, and the state takes in what it does not have
// of the partition. So a commit always starts from a state that is the partition's.
//
// At least once: the producer has no transactions; the state takes a step when the brokers have
// acknowledged its events.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "cce/api/clock.h"
#include "cce/api/kinds.h"
#include "outputs/kafka/options.h"
#include "outputs/kafka/producer.h"
#include "outputs/kafka/reader.h"
#include "outputs/kafka/records.h"
#include "outputs/kafka/tag.h"
#include "outputs/kafka/topics.h"

namespace cce::kafka {

// Used on the world's executor only, which is one thread's. REQUIRES: Close has ended before it is
// destroyed, or its executor never runs again.
class Shard {
 public:
  // `options` outlives the shard.
  Shard(const KafkaOptions& options, OutputWorld world, Ground ground, std::int32_t number);
  ~Shard();

  // As Output has them.
  Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed);
  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step);
  Task<> Close();

  // From any thread.
  std::vector<OutputFigure> Figures() const;

 private:
  // Whoever waits for a delivery goes when it has not begun in time; the request stays behind.
  struct Request {
    FeedKey feed;
    bool is_delivery = false;  // else Recover
    bool has_dead_letters = false;
    std::shared_ptr<const Batch> batch;  // null once it is done
    Step step;
    std::unique_ptr<Sleeper> waiter;
    bool begun = false;                        // something of it may be on its way
    bool overdue = false;                      // did not begin in time
    absl::flat_hash_set<std::size_t> refused;  // events that the brokers will never take
    absl::flat_hash_set<std::size_t> sent;     // at least once: events that they have taken
    bool done = false;
    absl::Status status;
    std::optional<Checkpoint> found;
  };
  using Group = std::vector<std::shared_ptr<Request>>;

  // How a try to commit has failed.
  struct Outcome {
    bool by_message = false;           // the cause is a feed's message or topic
    std::vector<std::size_t> refused;  // events of a single feed's batch that may be why
  };

  // What a claim of the transactional id found: the partition holds [low, end), and what claims it
  // stands at `end`.
  struct Claimed {
    std::int64_t low = 0;
    std::int64_t end = 0;
  };

  Task<> Ask(std::shared_ptr<Request> request);
  Task<> Work();
  Group TakeGroup();
  Task<> Serve(Group group);
  Task<> LookUp(Request& request);
  Task<> CommitAll(Group group);
  // Those whose topics are not known yet wait until the others have committed.
  Task<> LocateAndCommit(Group group);
  // Ends the request, or has found a record of it that is refused, without which it is tried again
  // when others have had their turn. REQUIRES: owned.
  Task<absl::Status> CommitAlone(const std::shared_ptr<Request>& request);
  bool IsSent(const Request& request) const;
  // REQUIRES: owned. After an error of the brokers nothing is.
  Task<absl::Status> Try(const Group& group, Outcome& outcome);
  Task<absl::Status> FindRefused(Request& request, std::vector<std::size_t> suspects);
  // False if it has ended, or ends here for want of time.
  bool IsToBegin(Request& request);
  void End(Request& request, absl::Status status);

  Task<absl::Status> Own();
  Task<absl::Status> TakeIn(Claimed claimed, std::optional<Tag> tag);
  Task<absl::Status> MirrorAll(Reader& reader, const absl::flat_hash_set<FeedKey>& away);
  Task<absl::Status> NoteTag(std::int64_t offset);
  Task<absl::Status> ForgetAll();
  Task<absl::Status> PublishResets(Claimed claimed);
  Task<> Discard();

  // On the thread of blocking_.
  absl::StatusOr<Claimed> Claim();
  absl::StatusOr<bool> IsTakenOver(Client& client);
  // For each: whether its topics are there. Their batches may end meanwhile.
  std::vector<absl::Status> Locate(const Group& group);
  // REQUIRES: its topics are found.
  absl::Status CheckLeaders(const Request& request);
  absl::StatusOr<Destination> FindEvents(const FeedKey& feed);
  absl::StatusOr<Destination> FindDeadLetters();
  absl::Status Write(const Group& group, const std::vector<FeedChange>& changes, Outcome& outcome);
  // Commits them alone; the offset behind the last.
  absl::StatusOr<std::int64_t> WriteRecords(Producer& producer, const std::vector<Record>& records);
  absl::Status Publish(const Claimed& claimed, const std::vector<FeedChange>& resets);
  // Which of these events are refused; what a transaction was tried with is taken back.
  absl::StatusOr<std::vector<std::size_t>> Probe(Request& request,
                                                 const std::vector<std::size_t>& indices);
  absl::Status Begin();
  absl::Status SendRecords(Producer& producer, const std::vector<Record>& records, std::size_t tag);
  absl::Status SendEvent(const Destination& to, const Request& request, std::size_t index,
                         std::size_t tag);

  absl::Status Missing(const std::string& topic, const absl::Status& status) const;
  absl::Status Unreadable(const absl::Status& status) const;
  std::string TransactionalId() const;
  std::string TopicOf(const FeedKey& feed) const;
  bool exactly_once() const { return options_.delivery == Delivery::kExactlyOnce; }

  const KafkaOptions& options_;
  const OutputWorld world_;
  const Ground ground_;
  const std::int32_t number_;
  std::unique_ptr<Producer> producer_;  // null: nothing is owned
  std::deque<std::shared_ptr<Request>> waiting_;
  std::atomic<std::size_t> queue_ = 0;  // its length
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::int64_t> commit_ns_ = 0;  // what they have taken together
  std::atomic<std::uint64_t> retries_ = 0;
  bool working_ = false;
  std::unique_ptr<Sleeper> closing_;  // not null: Close waits for the end of the work
  const std::string claimant_;
  std::int64_t claim_ = -1;  // where this run's last claim stands, if it has made one
  Tag tag_;                  // while owned
  absl::flat_hash_set<FeedKey> recovered_;  // know what the state holds
  absl::flat_hash_set<FeedKey> troubled_;   // could not commit the last time
  // More of their records were refused than are looked for: when.
  absl::flat_hash_map<FeedKey, absl::Time> limited_;
  absl::flat_hash_set<std::string> missing_;  // topics that were not there; of blocking_'s thread
  absl::Status fenced_;                       // not OK: somebody else has written since
  // Last: its thread is joined before anything that it uses goes.
  const std::unique_ptr<Blocking> blocking_;
};

}  // namespace cce::kafka
