#include "outputs/file/file_fixture.h"
#include "tests/conformance/output_conformance.h"

namespace cce {

INSTANTIATE_TYPED_TEST_SUITE_P(PowerCut, OutputConformance, file::FileOnAPowerCut);
INSTANTIATE_TYPED_TEST_SUITE_P(Kill, OutputConformance, file::FileOnAKill);

}  // namespace cce
