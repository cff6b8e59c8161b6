#include "cce/api/page.h"

#include "cce/api/event.h"

namespace cce {

WrittenEvent Page::Write(std::size_t index, const Format& format, const Mark& mark, Event& scratch,
                         Buffer& out) const {
  Read(index, scratch);
  format.Write(scratch, mark, out);
  return DescribeWritten(scratch);
}

}  // namespace cce
