#include "cce/system/blocking_pool.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace cce {

BlockingPool::BlockingPool(std::size_t threads) : pool_(threads) {}

BlockingPool::~BlockingPool() { pool_.join(); }

Task<> BlockingPool::Run(absl::AnyInvocable<void()> work) {
  auto start = [this, &work](auto resume) {
    auto home = boost::asio::make_work_guard(boost::asio::get_associated_executor(resume));
    auto call = [&work, home = std::move(home), resume = std::move(resume)]() mutable {
      work();
      boost::asio::post(home.get_executor(), std::move(resume));
    };
    boost::asio::post(pool_, std::move(call));
  };
  boost::asio::use_awaitable_t<> token;
  co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<>, void()>(start, token);
}

}  // namespace cce
