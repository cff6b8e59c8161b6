// The coroutine type of every operation that waits.
//
// An awaited Task resumes on the executor of the coroutine that awaits it, whatever threads the
// operation itself used. Parameters of coroutines are taken by value unless the declaration says
// that a reference outlives the call.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace cce {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace cce
