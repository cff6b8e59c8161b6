// What malloc does with the memory of pages that are done with.
#pragma once

namespace cce {

// From now on malloc keeps what a thread frees for its next page. A page's body and lines are
// megabytes, which glibc otherwise gets from the kernel for each and gives back: being mapped again
// and again they cost more than being parsed. REQUIRES: there is no other thread yet.
void KeepFreedMemory();

// Gives what is kept back to the kernel, but for the last piece of each thread's heap: 64 MiB at
// most. Thread-safe; takes milliseconds, for which another thread's malloc may wait.
void ReturnFreedMemory();

}  // namespace cce
