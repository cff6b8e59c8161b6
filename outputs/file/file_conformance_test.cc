#include "outputs/file/file_fixture.h"
#include "tests/conformance/output_conformance.h"

namespace cce {

using file::Compression;
using ZstdOnAPowerCut = file::CompressedOnAPowerCut<Compression::kZstd>;
using GzipOnAPowerCut = file::CompressedOnAPowerCut<Compression::kGzip>;
using ZstdOnAKill = file::CompressedOnAKill<Compression::kZstd>;

INSTANTIATE_TYPED_TEST_SUITE_P(PowerCut, OutputConformance, file::FileOnAPowerCut);
INSTANTIATE_TYPED_TEST_SUITE_P(PowerCutZstd, OutputConformance, ZstdOnAPowerCut);
INSTANTIATE_TYPED_TEST_SUITE_P(PowerCutGzip, OutputConformance, GzipOnAPowerCut);
INSTANTIATE_TYPED_TEST_SUITE_P(Kill, OutputConformance, file::FileOnAKill);
INSTANTIATE_TYPED_TEST_SUITE_P(KillZstd, OutputConformance, ZstdOnAKill);

}  // namespace cce
