// Every place where a file output may be cut, so that tests can cut it at each.
#pragma once

#include <array>
#include <string_view>

namespace cce::file {

inline constexpr std::string_view kAfterAnnounce = "file.after_announce";
inline constexpr std::string_view kAfterCreate = "file.after_create";
inline constexpr std::string_view kAfterCreateSync = "file.after_create_sync";
inline constexpr std::string_view kAfterWrite = "file.after_write";
inline constexpr std::string_view kAfterSync = "file.after_sync";
inline constexpr std::string_view kAfterDeadLetters = "file.after_dead_letters";
inline constexpr std::string_view kAfterCommit = "file.after_commit";
inline constexpr std::string_view kAfterSealCut = "file.after_seal_cut";
inline constexpr std::string_view kAfterCompress = "file.after_compress";
inline constexpr std::string_view kAfterCompressSync = "file.after_compress_sync";
inline constexpr std::string_view kAfterManifestWrite = "file.after_manifest_write";
inline constexpr std::string_view kAfterManifestSync = "file.after_manifest_sync";
inline constexpr std::string_view kAfterManifestRename = "file.after_manifest_rename";
inline constexpr std::string_view kAfterSealRename = "file.after_seal_rename";
inline constexpr std::string_view kAfterSealSync = "file.after_seal_sync";
inline constexpr std::string_view kAfterSealCommit = "file.after_seal_commit";
inline constexpr std::string_view kAfterOpenRemove = "file.after_open_remove";
inline constexpr std::string_view kAfterRetireData = "file.after_retire_data";
inline constexpr std::string_view kAfterRetireSync = "file.after_retire_sync";
inline constexpr std::string_view kAfterRetireManifest = "file.after_retire_manifest";
inline constexpr std::string_view kAfterRecoverCut = "file.after_recover_cut";
inline constexpr std::string_view kAfterRecoverRemove = "file.after_recover_remove";

inline constexpr std::array kCrashPoints = {
    kAfterAnnounce,       kAfterCreate,        kAfterCreateSync,    kAfterWrite,
    kAfterSync,           kAfterDeadLetters,   kAfterCommit,        kAfterSealCut,
    kAfterCompress,       kAfterCompressSync,  kAfterManifestWrite, kAfterManifestSync,
    kAfterManifestRename, kAfterSealRename,    kAfterSealSync,      kAfterSealCommit,
    kAfterOpenRemove,     kAfterRetireData,    kAfterRetireSync,    kAfterRetireManifest,
    kAfterRecoverCut,     kAfterRecoverRemove,
};

}  // namespace cce::file
