#include "cce/net/multi_loop.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

namespace cce {
namespace {

class MultiLoopTest : public testing::Test {
 protected:
  MultiLoopTest() {
    // Port 0 takes no connection.
    curl_easy_setopt(handle_.get(), CURLOPT_URL, "http://127.0.0.1:0/");
    curl_easy_setopt(handle_.get(), CURLOPT_PROXY, "");
  }

  boost::asio::io_context io_;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_{curl_easy_init(),
                                                                    &curl_easy_cleanup};
  std::optional<CURLcode> first_;
  std::optional<CURLcode> second_;
};

TEST_F(MultiLoopTest, SaysAfterwardsThatLibcurlDidNotTakeAHandle) {
  MultiLoop loop(io_.get_executor(), 1);
  loop.Start(handle_.get(), [this](CURLcode code) { first_ = code; });
  // libcurl refuses a handle that it has already.
  loop.Start(handle_.get(), [this](CURLcode code) { second_ = code; });
  EXPECT_EQ(second_, std::nullopt);
  io_.run();
  EXPECT_EQ(second_, CURLE_FAILED_INIT);
  EXPECT_EQ(first_, CURLE_COULDNT_CONNECT) << "the transfer under way is not touched";
}

TEST_F(MultiLoopTest, TellsNobodyOfAHandleThatWasGivenUp) {
  MultiLoop loop(io_.get_executor(), 1);
  loop.Start(handle_.get(), [this](CURLcode code) { first_ = code; });
  loop.Start(handle_.get(), [this](CURLcode code) { second_ = code; });
  loop.Stop(handle_.get());
  io_.run();
  EXPECT_EQ(first_, std::nullopt);
  EXPECT_EQ(second_, std::nullopt);
}

TEST_F(MultiLoopTest, TellsNobodyOnceItIsGone) {
  {
    MultiLoop loop(io_.get_executor(), 1);
    loop.Start(handle_.get(), [this](CURLcode code) { first_ = code; });
    loop.Start(handle_.get(), [this](CURLcode code) { second_ = code; });
  }
  io_.run();
  EXPECT_EQ(first_, std::nullopt);
  EXPECT_EQ(second_, std::nullopt);
}

}  // namespace
}  // namespace cce
